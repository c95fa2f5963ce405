//! The planted bugs of the failover group. `grep` for the variant: each stands in one line that begins `if self.has(…)`.

stormglass_core::bugs! {
    /// The ways in which this failover can be wrong.
    pub enum FailoverBug {
        /// The old primary is trusted to be dead.
        NoFence {
            name: "no-fence",
            defect: "the resource takes stores of any epoch: the old primary is believed to be dead",
            mirrors: "GitHub, October 2018; repmgr#42",
            schedule: "the primary is cut off from the observers and not from the resource, or stands still and wakes up",
            caught_by: ["one-writer-per-epoch", "linearizable"],
        },
        /// Reads are answered from memory.
        ReadUnconfirmed {
            name: "read-unconfirmed",
            defect: "a primary answers reads from its memory without asking the resource whether it still owns it",
            mirrors: "patroni#2070: a primary that goes on serving after its session is gone",
            schedule: "the primary is cut off from the observers, another one takes over and writes, and a client still asks the old one",
            caught_by: ["linearizable"],
        },
        /// One voice decides.
        SingleObserver {
            name: "single-observer",
            defect: "one observer's suspicion is enough for a failover",
            mirrors: "Cloudflare, November 2020: one switch, and views that differ",
            schedule: "the link between one observer and the primary fails",
            caught_by: ["majority-suspects"],
        },
        /// The epoch is in memory.
        EpochVolatile {
            name: "epoch-volatile",
            defect: "the controller keeps the epoch in memory, and begins anew after a restart",
            mirrors: "controllers that number reigns without a disk",
            schedule: "the controller restarts after a failover",
            caught_by: ["epochs-grow"],
        },
        /// The epoch is announced before it is durable.
        AnnouncedFirst {
            name: "announced-first",
            defect: "a primary is appointed before its epoch is on the controller's disk",
            mirrors: "the order of effects that every write-ahead rule exists for",
            schedule: "the controller loses power just after a failover",
            caught_by: ["epochs-grow"],
        },
        /// Nobody asks a second time.
        PromotedOnce {
            name: "promoted-once",
            defect: "the order to take over is sent once, and nobody looks whether it was followed",
            mirrors: "a controller that crashed between demoting the old and promoting the new",
            schedule: "the order is lost, or the replica restarts after it was followed",
            caught_by: ["recovers"],
        },
        /// Over and over.
        NoCooldown {
            name: "no-cooldown",
            defect: "nothing limits how often the group fails over",
            mirrors: "FoundationDB e2752aea05; the anti-flapping of orchestrator",
            schedule: "two replicas that are by turns cut off for longer than the detection takes",
            caught_by: ["no-flapping"],
        },
        /// A second life in the same epoch.
        MountedTwice {
            name: "mounted-twice",
            defect: "a replica that has restarted takes the resource over again in the epoch of its former life",
            mirrors: "fencing by node and epoch without an incarnation",
            schedule: "an order to take over arrives twice, and the replica restarts in between with stores under way",
            caught_by: ["mounted-once", "linearizable"],
        },
    }
}
