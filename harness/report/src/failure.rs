//! The page of one failure: what broke, where, the story around it, the evidence, and how to see it again.

use std::fmt::Write;

use stormglass_core::random::Seed;
use stormglass_core::verdict::{Undecided, Verdict, Violation};
use stormglass_explore::Shrunk;
use stormglass_explore::blame::{Decided, Later, Moment};
use stormglass_explore::report::{Line, Report};
use stormglass_explore::shrink::Ended;
use stormglass_plan::scenario::Scenario;

/// What there is to say of one failure.
#[derive(Clone, Copy)]
pub struct Failure<'f> {
    /// What was tried.
    pub scenario: &'f Scenario,
    /// What became of it.
    pub report: &'f Report,
    /// How many seeds the sweep had.
    pub of: u64,
    /// The same made small: then its story is told instead.
    pub shrunk: Option<&'f Shrunk>,
    /// Further seeds that failed the same way: how many, and the first few.
    pub like: (u64, &'f [Seed]),
    /// The command that replays it.
    pub replay: &'f str,
    /// The command that keeps it, if it can be kept.
    pub keep: Option<&'f str>,
    /// The file of its page in HTML, if there is one.
    pub html: Option<&'f str>,
}

impl<'f> Failure<'f> {
    /// A failure by itself.
    #[must_use]
    pub const fn new(scenario: &'f Scenario, report: &'f Report, replay: &'f str) -> Failure<'f> {
        Failure { scenario, report, of: 1, shrunk: None, like: (0, &[]), replay, keep: None, html: None }
    }
}

/// The page, without a newline at its end.
#[must_use]
pub fn failure_page(failure: &Failure<'_>) -> String {
    let Failure { scenario, report, of, shrunk, .. } = *failure;
    let mut page = String::new();
    let seed = report.seed;
    let told = shrunk.map_or(report, |shrunk| &shrunk.report);
    let head = |word: &str, check: &str, subject: Option<&str>| {
        let subject = subject.map(|subject| format!(" · {subject}")).unwrap_or_default();
        let of = if of > 1 { format!(" (one of {of})") } else { String::new() };
        format!("{word:<9} {}   seed {seed}{of}   {check}{subject}\n", scenario.name)
    };
    match &told.verdict {
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
            violated(&mut page, violation, &told.story);
        }
    }
    others(&mut page, report, told);
    page.push('\n');
    more(&mut page, failure);
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

/// Seeds like it, how small it became, and what to do next.
fn more(page: &mut String, failure: &Failure<'_>) {
    let (count, seeds) = failure.like;
    if count > 0 {
        let names: Vec<String> = seeds.iter().map(ToString::to_string).collect();
        let rest = if count > seeds.len() as u64 { ", …" } else { "" };
        let what = if count == 1 { "seed" } else { "seeds" };
        line(page, "like it", &format!("{count} more {what}: {}{rest}", names.join(", ")));
    }
    if let Some(Shrunk { change, ended, .. }) = failure.shrunk {
        let best =
            if *ended == Ended::Minimal { "" } else { "   (the best so far: there was no time for more)" };
        line(page, "shrunk", &format!("{change}{best}"));
    }
    if let Some(moment) = failure.shrunk.and_then(|shrunk| inevitable(shrunk.moment.as_ref()?)) {
        line(page, "decided", &moment);
    }
    line(page, "replay", failure.replay);
    if let Some(html) = failure.html {
        line(page, "page", html);
    }
    if let Some(keep) = failure.keep {
        line(page, "keep", &format!("{keep}   → runs first from now on"));
    }
}

/// When it became inevitable, in one line.
fn inevitable(moment: &Moment) -> Option<String> {
    match moment {
        Moment::Luck => None,
        Moment::Between(from, to) => {
            Some(format!("between {from} and {to}: there was no time to find out more"))
        }
        Moment::Decided(Decided { after, before: None, .. }) => {
            Some(format!("before it began: {} of {} runs fail, under any chances", after.fails, after.of))
        }
        Moment::Decided(Decided { later, after, what, .. }) => {
            let what = what.first().map_or(String::new(), |what| format!("{what}   "));
            let faults = match later {
                Later::Chances => "",
                Later::ChancesWithoutFaults => ", without any further fault",
            };
            let (fails, of) = (after.fails, after.of);
            Some(format!("{} {what}← inevitable from here{faults} ({fails} of {of} runs)", after.after))
        }
    }
}

/// Other checks that were not satisfied either, a line each.
fn others(page: &mut String, report: &Report, told: &Report) {
    let other = |verdict: &&Verdict| verdict.check() != told.verdict.check();
    let mut others: Vec<&Verdict> = report.verdicts.iter().filter(other).collect();
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
