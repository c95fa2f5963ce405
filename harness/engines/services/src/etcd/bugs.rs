//! The planted bugs of the lock. `grep` for the variant: each stands in one line beside what is right.

stormglass_core::bugs! {
    /// The ways in which this lock can be wrong.
    pub enum EtcdBug {
        /// The resource takes whatever comes.
        NoFencing {
            name: "no-fencing",
            defect: "the resource does not look at the fencing token",
            mirrors: "Jepsen's etcd 3.4.3: two clients held one etcd lock, and nothing refused the first",
            schedule: "a holder stands still for longer than its session lives, and uses the resource after the next one has",
            caught_by: ["fenced-resource"],
        },
        /// A session is believed alive because it was asked for.
        RenewalUnchecked {
            name: "renewal-unchecked",
            defect: "a session counts as alive as long as its client asks for it in time, whatever comes back",
            mirrors: "a keep-alive stream that is written to and never read",
            schedule: "a holder is cut off for longer than its session lives, and gives the lock back after another one has had it",
            caught_by: ["held-until-released"],
        },
        /// Whoever holds the lock loses it.
        ReleaseUnowned {
            name: "release-unowned",
            defect: "a lock is given back by deleting the key of whoever holds it, without comparing whose it is",
            mirrors: "SET NX with DEL, the first Redis lock everybody writes",
            schedule: "a holder's session runs out, another one acquires the lock, and the first gives it back",
            caught_by: ["held-until-released", "mutex"],
        },
        /// The lease's number is the token.
        TokenIsLease {
            name: "token-is-lease",
            defect: "the fencing token is the number of the lease, which only names a session and does not grow",
            mirrors: "a lease id used as a fencing token",
            schedule: "two clients take the lock one after the other",
            caught_by: ["fencing-tokens"],
        },
        /// etcd keeps nothing on its disk.
        EtcdOnTmpfs {
            name: "etcd-on-tmpfs",
            defect: "etcd's data directory is in memory: a restarted host begins with nothing, and with revision 0",
            mirrors: "a data directory on tmpfs, or --unsafe-no-fsync",
            schedule: "etcd's host restarts between two acquisitions",
            caught_by: ["fencing-tokens", "mutex", "held-until-released"],
        },
    }
}
