//! Lists: what their reads say about the order of versions.
//!
//! A read of a list shows all appends to it in their order, so the longest read of a key is the order of its
//! versions: every other read must be a beginning of it (Elle, section 4). Appends that committed and that the
//! longest read does not show come after it, in an order that nobody knows.
//!
//! ```text
//! steps ──survey──▶ appends, longest reads ──orders──▶ order of each key
//!                                                        │
//!               reads ──faults──▶ anomalies of single reads, external reads ──edges──▶ dependencies
//! ```
//!
//! An append is *kept* if it stands in the order of its key: it was read, and its transaction did not fail.

mod edges;
mod faults;
mod orders;
mod survey;
mod words;

use stormglass_core::history::Operation;
use stormglass_core::op::txn::{ListReads, ListTxn};

use super::findings::Findings;
use super::intern::Interner;
use super::record::Standing;
use super::weak::Facts;
use crate::table::Table;

/// Stands for no append, no place, no read.
const NONE: u32 = u32::MAX;

/// The place of an append that was read though its transaction failed.
const ABORTED: u32 = u32::MAX - 1;

type ListOperation = Operation<ListTxn, ListReads>;

/// One append of one transaction.
#[derive(Clone, Copy)]
struct Append {
    value: u64,
    transaction: u32,
    key: u32,
    /// Its place among the kept appends of its key, or [`ABORTED`], or [`NONE`] if it is not in the longest read.
    place: u32,
    /// Whether it is its transaction's last one to this key.
    is_final: bool,
}

/// A read of a list, by its transaction and its number among that one's reads.
#[derive(Clone, Copy)]
struct ReadId {
    transaction: u32,
    slot: u32,
}

/// The order of the versions of one key.
struct Order {
    /// The longest read; of equally long ones the first.
    longest: Option<ReadId>,
    /// The kept appends in their order.
    kept: Vec<u32>,
    /// Where some elements are not kept: of each element how many before it are. Else empty.
    kept_before: Vec<u32>,
    /// Whether some read is not a beginning of the longest.
    is_disputed: bool,
}

/// The first read of a key by a transaction that had not appended to it: what it saw of others.
#[derive(Clone, Copy)]
struct ExternalRead {
    transaction: u32,
    key: u32,
    /// How many kept appends it showed.
    length: u32,
    /// Whether the transaction appended to the key afterwards.
    updates: bool,
}

/// Everything that a history of lists says.
pub(crate) struct Lists<'a> {
    operations: &'a [ListOperation],
    standings: Vec<Standing>,
    keys: Interner,
    /// In order of transactions, and of steps.
    appends: Vec<Append>,
    /// The appends of a transaction begin here.
    starts: Vec<u32>,
    /// The appends by key and value.
    table: Table,
    /// The number of the key of each step of each transaction.
    step_keys: Vec<u32>,
    orders: Vec<Order>,
    /// In order of transactions.
    reads: Vec<ExternalRead>,
}

impl<'a> Lists<'a> {
    /// Reads a history; or says why it is none.
    pub(crate) fn new(operations: &'a [ListOperation], findings: &mut Findings) -> Result<Lists<'a>, String> {
        let mut lists = survey::survey(operations)?;
        lists.order_versions(findings);
        lists.judge_reads(findings);
        Ok(lists)
    }

    /// Which transactions count.
    pub(crate) fn standings(&self) -> &[Standing] {
        &self.standings
    }

    /// What the weaker levels are judged by.
    pub(crate) fn facts(&self, processes: Vec<(u32, u32)>) -> Facts {
        let writer = |append: &u32| self.appends[*append as usize].transaction;
        let read = |read: &ExternalRead| {
            let last = (read.length as usize).checked_sub(1);
            let last = last.map(|last| writer(&self.orders[read.key as usize].kept[last]));
            (read.transaction, read.key, last)
        };
        let counts = |append: &&Append| {
            append.is_final && self.standings[append.transaction as usize] == Standing::Committed
        };
        let mut versions: Vec<(u32, u32)> = Vec::new();
        for order in &self.orders {
            versions.extend(order.kept.windows(2).map(|pair| (writer(&pair[0]), writer(&pair[1]))));
        }
        for unread in self.appends.iter().filter(counts).filter(|append| append.place == NONE) {
            let last = self.orders[unread.key as usize].kept.last();
            versions.extend(last.map(|last| (writer(last), unread.transaction)));
        }
        let mut writes: Vec<(u32, u32)> =
            self.appends.iter().filter(counts).map(|append| (append.transaction, append.key)).collect();
        writes.sort_unstable();
        Facts {
            keys: self.keys.names().to_vec(),
            transactions: self.operations.len(),
            reads: self.reads.iter().map(read).collect(),
            writes,
            versions,
            processes,
        }
    }

    /// The appends of a transaction, with their numbers.
    fn appends_of(&self, transaction: u32) -> impl Iterator<Item = (u32, &Append)> {
        let range = self.starts[transaction as usize]..self.starts[transaction as usize + 1];
        range.map(|index| (index, &self.appends[index as usize]))
    }

    /// What that read returned.
    fn list(&self, read: ReadId) -> &'a [u64] {
        let reads = self.operations[read.transaction as usize].outcome.ok();
        reads.map_or(&[], |reads| &reads.0[read.slot as usize])
    }

    /// The append of `value` to `key`.
    fn find(&self, key: u32, value: u64) -> Option<u32> {
        let same = |known: u32| {
            let append = &self.appends[known as usize];
            append.key == key && append.value == value
        };
        self.table.find(survey::hash(key, value), same)
    }
}
