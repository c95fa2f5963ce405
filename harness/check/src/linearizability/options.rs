//! How a check for linearizability goes about it, and how much it may spend.

/// Limits and methods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// How much the check may spend before it answers that it does not know.
    pub limits: Limits,
    /// How it looks for a legal order.
    pub method: Method,
}

/// How much a check may spend before it answers that it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Configurations (a set of linearized operations and a state) visited, over all keys together.
    pub configurations: u64,
    /// Bytes of memory that one search may hold beside its input, counted before they are taken. What states hold on the
    /// heap is not counted; nor is what the checkers without a search need, which is some fifty bytes an operation.
    pub bytes: usize,
}

impl Default for Limits {
    /// Fifty million configurations and one gibibyte: some seconds.
    fn default() -> Limits {
        Limits { configurations: 50_000_000, bytes: 1 << 30 }
    }
}

/// How a check looks for a legal order. All methods have the same verdicts, within their means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// What the theory of the object has, where it applies; otherwise the general search.
    #[default]
    Best,
    /// The general search with these shortcuts.
    General(Reductions),
    /// The plain search, which the others are held against.
    Plain,
}

impl Method {
    /// The method for the many small questions behind evidence: those of the plain search are too many for it.
    pub(super) fn quick(self) -> Method {
        match self {
            Method::Best => Method::Best,
            Method::General(_) | Method::Plain => Method::General(Reductions::ALL),
        }
    }
}

/// The shortcuts of the general search. All are sound; they can be turned off to show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reductions {
    /// A legal operation that never changes the state is linearized without a choice.
    pub read_at_once: bool,
    /// Of interchangeable operations only the one that returns first is tried.
    pub identical_once: bool,
    /// What makes the most urgent operation legal is tried first, not what returns first.
    pub urgent_first: bool,
    /// What never returned is spent only right before an operation that behaves differently because of it.
    pub optional_last: bool,
    /// Configurations that spent more operations of unknown outcome than another in the same place are dropped.
    pub frugal_memory: bool,
    /// [`Model::feasible`](crate::Model::feasible) is asked.
    pub feasible: bool,
    /// [`Model::kind`](crate::Model::kind) is asked for registers.
    pub register: bool,
    /// [`Model::kind`](crate::Model::kind) is asked for queues and stacks, which are then searched by what was taken out.
    pub transfers: bool,
}

impl Reductions {
    /// All of them.
    pub const ALL: Reductions = Reductions {
        read_at_once: true,
        identical_once: true,
        urgent_first: true,
        optional_last: true,
        frugal_memory: true,
        feasible: true,
        register: true,
        transfers: true,
    };
    /// None of them.
    pub const NONE: Reductions = Reductions {
        read_at_once: false,
        identical_once: false,
        urgent_first: false,
        optional_last: false,
        frugal_memory: false,
        feasible: false,
        register: false,
        transfers: false,
    };
}
