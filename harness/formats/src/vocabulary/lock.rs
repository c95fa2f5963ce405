//! Locks: `acquire` → fencing token or nil, `release`, `use`; the lock's name in `:key`, the token of a use in its
//! value.

use stormglass_core::op::lock::{LockOp, LockRet};

use super::{Vocabulary, f, unknown};
use crate::event::Event;
use crate::mistake::Mistake;
use crate::names::Names;

/// Locks, with or without fencing tokens, and the resource they guard. Events without a key are all about lock 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lock;

const TOKEN: &str = "a fencing token: a whole number from 0, or nil";

/// The fencing token of an event: its `token`, or else its value.
fn token(event: &Event) -> Result<Option<u64>, Mistake> {
    let node = event.token.as_ref().unwrap_or(&event.value);
    if node.is_nil() { Ok(None) } else { node.integer(TOKEN).map(Some) }
}

impl Vocabulary for Lock {
    type Op = LockOp;
    type Ret = LockRet;

    fn op(&mut self, names: &mut Names, event: &Event) -> Result<LockOp, Mistake> {
        let lock = event.key.as_ref().map_or(0, |key| names.number(key));
        match f(event) {
            "acquire" => Ok(LockOp::Acquire { lock }),
            "release" => Ok(LockOp::Release { lock }),
            "use" => Ok(LockOp::Use { lock, token: token(event)? }),
            _ => Err(unknown(event, "acquire, release, use")),
        }
    }

    fn ret(&mut self, _names: &mut Names, op: &LockOp, event: &Event) -> Result<LockRet, Mistake> {
        match op {
            LockOp::Acquire { .. } => token(event).map(LockRet::Acquired),
            LockOp::Release { .. } => Ok(LockRet::Released),
            LockOp::Use { .. } => Ok(LockRet::Used),
        }
    }
}
