//! The ways in which the service can be wrong.

stormglass_core::bugs! {
    /// The ways in which the gRPC service can be wrong.
    pub enum TonicBug {
        /// Tokens are not looked at.
        AppliesTwice {
            name: "applies-twice",
            defect: "a change that is asked for again is applied again: nobody looks at its token",
            mirrors: "gRPC retries of calls that are not idempotent",
            schedule: "a swap is applied, its answer is lost or late, its client asks again and is told that it was not swapped",
            caught_by: ["linearizable"],
        },
        /// Tokens are forgotten in a crash.
        TokensInMemory {
            name: "tokens-in-memory",
            defect: "which changes were made is known in memory only, and forgotten in a crash",
            mirrors: "request caches that are not part of the durable state, against which RIFL (SOSP 2015) was written",
            schedule: "a swap is made durable, the server crashes before it answers and restarts, its client asks again",
            caught_by: ["linearizable"],
        },
    }
}
