//! Transactions: several reads and writes that a store should carry out as one.
//!
//! Two kinds of object are shared by workloads, systems and checkers: *lists* that grow at their end, whose reads
//! show the whole order of their writes, and plain *registers*. A transaction names what it asks, step by step; its
//! answer holds what its reads returned, in the order of those reads.
//!
//! It does not know what isolation is: that is a checker's business.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One step of a transaction over lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum ListOp {
    /// What does the list `key` hold?
    Read {
        /// The key.
        key: u64,
    },
    /// Let `value` be the new last element of the list `key`.
    Append {
        /// The key.
        key: u64,
        /// Its new last element; a workload appends no value twice to one key.
        value: u64,
    },
}

/// One step of a transaction over registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum RegisterOp {
    /// What does `key` hold?
    Read {
        /// The key.
        key: u64,
    },
    /// Let `key` hold `value`.
    Write {
        /// The key.
        key: u64,
        /// Its new value; a workload writes no value twice to one key.
        value: u64,
    },
}

/// What a client asks of a transactional store: steps in their order, all of them or none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Txn<M>(pub Vec<M>);

/// What a transactional store answers: the result of each read of the transaction, in their order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reads<V>(pub Vec<V>);

/// A transaction over lists.
pub type ListTxn = Txn<ListOp>;
/// What it read: whole lists; one that was never appended to is empty.
pub type ListReads = Reads<Vec<u64>>;
/// A transaction over registers.
pub type RegisterTxn = Txn<RegisterOp>;
/// What it read: values, or nothing where no value was ever written.
pub type RegisterReads = Reads<Option<u64>>;

impl fmt::Display for ListOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ListOp::Read { key } => write!(f, "read {key}"),
            ListOp::Append { key, value } => write!(f, "append {key} ← {value}"),
        }
    }
}

impl fmt::Display for RegisterOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RegisterOp::Read { key } => write!(f, "read {key}"),
            RegisterOp::Write { key, value } => write!(f, "write {key} ← {value}"),
        }
    }
}

impl<M: fmt::Display> fmt::Display for Txn<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, step) in self.0.iter().enumerate() {
            write!(f, "{}{step}", if index == 0 { "" } else { ", " })?;
        }
        f.write_str("}")
    }
}

impl fmt::Display for Reads<Vec<u64>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, list) in self.0.iter().enumerate() {
            write!(f, "{}{list:?}", if index == 0 { "→ " } else { ", " })?;
        }
        Ok(())
    }
}

impl fmt::Display for Reads<Option<u64>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, value) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "→ " } else { ", " })?;
            match value {
                Some(value) => write!(f, "{value}")?,
                None => f.write_str("nothing")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A person reads what was asked and what each read returned.
    #[test]
    fn transactions_and_their_answers_read_as_on_a_timeline() {
        let asked = Txn(vec![ListOp::Append { key: 5, value: 1 }, ListOp::Read { key: 5 }]);
        assert_eq!(asked.to_string(), "{append 5 ← 1, read 5}");
        assert_eq!(Reads(vec![vec![1, 2], vec![]]).to_string(), "→ [1, 2], []");
        let asked = Txn(vec![RegisterOp::Write { key: 5, value: 1 }, RegisterOp::Read { key: 6 }]);
        assert_eq!(asked.to_string(), "{write 5 ← 1, read 6}");
        assert_eq!(Reads(vec![Some(3), None]).to_string(), "→ 3, nothing");
    }
}
