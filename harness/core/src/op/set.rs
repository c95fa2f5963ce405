//! Operations of one set of numbers, empty in the beginning.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a client asks of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum SetOp {
    /// Let the set hold `element`.
    Add {
        /// The element.
        element: u64,
    },
    /// Let the set not hold `element`.
    Remove {
        /// The element.
        element: u64,
    },
    /// Does the set hold `element`?
    Contains {
        /// The element.
        element: u64,
    },
    /// What does the set hold?
    Read,
}

/// What a set answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SetRet {
    /// To an add or a remove that does not tell what was there before: done.
    Done,
    /// To an add or a remove: whether it changed the set. To a question: whether the element is there.
    Answer(bool),
    /// To a read: everything it holds, as the system listed it; a system at fault may list an element twice.
    Elements(Vec<u64>),
}

impl SetOp {
    /// The element it is about; `None` for a read of them all.
    #[must_use]
    pub const fn element(&self) -> Option<u64> {
        match *self {
            SetOp::Add { element } | SetOp::Remove { element } | SetOp::Contains { element } => Some(element),
            SetOp::Read => None,
        }
    }
}

impl fmt::Display for SetOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetOp::Add { element } => write!(f, "add {element}"),
            SetOp::Remove { element } => write!(f, "remove {element}"),
            SetOp::Contains { element } => write!(f, "contains {element}"),
            SetOp::Read => f.write_str("read"),
        }
    }
}

impl fmt::Display for SetRet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetRet::Done => Ok(()),
            SetRet::Answer(true) => f.write_str("→ yes"),
            SetRet::Answer(false) => f.write_str("→ no"),
            SetRet::Elements(elements) => write!(f, "→ {} elements", elements.len()),
        }
    }
}
