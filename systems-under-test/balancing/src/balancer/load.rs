//! What is waiting at the servers: what they reported, what was sent since, and what this balancer has under way itself.

use std::collections::BTreeMap;

use stormglass_core::id::NodeId;
use stormglass_core::time::Time;

use super::bugs::BalancingBug;
use super::system::Balancing;

/// One report of a server, ordered by life and number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Report {
    pub(super) boot: u64,
    pub(super) sequence: u64,
    /// When it came.
    pub(super) heard: Time,
    waiting: u64,
    /// Requests sent to the server since.
    sent_since: u64,
}

/// What is known of the load of all servers.
#[derive(Clone, Debug)]
pub(super) struct Loads {
    system: Balancing,
    reports: BTreeMap<NodeId, Report>,
    under_way: BTreeMap<NodeId, u64>,
}

impl Loads {
    pub(super) fn new(system: Balancing) -> Loads {
        Loads { system, reports: BTreeMap::new(), under_way: BTreeMap::new() }
    }

    /// The latest report of a server.
    pub(super) fn report(&self, server: NodeId) -> Option<&Report> {
        self.reports.get(&server)
    }

    /// How much is waiting at a server, if it has said so lately.
    pub(super) fn waiting(&self, server: NodeId, now: Time) -> Option<u64> {
        let report = self.reports.get(&server)?;
        let fresh = now.since(report.heard) <= self.system.settings().report_age_max();
        fresh.then_some(report.waiting + report.sent_since)
    }

    /// How many attempts are under way to a server.
    pub(super) fn under_way(&self, server: NodeId) -> u64 {
        self.under_way.get(&server).copied().unwrap_or_default()
    }

    /// All that is counted as under way.
    pub(super) fn all_under_way(&self) -> u64 {
        self.under_way.values().sum()
    }

    pub(super) fn sent(&mut self, server: NodeId) {
        *self.under_way.entry(server).or_default() += 1;
        if let Some(report) = self.reports.get_mut(&server) {
            report.sent_since += 1;
        }
    }

    pub(super) fn ended(&mut self, server: NodeId) {
        if let Some(under_way) = self.under_way.get_mut(&server) {
            *under_way = under_way.saturating_sub(1);
        }
    }

    /// A report has come; an older one never replaces a newer one.
    pub(super) fn reported(&mut self, server: NodeId, boot: u64, sequence: u64, waiting: u64, heard: Time) {
        let before = self.reports.get(&server).map(|report| (report.boot, report.sequence));
        if self.is_newer(before, boot, sequence) {
            let report = Report { boot, sequence, heard, waiting, sent_since: 0 };
            self.reports.insert(server, report);
        }
    }

    fn is_newer(&self, before: Option<(u64, u64)>, boot: u64, sequence: u64) -> bool {
        if self.system.has(BalancingBug::ReportReorder) {
            return true;
        }
        if self.system.has(BalancingBug::LifeForgotten) {
            return before.is_none_or(|(_, before)| sequence > before);
        }
        before.is_none_or(|before| (boot, sequence) > before)
    }
}
