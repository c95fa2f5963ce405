//! The kinds of faults, without their details: what a nemesis is allowed, what `list faults` lists.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// A kind of fault. Its number stands in the ids of drawn faults: a new kind gets a new one, none is reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Nodes of one side cut off from the others.
    Partition = 1,
    /// Nodes cut off one by one.
    Isolate = 2,
    /// Messages lost at random.
    Loss = 3,
    /// Messages that arrive twice.
    Duplicate = 4,
    /// Messages that take longer.
    Delay = 5,
    /// Nodes that go down and restart.
    Crash = 6,
    /// Nodes that stand still.
    Pause = 7,
    /// Syncs that take longer.
    SlowDisk = 8,
    /// Syncs that fail.
    FailSync = 9,
    /// Wall clocks that jump.
    ClockJump = 10,
    /// Clocks that run at another pace.
    ClockDrift = 11,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 11] = [
        Kind::Partition,
        Kind::Isolate,
        Kind::Loss,
        Kind::Duplicate,
        Kind::Delay,
        Kind::Crash,
        Kind::Pause,
        Kind::SlowDisk,
        Kind::FailSync,
        Kind::ClockJump,
        Kind::ClockDrift,
    ];

    /// What files and lists call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Partition => "partition",
            Kind::Isolate => "isolate",
            Kind::Loss => "loss",
            Kind::Duplicate => "duplicate",
            Kind::Delay => "delay",
            Kind::Crash => "crash",
            Kind::Pause => "pause",
            Kind::SlowDisk => "slow-disk",
            Kind::FailSync => "fail-sync",
            Kind::ClockJump => "clock-jump",
            Kind::ClockDrift => "clock-drift",
        }
    }

    /// What it does, in one line, for `list faults`.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Kind::Partition => "messages between the nodes of one side and all others are lost",
            Kind::Isolate => "each target is cut off from every other node",
            Kind::Loss => "messages are lost at random",
            Kind::Duplicate => "messages arrive twice",
            Kind::Delay => "messages take longer, and overtake each other",
            Kind::Crash => "the node goes down, perhaps in the middle of a step, and restarts",
            Kind::Pause => "the node stands still while its clocks go on",
            Kind::SlowDisk => "syncs take longer",
            Kind::FailSync => "syncs fail, and what they covered is not durable",
            Kind::ClockJump => "the wall clock jumps forward or back",
            Kind::ClockDrift => "both clocks, and so all timers, run at another pace",
        }
    }

    /// How a scenario writes it behind `inject =`, with every parameter and its usual unit.
    #[must_use]
    pub const fn example(self) -> &'static str {
        match self {
            Kind::Partition => r#"{ partition = { side = "minority", way = "both", clients = "reach" } }"#,
            Kind::Isolate => r#"{ isolate = { target = "leader", way = "both", clients = "reach" } }"#,
            Kind::Loss => r#"{ loss = { rate = 0.05, from = "all", to = "all" } }"#,
            Kind::Duplicate => r#"{ duplicate = { rate = 0.05, from = "all", to = "all" } }"#,
            Kind::Delay => {
                r#"{ delay = { add = { constant = "100ms" }, rate = 0.5, from = "all", to = "all" } }"#
            }
            Kind::Crash => {
                r#"{ crash = { target = "one", after-effects = 2, unsynced = { sectors = 0.5 } } }"#
            }
            Kind::Pause => r#"{ pause = { target = "leader" } }"#,
            Kind::SlowDisk => r#"{ slow-disk = { target = "one", sync = { constant = "200ms" } } }"#,
            Kind::FailSync => r#"{ fail-sync = { target = "one", rate = 0.1 } }"#,
            Kind::ClockJump => r#"{ clock-jump = { target = "leader", by = "-2s" } }"#,
            Kind::ClockDrift => r#"{ clock-drift = { target = "one", ppm = 200 } }"#,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Fault {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Fault::Partition { .. } => Kind::Partition,
            Fault::Isolate { .. } => Kind::Isolate,
            Fault::Loss { .. } => Kind::Loss,
            Fault::Duplicate { .. } => Kind::Duplicate,
            Fault::Delay { .. } => Kind::Delay,
            Fault::Crash { .. } => Kind::Crash,
            Fault::Pause { .. } => Kind::Pause,
            Fault::SlowDisk { .. } => Kind::SlowDisk,
            Fault::FailSync { .. } => Kind::FailSync,
            Fault::ClockJump { .. } => Kind::ClockJump,
            Fault::ClockDrift { .. } => Kind::ClockDrift,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the list of faults shows can be pasted into a scenario.
    #[test]
    fn every_example_reads_as_a_fault_of_its_kind() {
        #[derive(Deserialize)]
        struct File {
            inject: Fault,
        }
        for kind in Kind::ALL {
            let file: File = toml::from_str(&format!("inject = {}", kind.example())).unwrap();
            assert_eq!(file.inject.kind(), kind);
        }
    }
}
