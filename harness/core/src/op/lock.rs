//! Operations of locks, and of a resource that a lock's holders use.
//!
//! A fencing token is a number that a lock service hands out with the lock; a fenced resource refuses a token smaller
//! than one it has seen (Kleppmann, "How to do distributed locking", 2016).

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a client asks of a lock, or of the resource it guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum LockOp {
    /// Take the lock.
    Acquire {
        /// Which lock.
        lock: u64,
    },
    /// Give the lock back.
    Release {
        /// Which lock.
        lock: u64,
    },
    /// Use the resource that the lock guards.
    Use {
        /// Which lock.
        lock: u64,
        /// The fencing token that is shown to the resource, if there is one.
        token: Option<u64>,
    },
}

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockRet {
    /// To an acquire: it is yours; with a fencing token, if the service hands them out.
    Acquired(Option<u64>),
    /// To a release: done.
    Released,
    /// To a use of the resource: it was let in.
    Used,
    /// To a use of the resource: it was let in with this fencing token, which its client had kept.
    UsedWith(u64),
}

impl LockOp {
    /// The lock it is about.
    #[must_use]
    pub const fn lock(&self) -> u64 {
        match *self {
            LockOp::Acquire { lock } | LockOp::Release { lock } | LockOp::Use { lock, .. } => lock,
        }
    }
}

impl fmt::Display for LockOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LockOp::Acquire { lock } => write!(f, "acquire {lock}"),
            LockOp::Release { lock } => write!(f, "release {lock}"),
            LockOp::Use { lock, token: Some(token) } => write!(f, "use {lock} with token {token}"),
            LockOp::Use { lock, token: None } => write!(f, "use {lock}"),
        }
    }
}

impl fmt::Display for LockRet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LockRet::Acquired(Some(token)) | LockRet::UsedWith(token) => write!(f, "→ token {token}"),
            LockRet::Acquired(None) | LockRet::Released | LockRet::Used => Ok(()),
        }
    }
}
