//! How the command ends: one number for each kind of ending, and one type for what the user got wrong.

use std::fmt;
use std::process::ExitCode;

use stormglass_plan::diagnostic::Mistakes;

/// What a command came to, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// Everything was as expected.
    Ok,
    /// Nothing was violated, but not everything could be decided.
    Undecided,
    /// Something was violated, or a planted bug was not found.
    Violated,
}

/// The number for a mistake of the user's.
pub const MISTAKE: u8 = 2;

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> ExitCode {
        ExitCode::from(match ending {
            Ending::Ok => 0,
            Ending::Violated => 1,
            Ending::Undecided => 3,
        })
    }
}

/// What the user asked for cannot be done; the text says why and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake(String);

impl Mistake {
    /// A mistake that is in no file.
    pub fn new(text: impl Into<String>) -> Mistake {
        Mistake(text.into())
    }
}

impl From<Mistakes> for Mistake {
    fn from(mistakes: Mistakes) -> Mistake {
        Mistake(mistakes.to_string())
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Mistake {}
