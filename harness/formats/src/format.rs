//! Which notation a file has, and reading it to the end.

use std::fmt;
use std::io::BufRead;
use std::str::FromStr;

use stormglass_core::history::History;

use crate::assemble::Assembler;
use crate::edn;
use crate::etcd;
use crate::event::{Event, Strange};
use crate::json;
use crate::lines::Lines;
use crate::mistake::{Mistake, Place, ReadError};
use crate::names::Names;
use crate::vocabulary::Vocabulary;

/// A notation for histories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Format {
    /// What the beginning of the input looks like.
    #[default]
    Auto,
    /// Jepsen's EDN: one map per event, each on its own or all in a vector or list.
    Edn,
    /// One JSON object per line.
    Json,
    /// Lines of Jepsen's log: `INFO  jepsen.util - 3 :invoke :cas [1 2]`.
    EtcdLog,
}

/// A history from a file.
#[derive(Clone, Debug)]
pub struct Loaded<Op, Ret> {
    /// The operations.
    pub history: History<Op, Ret>,
    /// What numbers stand for, where the file's values are none.
    pub names: Names,
    /// Events read.
    pub events: u64,
    /// Lines or maps passed over because they are the nemesis's, or no events.
    pub skipped: u64,
}

impl Format {
    /// Their names, as [`FromStr`] reads them.
    pub const NAMES: [&'static str; 4] = ["auto", "edn", "json", "etcd-log"];

    /// This format; of `Auto`, what the beginning of the input looks like. Nothing is taken from the input.
    ///
    /// # Errors
    /// If the input cannot be read.
    pub fn resolve(self, input: &mut impl BufRead) -> Result<Format, ReadError> {
        match self {
            Format::Auto => guess(input),
            known => Ok(known),
        }
    }

    /// Reads a history to its end.
    ///
    /// # Errors
    /// At the first mistake in the text, or if the input cannot be read. A text without any event is a mistake too.
    pub fn read<V: Vocabulary>(
        self,
        mut input: impl BufRead,
        vocabulary: V,
    ) -> Result<Loaded<V::Op, V::Ret>, ReadError> {
        let format = self.resolve(&mut input)?;
        let mut events = match format {
            Format::Json => Events::Json(Lines::new(input)),
            Format::EtcdLog => Events::Etcd(Lines::new(input)),
            Format::Edn | Format::Auto => Events::Edn(edn::Reader::new(input)),
        };
        let mut assembler = Assembler::new(vocabulary);
        let (mut read, mut skipped) = (0, 0);
        while let Some(event) = events.next()? {
            match event {
                Some(event) => {
                    assembler.add(&event)?;
                    read += 1;
                }
                None => skipped += 1,
            }
        }
        if read == 0 {
            let place = Place { line: 1, column: 1 };
            let found = match skipped {
                0 => "an input without any event".to_owned(),
                _ => "nothing but events of the nemesis".to_owned(),
            };
            return Err(Mistake { place, found, expected: "events of clients".to_owned() }.into());
        }
        let (history, names) = assembler.finish();
        Ok(Loaded { history, names, events: read, skipped })
    }
}

/// The events of an input, one after another; `None` inside is something passed over.
enum Events<R> {
    Edn(edn::Reader<R>),
    Json(Lines<R>),
    Etcd(Lines<R>),
}

impl<R: BufRead> Events<R> {
    fn next(&mut self) -> Result<Option<Option<Event>>, ReadError> {
        let (map, strange) = match self {
            Events::Edn(reader) => (reader.next_value()?, Strange::Ignored),
            Events::Json(lines) => (json::next_value(lines)?, Strange::Refused),
            Events::Etcd(lines) => return etcd::next_event(lines),
        };
        Ok(map.map(|map| Event::from_map(map, strange)).transpose()?)
    }
}

/// The notation of an input, from what it has ready; nothing is taken from it.
fn guess(input: &mut impl BufRead) -> Result<Format, ReadError> {
    let ready = input.fill_buf().map_err(ReadError::Input)?;
    let ready = ready.strip_prefix(b"\xef\xbb\xbf").unwrap_or(ready);
    let mut marks = ready.iter().filter(|byte| !byte.is_ascii_whitespace());
    let begins = [(); 3].map(|()| marks.next().copied().unwrap_or_default());
    Ok(match (begins[0], begins[1]) {
        (b'{', b'"' | b'}') => Format::Json,
        // An array of JSON, which the reader of lines has a word for.
        (b'[', b'{') if begins[2] == b'"' => Format::Json,
        (b'I', b'N') => Format::EtcdLog,
        _ => Format::Edn,
    })
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Auto => "auto",
            Format::Edn => "edn",
            Format::Json => "json",
            Format::EtcdLog => "etcd-log",
        })
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Format, String> {
        match text {
            "auto" => Ok(Format::Auto),
            "edn" => Ok(Format::Edn),
            "json" => Ok(Format::Json),
            "etcd-log" => Ok(Format::EtcdLog),
            _ => Err(format!("`{text}` is no format; there are {}", Format::NAMES.join(", "))),
        }
    }
}
