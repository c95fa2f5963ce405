//! Strategies for proptest: random histories of a model, legal and illegal, that shrink to few operations.
//!
//! ```
//! use proptest::prelude::*;
//! use stormglass_check::models::{QueueModel, QueueOp};
//! use stormglass_check::{linearizable, strategies};
//!
//! let op = prop_oneof![(0..9_u64).prop_map(QueueOp::Enqueue), Just(QueueOp::Dequeue)];
//! let (legal, illegal) = (strategies::legal(QueueModel, op.clone(), 1..40), strategies::illegal(QueueModel, op, 4..12));
//! proptest!(|(legal in legal, illegal in illegal)| {
//!     prop_assert!(linearizable(&QueueModel, &legal).is_ok());
//!     prop_assert!(linearizable(&QueueModel, &illegal).violation().is_some());
//! });
//! ```
//!
//! What a client asks is a strategy of the caller's; who asks when, and what a real object answers, follows from a drawn
//! seed, so that a case of proptest is a history for ever.

use std::fmt::Debug;

use proptest::collection::{SizeRange, vec};
use proptest::prelude::*;
use stormglass_core::history::History;
use stormglass_core::random::{CausalId, Draws, Purpose, Ratio, Seed};

use crate::generate::{Execution, Perform, Shape};
use crate::linearizability::{Method, Options, linearizable_with};
use crate::model::Model;

/// A history of a model.
type HistoryOf<M> = History<<M as Model>::Op, <M as Model>::Ret>;

/// Histories that some execution of real objects made: up to five clients at once, some operations of unknown outcome and
/// some failed.
pub fn legal<M>(
    model: M,
    op: impl Strategy<Value = M::Op>,
    operations: impl Into<SizeRange>,
) -> impl Strategy<Value = HistoryOf<M>>
where
    M: Perform<Op: Debug, Ret: Debug>,
{
    executions(model, op, operations).prop_map(|(run, _)| run.history())
}

/// How often an execution is changed before another one is drawn.
const CHANGES: usize = 8;

/// Histories that no execution can have made: legal ones with answers exchanged, completions moved or successes denied,
/// until the plain search, which tries every order, finds none. So they should be small, and a model that allows
/// everything has none.
pub fn illegal<M>(
    model: M,
    op: impl Strategy<Value = M::Op>,
    operations: impl Into<SizeRange>,
) -> impl Strategy<Value = HistoryOf<M>>
where
    M: Perform<Op: Debug, Ret: Debug> + Clone,
{
    let judge = model.clone();
    executions(model, op, operations).prop_filter_map(
        "every change left it legal",
        move |(mut run, mut draws)| {
            let plain = Options { method: Method::Plain, ..Options::default() };
            (0..CHANGES).find_map(|_| {
                run.mutate(&mut draws);
                let history = run.history();
                linearizable_with(&judge, &history, &plain).violation().is_some().then_some(history)
            })
        },
    )
}

/// Legal executions, each with draws for what may be changed in it.
fn executions<M>(
    model: M,
    op: impl Strategy<Value = M::Op>,
    operations: impl Into<SizeRange>,
) -> impl Strategy<Value = (Execution<M::Op, M::Ret>, Draws)>
where
    M: Perform<Op: Debug, Ret: Debug>,
{
    let shares = (1..=5_u32, 0..=20_u32, 0..=10_u32);
    (vec(op, operations), shares, any::<u64>().no_shrink()).prop_map(move |(ops, shares, seed)| {
        let (clients, unknown, failed) = shares;
        let mut draws = Draws::new(CausalId::root(Seed(seed), Purpose::Workload), Purpose::Workload);
        let shape = Shape {
            clients,
            operations: ops.len(),
            unknown: Ratio::from_percent(unknown),
            failed: Ratio::from_percent(failed),
        };
        let run = Execution::legal(&model, shape, &mut draws, |_, number| ops[number as usize].clone());
        (run, draws)
    })
}
