//! What stands on the page as text, and the template that puts everything together.

use std::io::{self, Write};

use askama::Template;
use stormglass_core::verdict::{Undecided, Verdict};
use stormglass_explore::shrink::Ended;

use super::Page;
use super::outages::measured;
use crate::availability::availability_page;
use crate::blame::needs;

/// The template's values. Whatever a system said is escaped by it; scripts, styles and data are not.
#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct Sheet<'p> {
    scenario: &'p str,
    about: &'p str,
    seed: String,
    of: u64,
    /// `VIOLATED`, `OK`, `UNKNOWN`.
    word: &'static str,
    check: &'p str,
    subject: Option<&'p str>,
    /// What is impossible, or why nobody knows; and when.
    summary: &'p str,
    at: Option<String>,
    evidence: &'p [String],
    story: Vec<Told<'p>>,
    like: Option<String>,
    shrunk: Option<String>,
    replay: &'p str,
    keep: Option<&'p str>,
    others: Vec<String>,
    needed: Vec<Fault<'p>>,
    availability: Option<String>,
    counts: String,
    digest: String,
    data: &'p str,
    licence: &'static str,
    charts_style: &'static str,
    style: &'static str,
    charts: &'static str,
    scripts: [(&'static str, &'static str); 13],
}

/// A line of the story.
struct Told<'p> {
    nanos: u64,
    at: String,
    text: &'p str,
    guilty: bool,
}

/// What a fault contributed.
struct Fault<'p> {
    what: &'p str,
    verdict: &'static str,
    fails: u64,
    of: u64,
}

/// The scripts in the order in which they stand on the page; all share one scope.
const SCRIPTS: [(&str, &str); 13] = [
    ("data", include_str!("../../page/data.js")),
    ("view", include_str!("../../page/view.js")),
    ("lanes", include_str!("../../page/lanes.js")),
    ("backdrop", include_str!("../../page/backdrop.js")),
    ("traffic", include_str!("../../page/traffic.js")),
    ("operations", include_str!("../../page/operations.js")),
    ("diagram", include_str!("../../page/diagram.js")),
    ("overview", include_str!("../../page/overview.js")),
    ("charts", include_str!("../../page/charts.js")),
    ("panel", include_str!("../../page/panel.js")),
    ("filters", include_str!("../../page/filters.js")),
    ("list", include_str!("../../page/list.js")),
    ("main", include_str!("../../page/main.js")),
];

impl<'p> Sheet<'p> {
    pub(super) fn of(page: &Page<'p>, data: &'p str) -> Sheet<'p> {
        let failure = &page.failure;
        let told = failure.shrunk.map_or(failure.report, |shrunk| &shrunk.report);
        let report = &page.recording.report;
        let (word, subject, summary, at, evidence) = match &told.verdict {
            Verdict::Ok => ("OK", None, "Every check is satisfied.", None, &[][..]),
            Verdict::Unknown(Undecided { reason, .. }) => ("UNKNOWN", None, &reason[..], None, &[][..]),
            Verdict::Violated(violation) => (
                "VIOLATED",
                violation.subject.as_deref(),
                &violation.summary[..],
                violation.at.map(|at| at.to_string()),
                &violation.evidence[..],
            ),
        };
        let story = told.story.iter().map(|line| Told {
            nanos: line.at.as_nanos(),
            at: line.at.to_string(),
            text: &line.text,
            guilty: line.guilty,
        });
        let others = failure.report.verdicts.iter().filter(|other| other.check() != told.verdict.check());
        let needed = page.blame.iter().flat_map(|blame| &blame.faults).map(|needed| Fault {
            what: &needed.what,
            verdict: needs(&needed.without),
            fails: needed.without.fails,
            of: needed.without.of,
        });
        let stats = &report.stats;
        Sheet {
            scenario: &failure.scenario.name,
            about: &failure.scenario.about,
            seed: failure.report.seed.to_string(),
            of: failure.of,
            word,
            check: told.verdict.check(),
            subject,
            summary,
            at,
            evidence,
            story: story.collect(),
            like: like(page),
            shrunk: shrunk(page),
            replay: failure.replay,
            keep: failure.keep,
            others: others.take(5).map(ToString::to_string).collect(),
            needed: needed.collect(),
            availability: measured(report).map(availability_page),
            counts: format!(
                "{} events, {} messages ({} lost), {} of {} operations ok",
                stats.events, stats.sent, stats.dropped, report.succeeded, report.invoked
            ),
            digest: report.digest.to_string(),
            data,
            licence: include_str!("../../vendor/uplot/LICENSE"),
            charts_style: include_str!("../../vendor/uplot/uPlot.min.css"),
            style: include_str!("../../page/page.css"),
            charts: include_str!("../../vendor/uplot/uPlot.iife.min.js"),
            scripts: SCRIPTS,
        }
    }

    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let page = self.render().map_err(io::Error::other)?;
        out.write_all(page.as_bytes())
    }
}

fn like(page: &Page<'_>) -> Option<String> {
    let (count, seeds) = page.failure.like;
    let names: Vec<String> = seeds.iter().map(ToString::to_string).collect();
    let rest = if count > seeds.len() as u64 { ", …" } else { "" };
    (count > 0).then(|| format!("{count} more: seeds {}{rest}", names.join(", ")))
}

fn shrunk(page: &Page<'_>) -> Option<String> {
    let shrunk = page.failure.shrunk?;
    let best = if shrunk.ended == Ended::Minimal { "" } else { " (the best so far)" };
    Some(format!("{}{best}", shrunk.change))
}
