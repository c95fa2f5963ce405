//! Active health checks: which servers answer probes, with rise and fall against flapping.
//!
//! Two rules say whether a server is healthy. *Rise and fall*: `fall` failed probes in a row take it down, `rise` good ones
//! bring it up. *Freshness*: its last good probe was **sent** no longer ago than the detection bound. The second is
//! what makes the bound hold when this balancer itself stood still, or when answers come late: what counts is when
//! the server was certainly alive, not when the news came.

use std::collections::BTreeMap;

use stormglass_core::context::Context;
use stormglass_core::id::NodeId;
use stormglass_core::time::Time;

use super::bugs::BalancingBug;
use super::event::Event;
use super::message::Message;
use super::system::Balancing;

/// What is known of one server.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    pub(super) up: bool,
    /// Whether it wants no new requests, as it said last.
    pub(super) draining: bool,
    /// Its weight, as it said last.
    pub(super) weight: u64,
    /// When its last good probe was sent.
    last_good: Option<Time>,
    good_in_row: u32,
    bad_in_row: u32,
    /// The probe that it has not answered yet, and when that was sent.
    open: Option<(u64, Time)>,
}

/// What is known of all servers.
#[derive(Clone, Debug)]
pub(super) struct Health {
    system: Balancing,
    watches: BTreeMap<NodeId, Watch>,
    probes: u64,
}

impl Health {
    /// Nobody has answered yet, so all are down.
    pub(super) fn new(system: Balancing, servers: impl Iterator<Item = (NodeId, u64)>) -> Health {
        let watch = |weight| Watch {
            up: false,
            draining: false,
            weight,
            last_good: None,
            good_in_row: 0,
            bad_in_row: 0,
            open: None,
        };
        Health {
            system,
            watches: servers.map(|(server, weight)| (server, watch(weight))).collect(),
            probes: 0,
        }
    }

    pub(super) fn watches(&self) -> impl Iterator<Item = (NodeId, &Watch)> {
        self.watches.iter().map(|(&server, watch)| (server, watch))
    }

    /// Whether a server is healthy at `now`.
    pub(super) fn is_healthy(&self, watch: &Watch, now: Time) -> bool {
        watch.up && self.is_fresh(watch, now)
    }

    fn is_fresh(&self, watch: &Watch, now: Time) -> bool {
        if self.system.has(BalancingBug::TrustAfterPause) {
            return true;
        }
        watch.last_good.is_some_and(|sent| now.since(sent) <= self.system.settings().detection_bound())
    }

    /// Probes all servers. `first` is a number that no probe of an earlier life had.
    pub(super) fn probe(&mut self, first: u64, cx: &mut Context<'_, Balancing>) {
        self.probes = self.probes.max(first) + 1;
        let now = cx.elapsed();
        for (&server, watch) in &mut self.watches {
            watch.open = Some((self.probes, now));
            cx.send(server, Message::Probe { probe: self.probes });
        }
    }

    /// The time for answers is over.
    pub(super) fn time_out(&mut self, cx: &mut Context<'_, Balancing>) {
        for (&server, watch) in &mut self.watches {
            if watch.open.take().is_some() {
                watch.failed(&self.system, server, cx);
            }
        }
    }

    /// A server says that it is well.
    pub(super) fn answered(
        &mut self,
        server: NodeId,
        probe: u64,
        draining: bool,
        weight: u64,
        cx: &mut Context<'_, Balancing>,
    ) {
        let now = cx.elapsed();
        let Some(watch) = self.watches.get_mut(&server) else { return };
        let Some(sent) = watch.sent(&self.system, probe, now) else { return };
        watch.open = None;
        watch.draining = !self.system.has(BalancingBug::DrainIgnored) && draining;
        watch.weight = weight;
        watch.last_good = Some(sent);
        watch.succeeded(&self.system, server, cx);
    }
}

impl Watch {
    /// When the last good probe of a server that is down was sent, if there was one.
    pub(super) fn down_since(&self) -> Option<Time> {
        self.last_good.filter(|_| !self.up)
    }

    /// When the probe that was answered had been sent; nothing if it is not waited for.
    fn sent(&self, system: &Balancing, probe: u64, now: Time) -> Option<Time> {
        if system.has(BalancingBug::LateHealth) {
            return Some(now);
        }
        self.open.filter(|&(open, _)| open == probe).map(|(_, sent)| sent)
    }

    fn succeeded(&mut self, system: &Balancing, server: NodeId, cx: &mut Context<'_, Balancing>) {
        (self.good_in_row, self.bad_in_row) = (self.good_in_row.saturating_add(1), 0);
        cx.emit(Event::Probed { server, good: true });
        if !self.up && self.good_in_row >= system.settings().rise {
            self.up = true;
            cx.emit(Event::Judged { server, up: true });
        }
    }

    fn failed(&mut self, system: &Balancing, server: NodeId, cx: &mut Context<'_, Balancing>) {
        (self.good_in_row, self.bad_in_row) = (0, self.bad_in_row.saturating_add(1));
        cx.emit(Event::Probed { server, good: false });
        if self.up && self.bad_in_row >= fall(system) {
            self.up = false;
            cx.emit(Event::Judged { server, up: false });
        }
    }
}

/// How many failed probes in a row take a server down.
fn fall(system: &Balancing) -> u32 {
    if system.has(BalancingBug::NoHysteresis) {
        return 1;
    }
    system.settings().fall
}
