//! Nondeterministic specifications, made deterministic by sets of states.
//!
//! Where an operation may leave one of several states, all of them are kept, as long as what is observed later allows
//! them: the powerset construction of automata theory.

use std::fmt::Display;
use std::hash::Hash;

use crate::model::{Effect, Model};

/// A specification in which an operation may leave one of several states. As [`Model`] otherwise.
pub trait Nondeterministic {
    /// What is asked of the object.
    type Op: Eq + Hash + Display;
    /// What it answers.
    type Ret: Eq + Hash + Display;
    /// What it holds.
    type State: Clone + Ord + Hash;
    /// Names one of several independent objects.
    type Key: Clone + Ord + Hash;

    /// The object that `op` is about.
    fn key(&self, op: &Self::Op) -> Self::Key;

    /// What that object may hold in the beginning.
    fn initial(&self, key: &Self::Key) -> Vec<Self::State>;

    /// Every state that may come after `op` returned `ret` in `state`; none if it cannot. `ret` is `None` where the
    /// result is unknown: then any is allowed.
    fn steps(&self, state: &Self::State, op: &Self::Op, ret: Option<&Self::Ret>) -> Vec<Self::State>;

    /// The words for a key in a verdict.
    fn subject(&self, _key: &Self::Key) -> Option<String> {
        None
    }
}

/// A nondeterministic specification as a deterministic model.
#[derive(Clone, Copy, Debug, Default)]
pub struct StateSets<N>(
    /// The specification.
    pub N,
);

impl<N: Nondeterministic> Model for StateSets<N> {
    type Op = N::Op;
    type Ret = N::Ret;
    /// The possible states in order, each once.
    type State = Vec<N::State>;
    type Key = N::Key;

    fn key(&self, op: &N::Op) -> N::Key {
        self.0.key(op)
    }

    fn initial(&self, key: &N::Key) -> Vec<N::State> {
        each_once(self.0.initial(key))
    }

    fn step(&self, states: &Vec<N::State>, op: &N::Op, ret: Option<&N::Ret>) -> Option<Vec<N::State>> {
        let after = each_once(states.iter().flat_map(|state| self.0.steps(state, op, ret)).collect());
        (!after.is_empty()).then_some(after)
    }

    fn subject(&self, key: &N::Key) -> Option<String> {
        self.0.subject(key)
    }

    // What never changes a state may still rule some out, so no operation is read-only.
    fn effect(&self, _op: &N::Op, _ret: Option<&N::Ret>) -> Effect {
        Effect::Any
    }
}

fn each_once<S: Ord>(mut states: Vec<S>) -> Vec<S> {
    states.sort_unstable();
    states.dedup();
    states
}
