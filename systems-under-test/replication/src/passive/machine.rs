//! The state: a key-value store, and the sessions that make every operation happen once.
//!
//! A client numbers its operations and has one open at a time. Its session remembers the last number carried out, its
//! result and its place in the log: a retry is answered with that result, and an operation overtaken by a later one of
//! the same client is not carried out at all, since its client has stopped asking.
//!
//! It is a function of the log and of nothing else: replicas with equal logs hold equal states. It uses no clock and no
//! chance.

use std::collections::BTreeMap;

use stormglass_core::id::ClientId;
use stormglass_core::op::kv::{KvOp, KvRet};

use super::types::{Command, Entry, Log, Lsn, Sequence};

/// What a log amounts to.
#[derive(Clone, Debug, Default)]
pub(super) struct Machine {
    values: BTreeMap<u64, u64>,
    sessions: BTreeMap<ClientId, Session>,
}

#[derive(Clone, Copy, Debug)]
struct Session {
    last: Sequence,
    result: KvRet,
    lsn: Lsn,
}

/// What the machine has to say to a numbered operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// It has not seen it yet.
    New,
    /// It was the client's last, stands there in the log, and this came of it.
    Done(Lsn, KvRet),
    /// The client has gone on to a later one.
    Overtaken,
}

impl Machine {
    /// What the whole log amounts to.
    pub(super) fn of(log: &Log) -> Machine {
        let mut machine = Machine::default();
        for (entry, lsn) in log.iter().zip(1..) {
            machine.apply(Lsn(lsn), entry);
        }
        machine
    }

    /// Whether a client's operation has been carried out.
    pub(super) fn known(&self, client: ClientId, sequence: Sequence) -> Known {
        match self.sessions.get(&client) {
            Some(session) if sequence == session.last => Known::Done(session.lsn, session.result),
            Some(session) if sequence < session.last => Known::Overtaken,
            _ => Known::New,
        }
    }

    /// What a key holds.
    pub(super) fn read(&self, key: u64) -> KvRet {
        KvRet::Value(self.values.get(&key).copied())
    }

    /// Carries out the entry that stands at `lsn`.
    pub(super) fn apply(&mut self, lsn: Lsn, entry: &Entry) {
        let Command::Client { client, sequence, op } = entry.command else { return };
        if self.known(client, sequence) == Known::New {
            let result = self.execute(op);
            self.sessions.insert(client, Session { last: sequence, result, lsn });
        }
    }

    fn execute(&mut self, op: KvOp) -> KvRet {
        match op {
            KvOp::Read { key } => self.read(key),
            KvOp::Write { key, value } => {
                self.values.insert(key, value);
                KvRet::Written
            }
            KvOp::Cas { key, expect, value } => match self.values.get_mut(&key) {
                Some(held) if *held == expect => {
                    *held = value;
                    KvRet::Swapped(true)
                }
                _ => KvRet::Swapped(false),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::types::Epoch;
    use super::*;

    /// A repeated operation has its first result and no second effect; an overtaken one has none.
    #[test]
    fn a_session_carries_out_each_operation_once() {
        let (mut machine, client) = (Machine::default(), ClientId(3));
        let mut ask = |lsn, sequence, op| {
            let command = Command::Client { client, sequence: Sequence(sequence), op };
            machine.apply(Lsn(lsn), &Entry { epoch: Epoch(1), command });
            (machine.known(client, Sequence(sequence)), machine.read(1))
        };
        let write = |value| KvOp::Write { key: 1, value };
        let cas = KvOp::Cas { key: 1, expect: 7, value: 8 };
        let holds = |value| KvRet::Value(Some(value));
        assert_eq!(ask(1, 1, write(7)), (Known::Done(Lsn(1), KvRet::Written), holds(7)));
        let swapped = (Known::Done(Lsn(2), KvRet::Swapped(true)), holds(8));
        assert_eq!(ask(2, 3, cas), swapped);
        assert_eq!(ask(3, 3, cas), swapped);
        assert_eq!(ask(4, 2, write(9)), (Known::Overtaken, holds(8)));
        assert_eq!(machine.known(ClientId(4), Sequence(1)), Known::New);
    }
}
