//! The four session guarantees of Terry and others, "Session guarantees for weakly consistent replicated data" (1994):
//! what a client may expect of a store whose replicas disagree for a while.
//!
//! ```text
//! read your writes     a session does not read a version older than one it wrote
//! monotonic reads      … nor one older than one it read
//! monotonic writes     writes of a session are ordered, and seen, as they were made
//! writes follow reads  a write comes after what its session had read before it
//! ```
//!
//! Which version is older is rarely known from outside. So each guarantee is taken for what it says of the order of
//! versions, and a history breaks the guarantees that were asked for exactly if what they say together goes round in a
//! circle. A read is taken to be served by somebody who holds no more than they ask for: what the session wrote or read
//! before, and with each write all that its own session had written or read before it, and so on.
//!
//! Values must be unique. A session is a process; a write of unknown outcome matters once somebody has read it.

mod log;
mod holdings;
mod orders;
mod circles;

use std::collections::BTreeMap;
use std::fmt;

use stormglass_core::verdict::Verdict;

use super::finding::verdict;
use super::registers::{KvHistory, Writers, observed};
use circles::Graph;
use log::Log;

/// One of the four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guarantee {
    /// A session sees what it wrote.
    ReadYourWrites,
    /// A session sees no less than it saw before.
    MonotonicReads,
    /// Who sees a write sees what its session wrote before.
    MonotonicWrites,
    /// Who sees a write sees what its session had read before.
    WritesFollowReads,
}

impl Guarantee {
    /// All four.
    pub const ALL: [Guarantee; 4] = [
        Guarantee::ReadYourWrites,
        Guarantee::MonotonicReads,
        Guarantee::MonotonicWrites,
        Guarantee::WritesFollowReads,
    ];
}

impl fmt::Display for Guarantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Guarantee::ReadYourWrites => "read your writes",
            Guarantee::MonotonicReads => "monotonic reads",
            Guarantee::MonotonicWrites => "monotonic writes",
            Guarantee::WritesFollowReads => "writes follow reads",
        })
    }
}

/// The versions of each key in order, if the store tells.
pub type VersionOrder = BTreeMap<u64, Vec<u64>>;

/// Whether there is an order of versions, in agreement with `known`, under which all these guarantees hold together.
///
/// Asked for one guarantee alone, only what breaks that one is found: that a session reads its first write after its
/// second breaks read-your-writes or monotonic writes, and to say which takes a known order.
pub fn session_guarantees(
    history: &KvHistory,
    guarantees: &[Guarantee],
    known: Option<&VersionOrder>,
) -> Verdict {
    const CHECK: &str = "session-guarantees";
    let writers = match Writers::of(history) {
        Ok(writers) => writers,
        Err(why) => return Verdict::unknown(CHECK, why),
    };
    if !history.operations().iter().any(|one| observed(one).is_some()) {
        return Verdict::unknown(CHECK, "nothing was ever read");
    }
    let log = Log::of(history, &writers);
    let graphs = match orders::graphs(&log, guarantees, known) {
        Ok(graphs) => graphs,
        Err(why) => return Verdict::unknown(CHECK, why),
    };
    let told = |(&key, graph): (&u64, &Graph)| graph.contradiction(history, key, guarantees);
    verdict(CHECK, graphs.iter().filter_map(told).collect(), None)
}

#[cfg(test)]
mod tests {
    use super::super::hand::{info, serial};
    use super::*;
    use Guarantee::{MonotonicReads, MonotonicWrites, ReadYourWrites, WritesFollowReads};
    use stormglass_core::history::Outcome;
    use stormglass_core::op::kv::{KvOp, KvRet};

    type Line = (u64, KvOp, Outcome<KvRet>);
    const fn write(process: u64, key: u64, value: u64) -> Line {
        (process, KvOp::Write { key, value }, Outcome::Ok(KvRet::Written))
    }
    const fn read(process: u64, key: u64, value: Option<u64>) -> Line {
        (process, KvOp::Read { key }, Outcome::Ok(KvRet::Value(value)))
    }

    fn broken(lines: &[Line], guarantees: &[Guarantee]) -> Option<String> {
        session_guarantees(&serial(lines), guarantees, None)
            .violation()
            .map(|violation| violation.summary.clone())
    }

    /// A stale read by somebody else breaks no session's guarantee.
    #[test]
    fn other_sessions_may_be_behind() {
        let ran = [
            write(0, 1, 1),
            write(0, 1, 2),
            read(1, 1, None),
            read(1, 1, Some(1)),
            read(2, 1, None),
            read(1, 1, Some(2)),
        ];
        assert_eq!(session_guarantees(&serial(&ran), &Guarantee::ALL, None), Verdict::Ok);
    }

    /// What a session reads tells of two guarantees without more.
    #[test]
    fn a_session_that_reads_the_past_breaks_what_forbids_it() {
        let cases: [(&[Line], Guarantee, &str); 2] = [
            (
                &[write(0, 1, 1), read(0, 1, None)],
                ReadYourWrites,
                "c0 wrote 1, then read nothing; but nothing is older than 1",
            ),
            (
                &[write(0, 1, 1), read(1, 1, Some(1)), read(1, 1, None)],
                MonotonicReads,
                "c1 read 1, then read nothing; but nothing is older than 1",
            ),
        ];
        for (lines, guarantee, words) in &cases {
            assert_eq!(broken(lines, &[*guarantee]).as_deref(), Some(*words));
            for other in Guarantee::ALL {
                assert_eq!(broken(lines, &[other]).is_some(), other == *guarantee, "{other}");
            }
        }
    }

    /// With the store's own order of versions the other two can be told as well.
    #[test]
    fn a_known_order_tells_monotonic_writes_and_writes_follow_reads() {
        let known = VersionOrder::from([(1, vec![2, 1])]);
        let judge = |lines: &[Line], guarantee| {
            let verdict = session_guarantees(&serial(lines), &[guarantee], Some(&known));
            verdict.violation().map(|violation| violation.summary.clone())
        };
        let writes = [write(0, 1, 1), write(0, 1, 2), read(1, 1, Some(1))];
        let words = "c0 wrote 1, then wrote 2; but 2 is older than 1";
        assert_eq!(judge(&writes, MonotonicWrites).as_deref(), Some(words));
        assert_eq!(judge(&writes, WritesFollowReads), None);
        let follows = [write(0, 1, 1), read(1, 1, Some(1)), write(1, 1, 2)];
        let words = "c1 read 1, then wrote 2; but 2 is older than 1";
        assert_eq!(judge(&follows, WritesFollowReads).as_deref(), Some(words));
        assert_eq!(judge(&follows, MonotonicWrites), None);
    }

    /// What breaks two guarantees only together is found only if both are asked for.
    #[test]
    fn guarantees_contradict_one_another_only_together() {
        let own = [write(0, 1, 1), write(0, 1, 2), read(0, 1, Some(1))];
        assert_eq!(broken(&own, &[ReadYourWrites]), None, "2 may be the older one");
        assert_eq!(broken(&own, &[MonotonicWrites]), None);
        let words = "c0 wrote 2, then read 1; but 1 is older than 2";
        assert_eq!(broken(&own, &[ReadYourWrites, MonotonicWrites]).as_deref(), Some(words));
        let sessions = [write(0, 1, 1), write(1, 1, 2), read(0, 1, Some(2)), read(1, 1, Some(1))];
        assert!(broken(&sessions, &[ReadYourWrites]).is_some(), "each sees the other's write over its own");
    }

    /// Who has seen a write of another session must then see what that session wrote, or had read, before.
    #[test]
    fn what_was_seen_brings_with_it_what_came_before() {
        let writes = [write(0, 1, 1), write(0, 2, 5), read(1, 2, Some(5)), read(1, 1, None)];
        let words = "c1 read 5 under key 2, which c0 wrote after it wrote 1, then read nothing; but nothing is older than 1";
        assert_eq!(broken(&writes, &[MonotonicReads, MonotonicWrites]).as_deref(), Some(words));
        assert_eq!(broken(&writes, &[MonotonicWrites]), None, "the second read may be of another replica");
        let reads =
            [write(3, 1, 1), read(0, 1, Some(1)), write(0, 2, 5), read(1, 2, Some(5)), read(1, 1, None)];
        assert!(broken(&reads, &[MonotonicReads, WritesFollowReads]).is_some());
        assert_eq!(broken(&reads, &[MonotonicReads, MonotonicWrites]), None);
    }

    /// A write of unknown outcome binds nobody until it is seen; repeated values and a history without reads tell nothing.
    #[test]
    fn unknown_outcomes_and_unclear_histories() {
        let unknown = (0, KvOp::Write { key: 1, value: 1 }, info());
        assert_eq!(broken(&[unknown.clone(), read(1, 1, None)], &Guarantee::ALL), None);
        assert!(broken(&[unknown, read(1, 1, Some(1)), read(1, 1, None)], &Guarantee::ALL).is_some());
        let twice = serial(&[write(0, 1, 1), write(0, 1, 1)]);
        assert!(matches!(session_guarantees(&twice, &Guarantee::ALL, None), Verdict::Unknown(_)));
        let unread = serial(&[write(0, 1, 1)]);
        assert!(matches!(session_guarantees(&unread, &Guarantee::ALL, None), Verdict::Unknown(_)));
        let nowhere = serial(&[read(0, 1, Some(9))]);
        assert!(matches!(session_guarantees(&nowhere, &Guarantee::ALL, None), Verdict::Unknown(_)));
    }

    /// On random histories of one key, every set of guarantees is broken exactly if no order of the versions satisfies it:
    /// all orders are tried.
    #[test]
    fn the_graphs_agree_with_all_orders() {
        use stormglass_core::random::{CausalId, Draws, Purpose, Seed};
        let (mut kept, mut lost) = (0, 0);
        for case in 0..4000 {
            let mut draws =
                Draws::new(CausalId::root(Seed(3), Purpose::Workload).child(case), Purpose::Workload);
            let mut written = 0;
            let lines: Vec<Line> = (0..9)
                .map(|_| match draws.below(3) {
                    0 if written < 4 => {
                        written += 1;
                        write(draws.below(3), 1, written)
                    }
                    _ => read(
                        draws.below(3),
                        1,
                        draws.below(written + 1).checked_sub(1).map(|value| value + 1),
                    ),
                })
                .collect();
            let asked: Vec<Guarantee> = Guarantee::ALL.into_iter().filter(|_| draws.below(2) == 0).collect();
            if !lines.iter().any(|line| matches!(line.1, KvOp::Read { .. })) {
                continue;
            }
            let verdict = session_guarantees(&serial(&lines), &asked, None);
            let holds = orders(written).iter().any(|order| satisfies(&lines, &asked, order));
            assert_eq!(verdict.is_ok(), holds, "{asked:?} {lines:?} {verdict}");
            *(if holds { &mut kept } else { &mut lost }) += 1;
        }
        assert!(kept > 500 && lost > 500, "{kept} kept, {lost} broken");
    }

    /// Every order of the versions 1 to `count`, with nothing at its beginning.
    fn orders(count: u64) -> Vec<Vec<Option<u64>>> {
        if count == 0 {
            return vec![vec![None]];
        }
        let insert = |order: Vec<Option<u64>>| {
            (1..=order.len()).map(move |place| {
                let mut order = order.clone();
                order.insert(place, Some(count));
                order
            })
        };
        orders(count - 1).into_iter().flat_map(insert).collect()
    }

    /// The four definitions, word by word.
    fn satisfies(lines: &[Line], asked: &[Guarantee], order: &[Option<u64>]) -> bool {
        let age = |version: Option<u64>| order.iter().position(|&one| one == version).expect("a version");
        let wrote = |line: &Line| match line.1 {
            KvOp::Write { value, .. } => Some(age(Some(value))),
            _ => None,
        };
        let saw = |line: &Line| match line.2 {
            Outcome::Ok(KvRet::Value(value)) => Some(age(value)),
            _ => None,
        };
        let pairs = lines.iter().enumerate().flat_map(|(place, later)| {
            lines[..place].iter().filter(|earlier| earlier.0 == later.0).map(move |earlier| (earlier, later))
        });
        let right = |(earlier, later): (&Line, &Line), guarantee: &Guarantee| {
            let (before, after) = match guarantee {
                ReadYourWrites => (wrote(earlier), saw(later)),
                MonotonicReads => (saw(earlier), saw(later)),
                MonotonicWrites => (wrote(earlier), wrote(later)),
                WritesFollowReads => (saw(earlier), wrote(later)),
            };
            before.zip(after).is_none_or(|(before, after)| before <= after)
        };
        pairs.into_iter().all(|pair| asked.iter().all(|guarantee| right(pair, guarantee)))
    }
}
