//! The names of what can go wrong between transactions.
//!
//! It does not know how an anomaly is found, nor which consistency models forbid it: see [`Level`](super::Level).

use std::fmt;

/// A class of cycles of dependencies between transactions (Adya 1999; Elle), the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Writes alone form a cycle: dirty write.
    G0,
    /// Writes and reads of them form a cycle: circular information flow.
    G1c,
    /// Exactly one transaction overwrote what the one before it in the cycle had read: read skew.
    GSingle,
    /// Several did, but never two in a row: long fork.
    GNonadjacent,
    /// Two in a row did: write skew, or another cycle of anti-dependencies between single items.
    G2Item,
}

impl Class {
    /// All classes, the gravest first.
    pub const ALL: [Class; 5] = [Class::G0, Class::G1c, Class::GSingle, Class::GNonadjacent, Class::G2Item];

    const fn name(self) -> &'static str {
        match self {
            Class::G0 => "G0",
            Class::G1c => "G1c",
            Class::GSingle => "G-single",
            Class::GNonadjacent => "G-nonadjacent",
            Class::G2Item => "G2-item",
        }
    }
}

/// What ties the transactions of a cycle together besides their reads and writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ties {
    /// Nothing.
    Data,
    /// The order in which one process ran its transactions.
    Process,
    /// Real time: one was complete before the other was invoked.
    Realtime,
}

impl Ties {
    /// All of them, the one that proves most first.
    pub const ALL: [Ties; 3] = [Ties::Data, Ties::Process, Ties::Realtime];

    const fn suffix(self) -> &'static str {
        match self {
            Ties::Data => "",
            Ties::Process => "-process",
            Ties::Realtime => "-realtime",
        }
    }
}

/// Something that a history shows and that some consistency model forbids.
///
/// Where one is a special case of another, the history is said to have the more specific one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Anomaly {
    /// A read holds an element twice that was appended once.
    DuplicateElements,
    /// A read returned what no transaction ever wrote.
    UnwrittenRead,
    /// A version of a key comes before itself.
    CyclicVersions,
    /// Two reads of a list, neither of which is a beginning of the other.
    IncompatibleOrder,
    /// A version was read whose transaction failed: aborted read.
    G1a,
    /// A version was built on that of a transaction that failed.
    DirtyUpdate,
    /// A version was read that its own transaction overwrote: intermediate read.
    G1b,
    /// A transaction read what it was itself still to write.
    FutureRead,
    /// A transaction contradicts its own earlier reads and writes.
    Internal,
    /// Two transactions read the same version of a key and both overwrote it.
    LostUpdate,
    /// A cycle of dependencies.
    Cycle(Class, Ties),
    /// All serial orders were tried, and none explains the reads.
    NoOrder(Ties),
    /// A transaction saw one write of another and, in a later read, missed a second one.
    NonMonotonicView,
    /// A transaction saw one write of another and missed a second one.
    FracturedRead,
    /// A transaction missed a write that causally came before what it saw.
    CausalityViolation,
}

impl Anomaly {
    /// The name, as Elle and Adya have it where they have one.
    #[must_use]
    pub fn name(self) -> String {
        self.to_string()
    }

    /// The nouns of the anomaly, for a sentence.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Anomaly::DuplicateElements => "an element was read twice in one list",
            Anomaly::UnwrittenRead => "a value was read that nobody wrote",
            Anomaly::CyclicVersions => "the versions of a key have no order",
            Anomaly::IncompatibleOrder => "two reads disagree on the order of writes",
            Anomaly::G1a => "an aborted write was read",
            Anomaly::DirtyUpdate => "a write was built on an aborted one",
            Anomaly::G1b => "an intermediate write was read",
            Anomaly::FutureRead => "a transaction read its own later write",
            Anomaly::Internal => "a transaction contradicts its own reads and writes",
            Anomaly::LostUpdate => "two transactions updated the same version",
            Anomaly::Cycle(Class::G0, _) => "writes form a cycle",
            Anomaly::Cycle(Class::G1c, _) => "information flows in a cycle",
            Anomaly::Cycle(Class::GSingle, _) => "a cycle with one anti-dependency",
            Anomaly::Cycle(Class::GNonadjacent, _) => "a cycle whose anti-dependencies are apart",
            Anomaly::Cycle(Class::G2Item, _) => "a cycle with adjacent anti-dependencies",
            Anomaly::NoOrder(_) => "no serial order explains the reads",
            Anomaly::NonMonotonicView => "a transaction was seen and then partly missed",
            Anomaly::FracturedRead => "a transaction was seen in part",
            Anomaly::CausalityViolation => "a cause was missed whose effect was seen",
        }
    }
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Anomaly::DuplicateElements => "duplicate-elements",
            Anomaly::UnwrittenRead => "unwritten-read",
            Anomaly::CyclicVersions => "cyclic-versions",
            Anomaly::IncompatibleOrder => "incompatible-order",
            Anomaly::G1a => "G1a",
            Anomaly::DirtyUpdate => "dirty-update",
            Anomaly::G1b => "G1b",
            Anomaly::FutureRead => "future-read",
            Anomaly::Internal => "internal",
            Anomaly::LostUpdate => "lost-update",
            Anomaly::Cycle(class, ties) => return write!(f, "{}{}", class.name(), ties.suffix()),
            Anomaly::NoOrder(ties) => return write!(f, "no-serial-order{}", ties.suffix()),
            Anomaly::NonMonotonicView => "non-monotonic-view",
            Anomaly::FracturedRead => "fractured-read",
            Anomaly::CausalityViolation => "causality-violation",
        };
        f.write_str(name)
    }
}
