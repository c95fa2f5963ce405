//! Random histories of transactions: of a store that keeps its promise, or with something changed.
//!
//! The store is real but tiny: every key holds all its versions with the moment of their commit, so a transaction can
//! read as of any moment. Every draw comes from the [`Draws`] it is given: a seed is a history. It does not know
//! whether a change made the history wrong; that is for the checker to say.

use std::fmt::Debug;

use stormglass_core::history::{History, OperationId, Outcome};
use stormglass_core::id::{ClientId, ProcessId};
use stormglass_core::op::txn::{ListOp, Reads, RegisterOp, Txn};
use stormglass_core::random::{Draws, Ratio};
use stormglass_core::time::Time;

/// What a read of an object returns, and the steps that transactions over such objects have.
pub trait Value: Clone + PartialEq + Debug {
    /// One step of a transaction.
    type Step: Copy + Debug;
    /// The step that reads `key`.
    fn read(key: u64) -> Self::Step;
    /// The step that writes `value` to `key`.
    fn write(key: u64, value: u64) -> Self::Step;
    /// The key of a step, and the value if it is a write.
    fn parts(step: Self::Step) -> (u64, Option<u64>);
    /// What a read shows of a key to which these values were written.
    fn shown(written: &[u64]) -> Self;
}

impl Value for Vec<u64> {
    type Step = ListOp;
    fn read(key: u64) -> ListOp {
        ListOp::Read { key }
    }
    fn write(key: u64, value: u64) -> ListOp {
        ListOp::Append { key, value }
    }
    fn parts(step: ListOp) -> (u64, Option<u64>) {
        match step {
            ListOp::Read { key } => (key, None),
            ListOp::Append { key, value } => (key, Some(value)),
        }
    }
    fn shown(written: &[u64]) -> Vec<u64> {
        written.to_vec()
    }
}

impl Value for Option<u64> {
    type Step = RegisterOp;
    fn read(key: u64) -> RegisterOp {
        RegisterOp::Read { key }
    }
    fn write(key: u64, value: u64) -> RegisterOp {
        RegisterOp::Write { key, value }
    }
    fn parts(step: RegisterOp) -> (u64, Option<u64>) {
        match step {
            RegisterOp::Read { key } => (key, None),
            RegisterOp::Write { key, value } => (key, Some(value)),
        }
    }
    fn shown(written: &[u64]) -> Option<u64> {
        written.last().copied()
    }
}

/// What the store promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// Each transaction happens in one instant between its invocation and its completion: strict serializability.
    Strict,
    /// Each reads as of its invocation and commits if nobody wrote its keys since: strong snapshot isolation.
    Snapshot,
    /// Each step happens on its own: nothing at all.
    Nothing,
}

/// The shape of a random history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Clients, each with at most one transaction under way.
    pub clients: u32,
    /// Transactions invoked.
    pub transactions: usize,
    /// Keys in use at the same time.
    pub keys: u64,
    /// A key is replaced by a new one after so many writes.
    pub writes_per_key: u64,
    /// The most steps of a transaction; it has at least one.
    pub longest: u64,
    /// The share of transactions that end with an unknown outcome; each of them takes effect or does not.
    pub unknown: Ratio,
    /// The share of transactions that fail.
    pub failed: Ratio,
    /// What the store promises.
    pub promise: Promise,
}

/// An invocation or a completion.
#[derive(Clone, Debug)]
enum Event<V: Value> {
    Invoke { client: u32, steps: Vec<V::Step> },
    Complete { transaction: usize, outcome: Outcome<Reads<V>> },
}

/// A random execution: it can be changed before it becomes a [`History`].
#[derive(Clone, Debug)]
pub struct Execution<V: Value> {
    events: Vec<Event<V>>,
}

/// A transaction on its way.
struct Running<V: Value> {
    transaction: usize,
    steps: Vec<V::Step>,
    /// The commit that it reads as of, under [`Promise::Snapshot`].
    snapshot: u64,
    /// What was read so far, under [`Promise::Nothing`].
    reads: Vec<V>,
}

/// What a client does next.
enum Doing<V: Value> {
    Nothing,
    Running(Running<V>),
    /// It took effect, or not; its client has yet to hear of it.
    Done(usize, Outcome<Reads<V>>),
}

/// All versions of a key.
#[derive(Default)]
struct Key {
    values: Vec<u64>,
    /// The commit that wrote each value.
    commits: Vec<u64>,
}

struct Store {
    keys: Vec<Key>,
    /// The keys in use, and how many values of each were handed out.
    live: Vec<(u64, u64)>,
    commits: u64,
}

impl Store {
    fn new(keys: u64) -> Store {
        Store {
            keys: (0..keys).map(|_| Key::default()).collect(),
            live: (0..keys).map(|key| (key, 0)).collect(),
            commits: 0,
        }
    }

    /// The steps of a new transaction. A key that has had its writes is replaced by a new one.
    fn steps<V: Value>(&mut self, shape: &Shape, draws: &mut Draws) -> Vec<V::Step> {
        let count = 1 + draws.below(shape.longest);
        let step = |_| {
            let place = draws.below(self.live.len() as u64) as usize;
            let (key, handed) = self.live[place];
            if draws.below(2) == 0 {
                return V::read(key);
            }
            self.live[place].1 += 1;
            if handed + 1 >= shape.writes_per_key {
                self.live[place] = (self.keys.len() as u64, 0);
                self.keys.push(Key::default());
            }
            V::write(key, handed + 1)
        };
        (0..count).map(step).collect()
    }

    /// What the reads of a transaction show as of a commit.
    fn read<V: Value>(&self, steps: &[V::Step], as_of: u64) -> Vec<V> {
        let mut reads = Vec::new();
        for (index, &step) in steps.iter().enumerate() {
            let (key, None) = V::parts(step) else { continue };
            let Key { values, commits } = &self.keys[key as usize];
            let visible = &values[..commits.partition_point(|&commit| commit <= as_of)];
            let own: Vec<u64> = steps[..index]
                .iter()
                .filter_map(|&step| V::parts(step).1.filter(|_| V::parts(step).0 == key))
                .collect();
            reads.push(match own.is_empty() {
                true => V::shown(visible),
                false => V::shown(&[visible, &own[..]].concat()),
            });
        }
        reads
    }

    /// Commits the writes of a transaction, unless somebody else wrote one of its keys after `as_of`.
    fn write<V: Value>(&mut self, steps: &[V::Step], as_of: u64) -> bool {
        let writes =
            || steps.iter().map(|&step| V::parts(step)).filter_map(|(key, value)| Some((key, value?)));
        let is_newer = |key: u64| self.keys[key as usize].commits.last().is_some_and(|&last| last > as_of);
        if writes().any(|(key, _)| is_newer(key)) {
            return false;
        }
        self.commits += 1;
        for (key, value) in writes() {
            self.keys[key as usize].values.push(value);
            self.keys[key as usize].commits.push(self.commits);
        }
        true
    }
}

impl<V: Value> Execution<V> {
    /// Runs `shape.transactions` transactions of concurrent clients on a store that keeps `shape.promise`.
    pub fn new(shape: Shape, draws: &mut Draws) -> Execution<V> {
        let mut run = Execution { events: Vec::with_capacity(2 * shape.transactions) };
        let mut store = Store::new(shape.keys);
        let mut clients: Vec<Doing<V>> = (0..shape.clients).map(|_| Doing::Nothing).collect();
        let mut late: Vec<Vec<V::Step>> = Vec::new();
        let (mut invoked, mut completed) = (0, 0);
        while completed < shape.transactions {
            let client = draws.below(u64::from(shape.clients)) as usize;
            clients[client] = match std::mem::replace(&mut clients[client], Doing::Nothing) {
                Doing::Nothing if invoked == shape.transactions => Doing::Nothing,
                Doing::Nothing => {
                    let steps: Vec<V::Step> = store.steps::<V>(&shape, draws);
                    run.events.push(Event::Invoke { client: client as u32, steps: steps.clone() });
                    invoked += 1;
                    let (transaction, snapshot) = (invoked - 1, store.commits);
                    Doing::Running(Running { transaction, steps, snapshot, reads: Vec::new() })
                }
                Doing::Running(running) => work(running, &shape, &mut store, &mut late, draws),
                Doing::Done(transaction, outcome) => {
                    run.events.push(Event::Complete { transaction, outcome });
                    completed += 1;
                    Doing::Nothing
                }
            };
            if !late.is_empty() && draws.below(16) == 0 {
                let steps = late.swap_remove(draws.below(late.len() as u64) as usize);
                store.write::<V>(&steps, u64::MAX);
            }
        }
        run
    }

    /// The history: a millisecond passes from each invocation or completion to the next.
    #[must_use]
    pub fn history(&self) -> History<Txn<V::Step>, Reads<V>> {
        let mut history = History::new();
        let mut processes = 0;
        let mut process_of = std::collections::BTreeMap::new();
        let mut clients = Vec::new();
        for (moment, event) in self.events.iter().enumerate() {
            let at = Time::from_nanos(moment as u64 * 1_000_000);
            match event {
                Event::Invoke { client, steps } => {
                    let process = *process_of.entry(*client).or_insert_with(|| {
                        processes += 1;
                        processes - 1
                    });
                    clients.push(*client);
                    history.invoke(ProcessId(process), ClientId(*client), Txn(steps.clone()), at);
                }
                Event::Complete { transaction, outcome } => {
                    if matches!(outcome, Outcome::Info(_)) {
                        process_of.remove(&clients[*transaction]);
                    }
                    history.complete(OperationId(*transaction), outcome.clone(), None, at);
                }
            }
        }
        history
    }

    /// Changes one thing: a read shows what another read shows, or an answered transaction failed, or one was
    /// answered earlier than it was. Says whether it found something to change.
    pub fn mutate(&mut self, draws: &mut Draws) -> bool {
        (0..32).any(|_| self.try_to_mutate(draws))
    }

    fn try_to_mutate(&mut self, draws: &mut Draws) -> bool {
        let count = self.events.len() as u64;
        let (one, other) = (draws.below(count) as usize, draws.below(count) as usize);
        let shown = match &self.events[other] {
            Event::Complete { outcome: Outcome::Ok(reads), .. } => {
                reads.0.get(draws.below(1 + reads.0.len() as u64) as usize).cloned()
            }
            _ => None,
        };
        let Event::Complete { transaction, outcome } = &mut self.events[one] else { return false };
        let Outcome::Ok(reads) = outcome else { return false };
        match draws.below(8) {
            0 => *outcome = Outcome::Fail("refused".into()),
            1 | 2 => {
                let transaction = *transaction;
                let is_invoked = |event: &Event<V>| matches!(event, Event::Invoke { .. });
                let invocations = (0..one).filter(|&index| is_invoked(&self.events[index]));
                let Some(begin) = invocations.into_iter().nth(transaction) else { return false };
                let event = self.events.remove(one);
                self.events.insert(begin + 1, event);
            }
            _ => {
                let slot = draws.below(1 + reads.0.len() as u64) as usize;
                match (reads.0.get_mut(slot), shown) {
                    (Some(read), Some(shown)) if *read != shown => *read = shown,
                    _ => return false,
                }
            }
        }
        true
    }
}

/// One piece of a transaction's work.
fn work<V: Value>(
    mut running: Running<V>,
    shape: &Shape,
    store: &mut Store,
    late: &mut Vec<Vec<V::Step>>,
    draws: &mut Draws,
) -> Doing<V> {
    let Running { transaction, steps, snapshot, .. } = &running;
    let transaction = *transaction;
    if draws.chance(shape.failed) {
        return Doing::Done(transaction, Outcome::Fail("refused".into()));
    }
    if draws.chance(shape.unknown) {
        match draws.below(3) {
            0 => {}
            1 => drop(store.write::<V>(steps, store.commits)),
            _ if shape.promise == Promise::Strict => late.push(steps.clone()),
            _ => {}
        }
        return Doing::Done(transaction, Outcome::Info("timed out".into()));
    }
    match shape.promise {
        Promise::Strict => {
            let reads = store.read(steps, store.commits);
            store.write::<V>(steps, store.commits);
            Doing::Done(transaction, Outcome::Ok(Reads(reads)))
        }
        Promise::Snapshot => {
            let reads = store.read(steps, *snapshot);
            match store.write::<V>(steps, *snapshot) {
                true => Doing::Done(transaction, Outcome::Ok(Reads(reads))),
                false => Doing::Done(transaction, Outcome::Fail("conflict".into())),
            }
        }
        Promise::Nothing => {
            let step = [running.steps.remove(0)];
            running.reads.extend(store.read::<V>(&step, store.commits));
            store.write::<V>(&step, store.commits);
            match running.steps.is_empty() {
                true => Doing::Done(transaction, Outcome::Ok(Reads(running.reads))),
                false => Doing::Running(running),
            }
        }
    }
}
