//! A text line by line, with its numbers: what every reader reads from.

use std::io::{BufRead, ErrorKind, Read};

use crate::mistake::{Mistake, Place, ReadError};

/// A line longer than this many bytes is no history: a file without line ends must not fill the memory.
const LONGEST: u64 = 1 << 28;

/// The lines of an input.
pub(crate) struct Lines<R> {
    input: R,
    bytes: Vec<u8>,
    /// The number of the last line read, from 1.
    pub(crate) number: usize,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(input: R) -> Lines<R> {
        Lines { input, bytes: Vec::new(), number: 0 }
    }

    /// The next line with its end, if there is one.
    pub(crate) fn next(&mut self) -> Result<Option<&str>, ReadError> {
        self.bytes.clear();
        loop {
            let left = LONGEST - self.bytes.len() as u64;
            match (&mut self.input).take(left).read_until(b'\n', &mut self.bytes) {
                Ok(_) => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(ReadError::Input(error)),
            }
        }
        if self.bytes.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        let mistake = |column, found: &str, expected: &str| {
            let place = Place { line: self.number, column };
            ReadError::from(Mistake { place, found: found.to_owned(), expected: expected.to_owned() })
        };
        if self.bytes.len() as u64 == LONGEST {
            return Err(mistake(1, "a line without an end", "lines of at most 256 MiB"));
        }
        match std::str::from_utf8(&self.bytes) {
            Ok(line) => Ok(Some(line)),
            Err(error) => {
                let before = String::from_utf8_lossy(&self.bytes[..error.valid_up_to()]);
                let byte = self.bytes[error.valid_up_to()];
                Err(mistake(before.chars().count() + 1, &format!("the byte 0x{byte:02x}"), "text in UTF-8"))
            }
        }
    }
}
