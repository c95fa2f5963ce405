//! What is wrong with a scenario or a plan, and where in it: before anybody knows whether it came from a file.

use std::fmt;

/// One mistake, in the user's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, as a path of keys and places: `fault[2].inject.isolate.target`. Empty for the whole.
    pub path: String,
    /// Whether the key or its value is wrong.
    pub part: Part,
    /// What is wrong, in one sentence without its place.
    pub message: String,
    /// What stands there, if it can be quoted.
    pub found: Option<String>,
    /// What would be right.
    pub expected: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

/// Which part of a line `key = value` is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The key.
    Key,
    /// The value.
    Value,
}

impl Problem {
    /// A problem at `path`.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem {
            path: path.into(),
            part: Part::Value,
            message: message.into(),
            found: None,
            expected: None,
            help: None,
        }
    }

    /// The same problem, saying what stands there.
    #[must_use]
    pub fn found(mut self, found: impl Into<String>) -> Problem {
        self.found = Some(found.into());
        self
    }

    /// The same problem, saying what would be right.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Problem {
        self.expected = Some(expected.into());
        self
    }

    /// The same problem, saying what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }

    /// A word that is none of `words`; the nearest of them is suggested.
    pub fn unknown(path: impl Into<String>, what: &str, found: &str, words: &[&str]) -> Problem {
        let mut problem = Problem::new(path, format!("unknown {what} `{found}`"))
            .found(format!("`{found}`"))
            .expected(one_of(words));
        problem.help = nearest(found, words).map(|word| format!("did you mean `{word}`?"));
        problem
    }

    pub(crate) fn wrong_workload(wanted: &str, found: &str) -> Problem {
        Problem::new("workload", format!("the system's operations are of workload `{wanted}`, not `{found}`"))
            .found(format!("`[workload.{found}]`"))
            .expected(format!("`[workload.{wanted}]`"))
    }
}

/// The word most like `found`, if any is like it at all.
#[must_use]
pub fn nearest<'w>(found: &str, words: &[&'w str]) -> Option<&'w str> {
    let found = found.to_lowercase();
    let likeness = |word: &str| match strsim::osa_distance(&found, word) {
        // One slip of the fingers is the likeliest mistake, and decides in words of two or three letters.
        0 | 1 => 1.0,
        _ => strsim::jaro_winkler(&found, word),
    };
    words
        .iter()
        .map(|&word| (likeness(word), word))
        // On the scale of Jaro and Winkler: about two letters wrong in a word of eight.
        .filter(|&(likeness, _)| likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, word)| word)
}

/// The words as a list for a sentence.
pub(crate) fn one_of(words: &[&str]) -> String {
    match words {
        [] => "nothing here".to_owned(),
        [only] => format!("`{only}`"),
        many => {
            let quoted: Vec<String> = many.iter().map(|word| format!("`{word}`")).collect();
            format!("one of {}", quoted.join(", "))
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        if let Some(expected) = &self.expected {
            write!(f, "; expected {expected}")?;
        }
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    /// A slip is understood; a word that is like none is left alone.
    #[test]
    fn the_nearest_word_is_found_and_no_far_one() {
        let faults = ["partition", "isolate", "crash", "slow-disk", "clock-jump", "clock-drift"];
        for (found, expected) in [
            ("isolat", Some("isolate")),
            ("Isolate", Some("isolate")),
            ("partiton", Some("partition")),
            ("slow_disk", Some("slow-disk")),
            ("clockjump", Some("clock-jump")),
            ("meteor", None),
            ("", None),
        ] {
            assert_eq!(nearest(found, &faults), expected, "{found}");
        }
        assert_eq!(nearest("vk", &["kv", "custom"]), Some("kv"));
        assert_eq!(nearest("zz", &["kv", "custom"]), None);
    }
}
