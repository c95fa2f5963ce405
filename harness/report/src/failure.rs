//! The page of one failure: what broke, where, the story around it, the evidence, and how to see it again.

use std::fmt::Write;

use stormglass_core::verdict::{Undecided, Verdict, Violation};
use stormglass_explore::report::{Line, Report};
use stormglass_plan::scenario::Scenario;

/// The page, without a newline at its end. `of` is how many seeds the sweep had; `command` replays the failure.
#[must_use]
pub fn failure_page(scenario: &Scenario, report: &Report, of: u64, command: &str) -> String {
    let mut page = String::new();
    let seed = report.seed;
    let head = |word: &str, check: &str, subject: Option<&str>| {
        let subject = subject.map(|subject| format!(" · {subject}")).unwrap_or_default();
        let of = if of > 1 { format!(" (one of {of})") } else { String::new() };
        format!("{word:<9} {}   seed {seed}{of}   {check}{subject}\n", scenario.name)
    };
    match &report.verdict {
        Verdict::Ok => page.push_str(&head("OK", "every check", None)),
        Verdict::Unknown(Undecided { check, reason }) => {
            page.push_str(&head("UNKNOWN", check, None));
            indent(&mut page, &scenario.about);
            page.push('\n');
            indent(&mut page, reason);
        }
        Verdict::Violated(violation) => {
            page.push_str(&head("VIOLATED", &violation.check, violation.subject.as_deref()));
            indent(&mut page, &scenario.about);
            page.push('\n');
            violated(&mut page, violation, &report.story);
        }
    }
    others(&mut page, report);
    page.push('\n');
    line(&mut page, "replay", command);
    page.truncate(page.trim_end().len());
    page
}

fn violated(page: &mut String, violation: &Violation, story: &[Line]) {
    for Line { at, text, guilty } in story {
        let mark = if *guilty { '•' } else { ' ' };
        writeln!(page, "{at:>11}  {mark} {text}").expect(INFALLIBLE);
    }
    if !story.is_empty() {
        page.push('\n');
    }
    let at = violation.at.map(|at| format!("{at}: ")).unwrap_or_default();
    indent(page, &format!("{at}{}", violation.summary));
    for evidence in &violation.evidence {
        indent(page, evidence);
    }
}

/// Other checks that were not satisfied either, a line each.
fn others(page: &mut String, report: &Report) {
    let mut others: Vec<&Verdict> =
        report.verdicts.iter().filter(|&verdict| *verdict != report.verdict).collect();
    others.truncate(5);
    if !others.is_empty() {
        page.push('\n');
    }
    for verdict in others {
        line(page, "also", &verdict.to_string());
    }
}

fn indent(page: &mut String, text: &str) {
    for part in text.lines() {
        writeln!(page, "          {part}").expect(INFALLIBLE);
    }
}

fn line(page: &mut String, word: &str, text: &str) {
    writeln!(page, " {word:<8} {text}").expect(INFALLIBLE);
}

const INFALLIBLE: &str = "a string takes every text";
