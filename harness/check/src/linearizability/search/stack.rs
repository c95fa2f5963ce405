//! Stacks in which values come again, searched by what was taken out.
//!
//! The search chooses which take comes next and whose element it took, and in which order elements are put in that must
//! be there by now. Why nothing is lost, each time by exchanging operations of a legal order:
//!
//! 1. *Unknown takes.* One can come right before the take, or the operation that finds nothing, which could not do
//!    without it; of those that can, the one that was invoked first. A take of a value takes the topmost one: what is
//!    under that can still be removed.
//! 2. *Unknown puts.* One can come right before the take of its element, and is left out if that is an unknown one, or
//!    if there is none. So it is spent only if the value is not on top.
//! 3. *Puts under way* can come right before the take of their element, too, which then passes right *through*; that is
//!    never worse than spending an unknown one. Otherwise a put can wait until it must return, or until something is put
//!    right on top of it that must.
//! 4. *What lies too deep* is not remembered: below what all that is left can take out. Nor is it remembered which value
//!    an element has that nobody will ask for.
//! 5. *Who got there with less.* See [`memory`](super::memory).
//!
//! An order is given up if a value is left less often than it is still to be taken, or if something lies too deep but is
//! to be removed.

use crate::fingerprint;
use crate::linearizability::Reductions;
use crate::linearizability::part::{OPEN, Part};
use crate::linearizability::plain::{Budget, Found, Stuck, Within, grown};
use crate::linearizability::search::memory::{COMPARED, Memory, Spent};
use crate::linearizability::search::timeline::Timeline;
use crate::linearizability::search::transfers::{Open, Transfers};
use crate::model::Model;

/// Searches for a legal order of what `all` says.
pub(super) fn search<M: Model>(
    part: &Part<'_, M>,
    all: &Transfers,
    on: Reductions,
    budget: &mut Budget,
) -> Found {
    Search::new(part, all, on).run(budget)
}

/// What an operation of a known answer does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Puts(u32),
    Takes(u32),
    FindsNothing,
    /// Its answer is not known.
    Unknown,
}

/// What can come next.
#[derive(Clone, Copy)]
enum Choice {
    /// It is put on top.
    Put(u32),
    /// It takes what is this deep.
    Take(u32, u32),
    /// It takes what the second one puts in right before.
    Through(u32, u32),
    /// It takes what a put of unknown outcome puts in right before.
    Open(u32),
    /// It finds nothing once all has been taken out.
    Nothing(u32),
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

/// A configuration on the way, and what is still to be tried from it.
struct Frame {
    at: At,
    front: u32,
    trail: usize,
    steps: usize,
    /// Its choices begin here, and those before `next` were tried.
    choices: usize,
    next: usize,
}

/// What is restored at once when the search goes back.
#[derive(Clone, Copy, Default)]
struct At {
    /// The fingerprint of the linearized operations of known answer.
    linearized: u128,
    spent: Spent,
    /// So many unknown takes are spent.
    wild: usize,
    /// Takes that must still be linearized, and those that must find nothing.
    takes: usize,
    nothings: usize,
    /// Something was put in that need not be there yet: what must be there comes on top.
    waiting: bool,
}

struct Search<'p, 'a, M: Model> {
    part: &'p Part<'a, M>,
    all: &'p Transfers,
    on: Reductions,
    roles: Vec<Role>,
    /// The takes whose answer is known, but not that they happened.
    unsure: Vec<u32>,
    timeline: Timeline,
    /// What is inside, from the bottom.
    inside: Vec<u32>,
    /// For each value, how many unknown puts of it are spent.
    opened: Vec<usize>,
    /// For each value, how often it is there to spare, and how often it is to be taken.
    spare: Vec<i64>,
    wanted: Vec<u32>,
    at: At,
    memory: Memory,
    frames: Vec<Frame>,
    choices: Vec<Choice>,
    /// The linearized operations of known answer.
    trail: Vec<u32>,
    steps: Vec<Step>,
    fresh: Vec<u32>,
    stuck: Stuck,
    fixed: usize,
}

/// Bytes that are kept for each operation.
const EACH: usize = 96;

impl<'p, 'a, M: Model> Search<'p, 'a, M> {
    fn new(part: &'p Part<'a, M>, all: &'p Transfers, on: Reductions) -> Self {
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
        Search {
            part,
            on,
            roles,
            unsure: all.asks.iter().filter(|ask| ask.returned == OPEN).map(|ask| ask.index).collect(),
            timeline: Timeline::new(part.entries.len()),
            inside: Vec::new(),
            opened: vec![0; all.values()],
            spare: all.spare(),
            wanted,
            at,
            memory: Memory::new(all.optional, on.frugal_memory),
            frames: Vec::new(),
            choices: Vec::new(),
            trail: Vec::new(),
            steps: Vec::new(),
            fresh: Vec::new(),
            stuck: Stuck { event: 0, longest: 0, visited: 0 },
            fixed: EACH * part.entries.len(),
            all,
        }
    }

    fn run(&mut self, budget: &mut Budget) -> Found {
        self.settle();
        if self.timeline.at_end(self.part) {
            return Found::Legal;
        }
        self.open_frame();
        while let Some(frame) = self.frames.last_mut() {
            let Some(&choice) = self.choices.get(frame.next) else {
                self.choices.truncate(frame.choices);
                self.frames.pop();
                self.rewind();
                continue;
            };
            frame.next += 1;
            self.take(choice);
            self.settle();
            if self.timeline.at_end(self.part) {
                return Found::Legal;
            }
            if !self.is_feasible() {
                self.rewind();
                continue;
            }
            if budget.configurations == 0 || self.bytes() > budget.bytes {
                return Found::Spent(self.stuck);
            }
            if !self.memory.insert(self.place(), &self.at.spent) {
                self.rewind();
                continue;
            }
            budget.configurations -= 1;
            self.stuck.visited += 1;
            self.open_frame();
        }
        Found::Illegal(Within { least: self.stuck.event, most: u32::MAX })
    }

    /// Linearizes what needs no choice, and passes every event that can be passed.
    fn settle(&mut self) {
        loop {
            self.fresh.clear();
            self.timeline.advance(self.part, &mut self.fresh);
            if !self.inside.is_empty() || self.at.nothings == 0 || !self.on.read_at_once {
                break;
            }
            let finds_nothing = |index: &u32| self.roles[*index as usize] == Role::FindsNothing;
            match self.timeline.active.iter().copied().find(finds_nothing) {
                Some(index) => self.linearize(index),
                None => break,
            }
        }
        self.stuck.event = self.stuck.event.max(self.timeline.front);
        let unknown = self.at.spent.bits.count_ones() as usize;
        self.stuck.longest = self.stuck.longest.max(self.trail.len() + unknown);
    }

    /// How many more unknown takes can be spent.
    fn wild(&self) -> usize {
        let invoked = self.all.wild.partition_point(|&called| called < self.timeline.front);
        invoked - self.at.wild
    }

    /// Whether what is left can still happen, as far as can be seen at once.
    fn is_feasible(&self) -> bool {
        let steps = self.frames.last().map_or(0, |frame| frame.steps);
        let enough = |step: &Step| match *step {
            Step::Put => true,
            Step::Took(value) | Step::Lost(value) | Step::Through(value) | Step::Opened(value) => {
                self.spare[value as usize] >= 0
            }
        };
        self.steps[steps..].iter().all(enough) && (self.at.nothings == 0 || self.inside.len() <= self.reach())
    }

    /// How deep all that is left can reach.
    fn reach(&self) -> usize {
        self.at.takes + self.all.wild.len() - self.at.wild
    }

    /// The fingerprint of the configuration, but for what was spent.
    fn place(&self) -> u128 {
        let from = self.inside.len().saturating_sub(self.reach());
        let seen = |&value: &u32| if self.wanted[value as usize] > 0 { value } else { OPEN };
        let seen: Vec<u32> = self.inside[from..].iter().map(seen).collect();
        self.at.linearized ^ fingerprint::state(&(seen, self.at.waiting))
    }

    fn open_frame(&mut self) {
        let choices = self.choices.len();
        self.choose();
        self.frames.push(Frame {
            at: self.at,
            front: self.timeline.front,
            trail: self.trail.len(),
            steps: self.steps.len(),
            choices,
            next: choices,
        });
    }

    /// Appends what can come next, the most promising first.
    fn choose(&mut self) {
        let Some(&urgent) = self.timeline.active.first() else { return };
        let mut choices = std::mem::take(&mut self.choices);
        let from = choices.len();
        let must_put = matches!(self.roles[urgent as usize], Role::Puts(_));
        if !self.at.waiting {
            for place in 0..self.timeline.active.len() {
                let ask = self.timeline.active[place];
                match self.roles[ask as usize] {
                    Role::Takes(value) if self.is_first(place) => self.sources(ask, value, &mut choices),
                    Role::FindsNothing if self.inside.len() <= self.wild() => {
                        choices.push(Choice::Nothing(ask));
                    }
                    _ => {}
                }
            }
            self.optional(&mut choices);
        }
        if must_put {
            for place in 0..self.timeline.active.len() {
                let put = self.timeline.active[place];
                if matches!(self.roles[put as usize], Role::Puts(_)) && self.is_first(place) {
                    choices.push(Choice::Put(put));
                }
            }
        }
        choices[from..].sort_by_key(|choice| match choice {
            Choice::Take(_, 0) => 0,
            Choice::Put(_) => 1,
            Choice::Through(..) => 2,
            Choice::Open(..) => 3,
            Choice::Take(_, deep) => 3 + deep,
            Choice::Nothing(_) => 3 + self.inside.len() as u32,
        });
        self.choices = choices;
    }

    /// Whether no other active operation that returns before does the same.
    fn is_first(&self, place: usize) -> bool {
        let active = &self.timeline.active;
        let role = self.roles[active[place] as usize];
        !self.on.identical_once || active[..place].iter().all(|&other| self.roles[other as usize] != role)
    }

    /// How deep the topmost element of a value is, if enough unknown takes can remove what is above.
    fn depth(&self, value: u32) -> Option<u32> {
        let topmost = self.inside.iter().rev().take(self.wild() + 1).position(|&other| other == value);
        topmost.map(|depth| depth as u32)
    }

    /// Appends what a take of a value can take, none of which is better than another.
    fn sources(&self, ask: u32, value: u32, choices: &mut Vec<Choice>) {
        let depth = self.depth(value);
        choices.extend(depth.map(|depth| Choice::Take(ask, depth)));
        if depth == Some(0) {
            return;
        }
        let puts = |index: &u32| self.roles[*index as usize] == Role::Puts(value);
        if let Some(put) = self.timeline.active.iter().copied().find(puts) {
            choices.push(Choice::Through(ask, put));
        } else if self.open(value).is_some_and(|open| open.called < self.timeline.front) {
            choices.push(Choice::Open(ask));
        }
    }

    /// Appends what those can take out whose answer is known, but not that they happened.
    fn optional(&self, choices: &mut Vec<Choice>) {
        for &ask in &self.unsure {
            if let Role::Takes(value) = self.roles[ask as usize]
                && self.part.entries[ask as usize].called < self.timeline.front
                && !self.timeline.is_done(ask)
            {
                choices.extend(self.depth(value).map(|depth| Choice::Take(ask, depth)));
            }
        }
    }

    /// The next unknown put of a value.
    fn open(&self, value: u32) -> Option<Open> {
        self.all.opens[value as usize].get(self.opened[value as usize]).copied()
    }

    /// Goes a step.
    fn take(&mut self, choice: Choice) {
        match choice {
            Choice::Put(put) => {
                self.at.waiting = self.timeline.active.first() != Some(&put);
                if let Role::Puts(value) = self.roles[put as usize] {
                    self.inside.push(value);
                    self.steps.push(Step::Put);
                }
                self.linearize(put);
            }
            Choice::Take(ask, depth) => {
                self.lose(depth as usize);
                if let Some(value) = self.inside.pop() {
                    self.steps.push(Step::Took(value));
                    self.spare[value as usize] -= 1;
                }
                self.linearize(ask);
            }
            Choice::Through(ask, put) => {
                if let Role::Puts(value) = self.roles[put as usize] {
                    self.steps.push(Step::Through(value));
                    self.spare[value as usize] -= 1;
                }
                self.linearize(put);
                self.linearize(ask);
            }
            Choice::Open(ask) => {
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
            Choice::Nothing(ask) => {
                self.lose(self.inside.len());
                self.linearize(ask);
            }
        }
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

    /// Goes back to the last frame.
    fn rewind(&mut self) {
        let Some(frame) = self.frames.last() else { return };
        for step in self.steps.drain(frame.steps..).rev() {
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
        for &index in &self.trail[frame.trail..] {
            if let Role::Takes(value) = self.roles[index as usize] {
                self.wanted[value as usize] += 1;
                self.spare[value as usize] -= i64::from(!self.part.is_open(index));
            }
        }
        self.timeline.rewind(self.part, frame.front, &self.trail[frame.trail..]);
        self.trail.truncate(frame.trail);
        self.at = frame.at;
    }

    /// Bytes that it takes to go one configuration further.
    fn bytes(&self) -> usize {
        self.fixed + self.memory.bytes() + grown(&self.frames) + grown(&self.choices)
    }
}
