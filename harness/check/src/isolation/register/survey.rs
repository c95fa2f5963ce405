//! Two passes: writes are entered in a table; then every read is judged on its own, and external reads are kept.

use stormglass_core::op::txn::RegisterOp;
use stormglass_core::random::mix;

use super::blocks::Blocks;
use super::{ExternalRead, INITIAL, RegisterOperation, Registers, Write};
use crate::isolation::anomaly::Anomaly;
use crate::isolation::findings::Findings;
use crate::isolation::intern::Interner;
use crate::isolation::record::{Standing, check_size, standings};
use crate::table::Table;

/// The hash of a write. Neighbouring values of a key are neighbours in the table, because they are used together.
#[inline]
fn hash(key: u32, value: u64) -> u64 {
    mix(u64::from(key), value >> 3) & !7 | value & 7
}

/// What a transaction knows of a key: nothing, if this is about another transaction.
#[derive(Clone, Copy)]
struct Known {
    transaction: u32,
    value: Option<u64>,
    is_own: bool,
    /// Its external read of the key, by place among all.
    external: Option<u32>,
}

pub(super) fn survey(operations: &[RegisterOperation]) -> Result<Registers<'_>, String> {
    let mut registers = Registers {
        operations,
        standings: standings(operations)?,
        keys: Interner::new(),
        writes: Vec::new(),
        starts: Vec::with_capacity(operations.len() + 1),
        table: Table::new(operations.len()),
        step_keys: Vec::with_capacity(4 * operations.len()),
        reads: Vec::new(),
        blocks: Blocks::default(),
    };
    // Of each key the latest write, to know which are not their transaction's last.
    let mut latest: Vec<u32> = Vec::new();
    check_size(operations.len(), operations.iter().map(|operation| operation.op.0.len()).sum())?;
    for (index, operation) in operations.iter().enumerate() {
        registers.starts.push(registers.writes.len() as u32);
        let mut reads = 0;
        for step in &operation.op.0 {
            let (RegisterOp::Read { key } | RegisterOp::Write { key, .. }) = *step;
            let number = registers.keys.number(key);
            registers.step_keys.push(number);
            latest.resize(registers.keys.len(), INITIAL);
            match *step {
                RegisterOp::Read { .. } => reads += 1,
                RegisterOp::Write { value, .. } => {
                    let write = Write { value, transaction: index as u32, key: number, is_final: true };
                    registers.enter(write, &mut latest[number as usize])?;
                }
            }
        }
        if operation.outcome.ok().is_some_and(|returned| returned.0.len() != reads) {
            return Err(format!(
                "operation {index} has {reads} reads, but not as many results: it is malformed"
            ));
        }
    }
    registers.starts.push(registers.writes.len() as u32);
    Ok(registers)
}

impl Registers<'_> {
    /// Enters a write, which must be the only one of its value to its key.
    fn enter(&mut self, write: Write, latest: &mut u32) -> Result<(), String> {
        let Registers { writes, table, .. } = self;
        let fresh = writes.len() as u32;
        table.reserve(writes.len(), |known| {
            let known = &writes[known as usize];
            hash(known.key, known.value)
        });
        let same = |known: u32| {
            let known = &writes[known as usize];
            known.key == write.key && known.value == write.value
        };
        let number = table.find_or_insert(hash(write.key, write.value), fresh, same);
        if number != fresh {
            let (value, key) = (write.value, self.keys.name(write.key));
            let (first, second) = (writes[number as usize].transaction, write.transaction);
            return Err(format!(
                "{value} is written to key {key} twice, by operations {first} and {second}: nobody can say whose \
                 write a read shows"
            ));
        }
        writes.push(write);
        if let Some(before) = writes.get_mut(*latest as usize)
            && before.transaction == write.transaction
        {
            before.is_final = false;
        }
        *latest = fresh;
        Ok(())
    }

    pub(super) fn judge_reads(&mut self, findings: &mut Findings) {
        let nobody = Known { transaction: u32::MAX, value: None, is_own: false, external: None };
        let mut known = vec![nobody; self.keys.len()];
        let mut first_key = 0;
        for (index, operation) in self.operations.iter().enumerate() {
            if let Some(returned) = operation.outcome.ok() {
                let mut returned = returned.0.iter();
                for (step, at) in operation.op.0.iter().zip(first_key..) {
                    let key = self.step_keys[at];
                    let returned = match step {
                        RegisterOp::Read { .. } => returned.next().copied(),
                        RegisterOp::Write { .. } => None,
                    };
                    self.judge_step(index as u32, key, *step, returned, &mut known[key as usize], findings);
                }
            }
            first_key += operation.op.0.len();
        }
    }

    fn judge_step(
        &mut self,
        transaction: u32,
        key: u32,
        step: RegisterOp,
        returned: Option<Option<u64>>,
        known: &mut Known,
        findings: &mut Findings,
    ) {
        let first_touch = known.transaction != transaction;
        if first_touch {
            *known = Known { transaction, value: None, is_own: false, external: None };
        }
        match (step, returned) {
            (RegisterOp::Write { value, .. }, _) => {
                (known.value, known.is_own) = (Some(value), true);
                if let Some(external) = known.external {
                    self.reads[external as usize].updates = true;
                }
            }
            (RegisterOp::Read { .. }, Some(value)) if first_touch => {
                known.value = value;
                if let Some(version) = self.external_read(transaction, key, value, findings) {
                    known.external = Some(self.reads.len() as u32);
                    self.reads.push(ExternalRead { transaction, key, version, updates: false });
                }
            }
            (RegisterOp::Read { .. }, Some(value)) => {
                if known.value != value {
                    self.internal(transaction, key, (*known, value), findings);
                }
                (known.value, known.is_own) = (value, false);
            }
            (RegisterOp::Read { .. }, None) => {}
        }
    }

    /// The version that a first read shows, if it is one that may be read; what is wrong with it is reported.
    fn external_read(
        &mut self,
        reader: u32,
        key: u32,
        value: Option<u64>,
        findings: &mut Findings,
    ) -> Option<u32> {
        let Some(value) = value else { return Some(INITIAL) };
        let same = |known: u32| {
            let known = &self.writes[known as usize];
            known.key == key && known.value == value
        };
        let name = self.keys.name(key);
        let Some(version) = self.table.find(hash(key, value), same) else {
            findings.add(Anomaly::UnwrittenRead, &[reader], || {
                vec![format!("T1 read {value} from key {name}, which no transaction wrote: a contradiction")]
            });
            return None;
        };
        let Write { transaction: writer, is_final, .. } = self.writes[version as usize];
        if writer == reader {
            findings.add(Anomaly::FutureRead, &[reader], || {
                vec![format!("T1 read {value} from key {name} before it wrote it: a contradiction")]
            });
            return None;
        }
        let standing = &mut self.standings[writer as usize];
        if *standing == Standing::Failed {
            findings.add(Anomaly::G1a, &[writer, reader], || {
                vec![
                    format!("T1 wrote {value} to key {name} and failed"),
                    format!("T2 observed T1's write of {value} to key {name}: a contradiction"),
                ]
            });
            return None;
        }
        *standing = Standing::Committed;
        if !is_final {
            findings.add(Anomaly::G1b, &[writer, reader], || {
                vec![
                    format!(
                        "T1 wrote {value} to key {name}, and later in the same transaction another value"
                    ),
                    format!("T2 observed T1's write of {value} to key {name}: a contradiction"),
                ]
            });
        }
        Some(version)
    }

    /// A later read must show what the transaction knew of the key.
    fn internal(
        &self,
        transaction: u32,
        key: u32,
        (known, value): (Known, Option<u64>),
        findings: &mut Findings,
    ) {
        findings.add(Anomaly::Internal, &[transaction], || {
            let key = self.keys.name(key);
            let show = |value: Option<u64>| value.map_or("nothing".to_owned(), |value| value.to_string());
            let verb = if known.is_own { "written" } else { "read" };
            vec![
                format!("T1 had {verb} {} on key {key}", show(known.value)),
                format!("T1 then read {} from key {key}: a contradiction", show(value)),
            ]
        });
    }
}
