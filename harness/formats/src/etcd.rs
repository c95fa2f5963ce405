//! Lines of Jepsen's log: `INFO  jepsen.util - 3⇥:invoke⇥:cas⇥[1 2]`, one event each.
//!
//! The logs of register tests that are passed around as test data look like this. Other lines of such a log (of other
//! loggers, of the nemesis) are no events; where an event begins is told by ` - `.

use std::io::BufRead;

use crate::edn::Reader;
use crate::event::{Event, Parts};
use crate::lines::Lines;
use crate::mistake::{Mistake, Place, ReadError};
use crate::node::Node;

const EXPECTED: &str = "an event: a process, a type, an operation and a value behind `INFO  jepsen.util - `";

/// The next line's event: `Some(None)` is a line without one.
pub(crate) fn next_event<R: BufRead>(lines: &mut Lines<R>) -> Result<Option<Option<Event>>, ReadError> {
    let number = lines.number + 1;
    let Some(line) = lines.next()? else {
        return Ok(None);
    };
    let line = line.trim_end();
    let Some((logger, said)) = line.split_once(" - ") else {
        if line.trim().is_empty() {
            return Ok(Some(None));
        }
        let place = Place { line: number, column: 1 };
        return Err(
            Mistake { place, found: format!("`{}`", shown(line)), expected: EXPECTED.to_owned() }.into()
        );
    };
    let place = Place { line: number, column: logger.chars().count() + 4 };
    // What another logger says, and what the nemesis did to the cluster, is in any words.
    if !logger.trim_end().ends_with("jepsen.util") || said.trim_start().starts_with(":nemesis") {
        return Ok(Some(None));
    }
    let mut reader = Reader::beginning_at(said.as_bytes(), place);
    let mut field = || -> Result<Node, ReadError> {
        reader.field()?.ok_or_else(|| {
            let place = Place { line: number, column: line.chars().count() + 1 };
            Mistake { place, found: "the end of the line".to_owned(), expected: EXPECTED.to_owned() }.into()
        })
    };
    let (process, kind, f, value) = (Some(field()?), Some(field()?), Some(field()?), Some(field()?));
    let error = value.clone().filter(|value| value.word().is_some());
    let parts = Parts { process, kind, f, value, error, ..Parts::default() };
    Ok(Some(parts.event(place)?))
}

fn shown(line: &str) -> String {
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
