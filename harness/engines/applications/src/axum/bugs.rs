//! The ways in which the service can be wrong.

stormglass_core::bugs! {
    /// The ways in which the HTTP service can be wrong.
    pub enum AxumBug {
        /// It answers before its journal is synced.
        AnswersBeforeSync {
            name: "answers-before-sync",
            defect: "a change is acknowledged as soon as it is written, and synced later",
            mirrors: "stores that acknowledge from the page cache, as MongoDB did without journalled write concern (Jepsen, 2013)",
            schedule: "a write is acknowledged, the server crashes before the sync completes and restarts, a client reads",
            caught_by: ["linearizable"],
        },
        /// A copy answers without asking how far the first server is.
        ReadsStaleCopy {
            name: "reads-stale-copy",
            defect: "a copy answers reads from what it has, without asking the first server how far it is",
            mirrors: "reads from asynchronous replicas that are taken for reads of the primary",
            schedule: "a write is acknowledged while a copy is slow or cut off, a client reads from the copy",
            caught_by: ["linearizable"],
        },
    }
}
