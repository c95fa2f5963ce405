//! The third pass: every read on its own, against the order of its key and against its own transaction.
//!
//! It finds aborted and intermediate reads, reads that contradict their transaction, and lists that no single order
//! explains; and it keeps the external reads, which tell what a transaction saw of others.

use stormglass_core::op::txn::ListOp;

use super::{ExternalRead, Lists, ReadId};
use crate::isolation::anomaly::Anomaly;
use crate::isolation::findings::Findings;
use crate::isolation::record::Standing;

/// What a transaction knows of a key.
#[derive(Clone, Copy)]
struct Known {
    /// The transaction that knows it: what another one knew is void.
    transaction: u32,
    /// The latest read, if there was one.
    read: Option<ReadId>,
    /// How many appends there were, of all transactions, when it read.
    appends_then: u32,
    /// Its external read of the key, by place among all.
    external: Option<u32>,
}

impl Lists<'_> {
    pub(super) fn judge_reads(&mut self, findings: &mut Findings) {
        let nobody = Known { transaction: u32::MAX, read: None, appends_then: 0, external: None };
        let mut known = vec![nobody; self.orders.len()];
        let mut first_key = 0;
        for index in 0..self.operations.len() {
            if self.operations[index].outcome.ok().is_some() {
                self.judge_transaction(index as u32, first_key, &mut known, findings);
            }
            first_key += self.operations[index].op.0.len();
        }
    }

    fn judge_transaction(
        &mut self,
        transaction: u32,
        first_key: usize,
        known: &mut [Known],
        findings: &mut Findings,
    ) {
        let (mut slot, mut appended) = (0, self.starts[transaction as usize]);
        let before = appended;
        let operations = self.operations;
        for (step, at) in operations[transaction as usize].op.0.iter().zip(first_key..) {
            let key = self.step_keys[at];
            let known = &mut known[key as usize];
            let first_touch = known.transaction != transaction;
            if first_touch {
                *known = Known { transaction, read: None, appends_then: before, external: None };
            }
            match step {
                ListOp::Append { .. } => {
                    appended += 1;
                    if let Some(external) = known.external {
                        self.reads[external as usize].updates = true;
                    }
                }
                ListOp::Read { .. } => {
                    let read = ReadId { transaction, slot };
                    slot += 1;
                    let length = self.length(key, read, findings);
                    self.judge_last_element(key, read, length, findings);
                    if first_touch {
                        self.future_read(key, read, appended, findings);
                        if let Some(length) = length {
                            known.external = Some(self.reads.len() as u32);
                            self.reads.push(ExternalRead { transaction, key, length, updates: false });
                        }
                    } else {
                        self.internal(key, read, *known, appended, findings);
                    }
                    (known.read, known.appends_then) = (Some(read), appended);
                }
            }
        }
    }

    /// How many kept appends a read shows, if it is a beginning of the longest read of its key.
    fn length(&mut self, key: u32, read: ReadId, findings: &mut Findings) -> Option<u32> {
        let list = self.list(read);
        let order = &self.orders[key as usize];
        let longest = order.longest.expect("a key that was read has a longest read");
        if self.list(longest).starts_with(list) {
            let raw = list.len();
            return Some(order.kept_before.get(raw).copied().unwrap_or(raw as u32));
        }
        self.orders[key as usize].is_disputed = true;
        self.judge_disputed(key, read, findings);
        findings.add(Anomaly::IncompatibleOrder, &[longest.transaction, read.transaction], || {
            let (one, other) = (self.list(longest), list);
            let place = one.iter().zip(other).take_while(|(one, other)| one == other).count();
            let key = self.keys.name(key);
            let named = |list: &[u64]| list.get(place).map_or("nothing".to_owned(), u64::to_string);
            let (one, other) = (named(one), named(other));
            vec![
                format!("T1 read {one} as element {} of key {key}", place + 1),
                format!(
                    "T2 read {other} in that place: neither list is a beginning of the other, a contradiction"
                ),
            ]
        });
        None
    }

    /// The version that a read shows is that of its last element: it must be final, and not aborted.
    fn judge_last_element(&self, key: u32, read: ReadId, length: Option<u32>, findings: &mut Findings) {
        let order = &self.orders[key as usize];
        let append = match length {
            Some(0) if order.kept_before.is_empty() => None,
            Some(length) if order.kept_before.is_empty() => Some(order.kept[length as usize - 1]),
            _ => self.list(read).last().and_then(|&value| self.find(key, value)),
        };
        let Some(append) = append.map(|append| &self.appends[append as usize]) else { return };
        let (writer, reader) = (append.transaction, read.transaction);
        let (key, value) = (self.keys.name(key), append.value);
        if self.standings[writer as usize] == Standing::Failed {
            findings.add(Anomaly::G1a, &[writer, reader], || {
                vec![
                    format!("T1 appended {value} to key {key} and failed"),
                    format!("T2 observed T1's append of {value} to key {key}: a contradiction"),
                ]
            });
        } else if !append.is_final && writer != reader {
            findings.add(Anomaly::G1b, &[writer, reader], || {
                vec![
                    format!("T1 appended {value} to key {key}, and later in the same transaction more"),
                    format!("T2 observed T1's append of {value} to key {key} but not the later one: a contradiction"),
                ]
            });
        }
    }

    /// A read must show none of what its transaction appends to the key later: the appends from `later` on.
    fn future_read(&self, key: u32, read: ReadId, later: u32, findings: &mut Findings) {
        let list = self.list(read);
        let mut own = self.appends_of(read.transaction).skip_while(|&(append, _)| append < later);
        let own = own.find(|(_, append)| append.key == key && list.contains(&append.value));
        let Some((_, append)) = own else { return };
        let (value, key) = (append.value, self.keys.name(key));
        findings.add(Anomaly::FutureRead, &[read.transaction], || {
            vec![format!("T1 read {value} in the list of key {key} before it appended it: a contradiction")]
        });
    }

    /// A later read must show what the transaction knew of the key, and what it has appended since.
    fn internal(&self, key: u32, read: ReadId, known: Known, appended: u32, findings: &mut Findings) {
        let list = self.list(read);
        let since = known.appends_then..appended;
        let own: Vec<u64> = since
            .map(|append| &self.appends[append as usize])
            .filter(|append| append.key == key)
            .map(|append| append.value)
            .collect();
        let before = known.read.map(|read| self.list(read));
        let expected = match before {
            Some(before) => list.strip_prefix(before) == Some(&own[..]),
            None => list.ends_with(&own),
        };
        if expected {
            // What came before a list that it only appended to, it does not know: but that cannot be its own.
            if before.is_none() {
                self.future_read(key, read, appended, findings);
            }
            return;
        }
        findings.add(Anomaly::Internal, &[read.transaction], || {
            let (before, key) = (before.unwrap_or_default(), self.keys.name(key));
            let knew = match (before.is_empty(), own.is_empty()) {
                (false, true) => format!("T1 had read {before:?} from key {key}"),
                (false, false) => format!("T1 had read {before:?} from key {key} and then appended {own:?}"),
                (true, false) => format!("T1 had appended {own:?} to key {key}"),
                (true, true) => format!("T1 had found key {key} empty"),
            };
            vec![knew, format!("T1 then read {list:?} from key {key}: a contradiction")]
        });
    }
}
