//! The workload of locks: every client takes a lock, uses what it guards, gives it back, and takes the next.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stormglass_core::id::ClientId;
use stormglass_core::op::lock::LockOp;
use stormglass_core::random::Draws;

use super::{Asked, Numbers, Operations, Schedule, Workload};
use crate::problem::Problem;

/// Acquires, uses and releases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Lock {
    /// How many locks there are; they are called 0, 1, 2, ….
    pub locks: u64,
    /// Operations per second, of all clients together.
    pub rate: u32,
    /// How often a client uses what it has locked, at most, before it gives it back; at least once.
    pub uses: u32,
}

impl Default for Lock {
    /// Two locks, 60 operations per second, up to four uses of each.
    fn default() -> Lock {
        Lock { locks: 2, rate: 60, uses: 4 }
    }
}

/// What each client has locked, if all went well, and how many uses are left.
type Turns = BTreeMap<ClientId, (u64, u64)>;

impl Lock {
    fn draw_op(&self, asked: Asked, draws: &mut Draws, turns: &mut Turns) -> LockOp {
        let drawn = draws.below(self.locks);
        let lock = if asked.hot { 0 } else { drawn };
        let uses = draws.between(1, u64::from(self.uses));
        match turns.remove(&asked.client) {
            None => {
                turns.insert(asked.client, (lock, uses));
                LockOp::Acquire { lock }
            }
            Some((lock, 0)) => LockOp::Release { lock },
            Some((lock, uses)) => {
                turns.insert(asked.client, (lock, uses - 1));
                LockOp::Use { lock, token: None }
            }
        }
    }
}

impl Operations for LockOp {
    const WORKLOAD: &'static str = "lock";

    fn draw(workload: &Workload, schedule: &mut Schedule<'_, LockOp>) -> Result<(), Problem> {
        let Workload::Lock(lock) = workload else {
            return Err(Problem::wrong_workload(Self::WORKLOAD, workload.name()));
        };
        let mut turns = Turns::new();
        schedule.traffic(lock.rate, |asked, draws| lock.draw_op(asked, draws, &mut turns));
        Ok(())
    }

    fn kind(&self) -> &'static str {
        match self {
            LockOp::Acquire { .. } => "acquire",
            LockOp::Release { .. } => "release",
            LockOp::Use { .. } => "use",
        }
    }

    /// Locks are numbered in the order in which they appear.
    fn simplify(operations: &mut [LockOp]) {
        let mut locks = Numbers::from(0);
        for op in operations {
            let (LockOp::Acquire { lock } | LockOp::Release { lock } | LockOp::Use { lock, .. }) = op;
            *lock = locks.of(*lock);
        }
    }
}
