//! One run of an application on madsim, from its runtime to its end.

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration as StdDuration;

use madsim::Config;
use madsim::runtime::{Handle, NodeHandle, Runtime};
use send_wrapper::SendWrapper;
use stormglass_core::time::Duration;
use stormglass_core::verdict::{Verdict, Violation};
use stormglass_engine_driver::{Application, Backstage, Clock as _, Hosted, Theatre, ip};
use stormglass_plan::engine::{Run, Tracing};
use stormglass_plan::latency::Latency;
use stormglass_plan::plan::{Network, Plan};

use super::hosts::Hosts;
use crate::host::MadsimClock;

/// Tasks that are still parked when a runtime is dropped leak the world: killed nodes have so long to let go.
const EPILOGUE: StdDuration = StdDuration::from_millis(20);

pub(super) fn run<A: Application>(
    system: &Hosted<A>,
    plan: &Arc<Plan<A::Op>>,
    tracing: Tracing,
) -> Run<A::Op, A::Ret> {
    let mut config = Config::default();
    let latencies = latencies(&plan.network);
    if let Some((shortest, longest)) = latencies.as_ref().ok().filter(|_| plan.topology.is_none()) {
        config.net.send_latency = std(*shortest)..std(*longest) + StdDuration::from_nanos(1);
    }
    let runtime = Runtime::with_seed_and_config(plan.seed.0, config);
    let theatre = Theatre::of_programs(system, plan, tracing);
    if let Some(why) = latencies.err().or(plan.topology.is_some().then_some("regions")) {
        let reason = format!(
            "a program's connections on madsim have one range of latencies and nothing else: not {why}"
        );
        theatre.accuse(Verdict::unknown("network", reason));
    }
    let ran = catch_unwind(AssertUnwindSafe(|| runtime.block_on(play(system, plan, &theatre))));
    if let Err(panic) = ran {
        // A task that a program or a simulator spawned: which host's it was stands in what madsim has printed.
        let summary = format!("a task of {} panicked: {}", plan.scenario, words(&*panic));
        theatre.accuse(Violation::new("panic", summary).into());
    }
    theatre.finish()
}

async fn play<A: Application>(system: &Hosted<A>, plan: &Plan<A::Op>, theatre: &Theatre<Hosted<A>>) {
    let clock = MadsimClock::new();
    let backstage = {
        let clock = clock.clone();
        Backstage::new(&system.0, theatre.clone(), &plan.cluster, move || clock.now())
    };
    let nodes = (0..theatre.hosts()).map(|host| boot(&backstage, &clock, host).id()).collect();
    let hosts = Hosts::new(theatre.clone(), nodes, plan.cluster.nodes().len());
    let nothing = |_| debug_assert!(false, "programs send by sockets of their own");
    theatre.attend(theatre.nemesis(), &clock, nothing, || hosts.follow(clock.now())).await;
    hosts.kill_all();
    madsim::time::sleep(EPILOGUE).await;
}

fn boot<A: Application>(backstage: &Rc<Backstage<A>>, clock: &MadsimClock, host: usize) -> NodeHandle {
    let ours = SendWrapper::new((backstage.clone(), clock.clone()));
    let life = move || {
        let (backstage, clock) = (*ours).clone();
        live(backstage, clock, host)
    };
    Handle::current().create_node().name(format!("host {host}")).ip(ip(host)).init(life).build()
}

/// One host's life. A panic of its program ends the program, and is told of by the host's name.
async fn live<A: Application>(backstage: Rc<Backstage<A>>, clock: MadsimClock, host: usize) {
    let mut life = pin!(backstage.clone().live(host, &clock));
    let panicked = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| life.as_mut().poll(cx))) {
        Ok(Poll::Ready(())) => Poll::Ready(None),
        Ok(Poll::Pending) => Poll::Pending,
        Err(panic) => Poll::Ready(Some(panic)),
    })
    .await;
    let Some(panic) = panicked else { return };
    // Between its death and the moment in which madsim takes it away a program may stumble over what is gone.
    if !backstage.theatre.is_gone(host) {
        let summary = format!("the program of {} panicked: {}", backstage.name(host), words(&*panic));
        let at = Some(clock.now());
        backstage.theatre.accuse(Violation { at, ..Violation::new("panic", summary) }.into());
    }
    backstage.theatre.attend(host, &clock, |_| {}, || {}).await;
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it did not say why")
}

/// The shortest and the longest latency, if that is all there is to the plan's network; what else there is, if it is not.
fn latencies(network: &Network) -> Result<(Duration, Duration), &'static str> {
    let link = &network.link;
    match link.latency {
        _ if !network.links.is_empty() => Err("links of their own kind"),
        _ if !link.loss.is_zero() => Err("loss"),
        _ if !link.duplicate.is_zero() => Err("duplication"),
        _ if !link.reorder.is_zero() => Err("reordering"),
        Latency::Constant(latency) => Ok((latency, latency)),
        Latency::Uniform { min, max } => Ok((min, max)),
        _ => Err("latencies that are not equally likely"),
    }
}

fn std(span: Duration) -> StdDuration {
    StdDuration::from_nanos(span.as_nanos())
}
