//! The models by which a history from a file can be judged, and what each demands.
//!
//! What needs more than a client's history is not among them, and listed beside them.

use clap::ValueEnum;
use stormglass_report::columns;

/// What a history is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Model {
    /// Registers with read, write and cas, by key if there are keys: linearizable
    #[value(alias = "register", alias = "cas-register")]
    Kv,
    /// The same registers: sequentially consistent; for small histories
    Sequential,
    /// The same registers, unique values: causally consistent
    Causal,
    /// The same registers, unique values: read your writes, monotonic reads and writes, writes follow reads
    Sessions,
    /// The same registers, unique values: no read is further behind than --within or --versions
    Staleness,
    /// The same registers, unique values: reads --after a recovery see what was acknowledged before it
    Durability,
    /// The same registers: reads --after the last write return the same
    Convergence,
    /// Texts by key with get, put and append: linearizable
    AppendKv,
    /// Transactions of [:append key value] and [:r key nil]: isolated as --level says
    ListAppend,
    /// Transactions of [:w key value] and [:r key nil], unique values: isolated as --level says
    RwRegister,
    /// The same, each key written once: no two reads disagree about the order of writes
    LongFork,
    /// A set with add and read: the last read shows all
    Set,
    /// The same: every element through all reads; nothing is lost or found twice
    SetFull,
    /// The same: a read shows all that was known when it began, exactly as a set does
    LinearizableSet,
    /// A queue with enqueue and dequeue: first in, first out, linearizable
    Queue,
    /// The same, in any order: nothing comes out that was not put in
    Bag,
    /// The same, drained at the end: all comes out, once
    TotalQueue,
    /// A counter with add and read: reads between what must and what may have been added
    Counter,
    /// The same, exactly: linearizable
    LinearizableCounter,
    /// A bank with transfer and read: the money is all there
    Bank,
    /// Locks with acquire and release: one holder at a time
    Lock,
    /// The same with fencing tokens, and use of what they guard: tokens grow, and old ones are refused
    FencedLock,
    /// A source of ids: none is handed out twice
    UniqueIds,
    /// A source of numbers: later ones are greater
    Monotonic,
}

/// Checks that must be told what no client sees: they are asked from Rust, or come with a scenario.
const OF_MORE: [(&str, &str, &str); 8] = [
    ("commitment", "AC1 to AC5, and who may be blocked", "votes and decisions"),
    ("exactly-once", "each request takes effect once", "counted effects"),
    ("replicas_agree", "replicas hold the same in the end", "what replicas hold"),
    ("lost_writes", "durability level by level", "the level of each acknowledgement"),
    ("balance", "distribution, starvation, herds", "which server got which request"),
    ("goodput", "service is back after faults", "when faults were"),
    ("availability", "outages, failovers, RTO and RPO in bounds", "when faults were, and who led"),
    ("vacuity", "something of each kind succeeded", "nothing: here, it is part of every check"),
];

/// All of them, as a page.
pub(crate) fn list() -> String {
    let values = Model::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let rows = values.map(|value| {
        let about = value.get_help().map(ToString::to_string).unwrap_or_default();
        [value.get_name().to_owned(), about]
    });
    let more = OF_MORE.map(|(name, about, needs)| [name, about, needs].map(str::to_owned));
    format!(
        "{}\n\n{}",
        columns(["--model", "what must hold"], rows),
        columns(["in stormglass-check", "what must hold", "what it must be told"], more)
    )
}
