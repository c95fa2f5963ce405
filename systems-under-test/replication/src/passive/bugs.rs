//! The planted bugs of passive replication. Each is as small as the real mistake was, and stands at the one place where
//! it would be made: `grep` for the variant.

stormglass_core::bugs! {
    /// The ways in which this replication can be wrong.
    pub enum PassiveBug {
        /// The primary asks nobody.
        AckBeforeSend {
            name: "ack-before-send",
            defect: "an operation is acknowledged at the full level as soon as the primary's own disk has it",
            mirrors: "the default of most databases, taken for more than it is",
            schedule: "the primary crashes or is cut off right after an acknowledgement",
            caught_by: ["level-on-disks", "acknowledged-survive", "durability", "linearizable"],
        },
        /// The level falls and nobody is told.
        SilentDegrade {
            name: "silent-degrade",
            defect: "when backups are slow the primary goes on alone and still declares the full level",
            mirrors: "MySQL's rpl_semi_sync_master_timeout; memgraph#381",
            schedule: "backups are slow or cut off for longer than the timeout",
            caught_by: ["level-on-disks", "acknowledged-survive", "durability"],
        },
        /// A primary that has been replaced goes on.
        OldPrimaryWrites {
            name: "old-primary-writes",
            defect: "a primary that hears of a later epoch takes it over and goes on serving",
            mirrors: "GitHub, 21 October 2018; fly-apps/postgres-flex#55; EnterpriseDB/repmgr#42",
            schedule: "a primary is paused or cut off, another is promoted, the first comes back",
            caught_by: ["one-primary-per-epoch", "log-matching", "level-on-disks", "acknowledged-survive", "replicas-equal", "recovers"],
        },
        /// A backup listens to a primary of yesterday.
        StaleEpochAccept {
            name: "stale-epoch-accept",
            defect: "a backup stores and confirms what a primary of an earlier epoch sends",
            mirrors: "what the epoch in every replication stream since Viewstamped Replication exists to exclude",
            schedule: "a primary is replaced while messages of it are under way",
            caught_by: ["log-matching", "level-on-disks", "acknowledged-survive", "durability", "linearizable"],
        },
        /// A restarted primary takes up where it was.
        RestartAsPrimary {
            name: "restart-as-primary",
            defect: "a replica that restarts in an epoch to which it was appointed serves in it again",
            mirrors: "bitnami/charts#20998",
            schedule: "the primary loses un-synced writes in a crash and is back before it is missed",
            caught_by: ["one-primary-per-epoch", "log-matching"],
        },
        /// The first that answers is good enough.
        PromoteLagging {
            name: "promote-lagging",
            defect: "the arbiter appoints whoever answers, without comparing logs",
            mirrors: "patroni#2676",
            schedule: "two backups, one of which lags, and a primary that crashes",
            caught_by: ["acknowledged-survive", "losses-explained", "durability", "linearizable"],
        },
        /// The longest log wins, whoever made it.
        PromoteLongest {
            name: "promote-longest",
            defect: "the arbiter compares the lengths of logs and ignores their epochs",
            mirrors: "patroni before check_timeline, which ignored PostgreSQL's timelines",
            schedule: "a primary that is cut off has a long tail that nobody has; another has served a little since",
            caught_by: ["acknowledged-survive", "losses-explained", "durability", "linearizable"],
        },
        /// The primary takes out a backup, and tells the arbiter later.
        InSyncShrinkLocal {
            name: "in-sync-shrink-local",
            defect: "the primary acknowledges without a backup before the arbiter has it off its record",
            mirrors: "the last-replica-standing problem of Kafka, KIP-966",
            schedule: "a primary cut off from arbiter and backups, which still reaches clients",
            caught_by: ["level-on-disks", "acknowledged-survive", "durability", "linearizable"],
        },
        /// A backup joins with holes.
        JoinBeforeCaughtUp {
            name: "join-before-caught-up",
            defect: "a backup is put in the in-sync set as soon as it answers, before it has what was acknowledged",
            mirrors: "dragonfly#3112, where the stream began behind the end of the copy",
            schedule: "a backup comes back far behind, and the primary crashes",
            caught_by: ["level-on-disks", "acknowledged-survive", "durability", "linearizable"],
        },
        /// An old primary keeps its tail.
        NoRewind {
            name: "no-rewind",
            defect: "a backup takes entries that it has at the same place for the same entries",
            mirrors: "patroni#99; litefs#159",
            schedule: "an old primary with entries that nobody else has rejoins",
            caught_by: ["log-matching", "level-on-disks", "acknowledged-survive", "replicas-equal"],
        },
        /// A backup confirms what its memory holds.
        AckBeforeFsync {
            name: "ack-before-fsync",
            defect: "a backup confirms entries before they are on its disk",
            mirrors: "MySQL's semi-synchronous backup, which confirms what its relay log has received",
            schedule: "power loss of a backup that has just confirmed, and of the primary",
            caught_by: ["level-on-disks", "acknowledged-survive"],
        },
        /// One backup is two.
        AckDoubleCount {
            name: "ack-double-count",
            defect: "confirmations are counted instead of backups",
            mirrors: "a backup that reconnects and is counted under its old connection too",
            schedule: "any, with two backups to wait for",
            caught_by: ["level-on-disks", "acknowledged-survive"],
        },
        /// A primary trusts that it is one.
        ReadFromMemory {
            name: "read-from-memory",
            defect: "reads are answered from the primary's memory without asking a backup, at the full level",
            mirrors: "stale reads of Redis and MongoDB in Jepsen's tests",
            schedule: "a primary is cut off while clients still reach it",
            caught_by: ["linearizable"],
        },
        /// The arbiter forgets whom it appointed.
        AppointBeforeDurable {
            name: "appoint-before-durable",
            defect: "the arbiter tells epoch and primary before they are on its disk",
            mirrors: "failover controllers that keep the epoch in memory",
            schedule: "the arbiter loses its power right after an appointment, and appoints another in the same epoch",
            caught_by: ["one-primary-per-epoch", "epochs-never-regress", "log-matching", "level-on-disks"],
        },
    }
}
