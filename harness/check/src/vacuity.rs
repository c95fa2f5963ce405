//! Vacuity: a run in which nothing of a kind ever succeeded is not a pass, whatever the other checks say of it.
//!
//! It judges no answer, only that there was one: Jepsen's rule that a test must have tested something.

use std::collections::BTreeMap;

use stormglass_core::history::{History, Outcome};
use stormglass_core::verdict::Verdict;

/// The name of this check in verdicts.
const CHECK: &str = "vacuity";

#[derive(Default)]
struct Counts {
    ok: usize,
    fail: usize,
    info: usize,
}

/// Unknown if nothing was invoked, or if of some kind of operation not one succeeded; ok otherwise.
///
/// `kind_of` names the kind of an operation, such as `read` or `write`.
pub fn vacuity<O, R>(history: &History<O, R>, kind_of: impl Fn(&O) -> &str) -> Verdict {
    let mut kinds: BTreeMap<&str, Counts> = BTreeMap::new();
    for operation in history.operations() {
        let counts = kinds.entry(kind_of(&operation.op)).or_default();
        match operation.outcome {
            Outcome::Ok(_) => counts.ok += 1,
            Outcome::Fail(_) => counts.fail += 1,
            Outcome::Info(_) => counts.info += 1,
        }
    }
    if kinds.is_empty() {
        return Verdict::unknown(CHECK, "no operation was ever invoked: nothing was tested");
    }
    let hollow: Vec<String> = kinds
        .iter()
        .filter(|(_, counts)| counts.ok == 0)
        .map(|(kind, Counts { fail, info, .. })| {
            format!(
                "no {kind} ever succeeded ({} invoked: {fail} failed, {info} of unknown outcome)",
                fail + info
            )
        })
        .collect();
    match hollow.is_empty() {
        true => Verdict::Ok,
        false => Verdict::unknown(CHECK, hollow.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stormglass_core::id::{ClientId, ProcessId};
    use stormglass_core::time::Time;

    fn history(operations: &[(&'static str, Outcome<()>)]) -> History<&'static str, ()> {
        let mut history = History::new();
        for (kind, outcome) in operations {
            let id = history.invoke(ProcessId(0), ClientId(0), *kind, Time::ZERO);
            history.complete(id, outcome.clone(), None, Time::ZERO);
        }
        history
    }

    /// One success of each kind is enough.
    #[test]
    fn a_run_in_which_every_kind_succeeded_once_is_ok() {
        let ran = history(&[
            ("read", Outcome::Ok(())),
            ("write", Outcome::Ok(())),
            ("read", Outcome::Fail("no".into())),
        ]);
        assert_eq!(vacuity(&ran, |kind| kind), Verdict::Ok);
    }

    /// A kind that never succeeded makes the run unknown, and the verdict counts its outcomes.
    #[test]
    fn a_kind_that_never_succeeded_is_named_with_its_counts() {
        let ran = history(&[
            ("read", Outcome::Ok(())),
            ("write", Outcome::Fail("no leader".into())),
            ("write", Outcome::Info("timed out".into())),
            ("write", Outcome::Info("timed out".into())),
        ]);
        let verdict = vacuity(&ran, |kind| kind).to_string();
        assert_eq!(
            verdict,
            "unknown: vacuity: no write ever succeeded (3 invoked: 1 failed, 2 of unknown outcome)"
        );
    }

    /// Nothing asked is nothing tested.
    #[test]
    fn an_empty_run_is_unknown() {
        assert!(matches!(vacuity(&history(&[]), |kind| kind), Verdict::Unknown(_)));
    }
}
