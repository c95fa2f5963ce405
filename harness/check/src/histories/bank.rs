//! Banks: whenever all accounts are read at once, the money is all there.
//!
//! Every read is judged alone, so nothing is said about which transfers happened.

use std::collections::BTreeSet;

use stormglass_core::history::History;
use stormglass_core::op::bank::{BankOp, BankRet};
use stormglass_core::verdict::Verdict;

use super::finding::{Finding, some, verdict};

/// An account and what it holds.
type Balance = (u64, Option<i64>);

/// What is known of a bank before the first transfer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BankRules {
    /// Its accounts; those of the first read, if not given.
    pub accounts: Option<BTreeSet<u64>>,
    /// The money in all of them together; that of the first read without holes, if not given.
    pub total: Option<i64>,
    /// Whether an account may owe.
    pub debts: Debts,
}

/// Whether an account may hold less than nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Debts {
    /// A negative balance is a violation.
    #[default]
    Forbidden,
    /// Any balance is right.
    Allowed,
}

/// Every read shows all accounts, each with a balance, none unknown or twice, together the total, and none below zero
/// unless that is allowed.
pub fn bank(history: &History<BankOp, BankRet>, rules: &BankRules) -> Verdict {
    let operations = history.operations();
    let reads = operations.iter().enumerate().filter_map(|(index, one)| match one.outcome.ok() {
        Some(BankRet::Balances(balances)) => Some((index, balances)),
        _ => None,
    });
    let mut reads: Vec<(usize, &Vec<Balance>)> = reads.collect();
    reads.sort_by_key(|(index, _)| operations[*index].completed);
    let first = reads.first().map(|(_, balances)| balances.iter().map(|&(account, _)| account).collect());
    let accounts: BTreeSet<u64> = rules.accounts.clone().or(first).unwrap_or_default();
    let assumed = || reads.iter().find_map(|(_, balances)| sum(balances));
    let total = rules.total.map(i128::from).or_else(assumed);
    let mut findings = Vec::new();
    for &(index, balances) in &reads {
        let one = &operations[index];
        for wrong in wrongs(balances, &accounts, total, rules.debts) {
            let finding = Finding::new(format!("{} read {wrong}", one.client)).at(one.completed).by([index]);
            findings.push(finding.with(vec![one.to_string()]));
        }
    }
    let unknown = match (reads.len(), rules.total) {
        (0, _) => Some("the bank was never read".to_owned()),
        // One read agrees with itself.
        (1, None) if rules.accounts.is_none() && rules.debts == Debts::Allowed => {
            Some("one read and no known total: there is nothing to hold it against".to_owned())
        }
        _ => None,
    };
    verdict("bank", findings, unknown)
}

fn sum(balances: &[Balance]) -> Option<i128> {
    balances.iter().map(|&(_, balance)| balance.map(i128::from)).sum()
}

/// All that is wrong with one read.
fn wrongs(balances: &[Balance], accounts: &BTreeSet<u64>, total: Option<i128>, debts: Debts) -> Vec<String> {
    let mut wrongs = Vec::new();
    let mut seen = BTreeSet::new();
    let twice: Vec<u64> =
        balances.iter().map(|&(account, _)| account).filter(|&one| !seen.insert(one)).collect();
    let list = |filter: &dyn Fn(&Balance) -> bool| -> Vec<u64> {
        balances.iter().filter(|entry| filter(entry)).map(|&(account, _)| account).collect()
    };
    let mut say = |what: &str, which: Vec<u64>| {
        if !which.is_empty() {
            wrongs.push(format!("{what} {}", some(&which)));
        }
    };
    say("the same account twice:", twice);
    say("accounts that nobody opened:", list(&|(account, _)| !accounts.contains(account)));
    say("no line for accounts", accounts.difference(&seen).copied().collect());
    say("no balance of accounts", list(&|(_, balance)| balance.is_none()));
    if debts == Debts::Forbidden {
        say(
            "less than nothing in accounts",
            list(&|(_, balance)| balance.is_some_and(|balance| balance < 0)),
        );
    }
    if let (Some(sum), Some(total)) = (sum(balances), total)
        && sum != total
    {
        wrongs.push(format!("{sum} in all accounts together, not {total}"));
    }
    wrongs
}

#[cfg(test)]
mod tests {
    use super::super::hand::{info, serial};
    use super::*;
    use stormglass_core::history::Outcome;

    fn read(balances: &[Balance]) -> (u64, BankOp, Outcome<BankRet>) {
        (0, BankOp::Read, Outcome::Ok(BankRet::Balances(balances.to_vec())))
    }

    fn summary(second: &[(u64, Option<i64>)]) -> String {
        let ran = serial(&[read(&[(1, Some(50)), (2, Some(50))]), read(second)]);
        bank(&ran, &BankRules::default()).violation().expect("a violation").summary.clone()
    }

    /// Money that only moves is all there in every read.
    #[test]
    fn reads_with_the_same_total_are_accepted() {
        let ran = serial(&[
            read(&[(1, Some(50)), (2, Some(50))]),
            (1, BankOp::Transfer { from: 1, to: 2, amount: 50 }, info()),
            read(&[(2, Some(100)), (1, Some(0))]),
        ]);
        assert_eq!(bank(&ran, &BankRules::default()), Verdict::Ok);
        let known = BankRules { total: Some(99), ..BankRules::default() };
        let violation = bank(&ran, &known).violation().expect("a violation").clone();
        assert_eq!(violation.summary, "c0 read 100 in all accounts together, not 99");
        assert_eq!(violation.evidence[0], "c0 ok read → 1: 50 2: 50");
    }

    /// Each way for a read to be wrong has its words.
    #[test]
    fn each_way_to_be_wrong_is_named() {
        assert_eq!(summary(&[(1, Some(50)), (2, Some(60))]), "c0 read 110 in all accounts together, not 100");
        assert_eq!(summary(&[(1, Some(-10)), (2, Some(110))]), "c0 read less than nothing in accounts 1");
        assert_eq!(summary(&[(1, None), (2, Some(100))]), "c0 read no balance of accounts 1");
        assert_eq!(summary(&[(2, Some(100))]), "c0 read no line for accounts 1");
        assert_eq!(
            summary(&[(1, Some(50)), (2, Some(50)), (3, Some(0))]),
            "c0 read accounts that nobody opened: 3"
        );
        assert_eq!(
            summary(&[(1, Some(25)), (1, Some(25)), (2, Some(50))]),
            "c0 read the same account twice: 1"
        );
        let owing = serial(&[read(&[(1, Some(-1)), (2, Some(1))]), read(&[(1, Some(0)), (2, Some(0))])]);
        let rules = BankRules { debts: Debts::Allowed, ..BankRules::default() };
        assert_eq!(bank(&owing, &rules), Verdict::Ok);
    }

    /// Without a read, or with one and nothing to hold it against, nothing is known.
    #[test]
    fn a_bank_that_shows_nothing_is_unknown() {
        let transfer = (1, BankOp::Transfer { from: 1, to: 2, amount: 50 }, info());
        assert!(matches!(bank(&serial(&[transfer]), &BankRules::default()), Verdict::Unknown(_)));
        let rules = BankRules { debts: Debts::Allowed, ..BankRules::default() };
        assert!(matches!(bank(&serial(&[read(&[(1, Some(-1))])]), &rules), Verdict::Unknown(_)));
    }
}
