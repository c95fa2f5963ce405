//! Random histories of a model: legal by construction, or with something changed.
//!
//! Every draw comes from the [`Draws`] it is given, so a seed is a history. It does not know whether what it
//! changed made the history illegal: that is for a checker to say.

use std::mem::discriminant;

use stormglass_core::history::{History, OperationId, Outcome, Reason};
use stormglass_core::id::{ClientId, ProcessId};
use stormglass_core::random::{Draws, Ratio};
use stormglass_core::time::Time;

use crate::model::Model;

/// A model that can say what an operation returns, not only whether an answer is legal.
pub trait Perform: Model<Op: Clone, Ret: Clone> {
    /// What `op` returns in `state`, and the state it leaves.
    fn perform(&self, state: &Self::State, op: &Self::Op) -> (Self::State, Self::Ret);
}

/// The shape of a random history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Clients, each with at most one operation under way.
    pub clients: u32,
    /// Operations invoked.
    pub operations: usize,
    /// The share of operations that end with an unknown outcome; each of them takes effect or does not, at once or
    /// much later.
    pub unknown: Ratio,
    /// The share of operations that fail.
    pub failed: Ratio,
}

/// One operation on its way into a history; its moments are places in the sequence of all moments.
#[derive(Clone, Debug)]
struct Draft<O, R> {
    client: u32,
    op: O,
    invoked: usize,
    completed: Option<usize>,
    outcome: Outcome<R>,
}

/// What a client is doing.
enum Doing<R> {
    Nothing,
    Asked(usize),
    Answered(usize, R),
}

/// A random execution: it can be changed before it becomes a [`History`].
#[derive(Clone, Debug)]
pub struct Execution<O, R> {
    drafts: Vec<Draft<O, R>>,
    moments: usize,
}

impl<O: Clone, R: Clone + PartialEq> Execution<O, R> {
    /// Runs `shape.operations` operations on real objects that take each one in a single instant between its
    /// invocation and its completion; `next` chooses the operation of a given number.
    pub fn legal<M: Perform<Op = O, Ret = R>>(
        model: &M,
        shape: Shape,
        draws: &mut Draws,
        mut next: impl FnMut(&mut Draws, u64) -> O,
    ) -> Execution<O, R> {
        let mut objects = std::collections::BTreeMap::new();
        let mut perform = |op: &O| {
            let key = model.key(op);
            let state = objects.entry(key.clone()).or_insert_with(|| model.initial(&key));
            let (after, ret) = model.perform(state, op);
            *state = after;
            ret
        };
        let mut run = Execution { drafts: Vec::with_capacity(shape.operations), moments: 0 };
        let mut clients: Vec<Doing<R>> = (0..shape.clients).map(|_| Doing::Nothing).collect();
        let mut late: Vec<usize> = Vec::new();
        let mut busy = 0;
        while busy > 0 || run.drafts.len() < shape.operations {
            let client = draws.below(u64::from(shape.clients)) as usize;
            clients[client] = match std::mem::replace(&mut clients[client], Doing::Nothing) {
                Doing::Asked(index) if draws.chance(shape.failed) => {
                    run.complete(index, Outcome::Fail("refused".into()));
                    busy -= 1;
                    Doing::Nothing
                }
                Doing::Asked(index) if draws.chance(shape.unknown) => {
                    match draws.below(3) {
                        0 => {}
                        1 => drop(perform(&run.drafts[index].op)),
                        _ => late.push(index),
                    }
                    run.complete(index, Outcome::Info("timed out".into()));
                    busy -= 1;
                    Doing::Nothing
                }
                Doing::Asked(index) => Doing::Answered(index, perform(&run.drafts[index].op)),
                Doing::Answered(index, ret) => {
                    run.complete(index, Outcome::Ok(ret));
                    busy -= 1;
                    Doing::Nothing
                }
                Doing::Nothing => Doing::Nothing,
            };
            if matches!(clients[client], Doing::Nothing)
                && run.drafts.len() < shape.operations
                && draws.below(8) > 0
            {
                let op = next(draws, run.drafts.len() as u64);
                clients[client] = Doing::Asked(run.invoke(client as u32, op));
                busy += 1;
            }
            if !late.is_empty() && draws.below(16) == 0 {
                let index = late.swap_remove(draws.below(late.len() as u64) as usize);
                perform(&run.drafts[index].op);
            }
        }
        run
    }

    /// Changes one thing: an operation returns what another one returned, an operation ends earlier than it did, or
    /// one that was answered failed. Says whether it found something to change.
    pub fn mutate(&mut self, draws: &mut Draws) -> bool {
        (0..16).any(|_| self.try_to_mutate(draws))
    }

    fn try_to_mutate(&mut self, draws: &mut Draws) -> bool {
        let count = self.drafts.len() as u64;
        let (one, other) = (draws.below(count) as usize, draws.below(count) as usize);
        let Some(draft) = self.drafts.get(one) else {
            return false;
        };
        match draws.below(8) {
            0 if draft.outcome.ok().is_some() => {
                self.drafts[one].outcome = Outcome::Fail("refused".into());
            }
            1 | 2 => match draft.completed {
                Some(completed) if completed > draft.invoked + 1 => self.move_completion(one, draft.invoked),
                _ => return false,
            },
            _ => match (draft.outcome.ok(), self.drafts[other].outcome.ok()) {
                (Some(here), Some(there)) if here != there && discriminant(here) == discriminant(there) => {
                    self.drafts[one].outcome = Outcome::Ok(there.clone());
                }
                _ => return false,
            },
        }
        true
    }

    /// Lets the read-like operation `one` return `ret`, whatever it returned before.
    pub fn answer(&mut self, one: usize, ret: R) {
        self.drafts[one].outcome = Outcome::Ok(ret);
    }

    /// The operation of that number and what came of it.
    #[must_use]
    pub fn operation(&self, one: usize) -> (&O, &Outcome<R>) {
        (&self.drafts[one].op, &self.drafts[one].outcome)
    }

    /// The history: a millisecond passes from each invocation or completion to the next.
    #[must_use]
    pub fn history(&self) -> History<O, R> {
        let mut at_moment = vec![(u32::MAX, false); self.moments];
        for (index, draft) in self.drafts.iter().enumerate() {
            at_moment[draft.invoked] = (index as u32, false);
            if let Some(completed) = draft.completed {
                at_moment[completed] = (index as u32, true);
            }
        }
        let mut history = History::new();
        let mut processes = 0;
        let mut process_of = std::collections::BTreeMap::new();
        for (moment, (index, completes)) in at_moment.into_iter().enumerate() {
            let at = Time::from_nanos(moment as u64 * 1_000_000);
            let Some(draft) = self.drafts.get(index as usize) else {
                continue;
            };
            if completes {
                if draft.outcome.ok().is_none() {
                    process_of.remove(&draft.client);
                }
                history.complete(OperationId(index as usize), draft.outcome.clone(), None, at);
            } else {
                let process = *process_of.entry(draft.client).or_insert_with(|| {
                    processes += 1;
                    processes - 1
                });
                history.invoke(ProcessId(process), ClientId(draft.client), draft.op.clone(), at);
            }
        }
        history
    }

    fn invoke(&mut self, client: u32, op: O) -> usize {
        let outcome = Outcome::Info(Reason::STILL_OPEN);
        self.drafts.push(Draft { client, op, invoked: self.moments, completed: None, outcome });
        self.moments += 1;
        self.drafts.len() - 1
    }

    fn complete(&mut self, index: usize, outcome: Outcome<R>) {
        self.drafts[index].completed = Some(self.moments);
        self.drafts[index].outcome = outcome;
        self.moments += 1;
    }

    /// Puts the completion of `one` right after the moment `earlier`; what was in between comes later by one.
    fn move_completion(&mut self, one: usize, earlier: usize) {
        let Some(completed) = self.drafts[one].completed else {
            return;
        };
        let to = earlier + 1;
        for draft in &mut self.drafts {
            for moment in std::iter::once(&mut draft.invoked).chain(draft.completed.as_mut()) {
                if (to..completed).contains(moment) {
                    *moment += 1;
                }
            }
        }
        self.drafts[one].completed = Some(to);
    }
}
