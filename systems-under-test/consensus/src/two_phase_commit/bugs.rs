//! The planted bugs of two-phase commit. Each is as small as the real mistake was, and stands at the one place where it
//! would be made: `grep` for the variant.

stormglass_core::bugs! {
    /// The ways in which this two-phase commit can be wrong.
    pub enum CommitBug {
        /// A participant votes without waiting for its disk.
        PrepareNotDurable {
            name: "prepare-not-durable",
            defect: "a participant votes yes before its prepared record is on disk",
            mirrors: "horizontal-scaling-convex#101, where prepared transactions were kept in memory only",
            schedule: "a participant loses its power between its vote and the end of the sync; the transaction commits",
            caught_by: ["atomic-commitment", "bank"],
        },
        /// The coordinator announces a decision without waiting for its disk.
        DecisionNotDurable {
            name: "decision-not-durable",
            defect: "COMMIT is sent, and the client told, before the commit record is on disk",
            mirrors: "horizontal-scaling-convex#101, where no decision was ever written",
            schedule: "the coordinator loses its power after one participant has heard of the commit, and presumes abort towards the other",
            caught_by: ["told-as-decided", "atomic-commitment", "bank"],
        },
        /// A participant that hears nothing takes the decision into its own hands.
        UnilateralAbort {
            name: "unilateral-abort",
            defect: "a participant that has voted yes aborts when it hears nothing for a while",
            mirrors: "the window of uncertainty of Bernstein, Hadzilacos and Goodman 1987, section 7.4, with a timeout that ends it",
            schedule: "a participant is cut off between its vote and the decision",
            caught_by: ["atomic-commitment", "bank"],
        },
        /// A missing vote is a yes.
        SilenceIsYes {
            name: "silence-is-yes",
            defect: "when the votes are not in in time, the coordinator commits",
            mirrors: "a timeout handler that shares the path of the last vote",
            schedule: "a PREPARE is lost, or a no is late",
            caught_by: ["atomic-commitment", "bank"],
        },
        /// A commit is forgotten while somebody still has to hear of it.
        ForgetEarly {
            name: "forget-early",
            defect: "the coordinator forgets a commit at the first acknowledgement, and presumes abort when the others ask",
            mirrors: "the rule of presumed abort of Mohan, Lindsay and Obermarck 1986: a commit is ended by the last acknowledgement",
            schedule: "one of two participants misses COMMIT and asks",
            caught_by: ["atomic-commitment", "bank"],
        },
        /// An acknowledgement that the disk does not back.
        AcknowledgeNotDurable {
            name: "acknowledge-not-durable",
            defect: "a participant acknowledges a commit before its own record of it is on disk",
            mirrors: "the order of force-write and ACK in section 3 of Mohan, Lindsay and Obermarck 1986, turned round",
            schedule: "a participant loses its power after the acknowledgement, finds the transaction prepared, and asks a coordinator that has forgotten it",
            caught_by: ["atomic-commitment", "bank"],
        },
        /// A PREPARE that comes twice is evaluated twice.
        VoteAgain {
            name: "vote-again",
            defect: "a second copy of a PREPARE is evaluated anew, finds its own locks, and votes no",
            mirrors: "retried prepares in services that lock by transaction and do not look up whose lock it is",
            schedule: "a PREPARE is doubled, and its transaction commits",
            caught_by: ["atomic-commitment", "bank"],
        },
        /// The presumption is made too soon.
        PresumeWhileDeciding {
            name: "presume-while-deciding",
            defect: "an inquiry about a commit that is on its way to the disk is answered by the presumption: abort",
            mirrors: "recovery that aborts while the original coordinator still commits: cockroach#37866 and its family",
            schedule: "the coordinator's disk is slow, and a participant asks in the meantime",
            caught_by: ["atomic-commitment", "bank"],
        },
        /// The read-only optimisation, one round too early.
        ReaderReleasesEarly {
            name: "reader-releases-early",
            defect: "a participant that only reads releases its locks with its vote, while others still acquire theirs",
            mirrors: "the read-only vote of Mohan, Lindsay and Obermarck 1986, section 3.2, without its condition that all work is done before PREPARE",
            schedule: "a transfer commits at one participant after, and at another before, the same read",
            caught_by: ["bank", "atomic-commitment"],
        },
        /// A retry is taken for a new request that comes too late.
        AmbiguousRetry {
            name: "ambiguous-retry",
            defect: "the retry of a request that has committed is answered as if it had been aborted",
            mirrors: "cockroach PR 103123, ambiguous commits reported as definite failures",
            schedule: "the answer to a commit is lost, and the client repeats its request",
            caught_by: ["told-as-decided"],
        },
    }
}
