//! The ledger: every account holds what the transfers that clients were told of have made of it.
//!
//! A total says nothing of a transfer that was lost at both ends, or done twice. So each read is held against the
//! transfers themselves: those acknowledged before it began must be in it, those that failed, were declined or began
//! after it must not, and of all others any may be. What lies outside every such sum is impossible; what lies inside
//! may still be wrong, since sums of several doubtful transfers are not told apart.
//!
//! All accounts are taken to have held the same at first.

use std::collections::BTreeMap;

use stormglass::core::history::{History, Operation, OperationId, Outcome};
use stormglass::core::op::bank::{BankOp, BankRet};
use stormglass::core::verdict::{Verdict, Violation};

/// What `list checks` calls it.
pub(super) const CHECK: &str = "ledger";
/// What must hold.
pub(super) const ABOUT: &str = "every account that is read holds what acknowledged transfers have made of it, give or take those of unknown outcome";

type One = Operation<BankOp, BankRet>;

/// What an account may hold.
#[derive(Clone, Copy)]
struct Between {
    least: i64,
    most: i64,
}

/// Judges every read on its own.
pub(super) fn ledger(history: &History<BankOp, BankRet>) -> Verdict {
    for (index, read) in history.operations().iter().enumerate() {
        let Some(BankRet::Balances(balances)) = read.outcome.ok() else { continue };
        let whole: i64 = balances.iter().filter_map(|&(_, balance)| balance).sum();
        let Some(initial) = whole.checked_div(balances.len() as i64) else { continue };
        // Then the total is wrong, which another judge says.
        if initial * balances.len() as i64 != whole {
            continue;
        }
        let bounds = bounds(history.operations(), read, initial);
        for &(account, balance) in balances {
            let Between { least, most } =
                bounds.get(&account).copied().unwrap_or(Between { least: initial, most: initial });
            let Some(balance) = balance.filter(|balance| !(least..=most).contains(balance)) else { continue };
            let allowed = if least == most { least.to_string() } else { format!("{least} to {most}") };
            let summary = format!(
                "{} read {balance} in account {account}, where what clients were told allows {allowed}",
                read.client
            );
            return Violation {
                subject: Some(format!("account {account}")),
                at: read.completed.map(|moment| moment.at),
                operations: vec![OperationId(index)],
                ..Violation::new(CHECK, summary)
            }
            .into();
        }
    }
    Verdict::Ok
}

/// Of each account that a transfer may have touched before the read.
fn bounds(operations: &[One], read: &One, initial: i64) -> BTreeMap<u64, Between> {
    let mut bounds: BTreeMap<u64, Between> = BTreeMap::new();
    for one in operations {
        let BankOp::Transfer { from, to, amount } = one.op else { continue };
        let happened = match one.outcome {
            Outcome::Ok(BankRet::Transferred) => {
                one.completed.is_some_and(|completed| completed < read.invoked)
            }
            Outcome::Info(_) => false,
            _ => continue,
        };
        if read.completed.is_some_and(|completed| completed < one.invoked) {
            continue;
        }
        for (account, by) in [(from, -amount), (to, amount)] {
            let bound = bounds.entry(account).or_insert(Between { least: initial, most: initial });
            if happened || by < 0 {
                bound.least += by;
            }
            if happened || by > 0 {
                bound.most += by;
            }
        }
    }
    bounds
}

#[cfg(test)]
mod tests {
    use stormglass::core::id::{ClientId, ProcessId};
    use stormglass::core::time::Time;

    use super::*;

    /// One operation after another, each by the same client, and what the judge says.
    fn judged(operations: &[(BankOp, Outcome<BankRet>)]) -> Verdict {
        let mut history = History::new();
        for (at, (op, outcome)) in (0..).zip(operations) {
            let id = history.invoke(ProcessId(at), ClientId(0), *op, Time::from_nanos(at * 10));
            history.complete(id, outcome.clone(), None, Time::from_nanos(at * 10 + 5));
        }
        ledger(&history)
    }

    fn transfer(outcome: Outcome<BankRet>) -> (BankOp, Outcome<BankRet>) {
        (BankOp::Transfer { from: 0, to: 1, amount: 3 }, outcome)
    }

    fn read(zero: i64, one: i64) -> (BankOp, Outcome<BankRet>) {
        (BankOp::Read, Outcome::Ok(BankRet::Balances(vec![(0, Some(zero)), (1, Some(one))])))
    }

    fn done() -> Outcome<BankRet> {
        Outcome::Ok(BankRet::Transferred)
    }

    /// What was acknowledged is in every later read, once.
    #[test]
    fn an_acknowledged_transfer_is_in_the_ledger_once() {
        assert_eq!(judged(&[transfer(done()), read(7, 13)]), Verdict::Ok);
        for (zero, one) in [(10, 10), (4, 16)] {
            let verdict = judged(&[transfer(done()), read(zero, one)]);
            let summary = &verdict.violation().unwrap().summary;
            assert_eq!(
                *summary,
                format!("c0 read {zero} in account 0, where what clients were told allows 7")
            );
        }
    }

    /// What failed or was declined is in no read; what nobody knows may be in some.
    #[test]
    fn only_what_is_unknown_may_or_may_not_be() {
        for never in [Outcome::Fail("".into()), Outcome::Ok(BankRet::Declined)] {
            assert_eq!(judged(&[transfer(never.clone()), read(10, 10)]), Verdict::Ok);
            assert!(judged(&[transfer(never), read(7, 13)]).violation().is_some());
        }
        let unknown = || transfer(Outcome::Info("".into()));
        assert_eq!(judged(&[unknown(), read(10, 10), read(7, 13)]), Verdict::Ok);
        assert!(judged(&[unknown(), read(4, 16)]).violation().is_some());
        assert_eq!(judged(&[read(10, 10), transfer(done())]), Verdict::Ok);
    }
}
