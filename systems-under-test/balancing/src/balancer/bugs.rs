//! The planted bugs of a fleet, each at the one place where it would be made: `grep` for the variant.

stormglass_core::bugs! {
    /// The ways in which this fleet can be wrong.
    pub enum BalancingBug {
        /// Smooth weighted round robin forgets who is owed what at every change.
        WeightedRebuilt {
            name: "weighted-rebuilt",
            defect: "the state of smooth weighted round robin is built anew whenever servers or weights change, and begins with the heaviest",
            mirrors: "envoy#31378 and envoy PR 10064: light hosts are never called while hosts come and go",
            schedule: "servers or weights change more often than a light server's turn comes",
            caught_by: ["starvation"],
        },
        /// The turn is a place in the list, not a server.
        TurnByPlace {
            name: "turn-by-place",
            defect: "round robin remembers the place of the next server in a list that changes",
            mirrors: "the classic slip of index cursors: who leaves before the cursor lets a neighbour be skipped",
            schedule: "a server before the cursor comes or goes",
            caught_by: ["turns"],
        },
        /// Random choice never takes the last server.
        RandomSpareLast {
            name: "random-spare-last",
            defect: "the random point is drawn below the sum of all weights but the last",
            mirrors: "the off-by-one of `rng % (n - 1)`",
            schedule: "any",
            caught_by: ["starvation", "distribution"],
        },
        /// When all seem dead, requests are refused.
        NoPanic {
            name: "no-panic",
            defect: "there is no panic threshold: when no server seems healthy, requests are refused",
            mirrors: "what the panic threshold of Envoy and HAProxy's `nbsrv` rules are for",
            schedule: "probes are lost while servers serve",
            caught_by: ["somebody-to-choose", "panic"],
        },
        /// A panic never ends.
        PanicSticky {
            name: "panic-sticky",
            defect: "once health is ignored, it is ignored for ever",
            mirrors: "a degraded mode without an exit",
            schedule: "most servers fail, and come back",
            caught_by: ["panic", "all-chosen-again"],
        },
        /// One failed probe is enough.
        NoHysteresis {
            name: "no-hysteresis",
            defect: "a single failed probe takes a server out",
            mirrors: "flapping back-ends behind `fall 1`",
            schedule: "a probe is lost",
            caught_by: ["rise-and-fall"],
        },
        /// Health is believed however old it is.
        TrustAfterPause {
            name: "trust-after-pause",
            defect: "a server counts as healthy until `fall` probes have failed, however long ago the last good one was sent",
            mirrors: "a process that was suspended and acts on what it knew before",
            schedule: "a balancer stands still, a server goes down meanwhile, requests come before the next probe",
            caught_by: ["known-dead", "drained"],
        },
        /// An answer counts, whichever probe it answers.
        LateHealth {
            name: "late-health",
            defect: "a late answer to an old probe counts as a sign of life of the moment when it comes",
            mirrors: "failure detectors that a delayed heartbeat refreshes",
            schedule: "answers of a server are late, and it goes down",
            caught_by: ["known-dead", "drained"],
        },
        /// A draining server is chosen like any other.
        DrainIgnored {
            name: "drain-ignored",
            defect: "what a server says of its draining is not looked at",
            mirrors: "rolling restarts that cut off requests in mid-flight",
            schedule: "a server is drained",
            caught_by: ["drained", "all-chosen-again"],
        },
        /// A retry goes to the server that has just failed.
        RetrySameServer {
            name: "retry-same-server",
            defect: "the second attempt goes to the server of the first",
            mirrors: "retries without a predicate for previous hosts",
            schedule: "a server goes down with requests under way",
            caught_by: ["retry-elsewhere"],
        },
        /// What timed out counts as under way for ever.
        InFlightLeak {
            name: "in-flight-leak",
            defect: "the counter of requests under way is not decremented when an attempt times out",
            mirrors: "least-request balancers that starve a host after a burst of time-outs",
            schedule: "a server goes down with requests under way",
            caught_by: ["in-flight"],
        },
        /// Reports count in the order in which they come.
        ReportReorder {
            name: "report-reorder",
            defect: "a load report that was overtaken replaces the newer one",
            mirrors: "gossip without sequence numbers",
            schedule: "reports overtake each other",
            caught_by: ["reports-in-order"],
        },
        /// Reports of a new life are compared with those of the old one.
        LifeForgotten {
            name: "life-forgotten",
            defect: "reports are ordered by number alone, so those of a server that has restarted are ignored until it has sent more than ever before",
            mirrors: "sequence numbers without incarnations",
            schedule: "a server restarts after it has reported for long",
            caught_by: ["reports-in-order", "reports-heard"],
        },
        /// The queue serves whom nobody waits for any more.
        ServesExpired {
            name: "serves-expired",
            defect: "a server serves requests from its queue whose balancer has given up",
            mirrors: "first-in-first-out queues without deadlines (Metastable Failures in the Wild, OSDI 2022)",
            schedule: "more requests than a server can serve, or a server that stood still",
            caught_by: ["no-expired-work"],
        },
    }
}
