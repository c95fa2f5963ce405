//! Operations of a key-value register: each key holds a number or nothing.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What a client asks of a key-value store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum KvOp {
    /// What does `key` hold?
    Read {
        /// The key.
        key: u64,
    },
    /// Let `key` hold `value`.
    Write {
        /// The key.
        key: u64,
        /// Its new value.
        value: u64,
    },
    /// If `key` holds `expect`, let it hold `value`; atomically.
    Cas {
        /// The key.
        key: u64,
        /// What it must hold for the swap to happen.
        expect: u64,
        /// Its new value.
        value: u64,
    },
}

/// What a key-value store answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KvRet {
    /// To a read: what the key holds, if anything.
    Value(Option<u64>),
    /// To a write: done.
    Written,
    /// To a compare-and-swap: whether the key held the expected value and was changed.
    Swapped(bool),
}

impl KvOp {
    /// The key it is about: operations of different keys never touch one another.
    #[must_use]
    pub const fn key(&self) -> u64 {
        match *self {
            KvOp::Read { key } | KvOp::Write { key, .. } | KvOp::Cas { key, .. } => key,
        }
    }
}

impl KvOp {
    /// Does it to a store that holds these values, and answers: what a store of one copy does, one operation after the other.
    pub fn apply(self, values: &mut BTreeMap<u64, u64>) -> KvRet {
        match self {
            KvOp::Read { key } => KvRet::Value(values.get(&key).copied()),
            KvOp::Write { key, value } => {
                values.insert(key, value);
                KvRet::Written
            }
            KvOp::Cas { key, expect, value } => match values.get_mut(&key) {
                Some(held) if *held == expect => {
                    *held = value;
                    KvRet::Swapped(true)
                }
                _ => KvRet::Swapped(false),
            },
        }
    }
}

impl fmt::Display for KvOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KvOp::Read { key } => write!(f, "read {key}"),
            KvOp::Write { key, value } => write!(f, "write {key} ← {value}"),
            KvOp::Cas { key, expect, value } => write!(f, "cas {key} {expect} ⇒ {value}"),
        }
    }
}

impl fmt::Display for KvRet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KvRet::Value(Some(value)) => write!(f, "→ {value}"),
            KvRet::Value(None) => f.write_str("→ nothing"),
            KvRet::Written => Ok(()),
            KvRet::Swapped(true) => f.write_str("→ swapped"),
            KvRet::Swapped(false) => f.write_str("→ not swapped"),
        }
    }
}
