//! In which order the operations that can come next are tried.

use crate::linearizability::part::OPEN;
use crate::linearizability::search::Search;
use crate::linearizability::search::register::NONE;
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
        self.add_optional(from);
        let entry = &self.part.entries[urgent as usize];
        if !self.on.urgent_first || self.model.step(state, entry.op, entry.ret).is_some() {
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
    fn add_optional(&mut self, from: usize) {
        if self.opens.count == 0 {
            return;
        }
        let (part, front) = (self.part, self.timeline.front);
        match &self.register {
            Some(register) if self.on.optional_last => {
                let mut wanted: Vec<u32> = Vec::new();
                for &index in &self.timeline.active {
                    match register.needs[index as usize] {
                        NONE if register.leaves[index as usize] == NONE => {
                            // It needs another value than the one held: any will do.
                            self.candidates.extend(self.opens.available(part, front));
                            return;
                        }
                        need if need != NONE && need != self.held && !wanted.contains(&need) => {
                            wanted.push(need);
                        }
                        _ => {}
                    }
                }
                let mut next = 0;
                while let Some(&value) = wanted.get(next) {
                    next += 1;
                    for &open in &register.openers[value as usize] {
                        if part.entries[open as usize].called >= front {
                            break;
                        }
                        if self.opens.is_next(part, front, open) {
                            self.candidates.push(open);
                            let need = register.needs[open as usize];
                            if need != NONE && need != self.held && !wanted.contains(&need) {
                                wanted.push(need);
                            }
                        }
                    }
                }
            }
            _ => self.candidates.extend(self.opens.available(part, front)),
        }
        debug_assert!(
            self.candidates[from..]
                .iter()
                .is_sorted_by_key(|&index| { part.entries[index as usize].returned == OPEN })
        );
    }

    fn makes_legal(&self, state: &M::State, index: u32, urgent: u32) -> bool {
        let (entry, then) = (&self.part.entries[index as usize], &self.part.entries[urgent as usize]);
        self.model
            .step(state, entry.op, entry.ret)
            .is_some_and(|after| self.model.step(&after, then.op, then.ret).is_some())
    }
}
