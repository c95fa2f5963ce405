//! Exactly once: every request has had its effect once if it was acknowledged, never if it failed, and at most once if
//! nobody knows.
//!
//! A request may be asked several times under one id: the retries are one request. Effects are counted where they can be
//! seen, by whoever owns the history.

use std::collections::BTreeMap;
use std::fmt::Display;

use stormglass_core::history::{History, Outcome};
use stormglass_core::verdict::Verdict;

use super::finding::{Finding, verdict};

/// What the operations of one request came to.
#[derive(Default)]
struct Request {
    operations: Vec<usize>,
    ok: bool,
    info: bool,
}

/// Holds the counted `effects` against the requests; `request` names the request of an operation, if it is one.
pub fn exactly_once<O, R, I: Ord + Display>(
    history: &History<O, R>,
    request: impl Fn(&O) -> Option<I>,
    effects: &BTreeMap<I, u64>,
) -> Verdict {
    let mut requests: BTreeMap<I, Request> = BTreeMap::new();
    for (index, one) in history.operations().iter().enumerate() {
        let Some(id) = request(&one.op) else { continue };
        let entry = requests.entry(id).or_default();
        entry.operations.push(index);
        entry.ok |= matches!(one.outcome, Outcome::Ok(_));
        entry.info |= matches!(one.outcome, Outcome::Info(_));
    }
    let mut findings = Vec::new();
    let times = |count: u64| match count {
        0 => "not at all".to_owned(),
        1 => "once".to_owned(),
        more => format!("{more} times"),
    };
    for (id, request) in &requests {
        let count = effects.get(id).copied().unwrap_or(0);
        let why = match (request.ok, request.info) {
            (true, _) if count != 1 => "although it was acknowledged",
            (false, true) if count > 1 => "although nobody knows whether it happened",
            (false, false) if count > 0 => "although it failed",
            _ => continue,
        };
        let at = request.operations.iter().filter_map(|&index| history.operations()[index].completed).max();
        let summary = format!("request {id} took effect {}, {why}", times(count));
        let finding = Finding::new(summary).about(format!("request {id}")).at(at);
        findings.push(finding.by(request.operations.iter().copied()));
    }
    for (id, &count) in effects.iter().filter(|&(id, &count)| count > 0 && !requests.contains_key(id)) {
        let summary = format!("request {id} took effect {}, but nobody asked for it", times(count));
        findings.push(Finding::new(summary).about(format!("request {id}")));
    }
    verdict("exactly-once", findings, requests.is_empty().then(|| "nothing was ever requested".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::hand::{fail, info, serial};
    use super::*;

    const OK: Outcome<()> = Outcome::Ok(());

    fn judge(lines: &[(u64, u64, Outcome<()>)], effects: &[(u64, u64)]) -> Verdict {
        exactly_once(&serial(lines), |&id| Some(id), &effects.iter().copied().collect())
    }

    /// Retries of one request are one request.
    #[test]
    fn every_request_once_is_accepted() {
        let lines = [(0, 1, info()), (0, 1, OK), (1, 2, fail()), (2, 3, info())];
        for third in 0..=1 {
            assert_eq!(judge(&lines, &[(1, 1), (3, third)]), Verdict::Ok);
        }
    }

    /// Too often, not at all, in spite of failing, from nowhere.
    #[test]
    fn each_way_to_be_wrong_is_named() {
        let summary = |outcome: Outcome<()>, effects: &[(u64, u64)]| {
            judge(&[(0, 1, outcome)], effects).violation().expect("a violation").summary.clone()
        };
        assert_eq!(summary(OK, &[(1, 2)]), "request 1 took effect 2 times, although it was acknowledged");
        assert_eq!(summary(OK, &[]), "request 1 took effect not at all, although it was acknowledged");
        let words = "request 1 took effect 2 times, although nobody knows whether it happened";
        assert_eq!(summary(info(), &[(1, 2)]), words);
        assert_eq!(summary(fail(), &[(1, 1)]), "request 1 took effect once, although it failed");
        assert_eq!(summary(OK, &[(1, 1), (5, 1)]), "request 5 took effect once, but nobody asked for it");
        assert!(matches!(judge(&[], &[]), Verdict::Unknown(_)));
    }
}
