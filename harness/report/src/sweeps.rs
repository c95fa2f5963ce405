//! What became of sweeps, in the forms that other tools read.

mod github;
mod junit;
mod lines;

use stormglass_core::random::Seed;
use stormglass_core::verdict::Verdict;
use stormglass_plan::scenario::Scenario;

pub use github::github;
pub use junit::junit;
pub use lines::json_lines;

use crate::result::{Outcome, Tally};

/// One scenario after its sweep.
#[derive(Clone, Debug)]
pub struct Ended<'r> {
    /// What was tried.
    pub scenario: &'r Scenario,
    /// Its file, if it stands in one.
    pub file: Option<String>,
    /// What was counted.
    pub tally: &'r Tally,
    /// What came out, against what was expected.
    pub outcome: Outcome,
    /// Of each kind of failure the first.
    pub failures: Vec<Told<'r>>,
}

/// A failure, told.
#[derive(Clone, Debug)]
pub struct Told<'r> {
    /// Of which seed.
    pub seed: Seed,
    /// What broke, or could not be decided.
    pub verdict: &'r Verdict,
    /// The page that people read.
    pub page: String,
    /// The command that replays it.
    pub replay: String,
}

impl Ended<'_> {
    /// Whether somebody has to look at it.
    #[must_use]
    pub const fn as_expected(&self) -> bool {
        matches!(self.outcome, Outcome::Ok | Outcome::Found)
    }

    /// What is wrong, in a sentence, where no failure says it.
    fn complaint(&self) -> String {
        let runs = self.tally.runs;
        match (&self.scenario.bug, self.outcome) {
            (Some(bug), Outcome::NotFound) => {
                format!("the planted bug {bug} was not found in {runs} seeds by a check that should find it")
            }
            (_, Outcome::NotFound) => format!("no violation in {runs} seeds, where one was expected"),
            (_, Outcome::Unknown) => format!("{} of {runs} seeds could not be decided", self.tally.unknown),
            _ => format!("{} of {runs} seeds violated a check", self.tally.violated),
        }
    }
}

#[cfg(test)]
mod tests {
    use stormglass_core::verdict::Violation;

    use super::*;

    /// One scenario that failed with markup in its words, and one that went well.
    fn ended<'r>(scenarios: &'r [Scenario; 2], tally: &'r Tally, verdict: &'r Verdict) -> [Ended<'r>; 2] {
        let failed = Told {
            seed: Seed(7),
            verdict,
            page: "VIOLATED  a/b   seed 7\n 100% <script>".to_owned(),
            replay: "stormglass replay a/b --seed 7".to_owned(),
        };
        let file = Some("scenarios/a/b,c.toml".to_owned());
        [
            Ended {
                scenario: &scenarios[0],
                file,
                tally,
                outcome: Outcome::Violated,
                failures: vec![failed],
            },
            Ended { scenario: &scenarios[1], file: None, tally, outcome: Outcome::Ok, failures: Vec::new() },
        ]
    }

    fn written(write: fn(&[Ended<'_>]) -> String) -> String {
        let scenarios = [Scenario::named("a/b").system("a"), Scenario::named("a/ok").system("a")];
        let tally = Tally { runs: 10, ok: 9, violated: 1, operations: 5, ..Tally::default() };
        let verdict = Violation::new("linearizable", "read 0 → <1> & \"2\"").into();
        write(&ended(&scenarios, &tally, &verdict))
    }

    /// Markup in a system's words stays text.
    #[test]
    fn junit_escapes_what_systems_say() {
        let xml = written(junit);
        assert!(!xml.contains("<script>"), "{xml}");
        assert!(xml.contains(r#"<testcase name="a/b" classname="a""#), "{xml}");
        assert!(
            xml.contains(r#"<failure message="read 0 → &lt;1&gt; &amp; &quot;2&quot;" type="linearizable">"#),
            "{xml}"
        );
        assert!(xml.contains(r#"tests="2""#) && xml.contains(r#"failures="1""#), "{xml}");
    }

    /// A line of an annotation cannot end it, and a comma in a path cannot begin a property.
    #[test]
    fn annotations_are_one_line_each() {
        assert_eq!(
            written(github),
            "::error file=scenarios/a/b%2Cc.toml,title=a/b seed 7%3A linearizable::VIOLATED  a/b   seed 7%0A 100%25 <script>\n"
        );
    }

    /// A line for each scenario, whatever came of it.
    #[test]
    fn every_scenario_is_a_line_of_json() {
        let text = written(json_lines);
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!((&lines[0]["outcome"], &lines[1]["outcome"]), (&"violated".into(), &"ok".into()));
        assert_eq!(lines[0]["failures"][0]["seed"], 7);
        assert_eq!(lines[0]["failures"][0]["replay"], "stormglass replay a/b --seed 7");
    }
}
