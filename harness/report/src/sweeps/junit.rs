//! JUnit's XML, which every CI shows as a table of tests: a scenario is a test.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::Ended;
use crate::result::Outcome;

/// One document. No times: virtual ones would be taken for real ones.
#[must_use]
pub fn junit(ended: &[Ended<'_>]) -> String {
    let mut suite = TestSuite::new("scenarios");
    suite.add_test_cases(ended.iter().map(case));
    let mut report = Report::new("stormglass");
    report.add_test_suite(suite);
    report.to_string().expect("what systems say is cleaned of what XML cannot hold")
}

fn case(ended: &Ended<'_>) -> TestCase {
    let status = match ended.outcome {
        Outcome::Ok | Outcome::Found => TestCaseStatus::success(),
        Outcome::Violated | Outcome::NotFound => failed(ended, NonSuccessKind::Failure),
        Outcome::Unknown => failed(ended, NonSuccessKind::Error),
    };
    let mut case = TestCase::new(ended.scenario.name.clone(), status);
    case.set_classname(ended.scenario.system.clone());
    for (name, count) in
        [("seeds", ended.tally.runs), ("operations", ended.tally.operations), ("faults", ended.tally.strikes)]
    {
        case.add_property((name, count.to_string().as_str()));
    }
    case
}

/// The first failure gives its words; all pages are the text.
fn failed(ended: &Ended<'_>, kind: NonSuccessKind) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    match ended.failures.first() {
        Some(first) => {
            let said = first
                .verdict
                .violation()
                .map_or_else(|| first.verdict.to_string(), |violation| violation.summary.clone());
            status.set_message(said);
            status.set_type(first.verdict.check().to_owned());
        }
        None => {
            status.set_message(ended.complaint());
        }
    }
    let pages: Vec<&str> = ended.failures.iter().map(|failure| failure.page.as_str()).collect();
    if !pages.is_empty() {
        status.set_description(pages.join("\n\n"));
    }
    status
}
