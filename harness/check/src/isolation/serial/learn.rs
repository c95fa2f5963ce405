//! What a dead end teaches.
//!
//! At a dead end every transaction that could come next writes a key whose present version still has to be read:
//!
//! ```text
//! T, ready, writes k  ──waits for──▶  R, which reads the version that A gave k  ──waits for──▶ …  ──▶  T
//! ```
//!
//! R waits for T by known edges, and T for R only because A came before T. That was wrong, whatever else was chosen: T
//! and all who know its version come before A. If the circle goes through several such choices, at least one of them
//! was wrong: each is supposed wrong in turn, the last one first. What was learned under a supposition falls with it.
//! If a dead end has no circle of choices, the last supposition is false, or there is no order.
//!
//! So nothing is overlooked: each lesson follows from the edges and from the suppositions, and those are exhaustive.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{NOT_YET, Search};

/// How many of those that are ready are looked at.
const MOST_BLOCKED: usize = 64;

/// A transaction may not come because somebody has yet to read the present version of a key that it writes.
#[derive(Clone, Copy)]
struct Blocked {
    transaction: u32,
    key: u32,
    reader: u32,
}

/// These come before that one.
#[derive(Clone)]
struct Lesson {
    members: Vec<u32>,
    first: u32,
}

/// One of several lessons is right; one of them is supposed to be.
struct Supposition {
    /// How many edges had been learned before.
    learned: usize,
    lessons: Vec<Lesson>,
    next: usize,
}

/// What was learned so far.
#[derive(Default)]
pub(super) struct Lessons {
    after: BTreeMap<u32, Vec<u32>>,
    before: BTreeMap<u32, Vec<u32>>,
    edges: Vec<(u32, u32)>,
    suppositions: Vec<Supposition>,
    backward: Option<Backward>,
}

impl Lessons {
    /// Those that were learned to come after a vertex.
    pub(super) fn after(&self, vertex: u32) -> Vec<u32> {
        self.after.get(&vertex).cloned().unwrap_or_default()
    }
}

/// What comes before each vertex, who reads each version and who wrote it; made at the first dead end.
struct Backward {
    starts: Vec<u32>,
    sources: Vec<u32>,
    readers: BTreeMap<u32, Vec<u32>>,
    writers: BTreeMap<u32, u32>,
}

impl Search<'_> {
    /// Draws the lesson of a dead end. If there is nothing left to learn, there is no order, or the budget is spent.
    pub(super) fn learn(&mut self) -> bool {
        if self.lessons.backward.is_none() {
            self.lessons.backward = Some(self.reversed());
        }
        let blocked = self.blocked();
        let certain = blocked.iter().copied().find(|blocked| self.waits_for_itself(*blocked));
        let mut circle = match certain {
            Some(certain) => vec![certain],
            None => self.circle(&blocked),
        };
        circle.sort_by_key(|blocked| std::cmp::Reverse(self.chosen(blocked)));
        let mut lessons: Vec<Lesson> = circle.iter().filter_map(|blocked| self.lesson(*blocked)).collect();
        match lessons.len() {
            0 => return self.suppose_otherwise(),
            1 => {}
            _ => {
                let learned = self.lessons.edges.len();
                let supposition = Supposition { learned, lessons: lessons.clone(), next: 1 };
                self.lessons.suppositions.push(supposition);
            }
        }
        self.apply(&lessons.swap_remove(0));
        self.left > 0
    }

    /// Gives up the last supposition that has an alternative, with all that was learned since.
    fn suppose_otherwise(&mut self) -> bool {
        while let Some(last) = self.lessons.suppositions.last_mut() {
            let (learned, lesson) = (last.learned, last.lessons.get(last.next).cloned());
            last.next += 1;
            self.forget(learned);
            match lesson {
                Some(lesson) => {
                    self.apply(&lesson);
                    return self.left > 0;
                }
                None => drop(self.lessons.suppositions.pop()),
            }
        }
        false
    }

    fn lesson(&self, blocked: Blocked) -> Option<Lesson> {
        let (_, first) = self.chosen(&blocked)?;
        Some(Lesson { members: self.members(blocked), first })
    }

    /// Where the root of the present version's block has its place, and who that is.
    fn chosen(&self, blocked: &Blocked) -> Option<(u32, u32)> {
        let mut version = self.current[blocked.key as usize];
        loop {
            // Who read a version of the key and replaced it has its place by known edges.
            let writer = *self.lessons.backward.as_ref()?.writers.get(&version)?;
            match self.reads.of(writer).iter().find(|read| read.1 == blocked.key) {
                Some(read) => version = read.2,
                None => return Some((self.places[writer as usize], writer)),
            }
        }
    }

    /// The transactions that are ready, and for whom each of them waits.
    fn blocked(&self) -> Vec<Blocked> {
        let Some(backward) = &self.lessons.backward else { return Vec::new() };
        let mut blocked = Vec::new();
        for &(_, transaction) in self.ready.iter().take(MOST_BLOCKED) {
            for write in self.writes.of(transaction) {
                let readers = backward.readers.get(&self.current[write.1 as usize]).into_iter().flatten();
                let waiting = readers
                    .copied()
                    .filter(|&reader| reader != transaction && self.places[reader as usize] == NOT_YET);
                blocked.extend(waiting.map(|reader| Blocked { transaction, key: write.1, reader }));
            }
        }
        blocked
    }

    /// Whether the reader that a transaction waits for waits for that transaction in turn.
    fn waits_for_itself(&mut self, blocked: Blocked) -> bool {
        self.waits(blocked.reader, |vertex| vertex == blocked.transaction).is_some()
    }

    /// A circle of transactions that wait for one another.
    fn circle(&mut self, blocked: &[Blocked]) -> Vec<Blocked> {
        let mut met: Vec<Blocked> = Vec::new();
        let mut next = blocked.first().copied();
        while let Some(step) = next {
            if let Some(begin) = met.iter().position(|other| other.transaction == step.transaction) {
                return met.split_off(begin);
            }
            met.push(step);
            let is_blocked = |vertex: u32| blocked.iter().any(|other| other.transaction == vertex);
            let found = self.waits(step.reader, is_blocked);
            next = blocked.iter().copied().find(|other| Some(other.transaction) == found);
        }
        Vec::new()
    }

    /// A transaction that is wanted and for which the given one, which has yet to come, waits; or the given one.
    fn waits(&mut self, start: u32, wanted: impl Fn(u32) -> bool) -> Option<u32> {
        let backward = self.lessons.backward.as_ref()?;
        let mut seen = BTreeSet::from([start]);
        let mut todo = VecDeque::from([start]);
        while let Some(vertex) = todo.pop_front() {
            if wanted(vertex) {
                return Some(vertex);
            }
            let place = vertex as usize;
            let known =
                &backward.sources[backward.starts[place] as usize..backward.starts[place + 1] as usize];
            for &source in known.iter().chain(self.lessons.before.get(&vertex).into_iter().flatten()) {
                self.left = self.left.saturating_sub(1);
                // What leads only onward has come when nothing is left that it waits for.
                let has_come = match self.places.get(source as usize) {
                    Some(&place) => place != NOT_YET,
                    None => self.waits_for[source as usize] == 0,
                };
                if !has_come && seen.insert(source) {
                    todo.push_back(source);
                }
            }
            if self.left == 0 {
                return None;
            }
        }
        None
    }

    /// The transaction that was blocked, and all who read its version of the key or what was made from it.
    fn members(&self, blocked: Blocked) -> Vec<u32> {
        let mut members = vec![blocked.transaction];
        let mut at = 0;
        while let Some(&member) = members.get(at) {
            at += 1;
            let Some(write) = self.writes.of(member).iter().find(|write| write.1 == blocked.key) else {
                continue;
            };
            let readers = self.lessons.backward.as_ref().and_then(|backward| backward.readers.get(&write.2));
            members.extend(readers.into_iter().flatten());
        }
        members
    }

    /// Adds the edges of a lesson, and takes back what came after the transaction that must now come later.
    fn apply(&mut self, lesson: &Lesson) {
        let Lesson { members, first } = lesson;
        while self.places[*first as usize] != NOT_YET {
            self.take_back();
        }
        for &member in members.iter().filter(|member| *member != first) {
            self.lessons.after.entry(member).or_default().push(*first);
            self.lessons.before.entry(*first).or_default().push(member);
            self.lessons.edges.push((member, *first));
            if self.places[member as usize] == NOT_YET {
                if self.waits_for[*first as usize] == 0 {
                    self.not_ready(*first);
                }
                self.waits_for[*first as usize] += 1;
            }
        }
    }

    /// Removes the edges that were learned last, down to so many.
    fn forget(&mut self, learned: usize) {
        for (from, to) in self.lessons.edges.split_off(learned).into_iter().rev() {
            self.lessons.after.entry(from).or_default().pop();
            self.lessons.before.entry(to).or_default().pop();
            if self.places[from as usize] == NOT_YET {
                self.waits_for[to as usize] -= 1;
                if self.waits_for[to as usize] == 0 && self.places[to as usize] == NOT_YET {
                    self.now_ready(to);
                }
            }
        }
    }

    fn reversed(&self) -> Backward {
        let edges = || {
            (0..self.graph.vertices() as u32).flat_map(|from| {
                let edges = self.graph.edges(from).iter().filter(|edge| self.kinds.has(edge.kind()));
                edges.map(move |edge| (from, edge.to()))
            })
        };
        let mut starts = vec![0u32; self.graph.vertices() + 1];
        edges().for_each(|(_, to)| starts[to as usize] += 1);
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut sources = vec![0; sum as usize];
        for (from, to) in edges() {
            starts[to as usize] -= 1;
            sources[starts[to as usize] as usize] = from;
        }
        let mut readers: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        self.script.reads.iter().for_each(|read| readers.entry(read.2).or_default().push(read.0));
        let writers = self.script.writes.iter().map(|write| (write.2, write.0)).collect();
        Backward { starts, sources, readers, writers }
    }
}
