//! One run on madsim, from its runtime to its end.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use madsim::Config;
use madsim::runtime::{Handle, NodeHandle, Runtime};
use madsim::task::NodeId;
use send_wrapper::SendWrapper;
use stormglass_core::system::System;
use stormglass_engine_driver::{Theatre, ip};
use stormglass_plan::engine::{Run, Tracing};
use stormglass_plan::plan::Plan;

use crate::host::{Company, MadsimClock};
use crate::transport::Way;

/// What a host sent before it died is on its way: its sends take madsim a millisecond.
const LAST_WORDS: Duration = Duration::from_millis(2);
/// Tasks that are still parked when a runtime is dropped leak the world: killed nodes have so long to let go.
const EPILOGUE: Duration = Duration::from_millis(20);

pub(crate) fn run<S: System>(
    system: &S,
    plan: &Arc<Plan<S::Op>>,
    tracing: Tracing,
    way: Way,
) -> Run<S::Op, S::Ret> {
    let mut config = Config::default();
    // The plan's network decides how long a message takes; madsim's is as quick as it can be.
    config.net.send_latency = Duration::ZERO..Duration::from_nanos(1);
    let runtime = Runtime::with_seed_and_config(plan.seed.0, config);
    runtime.block_on(async {
        let company = Rc::new(Company::new(Theatre::new(system, plan, tracing), MadsimClock::new(), way));
        let nodes: Vec<NodeId> = (0..company.theatre.hosts()).map(|host| boot(&company, host).id()).collect();
        let nodes = Rc::new(nodes);
        let killed = Rc::new(RefCell::new(vec![false; nodes.len()]));
        let theatre = company.theatre.clone();
        let post = |parcel| company.transport.post(&parcel);
        let between = || lifecycle(&company, &nodes, &killed);
        theatre.attend(theatre.nemesis(), &company.clock, post, between).await;
        let handle = Handle::current();
        for &node in nodes.iter() {
            handle.kill(node);
        }
        madsim::time::sleep(EPILOGUE).await;
        theatre.finish()
    })
}

fn boot<S: System>(company: &Rc<Company<S>>, host: usize) -> NodeHandle {
    let ours = SendWrapper::new(company.clone());
    let life = move || {
        let company = Rc::clone(&ours);
        company.live(host)
    };
    Handle::current().create_node().name(format!("host {host}")).ip(ip(host)).init(life).build()
}

/// Kills who has gone down, and restarts who is to come up.
fn lifecycle<S: System>(company: &Rc<Company<S>>, nodes: &Rc<Vec<NodeId>>, killed: &Rc<RefCell<Vec<bool>>>) {
    for host in company.theatre.fallen() {
        let (company, nodes, killed) = (company.clone(), nodes.clone(), killed.clone());
        madsim::task::spawn_local(async move {
            madsim::time::sleep(LAST_WORDS).await;
            // It may have come back in the meantime.
            if company.theatre.is_down(host) && !killed.borrow()[host] {
                killed.borrow_mut()[host] = true;
                company.transport.close(host);
                Handle::current().kill(nodes[host]);
            }
        });
    }
    for host in company.theatre.risen() {
        if std::mem::replace(&mut killed.borrow_mut()[host], false) {
            Handle::current().restart(nodes[host]);
        } else {
            company.theatre.nudge(host);
        }
    }
}
