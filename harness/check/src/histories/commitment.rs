//! Atomic commitment: AC1 to AC5 of Bernstein, Hadzilacos and Goodman, "Concurrency Control and Recovery in Database
//! Systems" (1987), chapter 7, over what every process of a transaction voted and decided.
//!
//! ```text
//! AC1  All processes that reach a decision reach the same one.
//! AC2  A process cannot reverse its decision after it has reached one.
//! AC3  Commit can only be reached if all processes voted yes.
//! AC4  If there are no failures and all processes voted yes, the decision is commit.
//! AC5  Once all failures are repaired and no new ones occur, all processes reach a decision.
//! ```
//!
//! Before everything is repaired a process may be blocked. Whether it may depends on the protocol: see [`Termination`].

use std::fmt::{self, Display};

use stormglass_core::verdict::Verdict;

use super::finding::{Finding, some, verdict};

/// One transaction as its processes saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitment<N> {
    /// Its name, for verdicts.
    pub name: String,
    /// Everyone who takes part, the coordinator included.
    pub processes: Vec<Participant<N>>,
    /// Whether anything failed while it was under way.
    pub failures: Failures,
}

/// One process of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant<N> {
    /// Its name.
    pub name: N,
    /// Whether it is the one that decides.
    pub role: Role,
    /// What it voted, if it did.
    pub vote: Option<Vote>,
    /// Every decision that it reached, in order; more than one if it decided again.
    pub decisions: Vec<Decision>,
    /// Which others it can reach in the end: those of the same number. `None` if it is down.
    pub reaches: Option<u32>,
}

/// Who decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The process that counts the votes.
    Coordinator,
    /// One that votes and is told.
    Participant,
}

/// A vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vote {
    /// It can commit.
    Yes,
    /// It cannot, and aborts.
    No,
}

/// A decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The transaction happened.
    Commit,
    /// It did not.
    Abort,
}

/// What went wrong while a transaction was under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failures {
    /// Nothing did.
    None,
    /// Something did, and it may still be so.
    Lasting,
    /// Something did, and all of it was repaired long enough ago.
    Repaired,
}

/// What a protocol does for a process that does not know the decision, and so which blocked processes are legal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Termination {
    /// It asks the coordinator: it may be blocked while it has voted yes and cannot reach the coordinator.
    AskCoordinator,
    /// It asks everyone: it may be blocked while it has voted yes and everyone it reaches is as uncertain.
    AskEveryone,
    /// It is never blocked (three-phase and consensus-based commitment, within the failures they are made for).
    NonBlocking,
}

impl Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Decision::Commit => "commit",
            Decision::Abort => "abort",
        })
    }
}

/// Judges all transactions, one after another.
pub fn atomic_commitment<N: Display>(transactions: &[Commitment<N>], termination: Termination) -> Verdict {
    let mut findings = Vec::new();
    for transaction in transactions {
        let found = one(transaction, termination);
        findings.extend(found.into_iter().map(|summary| Finding::new(summary).about(&*transaction.name)));
    }
    let decided =
        |transaction: &Commitment<N>| transaction.processes.iter().any(|one| !one.decisions.is_empty());
    let unknown = match transactions.iter().any(decided) {
        true => None,
        false => Some("no process of any transaction ever decided".to_owned()),
    };
    verdict("atomic-commitment", findings, unknown)
}

/// All that is wrong with one transaction.
fn one<N: Display>(transaction: &Commitment<N>, termination: Termination) -> Vec<String> {
    let processes = &transaction.processes;
    let names = |filter: &dyn Fn(&&Participant<N>) -> bool| -> Vec<String> {
        processes.iter().filter(filter).map(|one| one.name.to_string()).collect()
    };
    let mut wrong = Vec::new();
    let reached = |decision: Decision| names(&|one| one.decisions.contains(&decision));
    let (committed, aborted) = (reached(Decision::Commit), reached(Decision::Abort));
    if !committed.is_empty() && !aborted.is_empty() {
        wrong.push(format!("AC1: {} committed, but {} aborted", some(&committed), some(&aborted)));
    }
    for process in processes {
        if let Some(pair) = process.decisions.windows(2).find(|pair| pair[0] != pair[1]) {
            wrong.push(format!("AC2: {} decided {}, and {} after that", process.name, pair[0], pair[1]));
        }
    }
    let against = names(&|one| one.vote == Some(Vote::No));
    let silent = names(&|one| one.vote.is_none() && one.role == Role::Participant);
    let unanimous = against.is_empty() && silent.is_empty();
    if !committed.is_empty() && !unanimous {
        let mut why = Vec::new();
        why.extend((!against.is_empty()).then(|| format!("{} voted no", some(&against))));
        why.extend((!silent.is_empty()).then(|| format!("{} did not vote", some(&silent))));
        wrong.push(format!("AC3: {} committed, but {}", some(&committed), why.join(" and ")));
    }
    if transaction.failures == Failures::None
        && against.is_empty()
        && silent.is_empty()
        && !aborted.is_empty()
    {
        wrong.push(format!("AC4: all voted yes and nothing failed, but {} aborted", some(&aborted)));
    }
    for process in processes.iter().filter(|one| one.decisions.is_empty() && one.reaches.is_some()) {
        let name = &process.name;
        match transaction.failures {
            Failures::None => wrong.push(format!("AC5: nothing failed, but {name} never decided")),
            Failures::Repaired => {
                wrong.push(format!("AC5: every failure was repaired, but {name} never decided"));
            }
            Failures::Lasting => wrong.extend(
                illegally_blocked(process, processes, termination)
                    .map(|why| format!("AC5: {name} is blocked, although {why}")),
            ),
        }
    }
    wrong
}

/// Why an undecided process need not wait; `None` if it is in the legal blocked set.
fn illegally_blocked<N: Display>(
    process: &Participant<N>,
    processes: &[Participant<N>],
    termination: Termination,
) -> Option<String> {
    if termination == Termination::NonBlocking {
        return Some("this protocol never blocks".to_owned());
    }
    if process.role == Role::Coordinator {
        return Some("the coordinator may abort until it has decided".to_owned());
    }
    if process.vote != Some(Vote::Yes) {
        return Some("it has not voted yes and may abort alone".to_owned());
    }
    let reachable = |one: &&Participant<N>| one.reaches == process.reaches && !std::ptr::eq(*one, process);
    let certain = |one: &&Participant<N>| match termination {
        Termination::AskCoordinator => one.role == Role::Coordinator,
        // Who has decided can tell; who has not voted yes can still make it abort.
        Termination::AskEveryone | Termination::NonBlocking => {
            !one.decisions.is_empty() || one.vote != Some(Vote::Yes) || one.role == Role::Coordinator
        }
    };
    let helper = processes.iter().filter(reachable).find(certain)?;
    Some(format!("it can ask {}", helper.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Decision::{Abort, Commit};

    fn process(name: &str, vote: Option<Vote>, decisions: &[Decision]) -> Participant<String> {
        Participant {
            name: name.to_owned(),
            role: if name == "c" { Role::Coordinator } else { Role::Participant },
            vote,
            decisions: decisions.to_vec(),
            reaches: Some(0),
        }
    }

    fn summary(
        processes: Vec<Participant<String>>,
        failures: Failures,
        termination: Termination,
    ) -> Result<(), String> {
        let transaction = Commitment { name: "t1".to_owned(), processes, failures };
        match atomic_commitment(&[transaction], termination) {
            Verdict::Violated(violation) => Err(violation.summary),
            _ => Ok(()),
        }
    }

    const YES: Option<Vote> = Some(Vote::Yes);
    const NO: Option<Vote> = Some(Vote::No);
    const ASK: Termination = Termination::AskCoordinator;

    /// All commit, or all abort for a reason.
    #[test]
    fn agreeing_decisions_are_accepted() {
        let commit = vec![process("c", YES, &[Commit]), process("a", YES, &[Commit, Commit])];
        assert_eq!(summary(commit, Failures::None, ASK), Ok(()));
        let abort = vec![process("c", YES, &[Abort]), process("a", NO, &[Abort])];
        assert_eq!(summary(abort, Failures::None, ASK), Ok(()));
        let nobody: [Commitment<String>; 0] = [];
        assert!(matches!(atomic_commitment(&nobody, ASK), Verdict::Unknown(_)));
    }

    /// Each rule has its own finding.
    #[test]
    fn each_rule_that_is_broken_is_named() {
        let cases = [
            (
                vec![process("c", YES, &[Commit]), process("a", YES, &[Abort])],
                "AC1: c committed, but a aborted",
            ),
            (vec![process("c", YES, &[]), process("a", NO, &[Commit])], "AC3: a committed, but a voted no"),
            (
                vec![process("c", YES, &[Commit]), process("a", None, &[])],
                "AC3: c committed, but a did not vote",
            ),
        ];
        for (processes, why) in cases {
            assert_eq!(summary(processes, Failures::Lasting, ASK), Err(why.to_owned()));
        }
        let reversed = atomic_commitment(
            &[Commitment {
                name: "t1".to_owned(),
                processes: vec![process("c", YES, &[Abort, Commit])],
                failures: Failures::Lasting,
            }],
            ASK,
        );
        let violation = reversed.violation().unwrap();
        assert!(
            violation.evidence.iter().any(|line| line == "also: AC2: c decided abort, and commit after that")
        );
        let needless = vec![process("c", YES, &[Abort]), process("a", YES, &[Abort])];
        let words = "AC4: all voted yes and nothing failed, but c, a aborted";
        assert_eq!(summary(needless.clone(), Failures::None, ASK), Err(words.to_owned()));
        assert_eq!(summary(needless, Failures::Lasting, ASK), Ok(()));
        let open = vec![process("c", YES, &[Commit]), process("a", YES, &[])];
        let words = "AC5: every failure was repaired, but a never decided";
        assert_eq!(summary(open, Failures::Repaired, ASK), Err(words.to_owned()));
    }

    /// Who has voted yes and cannot learn more may wait; who could ask or act alone may not.
    #[test]
    fn only_the_legal_may_be_blocked() {
        let down = |mut one: Participant<String>| {
            one.reaches = None;
            one
        };
        let uncertain = || process("a", YES, &[]);
        let alone = vec![down(process("c", YES, &[])), uncertain(), process("b", YES, &[Commit])];
        assert_eq!(summary(alone.clone(), Failures::Lasting, ASK), Ok(()));
        let everyone = summary(alone.clone(), Failures::Lasting, Termination::AskEveryone);
        assert_eq!(everyone, Err("AC5: a is blocked, although it can ask b".to_owned()));
        let never = summary(alone, Failures::Lasting, Termination::NonBlocking);
        assert_eq!(never, Err("AC5: a is blocked, although this protocol never blocks".to_owned()));
        let unvoted = vec![down(process("c", YES, &[Abort])), process("a", None, &[])];
        let words = "AC5: a is blocked, although it has not voted yes and may abort alone";
        assert_eq!(summary(unvoted, Failures::Lasting, ASK), Err(words.to_owned()));
        let reachable = vec![process("c", YES, &[Commit]), uncertain()];
        let words = "AC5: a is blocked, although it can ask c";
        assert_eq!(summary(reachable, Failures::Lasting, ASK), Err(words.to_owned()));
    }
}
