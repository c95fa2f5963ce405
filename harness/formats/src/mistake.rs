//! What is wrong with a file: where, what was found, what was expected.

use std::fmt;
use std::io;

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// One mistake in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where it is.
    pub place: Place,
    /// What stands there.
    pub found: String,
    /// What would be right.
    pub expected: String,
}

/// Why there is no history.
#[derive(Debug)]
pub enum ReadError {
    /// The input itself could not be read.
    Input(io::Error),
    /// Its text is wrong.
    Mistake(Mistake),
}

impl ReadError {
    /// The mistake, if the text is what is wrong.
    #[must_use]
    pub fn mistake(&self) -> Option<&Mistake> {
        match self {
            ReadError::Mistake(mistake) => Some(mistake),
            ReadError::Input(_) => None,
        }
    }
}

impl From<Mistake> for ReadError {
    fn from(mistake: Mistake) -> ReadError {
        ReadError::Mistake(mistake)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: found {}; expected {}", self.place, self.found, self.expected)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Input(error) => write!(f, "the input cannot be read: {error}"),
            ReadError::Mistake(mistake) => mistake.fmt(f),
        }
    }
}

impl std::error::Error for Mistake {}
impl std::error::Error for ReadError {}
