//! The log and the vote on the harness's disk: a journal of what was done to them.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::ops::RangeBounds;
use std::sync::Arc;

use openraft::storage::{LogFlushed, RaftLogStorage};
use openraft::{Entry, LogId, LogState, OptionalSend, RaftLogReader, StorageError, Vote};
use serde::{Deserialize, Serialize};
use stormglass_engine_driver::ServerHost;
use tokio::sync::Mutex;

use super::{OpenraftBug, OpenraftKv, Types};
use crate::journal::Journal;

type Failed = StorageError<u64>;

/// One change of the log or the vote.
#[derive(Clone, Serialize, Deserialize)]
enum Record {
    Vote(Vote<u64>),
    Append(Vec<Entry<Types>>),
    /// From this index on.
    Truncate(u64),
    /// Up to this one.
    Purge(LogId<u64>),
}

/// A handle to the log; clones are handles to the same.
#[derive(Clone)]
pub(super) struct Log(Arc<Mutex<Inner>>);

struct Inner {
    vote: Option<Vote<u64>>,
    purged: Option<LogId<u64>>,
    entries: BTreeMap<u64, Entry<Types>>,
    journal: Journal<OpenraftKv>,
    bug: Option<OpenraftBug>,
}

impl Log {
    /// What the disk holds of it.
    pub(super) async fn open(host: ServerHost<OpenraftKv>, bug: Option<OpenraftBug>) -> Log {
        let (journal, records) = Journal::open(host, "raft").await;
        let mut inner = Inner { vote: None, purged: None, entries: BTreeMap::new(), journal, bug };
        records.into_iter().for_each(|record| inner.apply(record));
        Log(Arc::new(Mutex::new(inner)))
    }
}

impl Inner {
    fn apply(&mut self, record: Record) {
        match record {
            Record::Vote(vote) => self.vote = Some(vote),
            Record::Append(entries) => {
                self.entries.extend(entries.into_iter().map(|entry| (entry.log_id.index, entry)));
            }
            Record::Truncate(index) => drop(self.entries.split_off(&index)),
            Record::Purge(upto) => {
                self.entries = self.entries.split_off(&(upto.index + 1));
                self.purged = Some(upto);
            }
        }
    }

    /// Makes a change, durably, however long a sick disk takes for it.
    async fn change(&mut self, record: Record) {
        let written = self.journal.append(&record);
        self.apply(record);
        let synced = match written {
            Ok(()) => self.journal.sync().await,
            error => error,
        };
        if synced.is_err() {
            self.rewrite().await;
        }
    }

    /// Writes everything anew, as the journal could not be relied on.
    async fn rewrite(&mut self) {
        let vote = self.vote.map(Record::Vote);
        let purged = self.purged.map(Record::Purge);
        let entries = Record::Append(self.entries.values().cloned().collect());
        let records: Vec<Record> = vote.into_iter().chain(purged).chain([entries]).collect();
        self.journal.replace(&records).await;
    }
}

impl RaftLogReader<Types> for Log {
    async fn try_get_log_entries<RB: RangeBounds<u64> + Clone + Debug + OptionalSend>(
        &mut self,
        range: RB,
    ) -> Result<Vec<Entry<Types>>, Failed> {
        Ok(self.0.lock().await.entries.range(range).map(|(_, entry)| entry.clone()).collect())
    }
}

impl RaftLogStorage<Types> for Log {
    type LogReader = Log;

    async fn get_log_state(&mut self) -> Result<LogState<Types>, Failed> {
        let inner = self.0.lock().await;
        let last = inner.entries.values().next_back().map(|entry| entry.log_id);
        Ok(LogState { last_purged_log_id: inner.purged, last_log_id: last.or(inner.purged) })
    }

    async fn get_log_reader(&mut self) -> Log {
        self.clone()
    }

    async fn save_vote(&mut self, vote: &Vote<u64>) -> Result<(), Failed> {
        self.0.lock().await.change(Record::Vote(*vote)).await;
        Ok(())
    }

    async fn read_vote(&mut self) -> Result<Option<Vote<u64>>, Failed> {
        Ok(self.0.lock().await.vote)
    }

    async fn append<I>(&mut self, entries: I, callback: LogFlushed<Types>) -> Result<(), Failed>
    where
        I: IntoIterator<Item = Entry<Types>> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let record = Record::Append(entries.into_iter().collect());
        let mut inner = self.0.lock().await;
        if inner.bug == Some(OpenraftBug::FlushedBeforeSync) && inner.journal.append(&record).is_ok() {
            tokio::spawn(inner.journal.sync());
            inner.apply(record);
        } else {
            inner.change(record).await;
        }
        callback.log_io_completed(Ok(()));
        Ok(())
    }

    async fn truncate(&mut self, log_id: LogId<u64>) -> Result<(), Failed> {
        self.0.lock().await.change(Record::Truncate(log_id.index)).await;
        Ok(())
    }

    async fn purge(&mut self, log_id: LogId<u64>) -> Result<(), Failed> {
        self.0.lock().await.change(Record::Purge(log_id)).await;
        Ok(())
    }
}
