//! What is committed is applied, in order, once (§5.3), and the leader answers the client.

use stormglass_core::context::Context;
use stormglass_core::id::ClientId;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::random::mix;

use super::Raft;
use super::bugs::RaftBug;
use super::event::Event;
use super::machine::hash_result;
use super::message::Message;
use super::replica::{Part, Replica};
use super::types::{Command, Entry};

impl Replica {
    /// "If commitIndex > lastApplied: increment lastApplied, apply log[lastApplied] to state machine"
    /// (Figure 2, "All Servers").
    #[inline]
    pub(super) fn apply(&mut self, cx: &mut Context<'_, Raft>) {
        while self.applied < self.commit {
            let index = self.applied.next();
            let (Some(&entry), Some(log_digest)) = (self.log.entry(index), self.log.digest(index)) else {
                break;
            };
            let result = match entry.command {
                Command::Noop => None,
                Command::Client { client, sequence, op } => self.execute(client, sequence, op),
            };
            self.applied = index;
            self.applied_digest = mix(self.applied_digest ^ log_digest, hash_result(result));
            cx.emit(Event::Applied { index, digest: self.applied_digest });
            self.answer(&entry, result, cx);
        }
        self.serve_reads(cx);
    }

    /// Carries out a client's operation: once, however often it stands in the log (§8).
    fn execute(&mut self, client: ClientId, sequence: super::Sequence, op: KvOp) -> Option<KvRet> {
        if self.has(RaftBug::NoDedupe) {
            return Some(self.machine.execute(op));
        }
        self.machine.execute_once(client, sequence, op)
    }

    /// The leader that took an operation in answers it. If another one leads by now, the client asks again and
    /// its session knows.
    fn answer(&self, entry: &Entry, result: Option<KvRet>, cx: &mut Context<'_, Raft>) {
        if let (Command::Client { client, sequence, .. }, Some(ret)) = (entry.command, result)
            && matches!(self.part, Part::Leader(_))
            && entry.term == self.term()
        {
            cx.point("before-reply");
            cx.send(client, Message::Reply { sequence, ret });
        }
    }
}
