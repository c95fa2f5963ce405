//! In which order the operations that can come next are tried.

use crate::linearizability::search::Search;
use crate::linearizability::search::register::{NONE, Register};
use crate::model::Model;

impl<M: Model> Search<'_, '_, M> {
    /// Appends the candidates from `state`, the most promising first.
    ///
    /// The first active operation is the most urgent one: nothing invoked after its return comes before it. If it
    /// is legal it comes first, and then the others in order of their returns. Otherwise what makes it legal comes
    /// first. Operations that never returned come last but for the same exception.
    pub(super) fn choose(&mut self, state: &M::State) {
        let Some(&urgent) = self.timeline.active.first() else { return };
        let from = self.candidates.len();
        let mark = self.stuck.visited + 1;
        for &index in &self.timeline.active {
            let seen = &mut self.seen[self.classes.of[index as usize] as usize];
            if *seen != mark || !self.on.identical_once {
                *seen = mark;
                self.candidates.push(index);
            }
        }
        if self.opens.count > 0 {
            self.add_optional();
        }
        if !self.on.urgent_first || self.part.step(self.model, state, urgent).is_some() {
            return;
        }
        // A stable partition: few candidates, so a buffer of them is cheap.
        let (mut first, mut rest) = (Vec::new(), Vec::new());
        for &index in &self.candidates[from..] {
            match self.makes_legal(state, index, urgent) {
                true => first.push(index),
                false => rest.push(index),
            }
        }
        self.candidates.truncate(from);
        self.candidates.append(&mut first);
        self.candidates.append(&mut rest);
    }

    /// Appends the operations that never returned and that can be of use now.
    fn add_optional(&mut self) {
        let (part, front) = (self.part, self.timeline.front);
        let register = self.register.as_ref().filter(|_| self.on.optional_last);
        let Some((register, mut wanted)) =
            register.and_then(|register| Some((register, self.wanted(register)?)))
        else {
            self.candidates.extend(self.opens.available(part, front));
            return;
        };
        let mut next = 0;
        while let Some(&value) = wanted.get(next) {
            next += 1;
            for &open in &register.openers[value as usize] {
                if part.entries[open as usize].called >= front {
                    break;
                }
                if self.opens.is_next(part, front, open) {
                    self.candidates.push(open);
                    // A swap that provides a value needs one itself.
                    self.want(register.needs[open as usize], &mut wanted);
                }
            }
        }
    }

    /// The values of a register that active operations need; nothing if one only needs another than what it holds.
    fn wanted(&self, register: &Register) -> Option<Vec<u32>> {
        let mut wanted = Vec::new();
        for &index in &self.timeline.active {
            let need = register.needs[index as usize];
            if need == NONE && register.leaves[index as usize] == NONE {
                return None;
            }
            self.want(need, &mut wanted);
        }
        Some(wanted)
    }

    fn want(&self, value: u32, wanted: &mut Vec<u32>) {
        if value != NONE && value != self.held && !wanted.contains(&value) {
            wanted.push(value);
        }
    }

    fn makes_legal(&self, state: &M::State, index: u32, urgent: u32) -> bool {
        self.part
            .step(self.model, state, index)
            .is_some_and(|after| self.part.step(self.model, &after, urgent).is_some())
    }
}
