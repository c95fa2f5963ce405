//! Registers: what their reads and writes say about the order of versions.
//!
//! No value is written twice to one key, so each read tells who wrote what it returned. The order of versions has to
//! be inferred, and only what is certain is used:
//!
//! * the initial version, which holds nothing, comes before all others;
//! * who read a version and then wrote the key put its own version right after it, or an update was lost;
//! * where real time counts, versions follow it.
//!
//! What remains unknown leaves some levels undecided, unless an order of all transactions is found that explains
//! everything (see [`serial`](super::serial)).

mod blocks;
mod edges;
mod realtime;
mod survey;
mod words;

use stormglass_core::history::Operation;
use stormglass_core::op::txn::{RegisterReads, RegisterTxn};

use self::blocks::Blocks;
use super::findings::Findings;
use super::intern::Interner;
use super::record::{Standing, returned};
use super::serial::Script;
use super::weak::Facts;
use crate::table::Table;

/// Stands for no write: the initial version.
const INITIAL: u32 = u32::MAX;

/// Stands for what a blind write replaced: its transaction did not read the key before.
const BLIND: u32 = u32::MAX - 1;

/// Stands for what is not known yet.
const OPEN: u32 = u32::MAX - 2;

type RegisterOperation = Operation<RegisterTxn, RegisterReads>;

/// One write of one transaction.
#[derive(Clone, Copy)]
struct Write {
    value: u64,
    transaction: u32,
    key: u32,
    /// Whether it is its transaction's last one to this key.
    is_final: bool,
}

/// The first read of a key by a transaction that had not written it: what it saw of others.
#[derive(Clone, Copy)]
struct ExternalRead {
    transaction: u32,
    key: u32,
    /// The write it saw, or [`INITIAL`].
    version: u32,
    /// Whether the transaction wrote the key afterwards.
    updates: bool,
}

/// Everything that a history of registers says.
pub(crate) struct Registers<'a> {
    operations: &'a [RegisterOperation],
    standings: Vec<Standing>,
    keys: Interner,
    /// In order of transactions, and of steps.
    writes: Vec<Write>,
    /// The writes of a transaction begin here.
    starts: Vec<u32>,
    /// The writes by key and value.
    table: Table,
    /// The number of the key of each step of each transaction.
    step_keys: Vec<u32>,
    /// In order of transactions; none of a version that nobody wrote or whose transaction failed.
    reads: Vec<ExternalRead>,
    blocks: Blocks,
}

impl<'a> Registers<'a> {
    /// Reads a history; or says why it is none.
    pub(crate) fn new(
        operations: &'a [RegisterOperation],
        findings: &mut Findings,
    ) -> Result<Registers<'a>, String> {
        let mut registers = survey::survey(operations)?;
        registers.judge_reads(findings);
        Ok(registers)
    }

    /// Which transactions count.
    pub(crate) fn standings(&self) -> &[Standing] {
        &self.standings
    }

    /// Whether a write put a version in the order of its key.
    fn counts(&self, write: &Write) -> bool {
        write.is_final && self.standings[write.transaction as usize] == Standing::Committed
    }

    /// Whether a version stands in the order of its key: an intermediate one does not.
    fn is_installed(&self, version: u32) -> bool {
        self.writes.get(version as usize).is_none_or(|write| write.is_final)
    }

    /// The final writes of transactions that count, as key and transaction, in this order.
    fn installed(&self) -> Vec<(u32, u32)> {
        let counting = self.writes.iter().filter(|write| self.counts(write));
        let mut installed: Vec<(u32, u32)> = counting.map(|write| (write.key, write.transaction)).collect();
        installed.sort_unstable();
        installed
    }

    /// What the weaker levels are judged by.
    pub(crate) fn facts(&self, processes: Vec<(u32, u32)>) -> Facts {
        let mut writes: Vec<(u32, u32)> =
            self.installed().into_iter().map(|(key, transaction)| (transaction, key)).collect();
        writes.sort_unstable();
        let read = |read: &ExternalRead| (read.transaction, read.key, self.writer(read.version));
        Facts {
            keys: self.keys.names().to_vec(),
            transactions: self.operations.len(),
            reads: self.reads.iter().map(read).collect(),
            writes,
            versions: Vec::new(),
            processes,
        }
    }

    /// What a serial order must explain.
    pub(crate) fn script(&self) -> Script {
        let counts = |transaction: u32| self.standings[transaction as usize] == Standing::Committed;
        // A transaction is due when the first is that saw what it wrote.
        let mut rank = vec![None; self.operations.len()];
        for (index, operation) in
            self.operations.iter().enumerate().filter(|(index, _)| counts(*index as u32))
        {
            rank[index] = Some(returned(operation).unwrap_or(u64::MAX));
        }
        for read in &self.reads {
            if let Some(writer) = self.writer(read.version) {
                let completed = returned(&self.operations[read.transaction as usize]);
                rank[writer as usize] = rank[writer as usize].min(completed.or(Some(u64::MAX)));
            }
        }
        let initial = |key: u32| self.writes.len() as u32 + key;
        let read = |read: &ExternalRead| {
            let shown = if read.version == INITIAL { initial(read.key) } else { read.version };
            (read.transaction, read.key, shown)
        };
        let written = self.writes.iter().enumerate();
        Script {
            rank,
            reads: self.reads.iter().map(read).collect(),
            writes: written
                .filter(|(_, write)| write.is_final && counts(write.transaction))
                .map(|(index, write)| (write.transaction, write.key, index as u32))
                .collect(),
            initial: (0..self.keys.len() as u32).map(initial).collect(),
            versions: self.writes.len() + self.keys.len(),
        }
    }

    /// The writes of a transaction.
    fn writes_of(&self, transaction: u32) -> &[Write] {
        let range =
            self.starts[transaction as usize] as usize..self.starts[transaction as usize + 1] as usize;
        &self.writes[range]
    }

    /// Who wrote a version; nobody wrote the initial one.
    fn writer(&self, version: u32) -> Option<u32> {
        self.writes.get(version as usize).map(|write| write.transaction)
    }

    /// The external reads of a transaction.
    fn reads_of(&self, transaction: u32) -> &[ExternalRead] {
        let first = self.reads.partition_point(|read| read.transaction < transaction);
        let count = self.reads[first..].partition_point(|read| read.transaction == transaction);
        &self.reads[first..first + count]
    }
}
