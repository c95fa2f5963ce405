//! What must hold of a fleet, watched from outside: over what its nodes say of themselves and what they remember.
//!
//! A monitor knows when servers really went down and came back; balancers do not.

mod gone;
mod panic;
mod hysteresis;
mod turns;
mod starvation;
mod retries;
mod reports;
mod under_way;
mod expired;
mod converged;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::{Verdict, Violation};

use super::dispatcher::Dispatcher;
use super::server::Server;
use super::settings::Settings;
use super::system::Balancing;

/// Fresh monitors, for one run.
pub(super) fn all(settings: &Settings) -> Vec<Box<dyn Monitor<Balancing>>> {
    vec![
        Box::new(gone::Gone::down(settings)),
        Box::new(gone::Gone::draining(settings)),
        Box::new(panic::Panic::new(settings)),
        Box::new(panic::SomebodyToChoose),
        Box::new(hysteresis::RiseAndFall::new(settings)),
        Box::new(turns::Turns::default()),
        Box::new(starvation::Starvation::default()),
        Box::new(retries::RetryElsewhere::default()),
        Box::new(reports::InOrder::default()),
        Box::new(reports::Heard),
        Box::new(under_way::UnderWay::new(settings)),
        Box::new(expired::NoExpiredWork::new(settings)),
        Box::new(converged::AllChosenAgain::new(settings)),
    ]
}

/// The balancer of this name, if it is one and up.
fn balancer(world: &dyn View<Balancing>, id: NodeId) -> Option<&Dispatcher> {
    world.node(id)?.balancer()
}

/// All balancers that are up.
fn balancers(world: &dyn View<Balancing>) -> impl Iterator<Item = (NodeId, &Dispatcher)> {
    world.cluster().nodes().iter().filter_map(|&id| Some((id, balancer(world, id)?)))
}

/// All servers that are up.
fn servers(world: &dyn View<Balancing>) -> impl Iterator<Item = (NodeId, &Server)> {
    world.cluster().nodes().iter().filter_map(|&id| Some((id, world.node(id)?.server()?)))
}

/// A violation about one node, certain from now on.
fn violated(check: &str, at: Time, about: NodeId, summary: String, evidence: Vec<String>) -> Verdict {
    Verdict::Violated(Violation {
        subject: Some(about.to_string()),
        at: Some(at),
        evidence,
        ..Violation::new(check, summary)
    })
}
