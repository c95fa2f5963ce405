//! The store's state: what every key holds, and a revision that counts its changes. As text it is a line for each.

use std::collections::BTreeMap;

use stormglass_core::op::kv::{KvOp, KvRet};

/// One change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) revision: u64,
    pub(super) key: u64,
    pub(super) value: u64,
}

/// What every key holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    revision: u64,
    values: BTreeMap<u64, u64>,
}

impl Table {
    pub(super) const fn revision(&self) -> u64 {
        self.revision
    }

    /// Carries out an operation; answers what it changed as well.
    pub(super) fn carry_out(&mut self, op: KvOp) -> (KvRet, Option<Change>) {
        match op {
            KvOp::Read { key } => (KvRet::Value(self.values.get(&key).copied()), None),
            KvOp::Write { key, value } => (KvRet::Written, Some(self.change(key, value))),
            KvOp::Cas { key, expect, value } if self.values.get(&key) == Some(&expect) => {
                (KvRet::Swapped(true), Some(self.change(key, value)))
            }
            KvOp::Cas { .. } => (KvRet::Swapped(false), None),
        }
    }

    fn change(&mut self, key: u64, value: u64) -> Change {
        let change = Change { revision: self.revision + 1, key, value };
        self.apply(change);
        change
    }

    /// Makes a change that is newer than the state.
    pub(super) fn apply(&mut self, change: Change) {
        if change.revision > self.revision {
            self.revision = change.revision;
            self.values.insert(change.key, change.value);
        }
    }

    /// So many keys from the `part`th part on, of `size` keys each; nothing behind the last.
    pub(super) fn part(&self, part: usize, size: usize) -> Option<String> {
        let lines =
            self.values.iter().skip(part * size).take(size).map(|(key, value)| format!("{key} {value}\n"));
        let text: String = lines.collect();
        (!text.is_empty()).then_some(text)
    }

    /// A state from its revision and its parts.
    pub(super) fn from_parts<'a>(revision: u64, parts: impl Iterator<Item = &'a str>) -> Table {
        let values = parts.flat_map(str::lines).filter_map(|line| match numbers(line)[..] {
            [key, value] => Some((key, value)),
            _ => None,
        });
        Table { revision, values: values.collect() }
    }

    pub(super) fn write_down(&self) -> String {
        format!("{}\n{}", self.revision, self.part(0, usize::MAX).unwrap_or_default())
    }

    /// What was written down.
    pub(super) fn read(text: &str) -> Option<Table> {
        let (revision, rest) = text.split_once('\n')?;
        Some(Table::from_parts(revision.parse().ok()?, std::iter::once(rest)))
    }
}

/// Changes as text, a line for each.
pub(super) fn write_changes(changes: &[Change]) -> String {
    let line = |change: &Change| format!("{} {} {}\n", change.revision, change.key, change.value);
    changes.iter().map(line).collect()
}

/// Changes from text.
pub(super) fn read_changes(text: &str) -> Vec<Change> {
    let change = |line| match numbers(line)[..] {
        [revision, key, value] => Some(Change { revision, key, value }),
        _ => None,
    };
    text.lines().filter_map(change).collect()
}

/// The numbers in a line.
pub(super) fn numbers(line: &str) -> Vec<u64> {
    line.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}
