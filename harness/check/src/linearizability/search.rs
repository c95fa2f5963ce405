//! The search: Wing and Gong's, with Lowe's memory, and with every shortcut that is known to be sound.
//!
//! A configuration is a state and a set of linearized operations. From each, the search linearizes one of the
//! operations that can come next ([`timeline`]), and goes back when none leads to the end. The shortcuts:
//!
//! 1. *Read at once.* A legal operation that never changes the state is linearized without a choice: where it comes
//!    later in a legal order, it can be moved forward to here.
//! 2. *Identical once.* Of interchangeable operations only the one that returns first is tried ([`classes`]).
//! 3. *Urgent first.* What makes the most urgent operation legal is tried first, then what returns first.
//! 4. *Optional last.* What never returned is spent only right before an operation that behaves differently
//!    because of it ([`opens`]).
//! 5. *Frugal memory.* Who got to the same place with less has more left ([`memory`]).
//! 6. *Feasible.* The model may say that no future helps an active operation.
//! 7. *Register.* Values that will be needed, and values that will not ([`register`]).
//! 8. *Transfers.* Queues and stacks are searched by what was taken out of them ([`queue`], [`stack`]): that takes the
//!    place of most of the others.
//!
//! Each can be turned off, and the plain search ([`super::plain`]) has none.

pub(crate) mod classes;
mod memory;
mod opens;
mod order;
mod queue;
mod register;
mod stack;
mod timeline;
mod transfers;

use crate::fingerprint;
use crate::linearizability::Reductions;
use crate::linearizability::part::Part;
use crate::linearizability::plain::{Budget, Found, Stuck, Within, grown};
use crate::model::Model;
use classes::Classes;
use memory::{Memory, Spent};
use opens::Opens;
use register::{NONE, Register};
use timeline::Timeline;
use transfers::{Order, Transfers};

/// Searches for a legal order of `part`.
///
/// Shortcuts look ahead, so an order may be given up before it gets stuck: of an illegal part it is known where it may
/// break first, but not where it has.
pub(crate) fn search<M: Model>(model: &M, part: &Part<'_, M>, on: Reductions, budget: &mut Budget) -> Found {
    let transfers = if on.transfers { Transfers::new(model, part) } else { None };
    if let Some(all) = transfers {
        return match (all.hopeless(), all.order) {
            (Some(most), _) => Found::Illegal(Within { least: 0, most }),
            (None, Order::Queue) => queue::search(part, &all, on, budget),
            (None, Order::Stack) => stack::search(part, &all, on, budget),
        };
    }
    let mut search = Search::new(model, part, on);
    if let Some(most) = search.register.as_ref().and_then(|register| register.hopeless(part)) {
        return Found::Illegal(Within { least: 0, most });
    }
    let found = search.run(budget);
    search.memory = Memory::new(0, false);
    found
}

/// A configuration on the way, and what is still to be tried from it.
struct Frame<S> {
    state: S,
    /// The number of the value that a register holds.
    held: u32,
    linearized: u128,
    spent: Spent,
    front: u32,
    /// The length of the trail here.
    trail: usize,
    /// Its candidates begin here, and those before `next` were tried.
    candidates: usize,
    next: usize,
    /// The state before an operation of unknown outcome was spent, if that is all that led here.
    unspent: Option<S>,
}

struct Search<'p, 'a, M: Model> {
    model: &'p M,
    part: &'p Part<'a, M>,
    on: Reductions,
    classes: Classes,
    timeline: Timeline,
    opens: Opens,
    register: Option<Register>,
    read_only: Vec<bool>,
    /// The operations that overwrite, in order of invocation; those before `next_overwrite` are linearized.
    overwrites: Vec<u32>,
    next_overwrite: usize,
    memory: Memory,
    frames: Vec<Frame<M::State>>,
    candidates: Vec<u32>,
    /// The linearized operations, last one last.
    trail: Vec<u32>,
    linearized: u128,
    spent: Spent,
    held: u32,
    stuck: Stuck,
    /// For each class, the last configuration that had a candidate of it.
    seen: Vec<u64>,
    scratch: Vec<u32>,
    /// Bytes that do not change: what is kept for each operation.
    fixed: usize,
}

/// Bytes that are kept for each operation, with room for the odd value of its own.
const EACH: usize = 64;

impl<'p, 'a, M: Model> Search<'p, 'a, M> {
    fn new(model: &'p M, part: &'p Part<'a, M>, on: Reductions) -> Self {
        let classes = if on.identical_once { Classes::new(part) } else { Classes::distinct(part) };
        let opens = Opens::new(part, &classes);
        Search {
            timeline: Timeline::new(part.entries.len()),
            register: if on.register { Register::new(model, part) } else { None },
            read_only: part.indexes().map(|index| part.is_read_only(model, index)).collect(),
            overwrites: part.indexes().filter(|&index| part.overwrites(model, index)).collect(),
            next_overwrite: 0,
            memory: Memory::new(opens.count, on.frugal_memory),
            frames: Vec::new(),
            candidates: Vec::new(),
            trail: Vec::with_capacity(part.entries.len()),
            linearized: 0,
            spent: Spent::default(),
            held: 0,
            stuck: Stuck { event: 0, longest: 0, visited: 0 },
            seen: vec![0; classes.count],
            scratch: Vec::new(),
            fixed: EACH * part.entries.len(),
            model,
            part,
            on,
            classes,
            opens,
        }
    }

    fn run(&mut self, budget: &mut Budget) -> Found {
        let mut state = self.model.initial(&self.part.key);
        self.settle(&mut state, Wrote::Nothing);
        if self.timeline.at_end(self.part) {
            return Found::Legal;
        }
        self.open_frame(state, None);
        while let Some(frame) = self.frames.last_mut() {
            let Some(&candidate) = self.candidates.get(frame.next) else {
                self.candidates.truncate(frame.candidates);
                self.frames.pop();
                self.rewind();
                continue;
            };
            frame.next += 1;
            let Some((mut state, unspent)) = self.take(candidate) else { continue };
            let wrote = match &self.register {
                Some(register) if register.is_write(candidate) => Wrote::Blindly,
                _ => Wrote::Nothing,
            };
            self.linearize(candidate);
            let linearized = self.trail.len();
            self.settle(&mut state, wrote);
            if self.timeline.at_end(self.part) {
                return Found::Legal;
            }
            if !self.is_feasible(&state) {
                self.rewind();
                continue;
            }
            if budget.configurations == 0 || self.bytes() > budget.bytes {
                return Found::Spent(self.stuck);
            }
            if !self.memory.insert(self.place(&state), &self.spent) {
                self.rewind();
                continue;
            }
            budget.configurations -= 1;
            self.stuck.visited += 1;
            let alone = self.trail.len() == linearized;
            self.open_frame(state, unspent.filter(|_| alone));
        }
        Found::Illegal(Within { least: self.stuck.event, most: u32::MAX })
    }

    /// The state after `candidate`, if it is legal here and makes sense; for an operation of unknown outcome also the
    /// state before.
    fn take(&self, candidate: u32) -> Option<(M::State, Option<M::State>)> {
        let frame = self.frames.last()?;
        let after = self.part.step(self.model, &frame.state, candidate)?;
        let open = self.part.is_open(candidate) && self.on.optional_last;
        if open && after == frame.state {
            return None;
        }
        if let Some(before) = &frame.unspent
            && self.part.step(self.model, before, candidate).as_ref() == Some(&after)
        {
            return None;
        }
        if self.register.as_ref().is_some_and(|register| register.strands(candidate, frame.held)) {
            return None;
        }
        Some((after, open.then(|| frame.state.clone())))
    }

    /// Linearizes everything that needs no choice, and passes every event that can be passed.
    fn settle(&mut self, state: &mut M::State, wrote: Wrote) {
        if wrote == Wrote::Blindly {
            self.hide();
        }
        let mut fresh = std::mem::take(&mut self.scratch);
        fresh.clear();
        fresh.extend_from_slice(&self.timeline.active);
        loop {
            self.timeline.advance(self.part, &mut fresh);
            let before = self.trail.len();
            if self.on.read_at_once {
                for &index in &fresh {
                    if self.read_only[index as usize] && self.part.step(self.model, state, index).is_some() {
                        self.linearize(index);
                    }
                }
            }
            if self.register.as_ref().is_some_and(|register| register.is_useless(self.held)) {
                self.hide();
            }
            if self.trail.len() == before {
                break;
            }
            fresh.clear();
        }
        self.scratch = fresh;
        self.stuck.event = self.stuck.event.max(self.timeline.front);
        self.stuck.longest = self.stuck.longest.max(self.trail.len());
    }

    /// Linearizes the active writes that nobody needs: right before the last write, or while what is held is as
    /// useless as what they write.
    fn hide(&mut self) {
        let mut place = 0;
        while let Some(&index) = self.timeline.active.get(place) {
            let held = self.held;
            if self.register.as_ref().is_some_and(|register| register.is_useless_write(index)) {
                self.linearize(index);
                self.held = held;
            } else {
                place += 1;
            }
        }
    }

    fn linearize(&mut self, index: u32) {
        let open = self.part.is_open(index);
        if open {
            self.opens.spend(index);
            self.spent.fingerprint ^= fingerprint::operation(index);
            self.spent.bits |= 1 << (self.opens.number[index as usize] as usize % memory::COMPARED);
        } else {
            self.linearized ^= fingerprint::operation(index);
        }
        if let Some(register) = &mut self.register {
            register.linearize(index, open);
            match register.leaves[index as usize] {
                NONE => {}
                value => self.held = value,
            }
        }
        self.timeline.finish(index);
        self.trail.push(index);
    }

    /// Goes back to the last frame.
    fn rewind(&mut self) {
        let Some(frame) = self.frames.last() else { return };
        for &index in &self.trail[frame.trail..] {
            let open = self.part.is_open(index);
            if open {
                self.opens.restore(index);
            }
            if let Some(register) = &mut self.register {
                register.undo(index, open);
            }
            let back = self.overwrites[..self.next_overwrite].binary_search(&index);
            self.next_overwrite = back.unwrap_or(self.next_overwrite);
        }
        self.timeline.rewind(self.part, frame.front, &self.trail[frame.trail..]);
        self.trail.truncate(frame.trail);
        (self.linearized, self.spent, self.held) = (frame.linearized, frame.spent, frame.held);
    }

    fn open_frame(&mut self, state: M::State, unspent: Option<M::State>) {
        let candidates = self.candidates.len();
        self.choose(&state);
        self.frames.push(Frame {
            state,
            held: self.held,
            linearized: self.linearized,
            spent: self.spent,
            front: self.timeline.front,
            trail: self.trail.len(),
            candidates,
            next: candidates,
            unspent,
        });
    }

    /// The fingerprint of the configuration, but for what was spent.
    fn place(&self, state: &M::State) -> u128 {
        match &self.register {
            Some(register) if register.is_useless(self.held) => self.linearized,
            _ => self.linearized ^ fingerprint::state(state),
        }
    }

    /// Whether no active operation is lost for good: before it returns, it is legal or something can be overwritten.
    fn is_feasible(&mut self, state: &M::State) -> bool {
        if !self.on.feasible {
            return true;
        }
        while self.overwrites.get(self.next_overwrite).is_some_and(|&index| self.timeline.is_done(index)) {
            self.next_overwrite += 1;
        }
        let entries = &self.part.entries;
        let next = self
            .overwrites
            .get(self.next_overwrite)
            .map_or(u32::MAX, |&index| entries[index as usize].called);
        self.timeline.active.iter().all(|&index| {
            next < entries[index as usize].returned
                || self.model.feasible(state, self.part.op(index), self.part.result(index))
        })
    }

    /// Bytes that it takes to go one configuration further, without what states hold on the heap.
    fn bytes(&self) -> usize {
        self.fixed + self.memory.bytes() + grown(&self.frames) + grown(&self.candidates)
    }
}

/// Whether the last operation was a write that is legal in every state.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wrote {
    Blindly,
    Nothing,
}
