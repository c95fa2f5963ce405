//! Registers: `read` → value, `write` value, `cas` `[from to]`.

use stormglass_core::op::kv::{KvOp, KvRet};

use super::{Vocabulary, f, unknown};
use crate::event::Event;
use crate::mistake::Mistake;
use crate::names::Names;
use crate::node::Node;

/// One register, or one per key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kv {
    /// Where the key stands.
    pub keys: Keys,
    /// What a failed compare-and-set means.
    pub failed_cas: FailedCas,
}

/// Where an operation's key stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keys {
    /// In the event, as `:key`; events without it are all about one register, which has key 0.
    #[default]
    InEvent,
    /// In the value, which is `[key value]`: Jepsen's independent registers.
    InValue,
}

/// What `fail` means for a compare-and-set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailedCas {
    /// It did not happen, and tells nothing.
    #[default]
    DidNotHappen,
    /// Where the completion repeats the argument: the comparison failed, so the register did not hold the expected
    /// value.
    Compared,
}

/// The parts of an event as this object sees them.
struct Parts<'a> {
    key: u64,
    value: &'a Node,
}

impl Kv {
    fn parts<'a>(self, names: &mut Names, event: &'a Event) -> Result<Parts<'a>, Mistake> {
        match self.keys {
            Keys::InEvent => {
                let key = event.key.as_ref().map_or(0, |key| names.number(key));
                Ok(Parts { key, value: &event.value })
            }
            Keys::InValue => match event.value.sequence("[key value]")? {
                [key, value] => Ok(Parts { key: names.number(key), value }),
                _ => Err(event.value.expected("[key value]")),
            },
        }
    }
}

impl Vocabulary for Kv {
    type Op = KvOp;
    type Ret = KvRet;

    fn op(&mut self, names: &mut Names, event: &Event) -> Result<KvOp, Mistake> {
        let known = "read, write, cas";
        if !matches!(f(event), "read" | "write" | "cas") {
            return Err(unknown(event, known));
        }
        let Parts { key, value } = self.parts(names, event)?;
        match f(event) {
            "read" => Ok(KvOp::Read { key }),
            "write" if value.is_nil() => Err(value.expected("the value to write")),
            "write" => Ok(KvOp::Write { key, value: names.number(value) }),
            _ => match value.sequence("[from to], for a cas")? {
                [from, to] => Ok(KvOp::Cas { key, expect: names.number(from), value: names.number(to) }),
                _ => Err(value.expected("[from to], for a cas")),
            },
        }
    }

    fn ret(&mut self, names: &mut Names, op: &KvOp, event: &Event) -> Result<KvRet, Mistake> {
        match op {
            KvOp::Read { key } => {
                let parts = self.parts(names, event)?;
                // An event that does not repeat the key means the one it was invoked with.
                if parts.key != *key && (event.key.is_some() || self.keys == Keys::InValue) {
                    return Err(event.value.expected("the value of the key that was asked for"));
                }
                Ok(KvRet::Value((!parts.value.is_nil()).then(|| names.number(parts.value))))
            }
            KvOp::Write { .. } => Ok(KvRet::Written),
            KvOp::Cas { .. } => Ok(KvRet::Swapped(true)),
        }
    }

    fn refused(&mut self, _names: &mut Names, op: &KvOp, event: &Event) -> Result<Option<KvRet>, Mistake> {
        let compared = self.failed_cas == FailedCas::Compared
            && matches!(op, KvOp::Cas { .. })
            && event.value.sequence("").is_ok();
        Ok(compared.then_some(KvRet::Swapped(false)))
    }
}
