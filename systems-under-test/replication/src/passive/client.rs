//! What clients of primary and backups ask and are told. How they look for the primary is the same for every log: see
//! [`LogClient`](stormglass_replicated_log::LogClient).

use stormglass_core::op::kv::KvOp;
use stormglass_replicated_log::{Answer, LogSystem, Sequence};

use super::Passive;
use super::message::{Message, Timer};
use super::types::Acknowledged;

impl LogSystem for Passive {
    const ATTEMPT: Timer = Timer::Attempt;
    const DEADLINE: Timer = Timer::Deadline;

    fn request(sequence: Sequence, op: KvOp) -> Message {
        Message::Request { sequence, op }
    }

    fn answer(message: Message) -> Option<Answer<Acknowledged>> {
        match message {
            Message::Reply { sequence, answer } => Some(Answer::Done(sequence, answer)),
            Message::NotPrimary { sequence, primary } => Some(Answer::Elsewhere(sequence, primary)),
            _ => None,
        }
    }
}
