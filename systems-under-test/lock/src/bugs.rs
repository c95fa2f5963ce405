//! The planted bugs of the lock service. `grep` for the variant: each stands in one line that begins `if self.has(…)`, in a
//! small function whose last line is what is right.

stormglass_core::bugs! {
    /// The ways in which this lock service can be wrong.
    pub enum LockBug {
        /// The resource takes whatever comes.
        ResourceIgnoresToken {
            name: "resource-ignores-token",
            defect: "the resource does not look at the fencing token",
            mirrors: "Kleppmann, How to do distributed locking (2016); Jepsen's etcd 3.4.3",
            schedule: "a holder stands still, or its message is on its way, for longer than its session lives, and uses the resource after the next one has",
            caught_by: ["fenced", "fenced-resource"],
        },
        /// The greatest token seen is kept in memory.
        ResourceForgetsToken {
            name: "resource-forgets-token",
            defect: "the resource keeps the greatest token it has seen in memory only",
            mirrors: "a storage node restarted between two writers",
            schedule: "the same, and the resource restarts in between",
            caught_by: ["fenced", "fenced-resource"],
        },
        /// Tokens begin anew after a restart.
        TokenVolatile {
            name: "token-volatile",
            defect: "the counter of tokens is in memory and begins anew after a restart",
            mirrors: "sequence numbers handed out by a leader from memory",
            schedule: "the server restarts",
            caught_by: ["tokens-grow", "fencing-tokens"],
        },
        /// One token for all grants of a session.
        TokenPerSession {
            name: "token-per-session",
            defect: "a client that takes a lock again in the same session gets the same token again",
            mirrors: "a lease id used as a fencing token",
            schedule: "a client takes, gives back and takes the same lock",
            caught_by: ["tokens-grow", "fencing-tokens"],
        },
        /// Whoever asks can free a lock.
        ReleaseUnowned {
            name: "release-unowned",
            defect: "a lock is deleted by its name, whoever holds it",
            mirrors: "SET NX with DEL, the first Redis lock everybody writes",
            schedule: "a release comes late, after the session of its client has run out and another one holds the lock",
            caught_by: ["ended-by-owner"],
        },
        /// Sessions run out by the time of day.
        ExpiryOnWallClock {
            name: "expiry-on-wall-clock",
            defect: "the end of a session is a time of day",
            mirrors: "leases stored as timestamps; Redis expiry under NTP steps",
            schedule: "the server's wall clock jumps forward",
            caught_by: ["sessions-live", "exclusive"],
        },
        /// Locks are granted as soon as the server is back.
        NoGrace {
            name: "no-grace",
            defect: "a restarted server, which remembers no session, grants locks at once",
            mirrors: "Redlock's nodes without persistence, restarted within the time to live",
            schedule: "the server restarts while a lock is held",
            caught_by: ["exclusive"],
        },
        /// The wishes of a session that ran out stay in their queues.
        DeadWaiter {
            name: "dead-waiter",
            defect: "the end of a session frees the locks it holds and forgets the wishes it has in queues",
            mirrors: "etcd's clientv3 mutex, which did not look again whether its own lease was alive (Jepsen's etcd 3.4.3)",
            schedule: "a client dies while it waits",
            caught_by: ["granted-to-the-living"],
        },
        /// The next in the queue is not told.
        LostWakeUp {
            name: "lost-wake-up",
            defect: "the end of a session frees its locks and wakes nobody who waits for them",
            mirrors: "watches that miss a deletion between check and watch",
            schedule: "a holder dies while somebody waits, and nobody else comes",
            caught_by: ["no-lost-wake-up"],
        },
        /// A wish that is asked twice stands in the queue twice.
        QueuedTwice {
            name: "queued-twice",
            defect: "a wish that is sent again, or arrives late, is put into the queue again",
            mirrors: "zk-ruby#54: a create of unknown outcome, retried, leaves a node that nobody owns",
            schedule: "an acquire arrives twice, or after its release",
            caught_by: ["granted-once"],
        },
        /// Whoever came last is served first.
        NewestFirst {
            name: "newest-first",
            defect: "a free lock goes to the latest wish in its queue",
            mirrors: "waiters woken in the order of a stack",
            schedule: "two wait for one lock",
            caught_by: ["fifo"],
        },
    }
}
