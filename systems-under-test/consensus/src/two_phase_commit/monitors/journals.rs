//! What is on the disks: every record that a power failure this instant would leave, each handed out once.

use std::collections::BTreeMap;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::View;

use crate::two_phase_commit::TwoPhaseCommit;
use crate::two_phase_commit::journal::{JOURNAL_FILE, Replay};
use crate::two_phase_commit::record::Record;

/// How far each journal has been read. They only grow.
#[derive(Clone, Debug, Default)]
pub(super) struct Journals(BTreeMap<NodeId, Replay>);

impl Journals {
    /// The records that have become durable at `node` since the last time.
    pub(super) fn news(&mut self, node: NodeId, world: &dyn View<TwoPhaseCommit>) -> Vec<Record> {
        let file = world.disk(node).durable(JOURNAL_FILE).unwrap_or_default();
        let replay = self.0.entry(node).or_default();
        let mut news = Vec::new();
        while let Some(words) = replay.next(file) {
            news.extend(Record::from_words(&words));
        }
        news
    }
}
