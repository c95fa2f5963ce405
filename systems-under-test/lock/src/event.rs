//! What the server and the resources say of themselves.

use serde::Serialize;
use stormglass_core::id::ClientId;

use crate::message::{Session, Token, Wish};

/// A client's wish for a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Claim {
    /// Whose.
    pub client: ClientId,
    /// In which of its lives.
    pub session: Session,
    /// Which wish.
    pub wish: Wish,
}

/// Something that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Event {
    /// A server or a resource has booted.
    Started,
    /// The server tells a client that its session lives on for its whole time.
    Renewed {
        /// Whose.
        client: ClientId,
        /// Which.
        session: Session,
    },
    /// The server takes a session for over.
    Expired {
        /// Whose.
        client: ClientId,
        /// Which.
        session: Session,
    },
    /// A client has begun a new session, and with it ended its last one.
    Replaced {
        /// Whose.
        client: ClientId,
        /// Which.
        session: Session,
    },
    /// A wish stands in the queue of a lock.
    Queued {
        /// Which lock.
        lock: u64,
        /// Whose.
        claim: Claim,
    },
    /// The server grants a lock.
    Granted {
        /// Which lock.
        lock: u64,
        /// To whom.
        claim: Claim,
        /// With which token.
        token: Token,
    },
    /// A lock is free again, or a wish left its queue.
    Ended {
        /// Which lock.
        lock: u64,
        /// Whose claim it was.
        claim: Claim,
        /// Who asked for it; nobody, if the session ran out.
        by: Option<Claim>,
    },
    /// A resource lets a client in.
    Accepted {
        /// Under which lock.
        lock: u64,
        /// Whom.
        client: ClientId,
        /// With which token.
        token: Token,
    },
    /// The disk holds what no crash of a sound disk leaves: this node stops for good.
    Unreadable,
}
