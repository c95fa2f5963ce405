//! What the world did, event by event, for timelines and for finding the first difference of two runs.
//!
//! Kept only when asked for. It is text for people beside the ids that machines compare; it knows no types of
//! any system.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::Address;
use crate::random::CausalId;
use crate::time::Time;

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A node booted or restarted.
    Start,
    /// A message left its sender.
    Send,
    /// A message reached a node or client.
    Deliver,
    /// A message was lost; the text says why.
    Drop,
    /// A timer ran out.
    Timer,
    /// A sync completed.
    Sync,
    /// A node said something about itself.
    Event,
    /// Code logged something while it ran: the node's own, or a library's.
    Log,
    /// A client asked for an operation.
    Invoke,
    /// A client's operation ended.
    Complete,
    /// A fault began or ended; the text says which, and on whom a late target fell.
    Fault,
    /// A node went down.
    Crash,
    /// A phase of the run began.
    Phase,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When, in true time.
    pub at: Time,
    /// Whom it happened to; `None` for the world as a whole.
    pub whom: Option<Address>,
    /// The other end of a message.
    pub peer: Option<Address>,
    /// What kind of thing.
    pub kind: Kind,
    /// The event's own id; a `Send` carries the id under which its message is delivered or dropped.
    pub id: CausalId,
    /// The id of the event whose step caused it; of a message that arrives, the id under which it was sent. Its own, if
    /// nothing in the run caused it.
    pub cause: CausalId,
    /// The details, for people.
    pub text: String,
}

/// Hears what code logs. Whoever keeps a trace asks after each step, and writes it down with the time and the node that
/// no log knows.
pub trait Logs: Send + Sync {
    /// What has been logged since this was asked last, in order, a text each.
    fn take(&self) -> Vec<String>;
}

/// Everything that happened in one run, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// The records, in the order in which they happened.
    pub records: Vec<Record>,
}

impl Trace {
    /// The first place where two traces differ, if they do: the records there, or the end of the shorter one.
    #[must_use]
    pub fn first_difference<'a>(
        &'a self,
        other: &'a Trace,
    ) -> Option<(Option<&'a Record>, Option<&'a Record>)> {
        let place = self.records.iter().zip(&other.records).position(|(ours, theirs)| ours != theirs);
        let place = place.unwrap_or(self.records.len().min(other.records.len()));
        match (self.records.get(place), other.records.get(place)) {
            (None, None) => None,
            pair => Some(pair),
        }
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>10}  ", self.at)?;
        match (self.whom, self.kind, self.peer) {
            (Some(whom), Kind::Send | Kind::Drop, Some(peer)) => write!(f, "{whom} → {peer}  ")?,
            (Some(whom), Kind::Deliver, Some(peer)) => write!(f, "{whom} ← {peer}  ")?,
            (Some(whom), ..) => write!(f, "{whom}  ")?,
            (None, ..) => {}
        }
        let word = match self.kind {
            Kind::Start => "starts",
            Kind::Send => "sends",
            Kind::Deliver => "receives",
            Kind::Drop => "loses",
            Kind::Timer => "timer",
            Kind::Sync => "synced",
            Kind::Event => "says",
            Kind::Log => "logs",
            Kind::Invoke => "invokes",
            Kind::Complete => "completes",
            Kind::Fault => "fault",
            Kind::Crash => "crashes",
            Kind::Phase => "phase",
        };
        f.write_str(word)?;
        match self.text.is_empty() {
            true => Ok(()),
            false => write!(f, " {}", self.text),
        }
    }
}
