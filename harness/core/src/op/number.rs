//! Operations of a source of numbers: unique ids, timestamps, sequences.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a client asks of a source of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum NumberOp {
    /// Give me the next one.
    Next,
}

/// What it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NumberRet {
    /// This one.
    Number(u64),
}

impl fmt::Display for NumberOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("next")
    }
}

impl fmt::Display for NumberRet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NumberRet::Number(number) = self;
        write!(f, "→ {number}")
    }
}
