//! Where a search stands in real time: which operations are done, which are active, and what must happen next.
//!
//! It knows events only, not what the operations do.

use crate::linearizability::part::{Entry, OPEN, Part};
use crate::model::Model;

/// The operations that can come next, and the event that cannot be passed yet.
pub(super) struct Timeline {
    /// Invoked, to return, and not linearized: in order of their returns. The first must be linearized before
    /// anything that is invoked after its return.
    pub(super) active: Vec<u32>,
    /// The return of the first active operation, or the end of the part: all events before it have passed.
    pub(super) front: u32,
    done: Vec<bool>,
}

impl Timeline {
    pub(super) fn new(operations: usize) -> Timeline {
        Timeline { active: Vec::new(), front: 0, done: vec![false; operations] }
    }

    /// Passes all events that can be passed; says what was newly invoked and will return.
    pub(super) fn advance<M: Model>(&mut self, part: &Part<'_, M>, fresh: &mut Vec<u32>) {
        while let Some(event) = part.events.get(self.front as usize) {
            let index = event.index();
            if event.is_return() {
                if !self.done[index as usize] {
                    return;
                }
            } else if part.entries[index as usize].returned != OPEN {
                self.insert(&part.entries, index);
                fresh.push(index);
            }
            self.front += 1;
        }
    }

    /// Whether everything that returned is linearized.
    pub(super) fn at_end<M: Model>(&self, part: &Part<'_, M>) -> bool {
        self.front as usize == part.events.len()
    }

    /// Whether an operation is linearized.
    pub(super) fn is_done(&self, index: u32) -> bool {
        self.done[index as usize]
    }

    /// Takes a linearized operation out.
    pub(super) fn finish(&mut self, index: u32) {
        self.done[index as usize] = true;
        if let Some(place) = self.active.iter().position(|&one| one == index) {
            self.active.remove(place);
        }
    }

    /// Goes back to where `front` was before the operations in `undone` were linearized.
    pub(super) fn rewind<M: Model>(&mut self, part: &Part<'_, M>, front: u32, undone: &[u32]) {
        if front < self.front {
            self.active.retain(|&index| part.entries[index as usize].called < front);
            self.front = front;
        }
        for &index in undone {
            self.done[index as usize] = false;
            let entry = &part.entries[index as usize];
            if entry.returned != OPEN && entry.called < front {
                self.insert(&part.entries, index);
            }
        }
    }

    fn insert(&mut self, entries: &[Entry], index: u32) {
        let returned = entries[index as usize].returned;
        let place = self.active.partition_point(|&one| entries[one as usize].returned < returned);
        self.active.insert(place, index);
    }
}
