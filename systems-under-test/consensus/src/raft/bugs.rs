//! The planted bugs of Raft. Each is as small as the real mistake was, and stands at the one place where it
//! would be made: `grep` for the variant. The idiom there is always the same: a small function says what is
//! right in its last line, and what the mistake does instead in a first line that begins
//! `if self.has(RaftBug::…)`.

stormglass_core::bugs! {
    /// The ways in which this Raft can be wrong.
    pub enum RaftBug {
        /// A server answers RequestVote without waiting for its vote to be on disk.
        VoteNotDurable {
            name: "vote-not-durable",
            defect: "a vote is answered before the sync of term and vote has completed",
            mirrors: "two leaders in one term: canonical/raft#386, camunda#1068; the counterexample of raft.tla PR 5",
            schedule: "a vote, a crash that loses un-synced writes, a restart, a second candidate of the same term",
            caught_by: ["no-regress", "one-leader-per-term"],
        },
        /// A voter compares the logs' lengths and forgets their terms.
        VoteCompareIndexOnly {
            name: "vote-compare-index-only",
            defect: "the election restriction compares the last index and ignores the last term",
            mirrors: "section 5.4.1 of the Raft paper, which exists to exclude it",
            schedule: "a leader is cut off with a long uncommitted tail while another commits a short one; then the two tails compete",
            caught_by: ["leader-completeness", "state-machine-safety", "committed-on-durable-quorum", "no-regress", "linearizable"],
        },
        /// A candidate counts votes of its earlier candidacies.
        StaleVoteResponse {
            name: "stale-vote-response",
            defect: "a candidate counts a granted vote of an older term",
            mirrors: "little_raft 0.2.0, process_vote_response_as_candidate",
            schedule: "votes delayed beyond an election timeout, and repeated candidacies",
            caught_by: ["one-leader-per-term", "log-matching", "leader-completeness", "state-machine-safety", "committed-on-durable-quorum", "linearizable"],
        },
        /// A majority of the others is taken for a majority.
        EvenQuorum {
            name: "even-quorum",
            defect: "the majority is computed from the peers without the server itself: 2 of 4 suffice",
            mirrors: "little_raft 0.2.0, `votes * 2 > peer_ids.len()`",
            schedule: "an even cluster in two halves",
            caught_by: ["one-leader-per-term", "log-matching", "leader-completeness", "state-machine-safety", "committed-on-durable-quorum", "linearizable"],
        },
        /// A leader commits what a majority holds, whoever made it.
        CommitPriorTerm {
            name: "commit-prior-term",
            defect: "a leader counts replicas of entries of older terms (Figure 8)",
            mirrors: "logcabin#44, critical data corruption",
            schedule: "leaders follow one another quickly while entries are on a part of the servers",
            caught_by: ["leader-completeness", "state-machine-safety", "committed-on-durable-quorum", "no-regress", "linearizable"],
        },
        /// A follower answers AppendEntries without waiting for its disk.
        AckBeforeFsync {
            name: "ack-before-fsync",
            defect: "a follower acknowledges entries before they are durable",
            mirrors: "NATS 2.12.1 as tested by Jepsen (a sync every two minutes); d-engine#446",
            schedule: "power loss of several servers at once, or of one while another is cut off",
            caught_by: ["committed-on-durable-quorum", "linearizable"],
        },
        /// A leader counts its own log before its disk has it.
        LeaderCountsVolatileSelf {
            name: "leader-counts-volatile-self",
            defect: "a leader counts its own entries in the quorum before they are durable",
            mirrors: "d-engine#329",
            schedule: "a slow disk at the leader, one follower cut off, a commit, power loss of the leader",
            caught_by: ["committed-on-durable-quorum"],
        },
        /// A follower cuts its log at every AppendEntries.
        TruncateAlways {
            name: "truncate-always",
            defect: "a follower deletes everything after prevLogIndex even where the entries agree",
            mirrors: "async-raft 0.6.1, mended in openraft 9540c904",
            schedule: "a short old AppendEntries overtaken by a longer one",
            caught_by: ["no-regress", "committed-on-durable-quorum"],
        },
        /// A leader believes an acknowledgement of an earlier term.
        StaleAppendResponse {
            name: "stale-append-response",
            defect: "a leader counts an AppendEntries answer without comparing terms",
            mirrors: "openraft a80579ef and cecb5de8, false quorums",
            schedule: "an answer delayed until the same server leads again, after the follower's log was cut",
            caught_by: ["committed-on-durable-quorum", "linearizable"],
        },
        /// A server that believes to lead answers reads by itself.
        ReadLocalLeader {
            name: "read-local-leader",
            defect: "a leader answers reads from its own state without asking a quorum",
            mirrors: "etcd and Consul in 2014 (Jepsen); d-engine#381",
            schedule: "a leader is cut off while clients still reach it",
            caught_by: ["linearizable"],
        },
        /// A read trusts the leader's own confirmation.
        ReadOwnRound {
            name: "read-own-round",
            defect: "a read is released by the round the leader has begun, not by one a quorum has answered",
            mirrors: "raftbare 0f0c28f; async-raft 0.6.1 with three servers (openraft d60f1e85)",
            schedule: "a leader is cut off while clients still reach it",
            caught_by: ["linearizable"],
        },
        /// A read trusts an answer to a question of an earlier term.
        ReadStaleRound {
            name: "read-stale-round",
            defect: "the refusal of an old heartbeat carries the current term and the old round, and counts as a confirmation",
            mirrors: "the first draft of this very implementation, found by its own storms",
            schedule: "a heartbeat delayed until its sender leads again, and is then cut off while clients still reach it",
            caught_by: ["linearizable"],
        },
        /// A new leader reads at a commit index that may be behind.
        ReadNoTermCommit {
            name: "read-no-term-commit",
            defect: "ReadIndex is served before the leader has committed an entry of its own term",
            mirrors: "nebula PR 1756; d-engine#238",
            schedule: "a read at a leader that has just been elected",
            caught_by: ["linearizable"],
        },
        /// Leases are measured with a clock that may jump.
        LeaseOnWallClock {
            name: "lease-on-wall-clock",
            defect: "a leader reads under a lease that it measures with its wall clock",
            mirrors: "d-engine before PR 391, which used SystemTime",
            schedule: "the wall clock of a leader that is cut off jumps back",
            caught_by: ["linearizable"],
        },
        /// A retried operation is carried out again.
        NoDedupe {
            name: "no-dedupe",
            defect: "a command that was carried out before is carried out again",
            mirrors: "duplicates in Redis-Raft (redisraft#52, #54, Jepsen)",
            schedule: "a retry after a timeout, or a doubled message",
            caught_by: ["linearizable"],
        },
    }
}
