//! Operations of one counter, zero in the beginning unless a check is told otherwise.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a client asks of a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum CounterOp {
    /// Add `amount`, which may be negative.
    Add {
        /// How much.
        amount: i64,
    },
    /// What is the sum?
    Read,
}

/// What a counter answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CounterRet {
    /// To an add: done.
    Added,
    /// To a read: the sum.
    Value(i64),
}

impl fmt::Display for CounterOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CounterOp::Add { amount } => write!(f, "add {amount}"),
            CounterOp::Read => f.write_str("read"),
        }
    }
}

impl fmt::Display for CounterRet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CounterRet::Added => Ok(()),
            CounterRet::Value(value) => write!(f, "→ {value}"),
        }
    }
}
