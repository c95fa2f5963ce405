//! Raft's planted bugs, each with the scenario that finds it, and the first seed that does on each engine.
//!
//! The scenarios are those that the command ships, with their own nemesis: what finds a bug in the kernel finds it elsewhere. Where it
//! does not, the bug has a scenario of its own in this crate, which says why. The seeds are
//! those of `just conformance-bugs`, which prints them anew when an engine or an adapter has changed.

use crate::lineup::On;

/// A bug, and how it is found.
#[derive(Clone, Copy, Debug)]
pub struct Bug {
    /// What scenarios call it.
    pub name: &'static str,
    /// The scenario that finds it.
    pub text: &'static str,
    /// The first seed that shows it on the kernel, on madsim and on turmoil.
    pub first: [u64; 3],
}

macro_rules! shipped {
    ($name:literal) => {
        include_str!(concat!("../../../../scenarios/raft/bug-", $name, ".toml"))
    };
}

macro_rules! bugs {
    ($($name:literal, $text:expr, $first:expr;)+) => {
        /// All bugs of Raft.
        pub const BUGS: &[Bug] = &[$(Bug { name: $name, text: $text, first: $first },)+];
    };
}

bugs! {
    "vote-not-durable", shipped!("vote-not-durable"), [13, 0, 0];
    "vote-compare-index-only", shipped!("vote-compare-index-only"), [518, 491, 263];
    "stale-vote-response", shipped!("stale-vote-response"), [3, 8, 3];
    "even-quorum", shipped!("even-quorum"), [0, 0, 0];
    "commit-prior-term", shipped!("commit-prior-term"), [18, 0, 47];
    "ack-before-fsync", shipped!("ack-before-fsync"), [0, 0, 0];
    "leader-counts-volatile-self", shipped!("leader-counts-volatile-self"), [0, 0, 0];
    "truncate-always", shipped!("truncate-always"), [0, 0, 0];
    "stale-append-response", shipped!("stale-append-response"), [24, 14, 280];
    "read-local-leader", shipped!("read-local-leader"), [40, 96, 40];
    "read-own-round", shipped!("read-own-round"), [157, 40, 40];
    "read-stale-round", include_str!("../scenarios/read-stale-round.toml"), [5, 14, 3];
    "read-no-term-commit", shipped!("read-no-term-commit"), [50, 33, 42];
    "lease-on-wall-clock", shipped!("lease-on-wall-clock"), [15, 3, 15];
    "no-dedupe", shipped!("no-dedupe"), [0, 0, 0];
}

impl Bug {
    /// The first seed that shows it; none in real time, where no seed is the same run twice.
    #[must_use]
    pub const fn first_on(&self, on: On) -> Option<u64> {
        match on {
            On::Kernel => Some(self.first[0]),
            On::Madsim => Some(self.first[1]),
            On::Turmoil => Some(self.first[2]),
            On::Tokio => None,
        }
    }

    /// The same scenario without the bug.
    #[must_use]
    pub fn twin(&self) -> String {
        let wrong = |line: &&str| !line.starts_with("bug =") && !line.starts_with("expect =");
        self.text.lines().filter(wrong).flat_map(|line| [line, "\n"]).collect()
    }
}
