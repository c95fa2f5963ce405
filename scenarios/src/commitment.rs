//! Systems of atomic commitment, and who judges their histories.

use stormglass::SystemUnderTest;
use stormglass::check::histories::bank::{BankRules, bank};
use stormglass_consensus::two_phase_commit::TwoPhaseCommit;

mod ledger;

/// Two-phase commit, judged as a bank.
pub(crate) fn two_phase_commit() -> SystemUnderTest<TwoPhaseCommit> {
    SystemUnderTest::unjudged()
        .judged_by(
            "bank",
            "whenever all accounts are read at once, the money is all there, and no account owes",
            |history| bank(history, &BankRules::default()),
        )
        .judged_by(ledger::CHECK, ledger::ABOUT, ledger::ledger)
}
