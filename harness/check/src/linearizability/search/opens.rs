//! Operations that never returned: each may take effect at any time after its invocation, once, or never.
//!
//! Nothing forces one, so one is spent only right before an operation that it makes possible. Those that ask the
//! same are spent in order of invocation.

use crate::linearizability::part::Part;
use crate::linearizability::search::classes::Classes;
use crate::model::Model;

/// The operations of unknown outcome, by class.
pub(super) struct Opens {
    groups: Vec<Group>,
    /// The group of each operation of unknown outcome.
    group_of: Vec<u32>,
    /// The number of each one among all of them.
    pub(super) number: Vec<u32>,
    /// How many there are.
    pub(super) count: usize,
}

struct Group {
    members: Vec<u32>,
    spent: usize,
}

impl Opens {
    pub(super) fn new<M: Model>(part: &Part<'_, M>, classes: &Classes) -> Opens {
        let mut opens = Opens { groups: Vec::new(), group_of: Vec::new(), number: Vec::new(), count: 0 };
        if part.returns == part.entries.len() {
            return opens;
        }
        opens.group_of = vec![u32::MAX; part.entries.len()];
        opens.number = vec![u32::MAX; part.entries.len()];
        let mut group_of_class = vec![u32::MAX; classes.count];
        for index in part.indexes().filter(|&index| part.is_open(index)) {
            let group = &mut group_of_class[classes.of[index as usize] as usize];
            if *group == u32::MAX {
                *group = opens.groups.len() as u32;
                opens.groups.push(Group { members: Vec::new(), spent: 0 });
            }
            opens.groups[*group as usize].members.push(index);
            opens.group_of[index as usize] = *group;
            opens.number[index as usize] = opens.count as u32;
            opens.count += 1;
        }
        opens
    }

    /// Of every group, the next one that can be spent, if it was invoked before `front`.
    pub(super) fn available<'o, M: Model>(
        &'o self,
        part: &'o Part<'_, M>,
        front: u32,
    ) -> impl Iterator<Item = u32> + 'o {
        self.groups.iter().filter_map(move |group| group.next(part, front))
    }

    /// Whether `index` is the next of its group and was invoked before `front`.
    pub(super) fn is_next<M: Model>(&self, part: &Part<'_, M>, front: u32, index: u32) -> bool {
        self.groups[self.group_of[index as usize] as usize].next(part, front) == Some(index)
    }

    pub(super) fn spend(&mut self, index: u32) {
        self.groups[self.group_of[index as usize] as usize].spent += 1;
    }

    pub(super) fn restore(&mut self, index: u32) {
        self.groups[self.group_of[index as usize] as usize].spent -= 1;
    }
}

impl Group {
    fn next<M: Model>(&self, part: &Part<'_, M>, front: u32) -> Option<u32> {
        let next = *self.members.get(self.spent)?;
        (part.entries[next as usize].called < front).then_some(next)
    }
}
