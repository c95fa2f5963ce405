//! The workload of a bank: transfers between accounts, and reads of all accounts at once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stormglass_core::id::ClientId;
use stormglass_core::op::bank::BankOp;
use stormglass_core::random::Draws;

use super::{Asked, Numbers, Operations, Schedule, Workload};
use crate::problem::Problem;

/// So many reads of all accounts stand at the end, each by another client.
const LAST_READS: u32 = 3;

/// Transfers, and reads of all accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Bank {
    /// Between how many accounts money moves; they are called 0, 1, 2, …. At least 2.
    pub accounts: u64,
    /// Operations per second, of all clients together.
    pub rate: u32,
    /// How many of each kind.
    pub mix: BankMix,
    /// No transfer moves more than this.
    pub amount_max: u32,
}

impl Default for Bank {
    /// Eight accounts, 30 operations per second, transfers of up to 5.
    fn default() -> Bank {
        Bank { accounts: 8, rate: 30, mix: BankMix::default(), amount_max: 5 }
    }
}

/// How many operations of each kind, in proportion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct BankMix {
    /// Transfers.
    pub transfer: u32,
    /// Reads of all accounts.
    pub read: u32,
}

impl Default for BankMix {
    fn default() -> BankMix {
        BankMix { transfer: 3, read: 1 }
    }
}

impl BankMix {
    /// All parts together.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.transfer as u64 + self.read as u64
    }
}

impl Bank {
    /// Everything is drawn for every operation, so that another mix leaves the transfers as they are. While all gather
    /// on one key, account 0 pays.
    fn draw_op(&self, asked: Asked, draws: &mut Draws) -> BankOp {
        let kind = draws.below(self.mix.total());
        let from = draws.below(self.accounts);
        let other = draws.below(self.accounts - 1);
        let amount = i64::from(1 + draws.below(u64::from(self.amount_max)) as u32);
        let from = if asked.hot { 0 } else { from };
        if kind < u64::from(self.mix.read) {
            return BankOp::Read;
        }
        // Of the others, so that nobody pays himself.
        let to = other + u64::from(other >= from);
        BankOp::Transfer { from, to, amount }
    }

    /// What cannot be.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.accounts < 2 {
            let what = format!("{} accounts cannot be", self.accounts);
            problems.push(Problem::new("workload.bank.accounts", what).expected("at least 2"));
        }
        if self.mix.total() == 0 {
            let what = "every part of the mix is 0";
            problems.push(Problem::new("workload.bank.mix", what).expected("at least one part above 0"));
        }
        if self.amount_max == 0 {
            let what = "no transfer could move anything";
            problems.push(Problem::new("workload.bank.amount-max", what).expected("at least 1"));
        }
        problems
    }
}

impl Operations for BankOp {
    const WORKLOAD: &'static str = "bank";

    fn draw(workload: &Workload, schedule: &mut Schedule<'_, BankOp>) -> Result<(), Problem> {
        let Workload::Bank(bank) = workload else {
            return Err(Problem::wrong_workload(Self::WORKLOAD, workload.name()));
        };
        schedule.traffic(bank.rate, |asked, draws| bank.draw_op(asked, draws));
        let readers = LAST_READS.min(schedule.clients());
        schedule.last((0..readers as usize).map(|client| (ClientId(client as u32), BankOp::Read)));
        Ok(())
    }

    fn kind(&self) -> &'static str {
        match self {
            BankOp::Transfer { .. } => "transfer",
            BankOp::Read => "read",
        }
    }

    /// Accounts are numbered in the order in which they appear.
    fn simplify(operations: &mut [BankOp]) {
        let mut accounts = Numbers::from(0);
        for op in operations {
            if let BankOp::Transfer { from, to, .. } = op {
                (*from, *to) = (accounts.of(*from), accounts.of(*to));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use stormglass_core::random::Seed;

    use super::*;
    use crate::plan::Plan;
    use crate::scenario::Scenario;

    fn drawn(bank: Bank) -> Plan<BankOp> {
        let scenario = Scenario::named("bank/calm").about("Money only moves.").system("bank");
        let scenario = scenario.nodes(3).clients(3).workload(bank);
        crate::plan(&scenario, Seed(5)).unwrap()
    }

    /// Money always moves between two different accounts that exist, and something moves.
    #[test]
    fn every_transfer_is_between_two_accounts() {
        let plan = drawn(Bank { accounts: 3, amount_max: 2, ..Bank::default() });
        for planned in &plan.operations {
            let BankOp::Transfer { from, to, amount } = planned.op else { continue };
            assert!(from != to && from < 3 && to < 3 && (1..=2).contains(&amount), "{}", planned.op);
        }
        assert!(plan.operations.iter().rev().take(3).all(|planned| planned.op == BankOp::Read));
    }

    /// Another mix turns some operations into others and leaves the rest as they are.
    #[test]
    fn the_mix_changes_kinds_alone() {
        let plans = [1, 4].map(|read| drawn(Bank { mix: BankMix { transfer: 4, read }, ..Bank::default() }));
        let pairs = plans[0].operations.iter().zip(&plans[1].operations);
        let mut both = 0;
        for (one, other) in pairs {
            assert_eq!((one.id, one.at, one.client), (other.id, other.at, other.client));
            if [one.op, other.op].iter().all(|op| *op != BankOp::Read) {
                assert_eq!(one.op, other.op);
                both += 1;
            }
        }
        assert!(both > 50, "{both}");
    }
}
