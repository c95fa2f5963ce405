//! Consistency models of transactions, which of them imply which, and which anomalies each forbids.
//!
//! The models and their relations follow Adya (1999), Bailis et al. (VLDB 2014), Cerone, Bernardi and Gotsman (2015)
//! and Elle's table of them. All transactions here read and write single items, never predicates.
//!
//! ```text
//! each level implies those to its right
//!
//! strict-serializable ─┬─ strong-session-serializable ── serializable ─┬─ repeatable-read ── cursor-stability
//!                      │                                               └─ snapshot-isolation
//!                      └─ strong-snapshot-isolation ─┬─ strong-session-snapshot-isolation ─┬─ snapshot-isolation
//!                                                    └─ strong-read-committed              └─ causal
//! snapshot-isolation ── consistent-view ─┬─ read-atomic ── monotonic-atomic-view ── read-committed
//!                                        └─ cursor-stability ── read-committed ── read-uncommitted
//! causal ─┬─ read-atomic
//!         └─ strong-session-read-committed
//! ```
//!
//! It does not know histories.

use std::fmt;
use std::str::FromStr;

use super::anomaly::{Anomaly, Class, Ties};

/// A consistency model of transactions, from weak to strong: none implies a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// PL-1: writes have one order.
    ReadUncommitted,
    /// PL-2: only final, committed versions are read, and information does not flow in circles.
    ReadCommitted,
    /// Once a transaction has seen a part of another, its later reads see all of it.
    MonotonicAtomicView,
    /// A transaction sees all of another or nothing of it.
    ReadAtomic,
    /// PL-CS: as read committed, and no update is lost.
    CursorStability,
    /// PL-2+: a transaction reads from one consistent state.
    ConsistentView,
    /// PL-SI, generalized: a transaction reads from one snapshot, perhaps an old one, and of two that write the same
    /// key one sees the other.
    SnapshotIsolation,
    /// PL-2.99: serializable but for predicates.
    RepeatableRead,
    /// PL-3: as if one after another, in some order.
    Serializable,
    /// [`Level::ReadUncommitted`], and the order respects that of each process.
    StrongSessionReadUncommitted,
    /// [`Level::ReadCommitted`], and the order respects that of each process.
    StrongSessionReadCommitted,
    /// [`Level::ReadAtomic`], of all that came before in the process or in what was read, and so on.
    Causal,
    /// [`Level::SnapshotIsolation`], and a process sees what it did before.
    StrongSessionSnapshotIsolation,
    /// [`Level::Serializable`], and the order respects that of each process.
    StrongSessionSerializable,
    /// [`Level::ReadUncommitted`], and the order respects real time.
    StrongReadUncommitted,
    /// [`Level::ReadCommitted`], and the order respects real time.
    StrongReadCommitted,
    /// [`Level::SnapshotIsolation`], and a transaction sees what was complete before it began.
    StrongSnapshotIsolation,
    /// PL-SS: as if one after another, in an order that respects real time.
    StrictSerializable,
}

use Level::{
    Causal, ConsistentView, CursorStability, MonotonicAtomicView, ReadAtomic, ReadCommitted, ReadUncommitted,
    RepeatableRead, Serializable, SnapshotIsolation, StrictSerializable, StrongReadCommitted,
    StrongReadUncommitted, StrongSessionReadCommitted, StrongSessionReadUncommitted,
    StrongSessionSerializable, StrongSessionSnapshotIsolation, StrongSnapshotIsolation,
};

impl Level {
    /// All levels, from weak to strong.
    pub const ALL: [Level; 18] = [
        ReadUncommitted,
        ReadCommitted,
        MonotonicAtomicView,
        ReadAtomic,
        CursorStability,
        ConsistentView,
        SnapshotIsolation,
        RepeatableRead,
        Serializable,
        StrongSessionReadUncommitted,
        StrongSessionReadCommitted,
        Causal,
        StrongSessionSnapshotIsolation,
        StrongSessionSerializable,
        StrongReadUncommitted,
        StrongReadCommitted,
        StrongSnapshotIsolation,
        StrictSerializable,
    ];

    /// The name, in the words of `list checks`: `snapshot-isolation`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            ReadUncommitted => "read-uncommitted",
            ReadCommitted => "read-committed",
            MonotonicAtomicView => "monotonic-atomic-view",
            ReadAtomic => "read-atomic",
            CursorStability => "cursor-stability",
            ConsistentView => "consistent-view",
            SnapshotIsolation => "snapshot-isolation",
            RepeatableRead => "repeatable-read",
            Serializable => "serializable",
            StrongSessionReadUncommitted => "strong-session-read-uncommitted",
            StrongSessionReadCommitted => "strong-session-read-committed",
            Causal => "causal",
            StrongSessionSnapshotIsolation => "strong-session-snapshot-isolation",
            StrongSessionSerializable => "strong-session-serializable",
            StrongReadUncommitted => "strong-read-uncommitted",
            StrongReadCommitted => "strong-read-committed",
            StrongSnapshotIsolation => "strong-snapshot-isolation",
            StrictSerializable => "strict-serializable",
        }
    }

    /// The next weaker levels: what satisfies this one satisfies them.
    const fn next_weaker(self) -> &'static [Level] {
        match self {
            ReadUncommitted => &[],
            ReadCommitted => &[ReadUncommitted],
            MonotonicAtomicView | CursorStability => &[ReadCommitted],
            ReadAtomic => &[MonotonicAtomicView],
            ConsistentView => &[ReadAtomic, CursorStability],
            SnapshotIsolation => &[ConsistentView],
            RepeatableRead => &[CursorStability, MonotonicAtomicView],
            Serializable => &[RepeatableRead, SnapshotIsolation],
            StrongSessionReadUncommitted => &[ReadUncommitted],
            StrongSessionReadCommitted => &[ReadCommitted, StrongSessionReadUncommitted],
            Causal => &[ReadAtomic, StrongSessionReadCommitted],
            StrongSessionSnapshotIsolation => &[SnapshotIsolation, Causal],
            StrongSessionSerializable => &[Serializable, StrongSessionSnapshotIsolation],
            StrongReadUncommitted => &[StrongSessionReadUncommitted],
            StrongReadCommitted => &[StrongSessionReadCommitted, StrongReadUncommitted],
            StrongSnapshotIsolation => &[StrongSessionSnapshotIsolation, StrongReadCommitted],
            StrictSerializable => &[StrongSessionSerializable, StrongSnapshotIsolation],
        }
    }

    /// Whether every history that satisfies this level satisfies `other`; each level implies itself.
    #[must_use]
    pub fn implies(self, other: Level) -> bool {
        self == other || self.next_weaker().iter().any(|weaker| weaker.implies(other))
    }

    /// Whether a history with this anomaly certainly violates this level.
    #[must_use]
    pub fn forbids(self, anomaly: Anomaly) -> bool {
        self.forbids_itself(anomaly) || self.next_weaker().iter().any(|weaker| weaker.forbids(anomaly))
    }

    /// Whether this level forbids an anomaly that the next weaker ones allow; it may repeat some that they forbid.
    fn forbids_itself(self, anomaly: Anomaly) -> bool {
        use Anomaly as A;
        let cycle = |most: Class, ties: Ties| matches!(anomaly, A::Cycle(class, with) if class <= most && with <= ties);
        let no_order = |ties: Ties| matches!(anomaly, A::NoOrder(with) if with <= ties);
        match self {
            ReadUncommitted => {
                matches!(anomaly, A::DuplicateElements | A::UnwrittenRead) || cycle(Class::G0, Ties::Data)
            }
            ReadCommitted => {
                matches!(anomaly, A::CyclicVersions | A::IncompatibleOrder | A::FutureRead)
                    || matches!(anomaly, A::G1a | A::G1b | A::DirtyUpdate)
                    || cycle(Class::G1c, Ties::Data)
            }
            MonotonicAtomicView => anomaly == A::NonMonotonicView,
            ReadAtomic => matches!(anomaly, A::Internal | A::FracturedRead),
            CursorStability => anomaly == A::LostUpdate,
            ConsistentView => cycle(Class::GSingle, Ties::Data),
            SnapshotIsolation => cycle(Class::GNonadjacent, Ties::Data),
            // It says nothing of atomic visibility, but what breaks that for single items is a cycle with rw edges.
            RepeatableRead => {
                matches!(anomaly, A::Internal | A::FracturedRead)
                    || cycle(Class::G2Item, Ties::Data)
                    || no_order(Ties::Data)
            }
            Serializable => cycle(Class::G2Item, Ties::Data),
            StrongSessionReadUncommitted => cycle(Class::G0, Ties::Process),
            StrongSessionReadCommitted => cycle(Class::G1c, Ties::Process),
            Causal => anomaly == A::CausalityViolation,
            StrongSessionSnapshotIsolation => cycle(Class::GNonadjacent, Ties::Process),
            StrongSessionSerializable => cycle(Class::G2Item, Ties::Process) || no_order(Ties::Process),
            StrongReadUncommitted => cycle(Class::G0, Ties::Realtime),
            StrongReadCommitted => cycle(Class::G1c, Ties::Realtime),
            StrongSnapshotIsolation => cycle(Class::GNonadjacent, Ties::Realtime),
            StrictSerializable => cycle(Class::G2Item, Ties::Realtime) || no_order(Ties::Realtime),
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No level has this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLevel(String);

impl fmt::Display for UnknownLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = Level::ALL.iter().map(|level| level.name()).collect();
        write!(f, "no isolation level is called “{}”; there are {}", self.0, names.join(", "))
    }
}

impl std::error::Error for UnknownLevel {}

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(name: &str) -> Result<Level, UnknownLevel> {
        let known = Level::ALL.into_iter().find(|level| level.name() == name);
        known.ok_or_else(|| UnknownLevel(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The list of levels runs from weak to strong, and a stronger level forbids all that a weaker one does.
    #[test]
    fn what_a_level_implies_comes_before_it_and_forbids_no_more() {
        let cycles =
            Class::ALL.into_iter().flat_map(|class| Ties::ALL.map(|ties| Anomaly::Cycle(class, ties)));
        let anomalies: Vec<Anomaly> =
            [Anomaly::Internal, Anomaly::LostUpdate, Anomaly::G1a].into_iter().chain(cycles).collect();
        for strong in Level::ALL {
            for weak in Level::ALL.into_iter().filter(|&weak| strong.implies(weak)) {
                assert!(weak <= strong);
                assert!(anomalies.iter().all(|&anomaly| !weak.forbids(anomaly) || strong.forbids(anomaly)));
            }
            assert!(StrictSerializable.implies(strong));
            assert_eq!(strong.name().parse(), Ok(strong));
        }
    }

    /// Write skew is what snapshot isolation allows and serializability forbids; a stale read breaks strictness alone.
    #[test]
    fn levels_differ_by_the_anomalies_known_from_the_literature() {
        let skew = Anomaly::Cycle(Class::G2Item, Ties::Data);
        assert!(!SnapshotIsolation.forbids(skew) && !StrongSnapshotIsolation.forbids(skew));
        assert!(Serializable.forbids(skew) && RepeatableRead.forbids(skew));
        let stale = Anomaly::Cycle(Class::GSingle, Ties::Realtime);
        let forbidding: Vec<Level> = Level::ALL.into_iter().filter(|level| level.forbids(stale)).collect();
        assert_eq!(forbidding, [StrongSnapshotIsolation, StrictSerializable]);
        assert!(ReadCommitted.forbids(Anomaly::G1a) && !ReadUncommitted.forbids(Anomaly::G1a));
        assert!("serialisable".parse::<Level>().is_err());
    }
}
