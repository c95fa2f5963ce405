//! Queues in which values come again, searched by what was taken out.
//!
//! The search chooses only which take comes next and whose element it took. When the puts happened follows: in a legal
//! order they happen in the order in which their elements are taken, and those of elements never taken come last. So a
//! configuration is a set of linearized takes, a set of consumed puts, and a number of takes of unknown outcome (*wild*
//! ones) that were spent; it has no state, and puts at the same time are no choice.
//!
//! Why nothing is lost, each time by exchanging operations of a legal order:
//!
//! 1. *Who is next.* An element can be taken next exactly if no put that returned before its own was invoked is still
//!    unconsumed. Those puts are its *blockers*; a wild take can remove one each, and all of a take's blockers can be
//!    removed right before it. A wild take of anything else can come after the take, and in the end be left out.
//! 2. *Unknown puts.* One whose element a wild take removed, or nobody, is left out, together with that take. So it is
//!    consumed only by a take that names its value, and blocks nothing.
//! 3. *Whose element.* Of two puts of a value, the one that has no more blockers and returns no later may as well be the
//!    one that is consumed: what the other one could be used for later, this one would have been no better for.
//! 4. *Finding nothing.* It needs only that no put that certainly happened before it is unconsumed: that is, before the
//!    last invocation of all takes up to it. If that is so, it happens at once.
//! 5. *Which wild take.* The one that was invoked first, as all do the same.
//! 6. *Who got there with less.* See [`memory`](super::memory).
//!
//! An order of takes is given up if a value is left less often than it is still to be taken.

mod past;

use crate::linearizability::Reductions;
use crate::linearizability::part::{OPEN, Part};
use crate::linearizability::plain::{Budget, Found, Stuck, Within, grown};
use crate::linearizability::search::memory::Memory;
use crate::linearizability::search::transfers::{Put, Transfers};
use crate::model::Model;
use past::{At, Past};

/// Searches for a legal order of the takes of `all`.
pub(super) fn search<M: Model>(
    part: &Part<'_, M>,
    all: &Transfers,
    on: Reductions,
    budget: &mut Budget,
) -> Found {
    let mut search = Search::new(all, part.events.len() as u32, on);
    search.run(budget)
}

/// What can come next.
#[derive(Clone, Copy)]
struct Choice {
    /// The place of the take.
    ask: u32,
    /// What it takes.
    what: What,
    /// How many wild takes it needs.
    wild: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// The element of a put that returned.
    Known(u32),
    /// That of the next put of unknown outcome, invoked then.
    Open(u32),
    /// It finds nothing.
    Nothing,
}

/// A configuration on the way, and what is still to be tried from it.
struct Frame {
    at: At,
    /// The length of the trail here.
    trail: usize,
    /// Its choices begin here, and those before `next` were tried.
    choices: usize,
    next: usize,
}

struct Search<'t> {
    on: Reductions,
    past: Past<'t>,
    memory: Memory,
    frames: Vec<Frame>,
    choices: Vec<Choice>,
    stuck: Stuck,
    /// Whether something found nothing, so that it matters when takes were invoked.
    on_time: bool,
    fixed: usize,
}

/// Bytes that are kept for each operation.
const EACH: usize = 128;

impl<'t> Search<'t> {
    fn new(all: &'t Transfers, end: u32, on: Reductions) -> Self {
        Search {
            on,
            past: Past::new(all, end),
            memory: Memory::new(all.optional, on.frugal_memory),
            frames: Vec::new(),
            choices: Vec::new(),
            stuck: Stuck { event: 0, longest: 0, visited: 0 },
            on_time: all.asks.iter().any(|ask| ask.value.is_none()),
            fixed: EACH * (all.puts.len() + all.asks.len() + all.optional),
        }
    }

    fn run(&mut self, budget: &mut Budget) -> Found {
        self.settle();
        if self.past.at.left == 0 {
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
            if !self.take(choice) {
                self.rewind();
                continue;
            }
            self.settle();
            if self.past.at.left == 0 {
                return Found::Legal;
            }
            if budget.configurations == 0 || self.bytes() > budget.bytes {
                return Found::Spent(self.stuck);
            }
            if !self.memory.insert(self.past.at.place, &self.past.at.spent) {
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
        let past = &mut self.past;
        loop {
            past.begin();
            let at_once = |ask: &u32| {
                past.all.asks[*ask as usize].value.is_none() && past.wild_for_nothing(*ask) == Some(0)
            };
            match past.active.iter().copied().find(at_once) {
                Some(ask) if self.on.read_at_once => past.ask(ask),
                _ => break,
            }
        }
        let front = past.front();
        if front > self.stuck.event || self.stuck.longest == 0 {
            let begun = past.all.puts.partition_point(|put| put.called < front);
            self.stuck.event = front;
            self.stuck.longest = self.stuck.longest.max(begun + past.at.held);
        }
    }

    /// Goes back to the last frame.
    fn rewind(&mut self) {
        if let Some(frame) = self.frames.last() {
            self.past.rewind(frame.trail, frame.at);
        }
    }

    fn open_frame(&mut self) {
        let choices = self.choices.len();
        self.choose();
        self.frames.push(Frame { at: self.past.at, trail: self.past.length(), choices, next: choices });
    }

    /// Appends what can come next: first what needs fewer wild takes, then what returns first.
    fn choose(&mut self) {
        let from = self.choices.len();
        let mut choices = std::mem::take(&mut self.choices);
        for place in 0..self.past.active.len() {
            let ask = self.past.active[place];
            match self.past.all.asks[ask as usize].value {
                None => {
                    let wild = self.past.wild_for_nothing(ask);
                    choices.extend(wild.map(|wild| Choice { ask, what: What::Nothing, wild }));
                }
                Some(value) if !self.has_better(place, value) => self.sources(ask, value, &mut choices),
                Some(_) => {}
            }
        }
        choices[from..].sort_by_key(|choice| choice.wild);
        self.choices = choices;
    }

    /// Whether another active take of the same value may as well come first: it returns first, and where something found
    /// nothing, it was invoked first, too.
    fn has_better(&self, place: usize, value: u32) -> bool {
        let called = self.past.all.asks[self.past.active[place] as usize].called;
        self.on.identical_once
            && self.past.active[..place].iter().any(|&other| {
                let other = &self.past.all.asks[other as usize];
                other.value == Some(value) && (other.called < called || !self.on_time)
            })
    }

    /// Appends the puts that a take of `value` can consume, none of which is better than another.
    fn sources(&self, ask: u32, value: u32, choices: &mut Vec<Choice>) {
        let past = &self.past;
        let (from, front, mut best) = (choices.len(), past.front(), OPEN);
        for put in past.unconsumed(value) {
            let Put { called, returned, .. } = past.all.puts[put as usize];
            // One that was invoked before has no more blockers.
            if called > front.min(best) {
                break;
            }
            if returned > best {
                continue;
            }
            let Some(wild) = past.blockers(called, |_| {}) else { break };
            if choices[from..].last().is_some_and(|last| last.wild == wild) {
                choices.pop();
            }
            best = returned;
            choices.push(Choice { ask, what: What::Known(put), wild });
        }
        let must = past.all.asks[ask as usize].returned != OPEN;
        let Some(open) = past.open(value).filter(|open| must && open.called < front) else { return };
        let Some(wild) = past.blockers(open.called, |_| {}) else { return };
        // It never returns: it is good for nothing but fewer blockers.
        if choices[from..].first().is_none_or(|first| wild < first.wild) {
            choices.push(Choice { ask, what: What::Open(open.called), wild });
        }
    }

    /// Goes a step; says whether enough is left of every value.
    fn take(&mut self, choice: Choice) -> bool {
        let past = &mut self.past;
        let Choice { ask, what, wild } = choice;
        if wild > 0 {
            let event = match what {
                What::Known(put) => past.all.puts[put as usize].called,
                What::Open(called) => called,
                What::Nothing => {
                    let last = past.all.wild[past.at.wild + wild as usize - 1];
                    last.max(past.at.clock).max(past.all.asks[ask as usize].called)
                }
            };
            if !past.clear(event, wild) {
                return false;
            }
        }
        let value = past.all.asks[ask as usize].value;
        match (what, value) {
            (What::Known(put), _) => past.consume(put),
            (What::Open(_), Some(value)) => past.consume_open(value),
            (What::Open(_) | What::Nothing, _) => {}
        }
        past.ask(ask);
        value.is_none_or(|value| past.is_enough(value))
    }

    /// Bytes that it takes to go one configuration further.
    fn bytes(&self) -> usize {
        self.fixed + self.memory.bytes() + grown(&self.frames) + grown(&self.choices)
    }
}
