//! One run on real sockets.

use std::cell::RefCell;
use std::panic::resume_unwind;
use std::rc::Rc;
use std::sync::Arc;

use stormglass_core::system::System;
use stormglass_engine_driver::Theatre;
use stormglass_plan::engine::{Run, Tracing};
use stormglass_plan::plan::Plan;
use tokio::runtime::Builder;
use tokio::task::{AbortHandle, LocalSet, spawn_local};

use crate::clock::RealClock;
use crate::host::Company;

pub(crate) fn run<S: System>(system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Run<S::Op, S::Ret> {
    let runtime = Builder::new_current_thread().enable_all().build().expect("the machine gives a runtime");
    let hosts = LocalSet::new();
    hosts.block_on(&runtime, async {
        let company = Rc::new(Company::new(Theatre::new(system, plan, tracing), RealClock::new()));
        spawn_local(company.clock.clone().tick());
        let theatre = &company.theatre;
        let boot = |host| Some(spawn_local(company.clone().live(host)).abort_handle());
        let tasks: RefCell<Vec<Option<AbortHandle>>> = RefCell::new((0..theatre.hosts()).map(boot).collect());
        let between = || {
            if let Some(panic) = company.panicked() {
                resume_unwind(panic);
            }
            for host in theatre.fallen() {
                // It may have come back in the meantime.
                if theatre.is_down(host)
                    && let Some(task) = tasks.borrow_mut()[host].take()
                {
                    task.abort();
                    company.forget(host);
                }
            }
            for host in theatre.risen() {
                let task = &mut tasks.borrow_mut()[host];
                match task {
                    Some(_) => theatre.nudge(host),
                    None => *task = boot(host),
                }
            }
        };
        theatre.attend(theatre.nemesis(), &company.clock, |parcel| company.post(&parcel), between).await;
        theatre.finish()
    })
}
