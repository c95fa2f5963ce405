//! Round robin, also while servers come and go: between two turns of one server everybody who was there all the time has
//! had a turn.

use std::collections::BTreeMap;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::{balancer, violated};
use crate::balancer::policy::Chooser;
use crate::balancer::{Balancing, Event};

/// Counts the turns of each balancer.
#[derive(Clone, Default)]
pub(super) struct Turns {
    rounds: BTreeMap<NodeId, Round>,
}

/// The turns of one balancer.
#[derive(Clone, Default)]
struct Round {
    turns: u64,
    /// Of each server that can be chosen: since which turn, and which turn was its last.
    servers: BTreeMap<NodeId, (u64, Option<u64>)>,
}

impl Round {
    fn changed(&mut self, among: &[(NodeId, u64)]) {
        let turns = self.turns;
        self.servers.retain(|server, _| among.iter().any(|(one, _)| one == server));
        for &(server, _) in among {
            self.servers.entry(server).or_insert((turns, None));
        }
    }

    /// Who was passed over between this turn of `to` and its last one.
    fn turn(&mut self, to: NodeId) -> Option<NodeId> {
        self.turns += 1;
        let (_, last) = self.servers.get_mut(&to)?;
        let before = last.replace(self.turns)?;
        let passed_over =
            |since: u64, last: Option<u64>| since < before && last.is_none_or(|last| last < before);
        let found = self.servers.iter().find(|&(_, &(since, last))| passed_over(since, last));
        found.map(|(&server, _)| server)
    }
}

impl Monitor<Balancing> for Turns {
    fn name(&self) -> &'static str {
        "turns"
    }

    fn about(&self) -> &'static str {
        "round robin: between two turns of one server all that were there meanwhile have one, whoever comes and goes"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, world: &dyn View<Balancing>) -> Verdict {
        let round = self.rounds.entry(node).or_default();
        match event {
            Event::Started => *round = Round::default(),
            Event::Chooses { among, .. } => round.changed(among),
            &Event::Sent { to, after: None }
                if balancer(world, node)
                    .is_some_and(|balancer| matches!(balancer.chooser(), Chooser::RoundRobin { .. })) =>
            {
                if let Some(passed) = round.turn(to) {
                    let summary = format!("{node} gave {to} two turns and passed {passed} over in between");
                    return violated(self.name(), at, passed, summary, Vec::new());
                }
            }
            _ => {}
        }
        Verdict::Ok
    }
}
