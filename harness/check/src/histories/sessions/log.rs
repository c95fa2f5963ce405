//! What every session did, one thing after another.

use std::collections::BTreeMap;

use stormglass_core::id::ProcessId;

use crate::histories::registers::{KvHistory, KvOperation, Writers, may_store, observed};

/// What a session did under one key: its place in the session, the version, and the operation.
pub(super) type Done = Vec<(u32, Option<u64>, usize)>;

/// A session's writes and reads by key.
#[derive(Default)]
pub(super) struct Session {
    pub(super) wrote: BTreeMap<u64, Done>,
    pub(super) read: BTreeMap<u64, Done>,
    length: u32,
}

/// All sessions, and where in them each operation stands.
pub(super) struct Log<'a> {
    pub(super) history: &'a KvHistory,
    pub(super) sessions: Vec<Session>,
    /// The session and the place of each operation.
    pub(super) places: Vec<(usize, u32)>,
    /// Who wrote what each operation saw, if anybody.
    pub(super) saw: Vec<Option<usize>>,
    /// Which operations happened.
    happened: Vec<bool>,
}

impl<'a> Log<'a> {
    pub(super) fn of(history: &'a KvHistory, writers: &Writers) -> Log<'a> {
        let operations = history.operations();
        let saw: Vec<Option<usize>> = operations.iter().map(|one| writers.seen_by(one).flatten()).collect();
        let happened = writers.happened(history);
        let mut log = Log { history, sessions: Vec::new(), places: Vec::new(), saw, happened };
        let mut numbers: BTreeMap<ProcessId, usize> = BTreeMap::new();
        for (index, one) in operations.iter().enumerate() {
            let fresh = log.sessions.len();
            let number = *numbers.entry(one.process).or_insert(fresh);
            if number == fresh {
                log.sessions.push(Session::default());
            }
            let wrote = log.wrote(index);
            let session = &mut log.sessions[number];
            let place = session.length;
            session.length += 1;
            log.places.push((number, place));
            if let Some(seen) = observed(one) {
                session.read.entry(one.op.key()).or_default().push((place, seen, index));
            }
            if wrote.is_some() {
                session.wrote.entry(one.op.key()).or_default().push((place, wrote, index));
            }
        }
        log
    }

    /// An operation.
    pub(super) fn one(&self, index: usize) -> &'a KvOperation {
        &self.history.operations()[index]
    }

    /// What an operation stored: certainly, or because somebody saw it.
    pub(super) fn wrote(&self, index: usize) -> Option<u64> {
        may_store(self.one(index)).filter(|_| self.happened[index])
    }
}
