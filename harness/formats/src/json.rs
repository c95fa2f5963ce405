//! JSON lines: one object in each line, every value with its line and column.

use std::io::BufRead;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::edn::DEEPEST;
use crate::lines::Lines;
use crate::mistake::{Mistake, Place, ReadError};
use crate::node::{Data, Node};

/// The next object, if there is one; empty lines are passed over.
pub(crate) fn next_value<R: BufRead>(lines: &mut Lines<R>) -> Result<Option<Node>, ReadError> {
    loop {
        let number = lines.number + 1;
        let Some(line) = lines.next()? else {
            return Ok(None);
        };
        let line = line.strip_prefix('\u{feff}').filter(|_| number == 1).unwrap_or(line);
        if !line.trim().is_empty() {
            let mut cursor = Cursor { line, place: Place { line: number, column: 1 }, byte: 0 };
            if line.trim_start().starts_with('[') {
                let place = cursor.place(line.trim_start());
                let expected =
                    "one JSON object in each line, as `jq -c '.[]'` makes them of an array".to_owned();
                return Err(Mistake { place, found: "an array".to_owned(), expected }.into());
            }
            let raw: &RawValue = serde_json::from_str(line).map_err(|error| cursor.mistake(0, &error))?;
            return Ok(Some(node(raw, &mut cursor, 0)?));
        }
    }
}

/// Turns offsets into columns; the offsets only grow.
struct Cursor<'a> {
    line: &'a str,
    place: Place,
    byte: usize,
}

impl Cursor<'_> {
    /// The place of `part`, which is a part of the line.
    fn place(&mut self, part: &str) -> Place {
        let byte = part.as_ptr() as usize - self.line.as_ptr() as usize;
        self.place.column += self.line[self.byte..byte].chars().count();
        self.byte = byte;
        self.place
    }

    /// What the library says of the text that begins at byte `start`.
    fn mistake(&self, start: usize, error: &serde_json::Error) -> ReadError {
        // The library counts bytes, and tells its own place at the end.
        let byte = (start + error.column()).min(self.line.len());
        let before = self.line.get(..byte).map_or(byte, |before| before.chars().count());
        let place = Place { line: self.place.line, column: before.max(1) };
        let text = error.to_string();
        let why = text.rsplit_once(" at line ").map_or(text.as_str(), |(why, _)| why);
        let found = format!("text that is no JSON ({why})");
        Mistake { place, found, expected: "one JSON object in each line".to_owned() }.into()
    }
}

/// An object's entries in order, repeated keys and all.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Entries<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

fn node(raw: &RawValue, cursor: &mut Cursor<'_>, depth: usize) -> Result<Node, ReadError> {
    let text = raw.get();
    let place = cursor.place(text);
    let start = cursor.byte;
    if depth > DEEPEST {
        let found = "brackets in brackets in brackets".to_owned();
        return Err(Mistake { place, found, expected: format!("at most {DEEPEST} of them") }.into());
    }
    let data = match text.as_bytes()[0] {
        b'{' => {
            let Entries(entries) = read(text, cursor, start)?;
            let mut map = Vec::with_capacity(entries.len());
            for (key, value) in entries {
                let value = node(value, cursor, depth + 1)?;
                map.push((Node { place: value.place, data: Data::Text(key) }, value));
            }
            Data::Map(map)
        }
        b'[' => {
            let elements: Vec<&RawValue> = read(text, cursor, start)?;
            let nodes = elements.into_iter().map(|element| node(element, cursor, depth + 1));
            Data::Sequence(nodes.collect::<Result<_, _>>()?)
        }
        b'"' => Data::Text(read(text, cursor, start)?),
        b'n' => Data::Nil,
        b't' => Data::Bool(true),
        b'f' => Data::Bool(false),
        _ => text.parse().map_or_else(|_| Data::Other(text.to_owned()), Data::Integer),
    };
    Ok(Node { place, data })
}

fn read<'a, T: Deserialize<'a>>(text: &'a str, cursor: &Cursor<'_>, start: usize) -> Result<T, ReadError> {
    serde_json::from_str(text).map_err(|error| cursor.mistake(start, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Result<Vec<Node>, String> {
        let mut lines = Lines::new(text.as_bytes());
        let mut values = Vec::new();
        while let Some(node) = next_value(&mut lines).map_err(|error| error.to_string())? {
            values.push(node);
        }
        Ok(values)
    }

    /// Every value knows its column, in characters and not in bytes.
    #[test]
    fn values_know_their_columns() {
        let values = all("\n{\"é\": [1, {\"b\" : null}], \"c\":-2.5}\n  true\n").unwrap();
        assert_eq!(values[0].place, Place { line: 2, column: 1 });
        assert_eq!(values[0].data.to_string(), "{\"é\" [1 {\"b\" nil}], \"c\" -2.5}");
        let Data::Map(entries) = &values[0].data else { panic!("a map") };
        assert_eq!(entries[1].1.place, Place { line: 2, column: 30 });
        assert_eq!(values[1].place, Place { line: 3, column: 3 });
    }

    /// What is wrong is said in the library's words, at its column.
    #[test]
    fn mistakes_have_a_place() {
        let error = all("{\"a\": 1}\n{\"a\": }").unwrap_err();
        assert_eq!(
            error,
            "line 2, column 7: found text that is no JSON (expected value); expected one JSON object in each line"
        );
        let error = all("{\"é\": tru}").unwrap_err();
        assert!(
            error.starts_with("line 1, column 10: found text that is no JSON (expected ident"),
            "{error}"
        );
        assert!(
            all(&format!("{{\"a\": {}{}}}", "[".repeat(500), "]".repeat(500)))
                .unwrap_err()
                .contains("at most 64")
        );
        assert!(all("{\"a\":").unwrap_err().contains("EOF"), "cut off");
    }
}
