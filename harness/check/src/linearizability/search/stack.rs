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

mod past;

use crate::linearizability::Reductions;
use crate::linearizability::part::{OPEN, Part};
use crate::linearizability::plain::{Budget, Found, Stuck, Within, grown};
use crate::linearizability::search::memory::Memory;
use crate::linearizability::search::transfers::Transfers;
use crate::model::Model;
use past::{At, Ends, Past, Role};

/// Searches for a legal order of what `all` says.
pub(super) fn search<M: Model>(
    part: &Part<'_, M>,
    all: &Transfers,
    on: Reductions,
    budget: &mut Budget,
) -> Found {
    Search::new(part, all, on).run(budget)
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

/// A configuration on the way, and what is still to be tried from it.
struct Frame {
    at: At,
    ends: Ends,
    /// Its choices begin here, and those before `next` were tried.
    choices: usize,
    next: usize,
}

struct Search<'p, 'a, M: Model> {
    on: Reductions,
    past: Past<'p, 'a, M>,
    /// The takes whose answer is known, but not that they happened.
    unsure: Vec<u32>,
    memory: Memory,
    frames: Vec<Frame>,
    choices: Vec<Choice>,
    stuck: Stuck,
    fixed: usize,
}

/// Bytes that are kept for each operation.
const EACH: usize = 96;

impl<'p, 'a, M: Model> Search<'p, 'a, M> {
    fn new(part: &'p Part<'a, M>, all: &'p Transfers, on: Reductions) -> Self {
        Search {
            on,
            past: Past::new(part, all),
            unsure: all.asks.iter().filter(|ask| ask.returned == OPEN).map(|ask| ask.index).collect(),
            memory: Memory::new(all.optional, on.frugal_memory),
            frames: Vec::new(),
            choices: Vec::new(),
            stuck: Stuck { event: 0, longest: 0, visited: 0 },
            fixed: EACH * part.entries.len(),
        }
    }

    fn run(&mut self, budget: &mut Budget) -> Found {
        self.settle();
        if self.past.at_end() {
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
            if self.past.at_end() {
                return Found::Legal;
            }
            if !self.past.is_feasible(self.last()) {
                self.rewind();
                continue;
            }
            if budget.configurations == 0 || self.bytes() > budget.bytes {
                return Found::Spent(self.stuck);
            }
            if !self.memory.insert(self.past.place(), &self.past.at.spent) {
                self.rewind();
                continue;
            }
            budget.configurations -= 1;
            self.stuck.visited += 1;
            self.open_frame();
        }
        Found::Illegal(Within { least: self.stuck.event, most: u32::MAX })
    }

    /// Where the trails ended at the last frame.
    fn last(&self) -> Ends {
        self.frames.last().map_or(Ends::default(), |frame| frame.ends)
    }

    /// Linearizes what needs no choice, and passes every event that can be passed.
    fn settle(&mut self) {
        let past = &mut self.past;
        loop {
            past.advance();
            if !past.inside.is_empty() || past.at.nothings == 0 || !self.on.read_at_once {
                break;
            }
            let finds_nothing = |index: &u32| past.roles[*index as usize] == Role::FindsNothing;
            match past.timeline.active.iter().copied().find(finds_nothing) {
                Some(index) => past.find_nothing(index),
                None => break,
            }
        }
        self.stuck.event = self.stuck.event.max(past.timeline.front);
        self.stuck.longest = self.stuck.longest.max(past.length());
    }

    fn open_frame(&mut self) {
        let choices = self.choices.len();
        self.choose();
        self.frames.push(Frame { at: self.past.at, ends: self.past.ends(), choices, next: choices });
    }

    /// Goes back to the last frame.
    fn rewind(&mut self) {
        if let Some(frame) = self.frames.last() {
            self.past.rewind(frame.ends, frame.at);
        }
    }

    /// Appends what can come next, the most promising first.
    fn choose(&mut self) {
        let past = &self.past;
        let Some(&urgent) = past.timeline.active.first() else { return };
        let mut choices = std::mem::take(&mut self.choices);
        let from = choices.len();
        let must_put = matches!(past.roles[urgent as usize], Role::Puts(_));
        if !past.at.waiting {
            for place in 0..past.timeline.active.len() {
                let ask = past.timeline.active[place];
                match past.roles[ask as usize] {
                    Role::Takes(value) if self.is_first(place) => self.sources(ask, value, &mut choices),
                    Role::FindsNothing if past.inside.len() <= past.wild() => {
                        choices.push(Choice::Nothing(ask));
                    }
                    _ => {}
                }
            }
            self.optional(&mut choices);
        }
        if must_put {
            for place in 0..past.timeline.active.len() {
                let put = past.timeline.active[place];
                if matches!(past.roles[put as usize], Role::Puts(_)) && self.is_first(place) {
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
            Choice::Nothing(_) => 3 + past.inside.len() as u32,
        });
        self.choices = choices;
    }

    /// Whether no other active operation that returns before does the same.
    fn is_first(&self, place: usize) -> bool {
        let active = &self.past.timeline.active;
        let role = self.past.roles[active[place] as usize];
        !self.on.identical_once
            || active[..place].iter().all(|&other| self.past.roles[other as usize] != role)
    }

    /// Appends what a take of a value can take, none of which is better than another.
    fn sources(&self, ask: u32, value: u32, choices: &mut Vec<Choice>) {
        let past = &self.past;
        let depth = past.depth(value);
        choices.extend(depth.map(|depth| Choice::Take(ask, depth)));
        if depth == Some(0) {
            return;
        }
        let puts = |index: &u32| past.roles[*index as usize] == Role::Puts(value);
        if let Some(put) = past.timeline.active.iter().copied().find(puts) {
            choices.push(Choice::Through(ask, put));
        } else if past.open(value).is_some_and(|open| open.called < past.timeline.front) {
            choices.push(Choice::Open(ask));
        }
    }

    /// Appends what those can take out whose answer is known, but not that they happened.
    fn optional(&self, choices: &mut Vec<Choice>) {
        for &ask in &self.unsure {
            if let Role::Takes(value) = self.past.roles[ask as usize]
                && self.past.is_possible(ask)
            {
                choices.extend(self.past.depth(value).map(|depth| Choice::Take(ask, depth)));
            }
        }
    }

    /// Goes a step.
    fn take(&mut self, choice: Choice) {
        match choice {
            Choice::Put(put) => self.past.put(put),
            Choice::Take(ask, depth) => self.past.take(ask, depth as usize),
            Choice::Through(ask, put) => self.past.pass_through(ask, put),
            Choice::Open(ask) => self.past.take_open(ask),
            Choice::Nothing(ask) => self.past.find_nothing(ask),
        }
    }

    /// Bytes that it takes to go one configuration further.
    fn bytes(&self) -> usize {
        self.fixed + self.memory.bytes() + grown(&self.frames) + grown(&self.choices)
    }
}
