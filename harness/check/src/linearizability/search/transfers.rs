//! What is known about a queue or a stack beyond its steps: who puts what in, who takes what out, and who may have.
//!
//! Values are numbered. It knows nothing of order: that is for [`queue`](super::queue) and [`stack`](super::stack).

use std::collections::BTreeMap;

use crate::linearizability::part::{OPEN, Part};
use crate::model::{Kind, Model, Transfer};

/// The operations of a queue or a stack, by what they do.
pub(super) struct Transfers {
    /// Last in, first out, and not first in, first out.
    pub(super) order: Order,
    /// The puts that returned, in order of invocation.
    pub(super) puts: Vec<Put>,
    /// The takes of a known answer, in order of invocation.
    pub(super) asks: Vec<Ask>,
    /// For each value, the puts of unknown outcome, in order of invocation.
    pub(super) opens: Vec<Vec<Open>>,
    /// When the takes of unknown outcome were invoked, in order: each may have taken whatever was next, or nothing.
    pub(super) wild: Vec<u32>,
    /// How many operations of unknown outcome there are, those with a known answer aside.
    pub(super) optional: usize,
}

/// Which element is taken out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    Queue,
    Stack,
}

/// A put that returned.
pub(super) struct Put {
    /// Its index in the part.
    pub(super) index: u32,
    pub(super) value: u32,
    pub(super) called: u32,
    pub(super) returned: u32,
}

/// A put of unknown outcome.
#[derive(Clone, Copy)]
pub(super) struct Open {
    /// Its number among all operations of unknown outcome; the wild takes come first.
    pub(super) number: u32,
    pub(super) called: u32,
}

/// A take of a known answer.
pub(super) struct Ask {
    /// Its index in the part.
    pub(super) index: u32,
    /// What it took out; nothing if it found nothing.
    pub(super) value: Option<u32>,
    pub(super) called: u32,
    /// [`OPEN`] if its answer is known, but not that it happened.
    pub(super) returned: u32,
}

impl Transfers {
    /// The accounts of `part`, if the model says that it is a queue or a stack.
    pub(super) fn new<M: Model>(model: &M, part: &Part<'_, M>) -> Option<Transfers> {
        let (order, transfer) = match model.kind() {
            Kind::Queue(transfer) => (Order::Queue, transfer),
            Kind::Stack(transfer) => (Order::Stack, transfer),
            _ => return None,
        };
        let mut numbers: BTreeMap<u64, u32> = BTreeMap::new();
        let mut all = Transfers {
            order,
            puts: Vec::new(),
            asks: Vec::new(),
            opens: Vec::new(),
            wild: Vec::new(),
            optional: 0,
        };
        for index in part.indexes() {
            let entry = part.entries[index as usize];
            let (called, returned) = (entry.called, entry.returned);
            let mut number = |value| {
                let next = numbers.len() as u32;
                *numbers.entry(value).or_insert(next)
            };
            match transfer(part.op(index), part.result(index))? {
                Transfer::Puts(value) => {
                    let value = number(value);
                    if returned == OPEN {
                        all.opens.resize_with(numbers.len(), Vec::new);
                        all.opens[value as usize].push(Open { number: 0, called });
                    } else {
                        all.puts.push(Put { index, value, called, returned });
                    }
                }
                Transfer::Takes(value) => {
                    let value = Some(number(value));
                    all.asks.push(Ask { index, value, called, returned });
                }
                // Finding nothing changes nothing: who cares, if nobody knows that it happened.
                Transfer::FindsNothing if returned == OPEN => {}
                Transfer::FindsNothing => all.asks.push(Ask { index, value: None, called, returned }),
                Transfer::TakesSomething if returned == OPEN => all.wild.push(called),
                Transfer::TakesSomething => return None,
            }
        }
        all.opens.resize_with(numbers.len(), Vec::new);
        all.number();
        Some(all)
    }

    fn number(&mut self) {
        let mut next = self.wild.len() as u32;
        for open in self.opens.iter_mut().flatten() {
            open.number = next;
            next += 1;
        }
        self.optional = next as usize;
    }

    /// How many values there are.
    pub(super) fn values(&self) -> usize {
        self.opens.len()
    }

    /// The first return of a take of a value that was taken out more often than it was put in before.
    pub(super) fn hopeless(&self) -> Option<u32> {
        let mut put: Vec<Vec<u32>> = vec![Vec::new(); self.values()];
        let mut taken = put.clone();
        for (value, opens) in self.opens.iter().enumerate() {
            put[value].extend(opens.iter().map(|open| open.called));
        }
        for known in &self.puts {
            put[known.value as usize].push(known.called);
        }
        for ask in self.asks.iter().filter(|ask| ask.returned != OPEN) {
            if let Some(value) = ask.value {
                taken[value as usize].push(ask.returned);
            }
        }
        let stranded = |(put, taken): (&mut Vec<u32>, &mut Vec<u32>)| {
            put.sort_unstable();
            taken.sort_unstable();
            let late = |(place, returned): (usize, &u32)| {
                put.get(place).is_none_or(|called| called > returned).then_some(*returned)
            };
            taken.iter().enumerate().find_map(late)
        };
        put.iter_mut().zip(&mut taken).filter_map(stranded).min()
    }

    /// How often each value is put in less how often it is known to be taken out.
    pub(super) fn spare(&self) -> Vec<i64> {
        let mut spare: Vec<i64> = self.opens.iter().map(|opens| opens.len() as i64).collect();
        self.puts.iter().for_each(|put| spare[put.value as usize] += 1);
        let required = self.asks.iter().filter(|ask| ask.returned != OPEN);
        required.filter_map(|ask| ask.value).for_each(|value| spare[value as usize] -= 1);
        spare
    }
}
