//! The state machine: what the committed operations have made of every key. It is in memory; the log makes it anew.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use openraft::storage::RaftStateMachine;
use openraft::{
    AnyError, Entry, EntryPayload, LogId, OptionalSend, RaftSnapshotBuilder, Snapshot, SnapshotMeta,
    StorageError, StorageIOError, StoredMembership,
};
use serde::{Deserialize, Serialize};
use stormglass_core::op::kv::{KvOp, KvRet};
use tokio::sync::Mutex;

use super::Types;

type Failed = StorageError<u64>;
type Members = StoredMembership<u64, openraft::BasicNode>;

/// Everything that the log has led to so far.
#[derive(Clone, Default, Serialize, Deserialize)]
struct State {
    applied: Option<LogId<u64>>,
    members: Members,
    values: BTreeMap<u64, u64>,
}

/// A handle to the state machine; clones are handles to the same.
#[derive(Clone, Default)]
pub(super) struct Machine(Arc<Mutex<State>>);

impl Machine {
    /// What a key holds now.
    pub(super) async fn value(&self, key: u64) -> Option<u64> {
        self.0.lock().await.values.get(&key).copied()
    }
}

impl State {
    fn apply(&mut self, entry: Entry<Types>) -> Option<KvRet> {
        self.applied = Some(entry.log_id);
        match entry.payload {
            EntryPayload::Blank => None,
            EntryPayload::Membership(members) => {
                self.members = StoredMembership::new(Some(entry.log_id), members);
                None
            }
            EntryPayload::Normal(op) => Some(self.answer(op)),
        }
    }

    fn answer(&mut self, op: KvOp) -> KvRet {
        match op {
            KvOp::Read { key } => KvRet::Value(self.values.get(&key).copied()),
            KvOp::Write { key, value } => {
                self.values.insert(key, value);
                KvRet::Written
            }
            KvOp::Cas { key, expect, value } => {
                let swaps = self.values.get(&key) == Some(&expect);
                if swaps {
                    self.values.insert(key, value);
                }
                KvRet::Swapped(swaps)
            }
        }
    }
}

impl RaftStateMachine<Types> for Machine {
    type SnapshotBuilder = Machine;

    async fn applied_state(&mut self) -> Result<(Option<LogId<u64>>, Members), Failed> {
        let state = self.0.lock().await;
        Ok((state.applied, state.members.clone()))
    }

    async fn apply<I>(&mut self, entries: I) -> Result<Vec<Option<KvRet>>, Failed>
    where
        I: IntoIterator<Item = Entry<Types>> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let mut state = self.0.lock().await;
        Ok(entries.into_iter().map(|entry| state.apply(entry)).collect())
    }

    async fn get_snapshot_builder(&mut self) -> Machine {
        self.clone()
    }

    async fn begin_receiving_snapshot(&mut self) -> Result<Box<Cursor<Vec<u8>>>, Failed> {
        Ok(Box::default())
    }

    async fn install_snapshot(
        &mut self,
        meta: &SnapshotMeta<u64, openraft::BasicNode>,
        snapshot: Box<Cursor<Vec<u8>>>,
    ) -> Result<(), Failed> {
        let state: State = postcard::from_bytes(snapshot.get_ref())
            .map_err(|error| StorageIOError::read_snapshot(Some(meta.signature()), AnyError::new(&error)))?;
        *self.0.lock().await = state;
        Ok(())
    }

    async fn get_current_snapshot(&mut self) -> Result<Option<Snapshot<Types>>, Failed> {
        // The log is never purged, so whoever lacks something gets it from there.
        Ok(None)
    }
}

impl RaftSnapshotBuilder<Types> for Machine {
    async fn build_snapshot(&mut self) -> Result<Snapshot<Types>, Failed> {
        let state = self.0.lock().await.clone();
        let bytes = postcard::to_stdvec(&state)
            .map_err(|error| StorageIOError::read_state_machine(AnyError::new(&error)))?;
        let snapshot_id = state.applied.map_or_else(|| "nothing".to_owned(), |applied| applied.to_string());
        let meta = SnapshotMeta { last_log_id: state.applied, last_membership: state.members, snapshot_id };
        Ok(Snapshot { meta, snapshot: Box::new(Cursor::new(bytes)) })
    }
}
