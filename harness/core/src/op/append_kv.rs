//! Operations of a key-value store of texts that can be appended to; every key begins as the empty text.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a client asks of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum AppendKvOp {
    /// What text is at `key`?
    Get {
        /// The key.
        key: String,
    },
    /// Let `value` be the text at `key`.
    Put {
        /// The key.
        key: String,
        /// Its new text.
        value: String,
    },
    /// Put `value` behind the text at `key`.
    Append {
        /// The key.
        key: String,
        /// What is added at the end.
        value: String,
    },
}

/// What the store answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AppendKvRet {
    /// To a get: the text.
    Text(String),
    /// To a put or an append: done.
    Done,
}

impl AppendKvOp {
    /// The key it is about: operations of different keys never touch one another.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            AppendKvOp::Get { key } | AppendKvOp::Put { key, .. } | AppendKvOp::Append { key, .. } => key,
        }
    }
}

impl fmt::Display for AppendKvOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AppendKvOp::Get { key } => write!(f, "get {key}"),
            AppendKvOp::Put { key, value } => write!(f, "put {key} ← {value:?}"),
            AppendKvOp::Append { key, value } => write!(f, "append {key} ← {value:?}"),
        }
    }
}

impl fmt::Display for AppendKvRet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AppendKvRet::Text(text) => write!(f, "→ {text:?}"),
            AppendKvRet::Done => Ok(()),
        }
    }
}
