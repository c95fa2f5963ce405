//! Which event came of which: parents by place in the trace, from the ids that records carry.
//!
//! A send comes of the step in which it was sent, an arrival or a loss of its send, a timer of the step that set it. Ids of
//! events are hashes, and the first effect of a step bears the id of the copy of what the step took: whose message it is
//! settles that.

use std::collections::BTreeMap;

use stormglass_core::random::CausalId;
use stormglass_core::trace::{Kind, Record};

/// For each record the place of the one that it came of, if that is known.
pub(super) fn parents(records: &[Record]) -> Vec<Option<usize>> {
    let mut sends: BTreeMap<CausalId, usize> = BTreeMap::new();
    let mut steps: BTreeMap<CausalId, usize> = BTreeMap::new();
    let mut parents = Vec::with_capacity(records.len());
    for (place, record) in records.iter().enumerate() {
        let sent = |id: CausalId| {
            let ends = match record.kind {
                Kind::Drop => (record.whom, record.peer),
                _ => (record.peer, record.whom),
            };
            let send = sends.get(&id).copied();
            send.filter(|&send: &usize| (records[send].whom, records[send].peer) == ends)
        };
        parents.push(match record.kind {
            Kind::Deliver | Kind::Drop => sent(record.cause).or_else(|| sent(record.id)),
            _ => steps.get(&record.cause).copied(),
        });
        match record.kind {
            Kind::Send => _ = sends.insert(record.id, place),
            Kind::Drop => {}
            _ => _ = steps.insert(record.id, place),
        }
    }
    parents
}
