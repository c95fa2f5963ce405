//! Rise and fall: a server is taken out only after `fall` failed probes in a row, and back only after `rise` good ones.

use std::collections::BTreeMap;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::violated;
use crate::balancer::settings::Settings;
use crate::balancer::{Balancing, Event};

/// Counts probes in a row, by balancer and server.
#[derive(Clone)]
pub(super) struct RiseAndFall {
    rise: u32,
    fall: u32,
    /// Whether the latest probes were good, and how many of them were alike.
    rows: BTreeMap<(NodeId, NodeId), (bool, u32)>,
}

impl RiseAndFall {
    pub(super) fn new(settings: &Settings) -> RiseAndFall {
        RiseAndFall { rise: settings.rise, fall: settings.fall, rows: BTreeMap::new() }
    }
}

impl Monitor<Balancing> for RiseAndFall {
    fn name(&self) -> &'static str {
        "rise-and-fall"
    }

    fn about(&self) -> &'static str {
        "a server is taken out after `fall` failed probes in a row and back after `rise` good ones, never sooner"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, _world: &dyn View<Balancing>) -> Verdict {
        match *event {
            Event::Started => self.rows.retain(|&(balancer, _), _| balancer != node),
            Event::Probed { server, good } => {
                let row = self.rows.entry((node, server)).or_insert((good, 0));
                *row = if row.0 == good { (good, row.1 + 1) } else { (good, 1) };
            }
            Event::Judged { server, up } => {
                let row = self.rows.get(&(node, server)).copied().filter(|&(good, _)| good == up);
                let (seen, needed) =
                    (row.map_or(0, |(_, count)| count), if up { self.rise } else { self.fall });
                if seen < needed {
                    let (word, kind) = if up { ("up", "good") } else { ("down", "failed") };
                    let summary = format!(
                        "{node} took {server} to be {word} after {seen} {kind} probes in a row; it takes {needed}"
                    );
                    return violated(self.name(), at, server, summary, Vec::new());
                }
            }
            _ => {}
        }
        Verdict::Ok
    }
}
