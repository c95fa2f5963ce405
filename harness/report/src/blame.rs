//! The page that says when a failure became inevitable and what it needed.

use std::fmt::Write;

use stormglass_explore::blame::{Blame, Chance, Decided, Later, Moment, Needed};
use stormglass_plan::scenario::Scenario;

/// The width of the longest bar.
const WIDTH: u64 = 32;
const INFALLIBLE: &str = "a string takes every text";

/// The page, without a newline at its end.
#[must_use]
pub fn blame_page(scenario: &Scenario, blame: &Blame) -> String {
    let mut page = format!("BLAME     {}   {}\n", scenario.name, blame.check);
    curve(&mut page, blame);
    moment(&mut page, &blame.moment);
    for Needed { what, without } in &blame.faults {
        let verdict = needs(without);
        let (fails, of) = (without.fails, without.of);
        line(&mut page, verdict, &format!("{what}: without it {fails} of {of} fail"));
    }
    if !blame.unfinished.is_empty() {
        let left = blame.unfinished.join(", ");
        line(
            &mut page,
            "open",
            &format!("{left}: there was no time for more; give it some with --patience SECONDS"),
        );
    }
    page.truncate(page.trim_end().len());
    page
}

fn curve(page: &mut String, blame: &Blame) {
    if blame.curve.is_empty() {
        return;
    }
    let faults = match blame.moment.decided().map(|decided| decided.later) {
        Some(Later::ChancesWithoutFaults) => " and no fault strikes any more",
        Some(Later::Chances) | None => "",
    };
    writeln!(page, "          the share of runs that fail if whatever is later has other chances{faults}\n")
        .expect(INFALLIBLE);
    for Chance { after, fails, of } in &blame.curve {
        let (share, bar) = (fails * 100 / of.max(&1), "█".repeat((fails * WIDTH / (*of).max(1)) as usize));
        writeln!(page, "{after:>11}  {share:>3} %  {bar}").expect(INFALLIBLE);
    }
    page.push('\n');
}

fn moment(page: &mut String, moment: &Moment) {
    match moment {
        Moment::Luck => line(page, "decided", "by nothing before the violation itself"),
        Moment::Between(from, to) => {
            line(page, "decided", &format!("between {from} and {to}: there was no time to find out more"));
        }
        Moment::Decided(Decided { after: Chance { fails, of, .. }, before: None, .. }) => {
            line(page, "decided", &format!("before it began: {fails} of {of} fail, under any chances"));
        }
        Moment::Decided(Decided { after, before, what, .. }) => {
            let Chance { after: at, fails, of } = after;
            let before = before.map_or(String::new(), |before| {
                format!("; just before it {} of {}", before.fails, before.of)
            });
            line(page, "decided", &format!("at {at}: {fails} of {of} fail from here on{before}"));
            for line in what.iter().take(4) {
                writeln!(page, "          {line}").expect(INFALLIBLE);
            }
        }
    }
}

fn line(page: &mut String, word: &str, text: &str) {
    writeln!(page, " {word:<8} {text}").expect(INFALLIBLE);
}

/// What a fault is to a failure, in a word, by how many runs fail without it.
pub(crate) const fn needs(without: &Chance) -> &'static str {
    match without.fails {
        0 => "needed",
        fails if fails * 2 < without.of => "helps",
        _ => "luck",
    }
}
