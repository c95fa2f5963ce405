//! What the parsers say about a mistake, in the words of this project.
//!
//! `serde` and `toml` answer with one sentence each; here it is taken apart into what was found, what was
//! expected and what to do. A sentence that is not known is passed on as it is: nothing is lost.

use crate::problem::{Part, Problem};

/// The problem at `path` that a parser described as `sentence`.
pub(crate) fn problem(path: &str, sentence: &str) -> Problem {
    let sentence = sentence.trim();
    unknown(path, sentence)
        .or_else(|| missing(path, sentence))
        .or_else(|| too_many(path, sentence))
        .or_else(|| wrong_type(path, sentence))
        .unwrap_or_else(|| plain(path, sentence))
}

/// The text between the first two backquotes.
fn quoted(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once('`')?;
    rest.split_once('`').map(|(word, _)| word)
}

/// Every text between backquotes.
fn all_quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

fn unknown(path: &str, sentence: &str) -> Option<Problem> {
    if let Some(rest) = sentence.strip_prefix("unexpected keys in table: ") {
        let (found, known) = rest.split_once(", available keys: ")?;
        let known: Vec<&str> = known.split(", ").collect();
        return Some(unknown_field(path, found, &known));
    }
    let (what, expected) = sentence.split_once(", ")?;
    let word = quoted(what)?;
    let known = all_quoted(expected);
    if what.starts_with("unknown field ") {
        Some(unknown_field(path, word, &known))
    } else if what.starts_with("unknown variant ") {
        let (kind, also) = kind_of_word(&known);
        let mut problem = Problem::unknown(path, kind, word, &known);
        if let (Some(expected), Some(also)) = (&mut problem.expected, also) {
            expected.push_str(also);
        }
        Some(problem)
    } else {
        None
    }
}

fn unknown_field(path: &str, found: &str, known: &[&str]) -> Problem {
    let mut problem = Problem::unknown(path, "field", found, known);
    problem.part = Part::Key;
    problem
}

/// What the words of a list are called, and what else may stand in their place.
fn kind_of_word(known: &[&str]) -> (&'static str, Option<&'static str>) {
    match known.first() {
        Some(&"partition") => ("fault", None),
        Some(&"all") => ("target", Some(", a node such as `n3`, or a list of nodes")),
        Some(&"kv") => ("workload", None),
        Some(&"constant") => ("distribution", None),
        _ => ("word", None),
    }
}

fn missing(path: &str, sentence: &str) -> Option<Problem> {
    let field = quoted(sentence.strip_prefix("missing field ")?)?;
    Some(Problem::new(path, format!("`{field}` is missing")).expected(format!("`{field} = …`")))
}

/// What `toml` says of a table that should name one variant.
fn too_many(path: &str, sentence: &str) -> Option<Problem> {
    let found = sentence.strip_prefix("wanted exactly 1 element, ")?;
    Some(
        Problem::new(path, "exactly one name must stand here, with its settings behind it")
            .found(found)
            .expected("one `name = { … }`"),
    )
}

fn wrong_type(path: &str, sentence: &str) -> Option<Problem> {
    let rest = ["invalid type: ", "invalid value: ", "invalid length "]
        .iter()
        .find_map(|start| sentence.strip_prefix(start))?;
    let (found, expected) = rest.split_once(", expected ")?;
    let expected = match expected {
        "u32" => "a whole number from 0 to 4294967295",
        "u64" => "a whole number from 0 on",
        "i32" => "a whole number from -2147483648 to 2147483647",
        "struct variant" | "newtype variant" => "a table with its settings: `name = { … }`",
        "unit variant" => "the word alone, without settings",
        other => other,
    };
    let found = match found {
        "unit variant" => "the word alone",
        "newtype variant" | "struct variant" => "a table",
        other => other,
    };
    Some(Problem::new(path, format!("{found} cannot stand here")).found(found).expected(expected))
}

/// A sentence of its own: what is expected, if it says so, apart.
fn plain(path: &str, sentence: &str) -> Problem {
    for (mark, is) in [(", expected ", ""), ("; write ", ""), (" is not between ", "a number between ")] {
        if let Some((message, expected)) = sentence.split_once(mark) {
            let message = match is {
                "" => message.to_owned(),
                _ => format!("{message} is out of range"),
            };
            return Problem::new(path, message).expected(format!("{is}{expected}"));
        }
    }
    match sentence.split_once("; ") {
        Some((message, help)) => Problem::new(path, message).help(help),
        None => Problem::new(path, sentence),
    }
}
