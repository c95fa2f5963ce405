//! Counters to which always the same amount is added, in histories that no search in general gets through: one that knows
//! how few things a counter can remember does.

use std::collections::BTreeSet;

use stormglass_check::generate::{Execution, Shape};
use stormglass_check::linearizable;
use stormglass_check::models::CounterModel;
use stormglass_core::history::{History, Outcome};
use stormglass_core::op::counter::{CounterOp, CounterRet};
use stormglass_core::random::{Draws, Ratio};

use super::random::{Answer, Tally, show};
use crate::common::{cases, draws};

type Counted = History<CounterOp, CounterRet>;

/// How many adds have been counted, and which open operations have taken effect although nobody was told yet.
type World = (i64, BTreeSet<usize>);

/// All worlds that the operations so far allow.
struct Worlds<'a> {
    history: &'a Counted,
    amount: i64,
    all: BTreeSet<World>,
    /// Begun operations that will return.
    open: BTreeSet<usize>,
    /// Adds that have returned, and begun ones that never do: the latter are all the same to everyone.
    returned: i64,
    endless: i64,
}

impl Worlds<'_> {
    fn adds(&self, index: usize) -> bool {
        matches!(self.history.operations()[index].op, CounterOp::Add { .. })
    }

    /// What one more operation makes of a world.
    fn after(&self, (count, done): &World) -> Vec<World> {
        let mut next = Vec::new();
        for &index in self.open.difference(done) {
            let with = || done.iter().copied().chain([index]).collect();
            match self.history.operations()[index].outcome.ok() {
                Some(CounterRet::Added) => next.push((count + 1, with())),
                Some(CounterRet::Value(sum)) if *sum == count * self.amount => next.push((*count, with())),
                _ => {}
            }
        }
        let known = self.returned + done.iter().filter(|&&index| self.adds(index)).count() as i64;
        if count - known < self.endless {
            next.push((count + 1, done.clone()));
        }
        next
    }

    /// Whatever may have happened before `index` returned, it has taken effect.
    fn ret(&mut self, index: usize) {
        let mut left: Vec<World> = self.all.iter().cloned().collect();
        while let Some(world) = left.pop() {
            let next = self.after(&world).into_iter().filter(|world| self.all.insert(world.clone()));
            left.extend(next.collect::<Vec<_>>());
        }
        let told = std::mem::take(&mut self.all).into_iter().filter(|(_, done)| done.contains(&index));
        self.all = told.map(|(count, done)| (count, &done - &BTreeSet::from([index]))).collect();
        self.open.remove(&index);
        self.returned += i64::from(self.adds(index));
    }
}

/// Whether some order explains the history.
fn is_explained(history: &Counted, amount: i64) -> bool {
    let mut moments: Vec<(u64, bool, usize)> = Vec::new();
    for (index, one) in history.operations().iter().enumerate() {
        moments.push((one.invoked.rank, false, index));
        let told = one.completed.filter(|_| one.outcome.ok().is_some());
        moments.extend(told.map(|completed| (completed.rank, true, index)));
    }
    moments.sort_unstable();
    let all = BTreeSet::from([(0, BTreeSet::new())]);
    let mut worlds = Worlds { history, amount, all, open: BTreeSet::new(), returned: 0, endless: 0 };
    for (_, returns, index) in moments {
        match (&history.operations()[index].outcome, returns) {
            (Outcome::Ok(_), false) => _ = worlds.open.insert(index),
            (Outcome::Ok(_), true) => worlds.ret(index),
            (Outcome::Info(_), _) => worlds.endless += i64::from(worlds.adds(index)),
            (Outcome::Fail(_), _) => {}
        }
    }
    !worlds.all.is_empty()
}

/// A long legal history in which some reads may have counted one more or one less than they did.
fn long_history(draws: &mut Draws, amount: i64, wrong: u64) -> Counted {
    let shape = Shape {
        clients: draws.between(2, 5) as u32,
        operations: draws.between(61, 400) as usize,
        unknown: Ratio::from_percent([0, 2, 5][draws.below(3) as usize]),
        failed: Ratio::from_percent([0, 5][draws.below(2) as usize]),
    };
    let next = |draws: &mut Draws, _| match draws.below(2) {
        0 => CounterOp::Add { amount },
        _ => CounterOp::Read,
    };
    let mut run = Execution::legal(&CounterModel, shape, draws, next);
    for _ in 0..wrong {
        let index = draws.below(shape.operations as u64) as usize;
        if let Some(&CounterRet::Value(sum)) = run.operation(index).1.ok() {
            let off = if draws.below(2) == 0 { amount } else { -amount };
            run.answer(index, CounterRet::Value(sum + off));
        }
    }
    run.history()
}

/// Hundreds of operations, legal or with reads that are off by one.
#[test]
fn long_counters_agree_with_all_their_worlds() {
    let mut tally = Tally::default();
    for case in 0..cases(4_000) / 20 {
        let mut draws = draws(case);
        let (amount, wrong) = ([1, -2, 7][draws.below(3) as usize], case % 4);
        let history = long_history(&mut draws, amount, wrong);
        let verdict = linearizable(&CounterModel, &history);
        let expected = if is_explained(&history, amount) { Answer::Ok } else { Answer::Violated };
        assert!(wrong > 0 || expected == Answer::Ok, "case {case} is legal by construction");
        assert_eq!(Answer::from(&verdict), expected, "case {case}: {verdict}\n{}", show(&history));
        tally.add(expected);
    }
    tally.shows(&[Answer::Ok, Answer::Violated]);
}
