//! The first pass: keys are numbered, appends entered in a table, the longest read of each key noted.
//!
//! It does not look into the lists that were read.

use stormglass_core::op::txn::ListOp;
use stormglass_core::random::mix;

use super::{Append, ListOperation, Lists, NONE, Order, ReadId};
use crate::isolation::intern::Interner;
use crate::isolation::record::{Standing, check_size, standings};
use crate::table::Table;

/// The hash of an append. Neighbouring values of a key are neighbours in the table, because they are used together.
#[inline]
pub(super) fn hash(key: u32, value: u64) -> u64 {
    mix(u64::from(key), value >> 3) & !7 | value & 7
}

pub(super) fn survey(operations: &[ListOperation]) -> Result<Lists<'_>, String> {
    let mut lists = Lists {
        operations,
        standings: standings(operations)?,
        keys: Interner::new(),
        appends: Vec::new(),
        starts: Vec::with_capacity(operations.len() + 1),
        table: Table::new(operations.len()),
        step_keys: Vec::with_capacity(4 * operations.len()),
        orders: Vec::new(),
        reads: Vec::new(),
    };
    // Of each key the latest append, to know which are not their transaction's last.
    let mut latest: Vec<u32> = Vec::new();
    check_size(operations.len(), operations.iter().map(|operation| operation.op.0.len()).sum())?;
    for (index, operation) in operations.iter().enumerate() {
        lists.starts.push(lists.appends.len() as u32);
        let returned = operation.outcome.ok();
        let mut slot = 0;
        for step in &operation.op.0 {
            let (ListOp::Read { key } | ListOp::Append { key, .. }) = *step;
            let number = lists.keys.number(key);
            lists.step_keys.push(number);
            if number as usize == lists.orders.len() {
                let (kept, kept_before) = (Vec::new(), Vec::new());
                lists.orders.push(Order { longest: None, kept, kept_before, is_disputed: false });
                latest.push(NONE);
            }
            match *step {
                ListOp::Append { value, .. } => {
                    let append =
                        Append { value, transaction: index as u32, key: number, place: NONE, is_final: true };
                    lists.enter(append, &mut latest[number as usize])?;
                }
                ListOp::Read { .. } => {
                    slot += 1;
                    let read = ReadId { transaction: index as u32, slot: slot - 1 };
                    let Some(list) = returned.and_then(|reads| reads.0.get(slot as usize - 1)) else {
                        continue;
                    };
                    let longest = lists.orders[number as usize].longest;
                    if longest.is_none_or(|longest| lists.list(longest).len() < list.len()) {
                        lists.orders[number as usize].longest = Some(read);
                    }
                }
            }
        }
        if returned.is_some_and(|reads| reads.0.len() != slot as usize) {
            return Err(format!(
                "operation {index} has {slot} reads, but not as many results: it is malformed"
            ));
        }
    }
    lists.starts.push(lists.appends.len() as u32);
    Ok(lists)
}

impl Lists<'_> {
    /// Enters an append, which must be the only one of its value to its key.
    fn enter(&mut self, append: Append, latest: &mut u32) -> Result<(), String> {
        let Lists { appends, table, .. } = self;
        let fresh = appends.len() as u32;
        table.reserve(appends.len(), |known| {
            let known = &appends[known as usize];
            hash(known.key, known.value)
        });
        let same = |known: u32| {
            let known = &appends[known as usize];
            known.key == append.key && known.value == append.value
        };
        let number = table.find_or_insert(hash(append.key, append.value), fresh, same);
        if number != fresh {
            let (value, key) = (append.value, self.keys.name(append.key));
            let (first, second) = (appends[number as usize].transaction, append.transaction);
            return Err(format!(
                "{value} is appended to key {key} twice, by operations {first} and {second}: nobody can say whose \
                 append a read shows"
            ));
        }
        appends.push(append);
        if let Some(before) = appends.get_mut(*latest as usize)
            && before.transaction == append.transaction
        {
            before.is_final = false;
        }
        *latest = fresh;
        Ok(())
    }

    /// A transaction of unknown outcome whose append was read has committed.
    pub(super) fn observed(&mut self, append: u32) {
        let standing = &mut self.standings[self.appends[append as usize].transaction as usize];
        if *standing == Standing::Unknown {
            *standing = Standing::Committed;
        }
    }
}
