//! What the coordinator knows of each client's latest request, so that a retry is answered and not done again.
//!
//! A commit is on disk with the number of its request; an abort is remembered for as long as the coordinator lives, since
//! requests of an earlier incarnation are refused.

use std::collections::BTreeMap;

use stormglass_core::id::ClientId;
use stormglass_core::op::bank::BankRet;

use super::types::{Purpose, Refusal, Sequence};

/// The latest request of every client.
#[derive(Clone, Debug, Default)]
pub(super) struct Sessions(BTreeMap<ClientId, (Sequence, Fate)>);

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is new; or it was a read whose result was lost in a crash, and may be done again.
    Unknown,
    /// It is under way.
    Running,
    /// It happened.
    Committed(BankRet),
    /// It did not.
    Aborted(Refusal),
    /// Its client has asked for something else since.
    Superseded,
}

impl Sessions {
    /// What became of this request.
    pub(super) fn fate(&self, client: ClientId, sequence: Sequence) -> Fate {
        match self.0.get(&client) {
            Some((latest, fate)) if *latest == sequence => fate.clone(),
            Some((latest, _)) if *latest > sequence => Fate::Superseded,
            _ => Fate::Unknown,
        }
    }

    /// It is under way from now on.
    pub(super) fn running(&mut self, client: ClientId, sequence: Sequence) {
        self.0.insert(client, (sequence, Fate::Running));
    }

    /// It happened.
    pub(super) fn committed(&mut self, client: ClientId, sequence: Sequence, ret: BankRet) {
        self.learn(client, sequence, Fate::Committed(ret));
    }

    /// It did not happen and never will.
    pub(super) fn aborted(&mut self, client: ClientId, sequence: Sequence, refusal: Refusal) {
        self.learn(client, sequence, Fate::Aborted(refusal));
    }

    /// It happened, by the journal. A journal holds no results.
    pub(super) fn recover(&mut self, client: ClientId, sequence: Sequence, purpose: Purpose) {
        self.learn(
            client,
            sequence,
            match purpose {
                Purpose::Transfer => Fate::Committed(BankRet::Transferred),
                Purpose::Read => Fate::Unknown,
            },
        );
    }

    /// News of an older request than the latest is no news.
    fn learn(&mut self, client: ClientId, sequence: Sequence, fate: Fate) {
        match self.0.get(&client) {
            Some((latest, _)) if *latest > sequence => {}
            _ => {
                self.0.insert(client, (sequence, fate));
            }
        }
    }
}
