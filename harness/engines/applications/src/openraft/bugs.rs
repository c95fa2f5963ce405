//! The ways in which openraft can be used wrongly.

stormglass_core::bugs! {
    /// The ways in which openraft can be used wrongly.
    pub enum OpenraftBug {
        /// The leader reads its state machine without asking whether it still leads.
        ReadsWithoutQuorum {
            name: "reads-without-quorum",
            defect: "a server that believes to lead answers reads from its state machine, without `ensure_linearizable`",
            mirrors: "etcd before quorum reads were the default (Jepsen, 2014)",
            schedule: "the leader is cut off from the others but not from a client, another is elected and writes, the client reads from the old one",
            caught_by: ["linearizable"],
        },
        /// The log store reports that entries are durable before they are.
        FlushedBeforeSync {
            name: "flushed-before-sync",
            defect: "the log store reports entries as flushed when they are written, and syncs them later",
            mirrors: "log stores that call back from the page cache; the same in Redpanda's and NATS's replication by relaxed durability",
            schedule: "an entry is acknowledged by a majority, enough of them crash before their syncs complete, and come back without it",
            caught_by: ["linearizable"],
        },
        /// A leader that restarts answers reads before its state machine has caught up.
        ReadsBeforeCaughtUp {
            name: "reads-before-caught-up",
            defect: "a server reads its state machine, which began anew with it, as soon as `ensure_linearizable` lets it",
            mirrors: "this application itself, until a crash in recovery showed it: openraft asks those who do not save what is committed to serve no reads after a restart before a new commit",
            schedule: "a leader acknowledges a write, restarts before anybody else stands for election, leads on, and answers a read before its log is applied",
            caught_by: ["linearizable"],
        },
    }
}
