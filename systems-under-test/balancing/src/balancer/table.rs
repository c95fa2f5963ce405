//! Whom a balancer chooses from at the moment: the servers that want requests and are healthy; or all that want some, in
//! a panic.
//!
//! When most servers seem dead, the fault is likelier in the probes, or in what lies between; and if they are dead,
//! sending everything to the few others would kill these too. So below the panic threshold health is ignored.

use stormglass_core::id::NodeId;
use stormglass_core::random::Ratio;
use stormglass_core::time::Time;

use super::bugs::BalancingBug;
use super::event::Event;
use super::health::Health;
use super::system::Balancing;

/// Whom to choose from, until something changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    /// The servers and their weights, in order of id.
    pub(super) among: Vec<(NodeId, u64)>,
    /// Whether health is ignored.
    pub(super) panic: bool,
    willing: usize,
    healthy: usize,
}

impl Table {
    /// The table as it should be at `now`, after `before`.
    pub(super) fn of(health: &Health, system: &Balancing, before: &Table, now: Time) -> Table {
        let mut willing: Vec<(NodeId, u64, bool)> = health
            .watches()
            .filter(|(_, watch)| !watch.draining)
            .map(|(server, watch)| (server, watch.weight, health.is_healthy(watch, now)))
            .collect();
        let count = willing.len();
        let healthy = willing.iter().filter(|&&(.., healthy)| healthy).count();
        // A drain is a wish: when nobody wants requests, they go to everybody all the same.
        if willing.is_empty() {
            willing = health.watches().map(|(server, watch)| (server, watch.weight, false)).collect();
        }
        let panic = panics(system, before, healthy, count);
        willing.retain(|&(.., healthy)| healthy || panic);
        let among = willing.into_iter().map(|(server, weight, _)| (server, weight)).collect();
        Table { among, panic, willing: count, healthy }
    }

    /// Whether this is another choice than `other`, whatever the reasons.
    pub(super) fn differs(&self, other: &Table) -> bool {
        self.among != other.among || self.panic != other.panic
    }

    /// What to say of it.
    pub(super) fn event(&self, generation: u64) -> Event {
        let Table { among, panic, willing, healthy } = self;
        let (among, panic, willing, healthy) = (among.clone(), *panic, *willing, *healthy);
        Event::Chooses { generation, among, willing, healthy, panic }
    }
}

/// Whether too few of the willing are healthy.
fn panics(system: &Balancing, before: &Table, healthy: usize, willing: usize) -> bool {
    if system.has(BalancingBug::NoPanic) {
        return false;
    }
    if system.has(BalancingBug::PanicSticky) && before.panic {
        return true;
    }
    too_few(system.settings().panic_threshold, healthy, willing)
}

/// Whether `healthy` of `willing` is less than the threshold; none of none is, too.
pub(super) fn too_few(threshold: Ratio, healthy: usize, willing: usize) -> bool {
    healthy == 0 || (healthy as u64) * 1_000_000 < u64::from(threshold.ppm()) * willing as u64
}
