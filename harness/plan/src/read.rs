//! From the text of a scenario to the scenario, or to everything that is wrong with it.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::contradiction::miscounted;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::problem::Problem;
use crate::scenario::{Members, Scenario};
use crate::source::Source;
use crate::words;

impl Source {
    /// The scenario that this text describes, for one of these systems.
    ///
    /// # Errors
    /// The first word that cannot be read, with its place; or else everything that cannot be.
    pub fn scenario(&self, systems: &[&str]) -> Result<Scenario, Mistakes> {
        let scenario: Scenario = self.parse()?;
        self.known_system(&scenario.system, systems)?;
        let mut problems = scenario.problems();
        problems.extend(self.said_twice(&scenario)?);
        self.sound(&problems)?;
        Ok(scenario)
    }

    /// Numbers of members that are said beside a topology which says otherwise: the value alone does not tell a number
    /// that was written from one that nobody wrote.
    fn said_twice(&self, scenario: &Scenario) -> Result<Vec<Problem>, Mistakes> {
        let Some(topology) = &scenario.topology else { return Ok(Vec::new()) };
        let table: toml::Table = self.parse()?;
        let (nodes, clients) = topology.members();
        let (cluster, usual) = (scenario.cluster, Members::default());
        let counts = [
            ("nodes", nodes, cluster.nodes, usual.nodes),
            ("clients", clients, cluster.clients, usual.clients),
        ];
        let written = |field: &str| table.get("cluster").and_then(|members| members.get(field)).is_some();
        let wrong = counts
            .into_iter()
            .filter(|&(field, _, count, usual)| count == usual && written(field))
            .filter_map(|(field, placed, count, _)| miscounted(&format!("cluster.{field}"), placed, count));
        Ok(wrong.collect())
    }

    /// Anything that `serde` can read.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<T, Mistakes> {
        toml::from_str(&self.text).map_err(|error| Mistakes::from(self.misread(&error)))
    }

    /// What the parser said, at its place.
    fn misread(&self, error: &toml::de::Error) -> Diagnostic {
        let end = self.text.len();
        let span = error.span().unwrap_or(end..end);
        let here = self.text.get(span.clone()).unwrap_or_default();
        let nothing_follows = self.text.get(span.start..).is_some_and(|rest| {
            rest.trim_start_matches([' ', '\t']).starts_with(['\n', '\r', '#']) || rest.is_empty()
        });
        let problem = match error.message() {
            "duplicate key" => Problem::new("", format!("`{here}` is set twice")).expected("each key once"),
            sentence if sentence.starts_with("string values must be quoted") && nothing_follows => {
                Problem::new("", "the value is missing").expected("a value")
            }
            sentence => words::problem("", sentence),
        };
        self.at(span, &problem)
    }

    pub(crate) fn known_system(&self, system: &str, systems: &[&str]) -> Result<(), Mistakes> {
        if systems.contains(&system) {
            return Ok(());
        }
        let problem = Problem::unknown("system", "system", system, systems);
        Err(self.diagnose(&problem).into())
    }

    pub(crate) fn sound(&self, problems: &[Problem]) -> Result<(), Mistakes> {
        if problems.is_empty() {
            return Ok(());
        }
        Err(Mistakes::new(problems.iter().map(|problem| self.diagnose(problem)).collect()))
    }

    /// The file at `path`. This is the one place in this crate that touches the world outside.
    ///
    /// # Errors
    /// That it cannot be opened; or, if it is not UTF-8, where its text ends.
    pub fn open(path: &Path) -> Result<Source, Mistakes> {
        let file = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => Source::from_bytes(file, bytes),
            Err(error) => {
                let problem = Problem::new("", format!("the file cannot be read: {error}"));
                Err(Source::new(file, "").at(0..0, &problem).into())
            }
        }
    }

    /// A text from the bytes of a file.
    ///
    /// # Errors
    /// If they are not UTF-8: the first byte that cannot be read, with its place.
    pub fn from_bytes(file: impl Into<String>, bytes: Vec<u8>) -> Result<Source, Mistakes> {
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Source::new(file, text)),
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                let byte = error.as_bytes()[offset];
                // The lossy text is equal to the file up to the first wrong byte, so the place is right in it.
                let source = Source::new(file, String::from_utf8_lossy(error.as_bytes()));
                let problem = Problem::new("", format!("the file is not UTF-8 from byte {offset} on"))
                    .found(format!("the byte 0x{byte:02x}"))
                    .expected("text in UTF-8")
                    .help("save the file as UTF-8; an editor may have written it as Latin-1 or UTF-16");
                Err(source.at(offset..offset, &problem).into())
            }
        }
    }
}
