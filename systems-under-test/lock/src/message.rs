//! What travels, and the names of timers.

use serde::{Deserialize, Serialize};

/// The life of a client with the service, numbered by the server: no two have the same, and a later one is greater, also
/// across restarts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Session(pub u64);

/// The number of one wish for a lock, within a session. Later wishes are greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Wish(pub u64);

/// A fencing token: greater with every grant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Token(pub u64);

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// A client wishes to begin a session.
    Open {
        /// Its monotonic clock: a later wish has a greater one.
        nonce: u64,
    },
    /// The session has begun.
    Opened {
        /// Which wish is answered.
        nonce: u64,
        /// The session.
        session: Session,
    },
    /// A client is alive. The number comes back with the answer.
    KeepAlive {
        /// Whose life.
        session: Session,
        /// Which of its keep-alives.
        beat: u64,
    },
    /// To a keep-alive: the session lives for its whole time from when the server heard it.
    Alive {
        /// Whose life.
        session: Session,
        /// Which of its keep-alives.
        beat: u64,
    },
    /// The session is over: it holds nothing any more.
    Expired {
        /// Whose life.
        session: Session,
    },
    /// A client wishes for a lock, and waits in its queue.
    Acquire {
        /// Whose.
        session: Session,
        /// Which wish.
        wish: Wish,
        /// For which lock.
        lock: u64,
    },
    /// The lock is granted.
    Granted {
        /// To whom.
        session: Session,
        /// Which wish.
        wish: Wish,
        /// The fencing token.
        token: Token,
    },
    /// A client gives a lock back, or does not wish for it any more.
    Release {
        /// Whose.
        session: Session,
        /// Which wish had been granted, or not yet.
        wish: Wish,
        /// Which lock.
        lock: u64,
    },
    /// To a release: it holds no more.
    Released {
        /// Whose.
        session: Session,
        /// Which wish.
        wish: Wish,
    },
    /// A client uses what a lock guards.
    Use {
        /// Which of the client's uses.
        number: u64,
        /// Under which lock.
        lock: u64,
        /// The token with which it was granted.
        token: Token,
    },
    /// To a use: let in.
    Used {
        /// Which of the client's uses.
        number: u64,
    },
    /// To a use: a greater token has been seen.
    Stale {
        /// Which of the client's uses.
        number: u64,
        /// The greatest token so far.
        greatest: Token,
    },
}

/// The names of timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// A server looks for sessions that have run out; after a restart, for the end of its grace.
    Expiry,
    /// The disk refused: try again.
    Disk,
    /// A client keeps its session alive.
    Beat,
    /// A client's question went unanswered.
    Attempt,
    /// A client gives up.
    Deadline,
    /// A client withdraws a wish again.
    Withdraw,
}
