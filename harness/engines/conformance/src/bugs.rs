//! Raft's planted bugs, each with the scenario that finds it, and the first seed that does on each engine.
//!
//! The scenarios are those that the command ships, with their own nemesis: what finds a bug in the kernel finds it elsewhere. The
//! seeds are those of `just conformance-bugs`, which prints them anew when an engine or an adapter has changed.

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

macro_rules! bugs {
    ($($name:literal: $first:expr,)+) => {
        /// All bugs of Raft.
        pub const BUGS: &[Bug] = &[$(Bug {
            name: $name,
            text: include_str!(concat!("../../../../scenarios/raft/bug-", $name, ".toml")),
            first: $first,
        },)+];
    };
}

bugs! {
    "vote-not-durable": [13, 0, 0],
    "vote-compare-index-only": [0, 42, 0],
    "stale-vote-response": [0, 8, 0],
    "even-quorum": [0, 0, 0],
    "commit-prior-term": [0, 10, 47],
    "ack-before-fsync": [0, 0, 0],
    "leader-counts-volatile-self": [0, 0, 0],
    "truncate-always": [0, 0, 0],
    "stale-append-response": [0, 13, 0],
    "read-local-leader": [40, 319, 40],
    "read-own-round": [0, 96, 0],
    "read-stale-round": [0, 18, 0],
    "read-no-term-commit": [0, 2, 0],
    "lease-on-wall-clock": [15, 3, 15],
    "no-dedupe": [0, 0, 0],
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
