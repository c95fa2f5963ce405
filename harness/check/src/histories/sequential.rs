//! Sequential consistency (Lamport 1979): is there one order of all operations that the model allows and that keeps each
//! process's own order? As linearizability, but without real time.
//!
//! Unlike linearizability it cannot be judged key by key, and the problem is hard even for registers with unique values:
//! a search over how far each process has come, with a memory of what was tried, and a limit. It is for small histories;
//! what it cannot decide within its limit is unknown.

use std::collections::BTreeMap;

use stormglass_core::history::{History, Outcome};
use stormglass_core::id::ProcessId;
use stormglass_core::verdict::Verdict;

use super::finding::{Finding, some, verdict};
use crate::fingerprint::{self, Visited};
use crate::model::{Effect, Model, OperationOf};

/// The name of this check in verdicts.
const CHECK: &str = "sequential";

/// How far each process has come, and what each object holds.
type Configuration<M> = (Vec<u32>, BTreeMap<<M as Model>::Key, <M as Model>::State>);

/// Whether the history is sequentially consistent, if that is found out by visiting at most so many `configurations`.
///
/// What is unknown may happen at any time after what its process did before, or never.
pub fn sequential<M: Model>(model: &M, history: &History<M::Op, M::Ret>, configurations: usize) -> Verdict {
    let operations = history.operations();
    let mut processes: BTreeMap<ProcessId, Vec<usize>> = BTreeMap::new();
    for (index, one) in operations.iter().enumerate() {
        if !matches!(one.outcome, Outcome::Fail(_)) {
            processes.entry(one.process).or_default().push(index);
        }
    }
    let mut search = Search {
        model,
        operations,
        processes: processes.into_values().collect(),
        tried: Visited::new(),
        visited: 0,
        furthest: (0, Vec::new()),
    };
    let must = operations.iter().filter(|one| one.outcome.ok().is_some()).count();
    if must == 0 {
        return Verdict::unknown(CHECK, "no operation ever succeeded");
    }
    match search.run(must, configurations) {
        Answer::Found => Verdict::Ok,
        Answer::Spent => {
            let (placed, _) = search.furthest;
            let why = format!(
                "{configurations} configurations were tried, and {placed} of {must} operations put in order"
            );
            Verdict::unknown(CHECK, why)
        }
        Answer::None => verdict(CHECK, vec![search.explain(must)], None),
    }
}

enum Answer {
    Found,
    None,
    Spent,
}

struct Search<'a, M: Model> {
    model: &'a M,
    operations: &'a [OperationOf<M>],
    processes: Vec<Vec<usize>>,
    /// Fingerprints of 128 bits: among a million configurations two are taken for one with a chance of about 2⁻⁸⁹.
    tried: Visited,
    visited: usize,
    /// The most operations put in order, and how far each process was then.
    furthest: (usize, Vec<u32>),
}

impl<M: Model> Search<'_, M> {
    fn run(&mut self, must: usize, configurations: usize) -> Answer {
        let start: Configuration<M> = (vec![0; self.processes.len()], BTreeMap::new());
        let mut stack = vec![(start, 0_usize)];
        while let Some((mut configuration, mut placed)) = stack.pop() {
            self.take_reads(&mut configuration, &mut placed);
            if placed > self.furthest.0 || self.furthest.1.is_empty() {
                self.furthest = (placed, configuration.0.clone());
            }
            if placed == must {
                return Answer::Found;
            }
            if !self.tried.insert(fingerprint::state(&configuration)) {
                continue;
            }
            if self.visited == configurations {
                return Answer::Spent;
            }
            self.visited += 1;
            for process in 0..self.processes.len() {
                if let Some(index) = self.next(&configuration, process)
                    && let Some(after) = self.step(&configuration, process, index)
                {
                    let acknowledged = usize::from(self.operations[index].outcome.ok().is_some());
                    stack.push((after, placed + acknowledged));
                }
            }
        }
        Answer::None
    }

    fn next(&self, configuration: &Configuration<M>, process: usize) -> Option<usize> {
        self.processes[process].get(configuration.0[process] as usize).copied()
    }

    /// A read that is legal now is put in order at once: whatever comes after could come after it as well.
    fn take_reads(&self, configuration: &mut Configuration<M>, placed: &mut usize) {
        loop {
            let before = *placed;
            for process in 0..self.processes.len() {
                while let Some(index) = self.next(configuration, process) {
                    let one = &self.operations[index];
                    let Some(ret) = one.outcome.ok() else { break };
                    let reads = self.model.effect(&one.op, Some(ret)) == Effect::ReadOnly;
                    if !reads || self.step(configuration, process, index).is_none() {
                        break;
                    }
                    configuration.0[process] += 1;
                    *placed += 1;
                }
            }
            if *placed == before {
                return;
            }
        }
    }

    fn step(
        &self,
        configuration: &Configuration<M>,
        process: usize,
        index: usize,
    ) -> Option<Configuration<M>> {
        let one = &self.operations[index];
        let key = self.model.key(&one.op);
        let initial = || self.model.initial(&key);
        let state = configuration.1.get(&key).cloned().unwrap_or_else(initial);
        let after = self.model.step(&state, &one.op, one.outcome.ok())?;
        let mut next = configuration.clone();
        next.0[process] += 1;
        next.1.insert(key, after);
        Some(next)
    }

    /// The longest order found, and what each process would have to do next.
    fn explain(&self, must: usize) -> Finding {
        let (placed, places) = &self.furthest;
        let next =
            self.processes.iter().zip(places).filter_map(|(process, &place)| process.get(place as usize));
        let next: Vec<usize> =
            next.copied().filter(|&index| self.operations[index].outcome.ok().is_some()).collect();
        let words = |&index: &usize| {
            let one = &self.operations[index];
            let ret = one.outcome.ok().map(ToString::to_string).unwrap_or_default();
            format!("{} {} {ret}", one.client, one.op).trim_end().to_owned()
        };
        let lines: Vec<String> = next.iter().map(words).collect();
        let summary = format!(
            "no order of all operations keeps every process's own: {}",
            match lines.len() {
                1 => format!("{} fits nowhere", lines[0]),
                _ => format!("none of these can come next: {}", some(&lines)),
            }
        );
        let at = next.iter().filter_map(|&index| self.operations[index].completed).max();
        let evidence = vec![format!("Longest legal order: {placed} of {must} operations.")];
        Finding::new(summary).at(at).by(next).with(evidence)
    }
}

#[cfg(test)]
mod tests {
    use super::super::hand::{info, serial};
    use super::*;
    use crate::models::KvModel;
    use stormglass_core::op::kv::{KvOp, KvRet};

    type Line = (u64, KvOp, Outcome<KvRet>);
    const fn write(process: u64, key: u64, value: u64) -> Line {
        (process, KvOp::Write { key, value }, Outcome::Ok(KvRet::Written))
    }
    const fn read(process: u64, key: u64, value: Option<u64>) -> Line {
        (process, KvOp::Read { key }, Outcome::Ok(KvRet::Value(value)))
    }
    fn judge(lines: &[Line]) -> Verdict {
        sequential(&KvModel, &serial(lines), 10_000)
    }

    /// Real time between processes does not matter, their own order does.
    #[test]
    fn a_stale_read_is_accepted_and_a_session_that_goes_back_is_not() {
        let stale =
            [write(0, 1, 1), write(0, 1, 2), read(1, 1, Some(1)), read(1, 1, Some(2)), read(2, 1, None)];
        assert_eq!(judge(&stale), Verdict::Ok);
        let back = [write(0, 1, 1), write(0, 1, 2), read(1, 1, Some(2)), read(1, 1, Some(1))];
        let violation = judge(&back).violation().unwrap().clone();
        let words = "no order of all operations keeps every process's own: c1 read 1 → 1 fits nowhere";
        assert_eq!(
            (violation.summary.as_str(), violation.evidence[0].as_str()),
            (words, "Longest legal order: 3 of 4 operations.")
        );
    }

    /// Each key alone would be fine; both together are not (Lamport's example).
    #[test]
    fn keys_are_judged_together() {
        let ran = [write(0, 1, 1), write(1, 2, 1), read(0, 2, None), read(1, 1, None)];
        assert!(judge(&ran).violation().is_some());
        assert_eq!(judge(&ran[..3]), Verdict::Ok);
    }

    /// What is unknown may explain a read, at any later time; what takes too long is unknown.
    #[test]
    fn unknown_outcomes_and_limits() {
        let late = [(9, KvOp::Write { key: 1, value: 7 }, info()), read(0, 1, None), read(0, 1, Some(7))];
        assert_eq!(judge(&late), Verdict::Ok);
        let many: Vec<Line> =
            (0..20).map(|process| write(process, 1, process)).chain([read(50, 1, Some(99))]).collect();
        assert!(matches!(judge(&many), Verdict::Unknown(_)));
        assert!(matches!(judge(&late[..1]), Verdict::Unknown(_)));
    }

    /// The search agrees with trying every order, on random histories of three processes.
    #[test]
    fn the_search_agrees_with_all_orders() {
        use stormglass_core::random::{CausalId, Draws, Purpose, Seed};
        let (mut legal, mut illegal) = (0, 0);
        for case in 0..3000 {
            let mut draws =
                Draws::new(CausalId::root(Seed(5), Purpose::Workload).child(case), Purpose::Workload);
            let lines: Vec<Line> = (0..6)
                .map(|number| {
                    let (process, key) = (draws.below(3), draws.below(2));
                    match draws.below(5) {
                        0 | 1 => write(process, key, number % 3),
                        // A process ends with an operation of unknown outcome.
                        2 => (10 + number, KvOp::Write { key, value: draws.below(3) }, info()),
                        _ => read(process, key, draws.below(4).checked_sub(1)),
                    }
                })
                .collect();
            let history = serial(&lines);
            let expected = orders(&lines, &mut vec![0; 20], &mut BTreeMap::new());
            match sequential(&KvModel, &history, 100_000) {
                Verdict::Ok => assert!(expected, "{lines:?}"),
                Verdict::Violated(_) => assert!(!expected, "{lines:?}"),
                Verdict::Unknown(_) => continue,
            }
            *(if expected { &mut legal } else { &mut illegal }) += 1;
        }
        assert!(legal > 300 && illegal > 300, "{legal} legal, {illegal} illegal");
    }

    /// Every order there is, without memory or shortcuts.
    fn orders(lines: &[Line], places: &mut Vec<usize>, store: &mut BTreeMap<u64, u64>) -> bool {
        let own = |process: u64| lines.iter().filter(move |line| line.0 == process);
        let done =
            |process: usize, place: usize| own(process as u64).skip(place).all(|line| line.2.ok().is_none());
        if places.iter().enumerate().all(|(process, &place)| done(process, place)) {
            return true;
        }
        for process in 0..places.len() {
            let Some((_, op, outcome)) = own(process as u64).nth(places[process]) else { continue };
            let before = store.clone();
            let legal = match (op, outcome.ok()) {
                (KvOp::Write { key, value }, _) => {
                    store.insert(*key, *value);
                    true
                }
                (KvOp::Read { key }, Some(KvRet::Value(value))) => store.get(key) == value.as_ref(),
                _ => false,
            };
            places[process] += 1;
            let found = legal && orders(lines, places, store);
            places[process] -= 1;
            *store = before;
            if found {
                return true;
            }
        }
        false
    }
}
