//! Bounded staleness: a read may be behind, but not by more than so long, or so many versions.
//!
//! For unique written values. Time is the history's own; that a version was overwritten is counted only where it is
//! certain, so nothing is said of writes that overlap.

use std::collections::BTreeMap;

use stormglass_core::history::Moment;
use stormglass_core::time::Duration;
use stormglass_core::verdict::Verdict;

use super::finding::{Finding, verdict};
use super::registers::{KvHistory, KvOperation, Writers, observed, stored};

/// How far a read may be behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// What it returns was not overwritten more than this long before it began.
    Time(Duration),
    /// At most so many versions came between what it returns and its beginning (k-atomicity: k is one more).
    Versions(usize),
}

/// A write that certainly happened.
#[derive(Clone, Copy)]
struct Write {
    index: usize,
    invoked: Moment,
    completed: Moment,
}

/// No read is further behind than `bound`.
pub fn bounded_staleness(history: &KvHistory, bound: Behind) -> Verdict {
    let writers = match Writers::of(history) {
        Ok(writers) => writers,
        Err(why) => return Verdict::unknown("bounded-staleness", why),
    };
    let effective = writers.effective(history);
    let operations = history.operations();
    let mut writes: BTreeMap<u64, Vec<Write>> = BTreeMap::new();
    for (index, one) in operations.iter().enumerate() {
        if let (Some(completed), Some(_)) = (one.completed, stored(one)) {
            let write = Write { index, invoked: one.invoked, completed };
            writes.entry(one.op.key()).or_default().push(write);
        }
    }
    let (mut findings, mut reads) = (Vec::new(), 0);
    for (index, one) in operations.iter().enumerate() {
        let Some(seen) = writers.seen_by(one) else { continue };
        reads += 1;
        let since = seen.and_then(|writer| effective.get(&writer).copied());
        // In order of invocation: those that began after what was seen had taken effect.
        let writes = writes.get(&one.op.key()).map_or(&[][..], Vec::as_slice);
        let first = writes.partition_point(|write| since.is_some_and(|since| write.invoked <= since));
        let over = writes[first..].iter().take_while(|write| write.invoked < one.invoked);
        let over = over.filter(|write| write.completed < one.invoked && Some(write.index) != seen);
        if let Some((write, why)) = too_late(one, over, bound) {
            let saw = observed(one).flatten().map_or_else(|| "nothing".to_owned(), |value| value.to_string());
            let finding = Finding::new(format!("{} read {saw}, {why}", one.client));
            let finding = finding.about(format!("key {}", one.op.key())).at(one.completed);
            findings.push(finding.by(seen.into_iter().chain([write, index])));
        }
    }
    verdict("bounded-staleness", findings, (reads == 0).then(|| "nothing was ever read".to_owned()))
}

/// One of the writes that had certainly replaced what `read` saw, and in words what is wrong with that.
fn too_late<'a>(
    read: &KvOperation,
    over: impl Iterator<Item = &'a Write>,
    bound: Behind,
) -> Option<(usize, String)> {
    match bound {
        Behind::Time(bound) => {
            let ago = |write: &Write| read.invoked.at.since(write.completed.at);
            let write = over.filter(|write| ago(write) > bound).min_by_key(|write| write.completed)?;
            let why =
                format!("which had been overwritten {} before the read began, more than {bound}", ago(write));
            Some((write.index, why))
        }
        Behind::Versions(bound) => {
            let between: Vec<&Write> = over.take(bound + 1).collect();
            let last = between.last().filter(|_| between.len() > bound)?;
            Some((last.index, format!("which is more than {bound} versions behind")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::hand::history;
    use super::*;
    use stormglass_core::history::Outcome;
    use stormglass_core::op::kv::{KvOp, KvRet};

    const WROTE: Outcome<KvRet> = Outcome::Ok(KvRet::Written);
    const fn write(value: u64) -> KvOp {
        KvOp::Write { key: 1, value }
    }
    const READ: KvOp = KvOp::Read { key: 1 };
    const fn got(value: Option<u64>) -> Outcome<KvRet> {
        Outcome::Ok(KvRet::Value(value))
    }

    fn ran(read: Option<u64>) -> KvHistory {
        history(&[
            (0, write(1), WROTE, 0, 10),
            (0, write(2), WROTE, 20, 30),
            (0, write(3), WROTE, 40, 50),
            (1, READ, got(read), 100, 110),
        ])
    }

    /// A read within its bound is accepted, and one beyond it is not; nothing is a version too.
    #[test]
    fn a_read_may_be_so_far_behind_and_no_further() {
        let time = |read, bound| bounded_staleness(&ran(read), Behind::Time(Duration::from_millis(bound)));
        assert_eq!(time(Some(3), 0), Verdict::Ok);
        assert_eq!(time(Some(2), 50), Verdict::Ok);
        let violation = time(Some(2), 49).violation().unwrap().clone();
        let words = "c1 read 2, which had been overwritten 50ms before the read began, more than 49ms";
        assert_eq!(violation.summary, words);
        assert!(time(None, 89).violation().is_some(), "the first write ended 90 ms before");
        let versions = |read, bound| bounded_staleness(&ran(read), Behind::Versions(bound));
        assert_eq!(versions(Some(1), 2), Verdict::Ok);
        let words = "c1 read 1, which is more than 1 versions behind";
        assert_eq!(versions(Some(1), 1).violation().unwrap().summary, words);
        assert!(versions(None, 2).violation().is_some());
    }

    /// Values that are written twice say nothing about age, and neither does a history without reads.
    #[test]
    fn what_cannot_be_dated_is_unknown() {
        let twice = history(&[(0, write(1), WROTE, 0, 1), (0, write(1), WROTE, 2, 3)]);
        assert!(matches!(bounded_staleness(&twice, Behind::Versions(0)), Verdict::Unknown(_)));
        let unread = history(&[(0, write(1), WROTE, 0, 1)]);
        assert!(matches!(bounded_staleness(&unread, Behind::Versions(0)), Verdict::Unknown(_)));
    }
}
