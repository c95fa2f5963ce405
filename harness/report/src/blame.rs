//! The page that says when a failure became inevitable and what it needed.

use std::fmt::Write;

use stormglass_explore::blame::{Blame, Chance, Decided, Needed};
use stormglass_plan::scenario::Scenario;

/// The width of the longest bar.
const WIDTH: u64 = 32;
const INFALLIBLE: &str = "a string takes every text";

/// The page, without a newline at its end.
#[must_use]
pub fn blame_page(scenario: &Scenario, blame: &Blame) -> String {
    let Blame { check, curve, decided, faults } = blame;
    let mut page = format!("BLAME     {}   {check}\n", scenario.name);
    let of = curve.first().map_or(0, |chance| chance.of);
    writeln!(page, "          how many of {of} runs fail if whatever is later has other chances\n")
        .expect(INFALLIBLE);
    for Chance { after, fails, of } in curve {
        let bar = "█".repeat((fails * WIDTH / (*of).max(1)) as usize);
        writeln!(page, "{after:>11}  {fails:>4}  {bar}").expect(INFALLIBLE);
    }
    page.push('\n');
    match decided {
        None => page.push_str(" decided  by nothing before the violation itself\n"),
        Some(Decided { after, before, what }) => {
            let before = before.map_or(String::new(), |before| format!("; just before it {}", before.fails));
            writeln!(
                page,
                " decided  at {}: {} of {} fail from here on{before}",
                after.after, after.fails, after.of
            )
            .expect(INFALLIBLE);
            for line in what.iter().take(4) {
                writeln!(page, "          {line}").expect(INFALLIBLE);
            }
        }
    }
    for Needed { what, without } in faults {
        let verdict = match without.fails {
            0 => "needed",
            fails if fails * 2 < without.of => "helps",
            _ => "luck",
        };
        writeln!(page, " {verdict:<8} {what}: without it {} of {} fail", without.fails, without.of)
            .expect(INFALLIBLE);
    }
    page.truncate(page.trim_end().len());
    page
}
