//! The text of a file, and the way from a path of keys (`fault[2].at`) to the place where it is written.
//!
//! It works on text alone: nothing here opens a file.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::Diagnostic;
use crate::problem::{Part, Problem};

/// A text and what the user calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file's name, for messages.
    pub file: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// A text under the name that messages will give it.
    pub fn new(file: impl Into<String>, text: impl Into<String>) -> Source {
        Source { file: file.into(), text: text.into() }
    }

    /// The problem at the place in this text that its path names; if nothing is written there, at the nearest
    /// place around it.
    #[must_use]
    pub fn diagnose(&self, problem: &Problem) -> Diagnostic {
        let span = self.locate(&problem.path, problem.part);
        self.at(span, problem)
    }

    /// Where the value (or its key) at `path` is written.
    fn locate(&self, path: &str, part: Part) -> Range<usize> {
        let Ok(document) = DeTable::parse(&self.text) else {
            return 0..0;
        };
        let mut here = Place { key: 0..0, value: Value::Table(document.get_ref()) };
        let mut complete = true;
        for step in steps(path) {
            match here.value.child(&step) {
                Some(place) => here = place,
                None => {
                    complete = false;
                    break;
                }
            }
        }
        match &here.value {
            // The missing part of a table is shown at the table's name: the table itself may fill pages.
            Value::Other(value) if complete && part == Part::Value => self.short(value.span(), &here.key),
            _ => here.key,
        }
    }

    /// The span of a value on one line, or that of its key.
    fn short(&self, value: Range<usize>, key: &Range<usize>) -> Range<usize> {
        match self.text.get(value.clone()) {
            Some(text) if !text.contains('\n') => value,
            _ => key.clone(),
        }
    }

    /// The problem at a place in bytes, wherever in a line it falls.
    pub(crate) fn at(&self, span: Range<usize>, problem: &Problem) -> Diagnostic {
        let start = self.text.floor_char_boundary(span.start);
        let end = self.text.floor_char_boundary(span.end).max(start);
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Diagnostic {
            file: self.file.clone(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            span: start..end,
            message: problem.message.clone(),
            found: problem.found.clone().or_else(|| self.quote(start..end)),
            expected: problem.expected.clone(),
            help: problem.help.clone(),
            text: self.text.clone(),
        }
    }
}

impl Source {
    /// What is written at a place of one line.
    fn quote(&self, span: Range<usize>) -> Option<String> {
        let text = self.text.get(span)?;
        (!text.is_empty() && !text.contains('\n')).then(|| format!("`{text}`"))
    }
}

/// One step of a path.
#[derive(Debug, PartialEq, Eq)]
enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

/// The steps of `fault[2].inject`. A part that is no step is a key that no table has.
fn steps(path: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let (key, indexes) = part.split_at(part.find('[').unwrap_or(part.len()));
        if !key.is_empty() {
            steps.push(Step::Key(key));
        }
        for index in indexes.split('[').filter(|index| !index.is_empty()) {
            let number = index.trim_end_matches(']').parse();
            steps.push(number.map_or(Step::Key(index), Step::Index));
        }
    }
    steps
}

/// Something in a document: where its key is written, and its value.
struct Place<'d> {
    key: Range<usize>,
    value: Value<'d>,
}

enum Value<'d> {
    /// The document itself, which has no key.
    Table(&'d DeTable<'d>),
    Other(&'d Spanned<DeValue<'d>>),
}

impl<'d> Value<'d> {
    fn child(&self, step: &Step<'_>) -> Option<Place<'d>> {
        let table = match self {
            Value::Table(table) => Some(*table),
            Value::Other(value) => value.get_ref().as_table(),
        };
        match step {
            Step::Key(name) => {
                let entry = table?.iter().find(|(key, _)| key.get_ref() == name);
                entry.map(|(key, value)| Place { key: key.span(), value: Value::Other(value) })
            }
            Step::Index(index) => {
                let Value::Other(value) = self else {
                    return None;
                };
                let element = value.get_ref().as_array()?.get(*index)?;
                Some(Place { key: element.span(), value: Value::Other(element) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"name = "x"
[params]
heartbeat = "50ms"
[cluster]
nodes = { min = 3, max = 7 }
[[fault]]
at = "1s"
[[fault]]
at = "2s"
inject = { isolate = { target = ["n1", "n9"] } }
"#;

    fn written(path: &str, part: Part) -> String {
        let source = Source::new("test.toml", TEXT);
        TEXT[source.locate(path, part)].to_owned()
    }

    /// A path leads to its value, and to the nearest key around it where nothing is written.
    #[test]
    fn a_path_leads_to_its_place() {
        for (path, expected) in [
            ("name", "\"x\""),
            ("params.heartbeat", "\"50ms\""),
            ("cluster.nodes", "{ min = 3, max = 7 }"),
            ("cluster.nodes.max", "7"),
            ("cluster.clients", "cluster"),
            ("fault[0].at", "\"1s\""),
            ("fault[1].at", "\"2s\""),
            ("fault[1].inject.isolate.target[1]", "\"n9\""),
            ("fault[0].inject", "[[fault]]"),
            ("phases", ""),
            ("", ""),
            ("fault[7]", "fault"),
            ("name[[x.]", "name"),
        ] {
            assert_eq!(written(path, Part::Value), expected, "{path}");
        }
        assert_eq!(written("params.heartbeat", Part::Key), "heartbeat");
    }
}
