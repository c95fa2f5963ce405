//! Annotations of GitHub's actions: what is wrong stands beside the scenario's file in a pull request.
//!
//! The form is that of GitHub's documentation, *Workflow commands*: line ends and percent signs are escaped, in
//! properties colons and commas too.

use super::Ended;
use crate::result::Outcome;

/// A line for each failure.
#[must_use]
pub fn github(ended: &[Ended<'_>]) -> String {
    let mut lines = String::new();
    for ended in ended.iter().filter(|ended| !ended.as_expected()) {
        let level = if ended.outcome == Outcome::Unknown { "warning" } else { "error" };
        let file = ended.file.as_ref().map(|file| format!("file={},", property(file))).unwrap_or_default();
        let name = &ended.scenario.name;
        let mut line = |title: String, text: &str| {
            lines.push_str(&format!("::{level} {file}title={}::{}\n", property(&title), data(text)));
        };
        if ended.failures.is_empty() {
            line(name.clone(), &ended.complaint());
        }
        for failure in &ended.failures {
            line(format!("{name} seed {}: {}", failure.seed, failure.verdict.check()), &failure.page);
        }
    }
    lines
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
