//! One run, one thread: both simulators keep thread-locals, and what hangs must not take the others with it.

use std::any::Any;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use stormglass_core::history::History;
use stormglass_core::system::System;
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;
use stormglass_plan::engine::{Digest, Run, Stats, Tracing};
use stormglass_plan::plan::Plan;

/// A run that needs so much longer in real time than it has virtual time hangs.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// The beginning of the names of threads that run seeds: a panic in one of them is a verdict, and need not be printed as well.
const WORKER: &str = "stormglass-seed";

/// How an engine runs a plan, on whatever thread it is called.
pub type Work<S> =
    fn(&S, &Arc<Plan<<S as System>::Op>>, Tracing) -> Run<<S as System>::Op, <S as System>::Ret>;

/// Runs `work` on a thread of its own and hands over what it leaves behind. A panic goes on in the caller, with the engine's
/// name and the seed. What hangs is left behind, spinning, and its seed is named in the verdict: a spin on a virtual clock never ends, and no thread can be ended.
pub fn on_its_own_thread<S: System>(
    engine: &'static str,
    system: &S,
    plan: &Arc<Plan<S::Op>>,
    tracing: Tracing,
    patience: Duration,
    work: Work<S>,
) -> Run<S::Op, S::Ret> {
    let (send, receive) = sync_channel(1);
    let (system, its_plan) = (system.clone(), plan.clone());
    let thread =
        std::thread::Builder::new().name(format!("{WORKER} {} on {engine}", plan.seed)).spawn(move || {
            let run = work(&system, &its_plan, tracing);
            // Whoever waited may have lost patience.
            drop(send.send(run));
        });
    let thread = thread.expect("the machine has room for another thread");
    match receive.recv_timeout(patience) {
        Ok(run) => {
            // The run is whole; what the engine's own clean-up does is no business of the plan's.
            drop(thread.join());
            run
        }
        Err(RecvTimeoutError::Disconnected) => match thread.join() {
            Err(panic) => {
                let words = format!("on {engine}, seed {}, {}", plan.seed, said(&*panic));
                std::panic::resume_unwind(Box::new(words));
            }
            Ok(()) => unreachable!("a thread that ends well has sent its run"),
        },
        Err(RecvTimeoutError::Timeout) => hung(engine, plan, patience),
    }
}

/// What a panic said.
pub(crate) fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without a text")
}

fn hung<O, R>(engine: &str, plan: &Plan<O>, patience: Duration) -> Run<O, R> {
    let reason = format!(
        "{} on {engine}, seed {}: still not at its end after {} s of real time. Something never yields: a loop that awaits \
         nothing, or one that waits for a virtual clock, which stands still while it runs",
        plan.scenario,
        plan.seed,
        patience.as_secs()
    );
    Run {
        history: History::new(),
        verdicts: vec![Verdict::unknown("hang", reason)],
        digest: Digest(0),
        stats: Stats { ended: Time::ZERO, ..Stats::default() },
        strikes: Vec::new(),
        beyond_budget: None,
        downs: Vec::new(),
        leadership: Vec::new(),
        recovery: None,
        trace: None,
    }
}
