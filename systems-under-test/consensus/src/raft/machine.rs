//! The state machine: a key-value store, and the sessions that make every operation happen once
//! (dissertation §6.3).
//!
//! A client numbers its operations and has one open at a time. The session remembers the last number carried
//! out and its result: a retry is answered with that result, and an operation overtaken by a later one of the
//! same client is not carried out at all, since its client has stopped asking.
//!
//! Every server feeds it the same commands in the same order, so it uses no clock and no chance. It knows
//! nothing of logs.

use std::collections::BTreeMap;

use stormglass_core::id::ClientId;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::random::mix;

use super::types::Sequence;

/// What all servers hold alike.
#[derive(Clone, Debug, Default)]
pub(super) struct Machine {
    values: BTreeMap<u64, u64>,
    sessions: BTreeMap<ClientId, Session>,
}

#[derive(Clone, Copy, Debug)]
struct Session {
    last: Sequence,
    result: KvRet,
}

/// What the machine has to say to a numbered operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// It has not seen it yet.
    New,
    /// It was the client's last, and this came of it.
    Done(KvRet),
    /// The client has gone on to a later one.
    Overtaken,
}

impl Machine {
    /// Whether a client's operation has been carried out.
    pub(super) fn known(&self, client: ClientId, sequence: Sequence) -> Known {
        match self.sessions.get(&client) {
            Some(session) if sequence == session.last => Known::Done(session.result),
            Some(session) if sequence < session.last => Known::Overtaken,
            _ => Known::New,
        }
    }

    /// Carries out a client's operation, unless it was carried out before. `None` if it is overtaken.
    pub(super) fn execute_once(&mut self, client: ClientId, sequence: Sequence, op: KvOp) -> Option<KvRet> {
        match self.sessions.get_mut(&client) {
            Some(session) if sequence == session.last => Some(session.result),
            Some(session) if sequence < session.last => None,
            Some(session) => {
                let result = op.apply(&mut self.values);
                *session = Session { last: sequence, result };
                Some(result)
            }
            None => {
                let result = op.apply(&mut self.values);
                self.sessions.insert(client, Session { last: sequence, result });
                Some(result)
            }
        }
    }

    /// Carries out an operation, whoever asks and however often.
    pub(super) fn execute(&mut self, op: KvOp) -> KvRet {
        op.apply(&mut self.values)
    }

    /// What a key holds.
    pub(super) fn value(&self, key: u64) -> Option<u64> {
        self.values.get(&key).copied()
    }
}

/// A result as a word, for digests.
pub(super) fn hash_result(result: Option<KvRet>) -> u64 {
    match result {
        None => 0,
        Some(KvRet::Written) => 1,
        Some(KvRet::Swapped(swapped)) => 2 + u64::from(swapped),
        Some(KvRet::Value(None)) => 4,
        Some(KvRet::Value(Some(value))) => mix(value, 5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A repeated operation has its first result and no second effect; an overtaken one has none.
    #[test]
    fn a_session_carries_out_each_operation_once() {
        let mut machine = Machine::default();
        let me = ClientId(3);
        let write = |value| KvOp::Write { key: 1, value };
        let cas = KvOp::Cas { key: 1, expect: 7, value: 8 };
        assert_eq!(machine.execute_once(me, Sequence(1), write(7)), Some(KvRet::Written));
        assert_eq!(machine.execute_once(me, Sequence(3), cas), Some(KvRet::Swapped(true)));
        assert_eq!(machine.execute_once(me, Sequence(3), cas), Some(KvRet::Swapped(true)));
        assert_eq!(machine.execute_once(me, Sequence(2), write(9)), None);
        assert_eq!(machine.value(1), Some(8));
        assert_eq!(machine.known(ClientId(4), Sequence(1)), Known::New);
    }
}
