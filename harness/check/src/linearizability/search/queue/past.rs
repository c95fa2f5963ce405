//! What a search of a queue has done so far, and how it is taken back.
//!
//! It knows which elements can come next, but not which one is worth trying.

use crate::fingerprint;
use crate::linearizability::part::OPEN;
use crate::linearizability::search::memory::{COMPARED, Spent};
use crate::linearizability::search::transfers::{Open, Put, Transfers};

/// The linearized takes and the consumed puts, and what follows from them.
pub(super) struct Past<'t> {
    pub(super) all: &'t Transfers,
    /// How many events there are.
    end: u32,
    /// The puts that returned, in order of their returns.
    by_return: Vec<u32>,
    /// For each value, those in order of invocation; and the first one that is not consumed.
    of_value: Vec<Vec<u32>>,
    first: Vec<usize>,
    /// The place of each among those of its value.
    place: Vec<usize>,
    consumed: Vec<bool>,
    /// For each value, how many puts of unknown outcome are spent.
    opened: Vec<usize>,
    /// For each value, how often it is there to spare.
    spare: Vec<i64>,
    /// Takes invoked before the front and not linearized, in order of their returns.
    pub(super) active: Vec<u32>,
    pub(super) at: At,
    trail: Vec<Step>,
}

/// What is restored at once when the search goes back.
#[derive(Clone, Copy, Default)]
pub(super) struct At {
    /// The fingerprint of the linearized takes and the consumed puts.
    pub(super) place: u128,
    pub(super) spent: Spent,
    /// So many wild takes are spent.
    pub(super) wild: usize,
    /// So many takes were invoked before the front.
    pub(super) begun: usize,
    /// All puts before this place in order of their returns are consumed.
    lag: usize,
    /// The last invocation of a linearized take.
    pub(super) clock: u32,
    /// Takes that must still be linearized.
    pub(super) left: usize,
    /// Takes and puts of unknown outcome that were linearized.
    pub(super) held: usize,
}

/// One step on the way, to be taken back.
#[derive(Clone, Copy)]
enum Step {
    Asked(u32),
    Consumed(u32),
    Spent(u32),
}

impl<'t> Past<'t> {
    pub(super) fn new(all: &'t Transfers, end: u32) -> Self {
        let mut by_return: Vec<u32> = (0..all.puts.len() as u32).collect();
        by_return.sort_unstable_by_key(|&put| all.puts[put as usize].returned);
        let mut of_value = vec![Vec::new(); all.values()];
        let mut place = Vec::with_capacity(all.puts.len());
        for (index, put) in all.puts.iter().enumerate() {
            let same: &mut Vec<u32> = &mut of_value[put.value as usize];
            place.push(same.len());
            same.push(index as u32);
        }
        let left = all.asks.iter().filter(|ask| ask.returned != OPEN).count();
        Past {
            end,
            by_return,
            first: vec![0; all.values()],
            of_value,
            place,
            consumed: vec![false; all.puts.len()],
            opened: vec![0; all.values()],
            spare: all.spare(),
            active: Vec::new(),
            at: At { left, ..At::default() },
            trail: Vec::new(),
            all,
        }
    }

    /// How far the trail goes.
    pub(super) fn length(&self) -> usize {
        self.trail.len()
    }

    /// The first return of a take that is not linearized: nothing invoked later comes next.
    pub(super) fn front(&self) -> u32 {
        self.active.first().map_or(self.end, |&ask| self.all.asks[ask as usize].returned.min(self.end))
    }

    /// Passes every event that can be passed.
    pub(super) fn begin(&mut self) {
        while let Some(ask) = self.all.asks.get(self.at.begun).filter(|ask| ask.called < self.front()) {
            let returned = |other: u32| self.all.asks[other as usize].returned;
            let place = self.active.partition_point(|&other| returned(other) <= ask.returned);
            self.active.insert(place, self.at.begun as u32);
            self.at.begun += 1;
        }
    }

    /// Whether enough is left of a value.
    pub(super) fn is_enough(&self, value: u32) -> bool {
        self.spare[value as usize] >= 0
    }

    /// The puts of a value that returned, from the first one that is not consumed.
    pub(super) fn unconsumed(&self, value: u32) -> impl Iterator<Item = u32> + '_ {
        let from = self.first[value as usize];
        self.of_value[value as usize][from..].iter().copied().filter(|&put| !self.consumed[put as usize])
    }

    /// The next put of unknown outcome of a value.
    pub(super) fn open(&self, value: u32) -> Option<Open> {
        self.all.opens[value as usize].get(self.opened[value as usize]).copied()
    }

    /// How many wild takes it needs until the operation finds nothing, if there are enough.
    pub(super) fn wild_for_nothing(&self, ask: u32) -> Option<u32> {
        let mut clock = self.at.clock.max(self.all.asks[ask as usize].called);
        let mut wild = 0;
        loop {
            // A wild take that was invoked late lets more puts be certain.
            let needed = self.blockers(clock, |_| {})?;
            if needed == wild {
                return Some(wild);
            }
            wild = needed;
            clock = clock.max(self.all.wild[self.at.wild + wild as usize - 1]);
        }
    }

    /// How many puts that returned before `event` are not consumed, unless the wild takes are too few for them.
    pub(super) fn blockers(&self, event: u32, mut each: impl FnMut(u32)) -> Option<u32> {
        let mut count = 0;
        for &put in &self.by_return[self.at.lag..] {
            if self.all.puts[put as usize].returned > event {
                break;
            }
            if !self.consumed[put as usize] {
                count += 1;
                if self.all.wild.get(self.at.wild + count as usize - 1)? > &self.front() {
                    return None;
                }
                each(put);
            }
        }
        Some(count)
    }

    /// Lets wild takes take out what blocks everything invoked after `event`; says whether enough is left of every value.
    pub(super) fn clear(&mut self, event: u32, wild: u32) -> bool {
        self.at.clock = self.at.clock.max(self.all.wild[self.at.wild + wild as usize - 1]);
        let mut blockers = Vec::with_capacity(wild as usize);
        self.blockers(event, |put| blockers.push(put));
        for &put in &blockers {
            self.spend(self.at.wild as u32);
            self.at.wild += 1;
            self.consume(put);
        }
        blockers.iter().all(|&put| self.is_enough(self.all.puts[put as usize].value))
    }

    /// Consumes the next put of unknown outcome of a value.
    pub(super) fn consume_open(&mut self, value: u32) {
        let open = self.open(value).expect("there is one, as it was chosen");
        self.spend(open.number);
        self.opened[value as usize] += 1;
        self.spare[value as usize] -= 1;
        self.trail.push(Step::Spent(value));
    }

    fn spend(&mut self, number: u32) {
        self.at.spent.fingerprint ^= fingerprint::operation(u32::MAX - 1 - number);
        self.at.spent.bits |= 1 << (number as usize % COMPARED);
        self.at.held += 1;
    }

    /// Consumes a put that returned.
    pub(super) fn consume(&mut self, put: u32) {
        let Put { index, value, .. } = self.all.puts[put as usize];
        self.consumed[put as usize] = true;
        self.spare[value as usize] -= 1;
        self.at.place ^= fingerprint::operation(index);
        self.trail.push(Step::Consumed(put));
        let same = &self.of_value[value as usize];
        let first = &mut self.first[value as usize];
        while same.get(*first).is_some_and(|&put| self.consumed[put as usize]) {
            *first += 1;
        }
        while self.by_return.get(self.at.lag).is_some_and(|&put| self.consumed[put as usize]) {
            self.at.lag += 1;
        }
    }

    /// Linearizes a take whose element is consumed already.
    pub(super) fn ask(&mut self, ask: u32) {
        let it = &self.all.asks[ask as usize];
        self.at.clock = self.at.clock.max(it.called);
        self.at.place ^= fingerprint::operation(it.index);
        if it.returned != OPEN {
            self.at.left -= 1;
            if let Some(value) = it.value {
                self.spare[value as usize] += 1;
            }
        }
        self.at.held += 1;
        self.active.retain(|&other| other != ask);
        self.trail.push(Step::Asked(ask));
    }

    /// Goes back to where the trail had this length.
    pub(super) fn rewind(&mut self, trail: usize, at: At) {
        self.active.retain(|&ask| (ask as usize) < at.begun);
        while self.trail.len() > trail {
            match self.trail.pop() {
                Some(Step::Asked(ask)) => self.unask(ask, at.begun),
                Some(Step::Consumed(put)) => {
                    let value = self.all.puts[put as usize].value as usize;
                    self.consumed[put as usize] = false;
                    self.spare[value] += 1;
                    self.first[value] = self.first[value].min(self.place[put as usize]);
                }
                Some(Step::Spent(value)) => {
                    self.opened[value as usize] -= 1;
                    self.spare[value as usize] += 1;
                }
                None => {}
            }
        }
        self.at = at;
    }

    fn unask(&mut self, ask: u32, begun: usize) {
        let it = &self.all.asks[ask as usize];
        if let Some(value) = it.value.filter(|_| it.returned != OPEN) {
            self.spare[value as usize] -= 1;
        }
        if (ask as usize) < begun {
            let returned = |other: u32| self.all.asks[other as usize].returned;
            let place = self.active.partition_point(|&other| returned(other) <= it.returned);
            self.active.insert(place, ask);
        }
    }
}
