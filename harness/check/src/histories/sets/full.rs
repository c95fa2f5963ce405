//! Every element of a set, followed through all reads: when it was known, when it was missing, when it stayed.
//!
//! An element is *known* from the completion of its add, or of the first read that shows it. A read that begins after
//! that and misses it is either *stale*, if a later one shows it again, or proof that it is *lost*. An element that no
//! read could have shown is never read, which is no mistake. Unlike in Jepsen's set-full, an element that a read lists
//! twice is reported.

use std::collections::{BTreeMap, BTreeSet};

use stormglass_core::history::{History, Moment, Outcome};
use stormglass_core::op::set::{SetOp, SetRet};
use stormglass_core::time::Duration;
use stormglass_core::verdict::Verdict;

use crate::histories::finding::{Finding, verdict};

/// What a set promises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SetDemand {
    /// Every element shows up in the end and stays; a read may be stale.
    #[default]
    Eventual,
    /// A read that begins after an element is known shows it.
    Linearizable,
}

/// What became of all elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetReport {
    /// Violated if an element was lost, found twice or added by nobody, or stale if that is no option.
    pub verdict: Verdict,
    /// Elements that someone tried to add.
    pub attempted: usize,
    /// Elements that every read shows that began after they were known, at least one.
    pub stable: usize,
    /// Elements that were known and are gone.
    pub lost: Vec<u64>,
    /// Elements that were missing for a while after they were known.
    pub stale: Vec<u64>,
    /// Elements that were known, and no read began after that.
    pub never_read: Vec<u64>,
    /// Elements that a read lists more than once.
    pub duplicated: Vec<u64>,
    /// Elements that were read, and that nobody had tried to add, or whose add had failed.
    pub unexpected: Vec<u64>,
    /// How long after they were known the stable and stale elements were missing for the last time: half of them at most
    /// the first, all of them at most the second.
    pub time_to_stability: Option<(Duration, Duration)>,
}

/// One element's life.
#[derive(Clone, Copy, Default)]
struct Life {
    attempted: bool,
    /// When an add of it was begun that may have happened.
    begun: Option<Moment>,
    add: Option<usize>,
    known: Option<Moment>,
    /// The reads of it that ended first and last.
    first: Option<(Moment, usize)>,
    seen: Option<(Moment, usize)>,
    missed: Option<(Moment, usize)>,
}

/// A read that succeeded.
struct Read {
    index: usize,
    invoked: Moment,
    completed: Moment,
    elements: BTreeSet<u64>,
}

/// Follows every element through all reads.
pub fn set_full(history: &History<SetOp, SetRet>, demand: SetDemand) -> SetReport {
    let (mut reads, mut duplicated) = (Vec::new(), BTreeMap::new());
    for (index, one) in history.operations().iter().enumerate() {
        if let (Some(SetRet::Elements(list)), Some(completed)) = (one.outcome.ok(), one.completed) {
            let mut elements = BTreeSet::new();
            for &element in list {
                if !elements.insert(element) {
                    duplicated.entry(element).or_insert(index);
                }
            }
            reads.push(Read { index, invoked: one.invoked, completed, elements });
        }
    }
    let mut lives = lives(history, &reads);
    miss(&mut lives, &reads);
    judge(history, &reads, &lives, &duplicated, demand)
}

/// When each element was added, known and last seen.
fn lives(history: &History<SetOp, SetRet>, reads: &[Read]) -> BTreeMap<u64, Life> {
    let mut lives: BTreeMap<u64, Life> = BTreeMap::new();
    for (index, one) in history.operations().iter().enumerate() {
        let SetOp::Add { element } = one.op else { continue };
        let life = lives.entry(element).or_default();
        life.attempted = true;
        if !matches!(one.outcome, Outcome::Fail(_)) {
            life.begun = life.begun.or(Some(one.invoked));
        }
        life.add = life.add.or(Some(index));
        if let (Outcome::Ok(_), Some(completed)) = (&one.outcome, one.completed) {
            life.known = Some(life.known.map_or(completed, |first| first.min(completed)));
        }
    }
    for read in reads {
        for &element in &read.elements {
            let life = lives.entry(element).or_default();
            life.known = Some(life.known.map_or(read.completed, |first| first.min(read.completed)));
            let read = (read.completed, read.index);
            life.first = Some(life.first.map_or(read, |first| first.min(read)));
            life.seen = life.seen.max(Some(read));
        }
    }
    lives
}

/// The last read that began after an element was known and misses it. From the last read back: an element stays among
/// the candidates only while every read shows it, so a read costs no more than its own length.
fn miss(lives: &mut BTreeMap<u64, Life>, reads: &[Read]) {
    let mut candidates: BTreeSet<u64> = lives.keys().copied().collect();
    for read in reads.iter().rev() {
        candidates.retain(|element| {
            let Some(life) = lives.get_mut(element) else { return false };
            match life.known {
                Some(known) if known < read.invoked => {}
                // Reads are in order of invocation: none of those before began later.
                _ => return false,
            }
            if !read.elements.contains(element) {
                life.missed = Some((read.invoked, read.index));
            }
            life.missed.is_none()
        });
    }
}

fn judge(
    history: &History<SetOp, SetRet>,
    reads: &[Read],
    lives: &BTreeMap<u64, Life>,
    duplicated: &BTreeMap<u64, usize>,
    demand: SetDemand,
) -> SetReport {
    let mut report = SetReport {
        verdict: Verdict::Ok,
        attempted: lives.values().filter(|life| life.attempted).count(),
        stable: 0,
        lost: Vec::new(),
        stale: Vec::new(),
        never_read: Vec::new(),
        duplicated: duplicated.keys().copied().collect(),
        unexpected: Vec::new(),
        time_to_stability: None,
    };
    let last_read = reads.last().map(|read| read.invoked);
    let (mut findings, mut spans) = (Vec::new(), Vec::new());
    let find = |summary: String, read: usize, life: &Life| {
        let at = history.operations()[read].completed;
        Finding::new(summary).at(at).by(life.add.into_iter().chain([read]))
    };
    for (&element, life) in lives {
        let Some(known) = life.known else { continue };
        if let Some((seen, read)) = life.first
            && life.begun.is_none_or(|begun| seen < begun)
        {
            report.unexpected.push(element);
            let why = if life.attempted { "its add had failed or not begun" } else { "nobody added it" };
            findings.push(
                find(format!("{element} was read, but {why}"), read, life)
                    .about(format!("element {element}")),
            );
        }
        let Some((missed, read)) = life.missed else {
            match last_read.is_some_and(|last| known < last) {
                true => {
                    report.stable += 1;
                    spans.push(Duration::ZERO);
                }
                false => report.never_read.push(element),
            }
            continue;
        };
        let client = history.operations()[read].client;
        let ago = missed.at.since(known.at);
        if life.seen.is_some_and(|(seen, _)| missed < seen) {
            report.stale.push(element);
            spans.push(ago);
            if demand == SetDemand::Linearizable {
                let summary =
                    format!("{client} missed {element}, known {ago} before its read began, and later seen");
                findings.push(find(summary, read, life).about(format!("element {element}")));
            }
        } else {
            report.lost.push(element);
            let summary = format!(
                "{element} was lost: {client} misses it, {ago} after it was known, and nobody sees it later"
            );
            findings.push(find(summary, read, life).about(format!("element {element}")));
        }
    }
    for (element, &read) in duplicated {
        let client = history.operations()[read].client;
        let life = lives.get(element).copied().unwrap_or_default();
        findings.push(find(format!("{client} read {element} more than once"), read, &life));
    }
    spans.sort_unstable();
    report.time_to_stability = spans.last().map(|&most| (spans[(spans.len() - 1) / 2], most));
    let unknown = reads.is_empty().then(|| "the set was never read".to_owned());
    report.verdict = verdict("set-full", findings, unknown);
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histories::hand::{fail, history, info, serial};

    const ADDED: Outcome<SetRet> = Outcome::Ok(SetRet::Done);
    const fn add(element: u64) -> SetOp {
        SetOp::Add { element }
    }
    fn read(elements: &[u64]) -> Outcome<SetRet> {
        Outcome::Ok(SetRet::Elements(elements.to_vec()))
    }
    fn full(history: &History<SetOp, SetRet>) -> SetReport {
        set_full(history, SetDemand::Linearizable)
    }

    /// Reads that show what is known are accepted, whatever they show of what is not.
    #[test]
    fn elements_that_stay_are_stable() {
        let ran = history(&[
            (0, add(1), ADDED, 0, 1),
            (1, add(2), info(), 2, 3),
            (2, SetOp::Read, read(&[1]), 4, 5),
            (2, SetOp::Read, read(&[2, 1]), 6, 7),
            (3, add(3), ADDED, 8, 9),
        ]);
        let report = full(&ran);
        assert_eq!(report.verdict, Verdict::Ok);
        assert_eq!((report.attempted, report.stable, report.never_read), (3, 1, vec![2, 3]));
    }

    /// Missed and seen again is stale, which only a linearizable set must not be.
    #[test]
    fn a_stale_element_is_told_from_a_lost_one() {
        let ran = history(&[
            (0, add(1), ADDED, 0, 1),
            (1, SetOp::Read, read(&[]), 2, 3),
            (1, SetOp::Read, read(&[1]), 6, 7),
        ]);
        assert_eq!(set_full(&ran, SetDemand::Eventual).verdict, Verdict::Ok);
        let report = full(&ran);
        assert_eq!((report.stale, report.lost), (vec![1], vec![]));
        let span = Duration::from_millis(1);
        assert_eq!(report.time_to_stability, Some((span, span)));
        let words = "c1 missed 1, known 1ms before its read began, and later seen";
        assert_eq!(report.verdict.violation().unwrap().summary, words);
    }

    /// Missed by all later reads is lost, even if it was seen before, and even if its add was of unknown outcome.
    #[test]
    fn a_lost_element_is_named_with_the_read_that_misses_it() {
        let ran = serial(&[(0, add(1), info()), (1, SetOp::Read, read(&[1])), (1, SetOp::Read, read(&[]))]);
        let report = set_full(&ran, SetDemand::Eventual);
        assert_eq!(report.lost, [1]);
        let words = "1 was lost: c1 misses it, 1ms after it was known, and nobody sees it later";
        assert_eq!(report.verdict.violation().unwrap().summary, words);
    }

    /// A read that was under way when another one saw the element may miss it.
    #[test]
    fn concurrent_reads_may_differ() {
        let ran = history(&[
            (0, add(1), info(), 0, 1),
            (1, SetOp::Read, read(&[1]), 2, 10),
            (2, SetOp::Read, read(&[]), 5, 20),
        ]);
        assert_eq!(full(&ran).verdict, Verdict::Ok);
    }

    /// Twice in one read, never added, and failed but there are mistakes; no read at all shows nothing.
    #[test]
    fn duplicates_and_elements_from_nowhere_are_named() {
        let ran = serial(&[(0, add(1), ADDED), (0, add(5), fail()), (1, SetOp::Read, read(&[1, 1, 5, 9]))]);
        let report = full(&ran);
        assert_eq!((report.duplicated, report.unexpected), (vec![1], vec![5, 9]));
        assert!(report.verdict.violation().is_some());
        assert!(matches!(full(&serial(&[(0, add(1), ADDED)])).verdict, Verdict::Unknown(_)));
    }
}
