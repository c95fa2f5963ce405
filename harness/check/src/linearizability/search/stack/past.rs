//! What a search of a stack has done so far, and how it is taken back.
//!
//! It knows what is inside, but not what is worth trying next.

use crate::fingerprint;
use crate::linearizability::part::{OPEN, Part};
use crate::linearizability::search::memory::{COMPARED, Spent};
use crate::linearizability::search::timeline::Timeline;
use crate::linearizability::search::transfers::{Open, Transfers};
use crate::model::Model;

/// What an operation of a known answer does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Puts(u32),
    Takes(u32),
    FindsNothing,
    /// Its answer is not known.
    Unknown,
}

/// What is inside and what is linearized, and what follows from that.
pub(super) struct Past<'p, 'a, M: Model> {
    part: &'p Part<'a, M>,
    pub(super) all: &'p Transfers,
    /// What each operation of the part does.
    pub(super) roles: Vec<Role>,
    pub(super) timeline: Timeline,
    /// What is inside, from the bottom.
    pub(super) inside: Vec<u32>,
    /// For each value, how many unknown puts of it are spent.
    opened: Vec<usize>,
    /// For each value, how often it is there to spare, and how often it is to be taken.
    spare: Vec<i64>,
    wanted: Vec<u32>,
    pub(super) at: At,
    /// The linearized operations of known answer.
    trail: Vec<u32>,
    steps: Vec<Step>,
    /// What was newly invoked.
    fresh: Vec<u32>,
}

/// What is restored at once when the search goes back.
#[derive(Clone, Copy, Default)]
pub(super) struct At {
    /// The fingerprint of the linearized operations of known answer.
    pub(super) linearized: u128,
    pub(super) spent: Spent,
    /// Unknown operations that were spent.
    pub(super) held: usize,
    /// So many unknown takes are spent.
    pub(super) wild: usize,
    /// Takes that must still be linearized, and those that must find nothing.
    pub(super) takes: usize,
    pub(super) nothings: usize,
    /// Something was put in that need not be there yet: what must be there comes on top.
    pub(super) waiting: bool,
}

/// Where the trails end.
#[derive(Clone, Copy, Default)]
pub(super) struct Ends {
    front: u32,
    trail: usize,
    steps: usize,
}

/// One step on the way, to be taken back.
#[derive(Clone, Copy)]
enum Step {
    Put,
    Took(u32),
    Lost(u32),
    Through(u32),
    Opened(u32),
}

impl<'p, 'a, M: Model> Past<'p, 'a, M> {
    pub(super) fn new(part: &'p Part<'a, M>, all: &'p Transfers) -> Self {
        let mut roles = vec![Role::Unknown; part.entries.len()];
        let mut wanted = vec![0; all.values()];
        let mut at = At::default();
        for put in &all.puts {
            roles[put.index as usize] = Role::Puts(put.value);
        }
        for ask in &all.asks {
            roles[ask.index as usize] = ask.value.map_or(Role::FindsNothing, Role::Takes);
            match ask.value {
                Some(value) => {
                    wanted[value as usize] += 1;
                    at.takes += 1;
                }
                None => at.nothings += 1,
            }
        }
        Past {
            part,
            roles,
            timeline: Timeline::new(part.entries.len()),
            inside: Vec::new(),
            opened: vec![0; all.values()],
            spare: all.spare(),
            wanted,
            at,
            trail: Vec::new(),
            steps: Vec::new(),
            fresh: Vec::new(),
            all,
        }
    }

    /// Where the trails end now.
    pub(super) fn ends(&self) -> Ends {
        Ends { front: self.timeline.front, trail: self.trail.len(), steps: self.steps.len() }
    }

    /// Passes every event that can be passed.
    pub(super) fn advance(&mut self) {
        self.fresh.clear();
        self.timeline.advance(self.part, &mut self.fresh);
    }

    /// Whether everything that returned is linearized.
    pub(super) fn at_end(&self) -> bool {
        self.timeline.at_end(self.part)
    }

    /// Whether an operation whose answer is known, but not that it happened, can be next.
    pub(super) fn is_possible(&self, index: u32) -> bool {
        self.part.entries[index as usize].called < self.timeline.front && !self.timeline.is_done(index)
    }

    /// How many operations are linearized.
    pub(super) fn length(&self) -> usize {
        self.trail.len() + self.at.held
    }

    /// How many more unknown takes can be spent.
    pub(super) fn wild(&self) -> usize {
        let invoked = self.all.wild.partition_point(|&called| called < self.timeline.front);
        invoked - self.at.wild
    }

    /// Whether, after all since then, enough is left of every value, and nothing to be removed lies too deep.
    pub(super) fn is_feasible(&self, since: Ends) -> bool {
        let enough = |step: &Step| match *step {
            Step::Put => true,
            Step::Took(value) | Step::Lost(value) | Step::Through(value) | Step::Opened(value) => {
                self.spare[value as usize] >= 0
            }
        };
        self.steps[since.steps..].iter().all(enough)
            && (self.at.nothings == 0 || self.inside.len() <= self.reach())
    }

    /// How deep all that is left can reach.
    fn reach(&self) -> usize {
        self.at.takes + self.all.wild.len() - self.at.wild
    }

    /// The fingerprint of the configuration, but for what was spent.
    pub(super) fn place(&self) -> u128 {
        let from = self.inside.len().saturating_sub(self.reach());
        let seen = |&value: &u32| if self.wanted[value as usize] > 0 { value } else { OPEN };
        let seen: Vec<u32> = self.inside[from..].iter().map(seen).collect();
        self.at.linearized ^ fingerprint::state(&(seen, self.at.waiting))
    }

    /// How deep the topmost element of a value is, if enough unknown takes can remove what is above.
    pub(super) fn depth(&self, value: u32) -> Option<u32> {
        let topmost = self.inside.iter().rev().take(self.wild() + 1).position(|&other| other == value);
        topmost.map(|depth| depth as u32)
    }

    /// The next unknown put of a value.
    pub(super) fn open(&self, value: u32) -> Option<Open> {
        self.all.opens[value as usize].get(self.opened[value as usize]).copied()
    }

    /// Puts an element on top.
    pub(super) fn put(&mut self, put: u32) {
        self.at.waiting = self.timeline.active.first() != Some(&put);
        if let Role::Puts(value) = self.roles[put as usize] {
            self.inside.push(value);
            self.steps.push(Step::Put);
        }
        self.linearize(put);
    }

    /// Takes the element that is so deep, after unknown takes have removed what is above.
    pub(super) fn take(&mut self, ask: u32, depth: usize) {
        self.lose(depth);
        if let Some(value) = self.inside.pop() {
            self.steps.push(Step::Took(value));
            self.spare[value as usize] -= 1;
        }
        self.linearize(ask);
    }

    /// Takes what is put in right before.
    pub(super) fn pass_through(&mut self, ask: u32, put: u32) {
        if let Role::Puts(value) = self.roles[put as usize] {
            self.steps.push(Step::Through(value));
            self.spare[value as usize] -= 1;
        }
        self.linearize(put);
        self.linearize(ask);
    }

    /// Takes what an unknown put puts in right before.
    pub(super) fn take_open(&mut self, ask: u32) {
        if let Role::Takes(value) = self.roles[ask as usize]
            && let Some(open) = self.open(value)
        {
            self.spend(open.number);
            self.opened[value as usize] += 1;
            self.steps.push(Step::Opened(value));
            self.spare[value as usize] -= 1;
        }
        self.linearize(ask);
    }

    /// Finds nothing, after unknown takes have removed all.
    pub(super) fn find_nothing(&mut self, ask: u32) {
        self.lose(self.inside.len());
        self.linearize(ask);
    }

    /// Lets unknown takes take out so many elements.
    fn lose(&mut self, count: usize) {
        for value in self.inside.split_off(self.inside.len() - count).into_iter().rev() {
            self.spend(self.at.wild as u32);
            self.at.wild += 1;
            self.spare[value as usize] -= 1;
            self.steps.push(Step::Lost(value));
        }
    }

    fn spend(&mut self, number: u32) {
        self.at.spent.fingerprint ^= fingerprint::operation(u32::MAX - 1 - number);
        self.at.spent.bits |= 1 << (number as usize % COMPARED);
        self.at.held += 1;
    }

    fn linearize(&mut self, index: u32) {
        self.at.linearized ^= fingerprint::operation(index);
        match self.roles[index as usize] {
            Role::Takes(value) => {
                self.wanted[value as usize] -= 1;
                self.spare[value as usize] += i64::from(!self.part.is_open(index));
                self.at.takes -= 1;
            }
            Role::FindsNothing => self.at.nothings -= 1,
            Role::Puts(_) | Role::Unknown => {}
        }
        self.timeline.finish(index);
        self.trail.push(index);
    }

    /// Goes back to where the trails had these ends.
    pub(super) fn rewind(&mut self, ends: Ends, at: At) {
        for step in self.steps.drain(ends.steps..).rev() {
            match step {
                Step::Put => drop(self.inside.pop()),
                Step::Took(value) | Step::Lost(value) => {
                    self.inside.push(value);
                    self.spare[value as usize] += 1;
                }
                Step::Through(value) => self.spare[value as usize] += 1,
                Step::Opened(value) => {
                    self.opened[value as usize] -= 1;
                    self.spare[value as usize] += 1;
                }
            }
        }
        for &index in &self.trail[ends.trail..] {
            if let Role::Takes(value) = self.roles[index as usize] {
                self.wanted[value as usize] += 1;
                self.spare[value as usize] -= i64::from(!self.part.is_open(index));
            }
        }
        self.timeline.rewind(self.part, ends.front, &self.trail[ends.trail..]);
        self.trail.truncate(ends.trail);
        self.at = at;
    }
}
