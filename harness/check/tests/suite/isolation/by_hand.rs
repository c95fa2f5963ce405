//! Histories written by hand, one transaction to a line.
//!
//! `p1 0-5 ok a x 1; r y 2,3` is a transaction of process 1 that was under way from 0 to 5 ms, appended 1 to x and read
//! [2, 3] from y. Left out, the process is the line's own, the time is 0-9, so that all overlap, and the outcome is
//! ok. `-` is an empty list or a register without a value; `w x 1` writes a register.

use stormglass_check::isolation::Analysis;
use stormglass_check::isolation::generate::Value;
use stormglass_core::history::{History, OperationId, Outcome};
use stormglass_core::id::{ClientId, ProcessId};
use stormglass_core::op::txn::{Reads, Txn};
use stormglass_core::time::Time;

pub(crate) type HistoryOf<V> = History<Txn<<V as Value>::Step>, Reads<V>>;

/// A value as it is written in a line.
pub(crate) trait Written: Value {
    fn parse(text: &str) -> Self;
}

impl Written for Vec<u64> {
    fn parse(text: &str) -> Vec<u64> {
        text.split(',').filter(|value| *value != "-").map(|value| value.parse().expect("a number")).collect()
    }
}

impl Written for Option<u64> {
    fn parse(text: &str) -> Option<u64> {
        (text != "-").then(|| text.parse().expect("a number"))
    }
}

struct Line<V: Value> {
    process: u64,
    invoked: u64,
    completed: u64,
    steps: Vec<V::Step>,
    outcome: Outcome<Reads<V>>,
}

fn parse<V: Written>(number: usize, text: &str) -> Line<V> {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let mut prefix =
        |fits: fn(&str) -> bool| words.first().is_some_and(|word| fits(word)).then(|| words.remove(0));
    let process = prefix(|word| word.len() > 1 && word.starts_with('p'));
    let time = prefix(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    let outcome = prefix(|word| ["ok", "fail", "info"].contains(&word));
    let (invoked, completed) = time.unwrap_or("0-9").split_once('-').expect("from-to");
    let (mut steps, mut reads) = (Vec::new(), Vec::new());
    for step in words.join(" ").split(';') {
        let words: Vec<&str> = step.split_whitespace().collect();
        let key = u64::from(words[1].as_bytes()[0] - b'a');
        if words[0] == "r" {
            steps.push(V::read(key));
            reads.push(V::parse(words[2]));
        } else {
            steps.push(V::write(key, words[2].parse().expect("a number")));
        }
    }
    let outcome = match outcome {
        Some("fail") => Outcome::Fail("refused".into()),
        Some("info") => Outcome::Info("timed out".into()),
        _ => Outcome::Ok(Reads(reads)),
    };
    let process = process.map_or(100 + number as u64, |process| process[1..].parse().expect("a number"));
    Line {
        process,
        invoked: invoked.parse().expect("a number"),
        completed: completed.parse().expect("a number"),
        steps,
        outcome,
    }
}

/// The history of these lines, which stand in order of invocation. At equal times invocations come first.
pub(crate) fn history<V: Written>(lines: &[&str]) -> HistoryOf<V> {
    let lines: Vec<Line<V>> = lines.iter().enumerate().map(|(number, line)| parse(number, line)).collect();
    let mut moments: Vec<(u64, bool, usize)> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        moments.extend([(line.invoked, false, index), (line.completed, true, index)]);
    }
    moments.sort_unstable();
    let mut history = History::new();
    for (at, completes, index) in moments {
        let Line { process, steps, outcome, .. } = &lines[index];
        let at = Time::from_nanos(at * 1_000_000);
        if completes {
            history.complete(OperationId(index), outcome.clone(), None, at);
        } else {
            let id = history.invoke(ProcessId(*process), ClientId(index as u32), Txn(steps.clone()), at);
            assert_eq!(id.0, index, "lines stand in order of invocation");
        }
    }
    history
}

/// The names of all anomalies found, the gravest first.
pub(crate) fn names(analysis: &Analysis) -> Vec<String> {
    analysis.findings.iter().map(|finding| finding.anomaly.to_string()).collect()
}
