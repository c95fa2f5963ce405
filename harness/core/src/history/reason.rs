//! Why an operation failed, or why nobody knows what came of it.
//!
//! For people only: no checker looks at it. It is one word wide, since histories of a million operations are kept in
//! memory and hardly any of them has a reason of its own.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

/// A reason, in words. Made from any text: `"timed out".into()`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Reason(Option<Box<Cow<'static, str>>>);

impl Reason {
    /// That of an operation which has not ended. It takes no memory.
    pub const STILL_OPEN: Reason = Reason(None);

    /// Its words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_deref().map_or("still open when the history ended", AsRef::as_ref)
    }
}

impl From<&'static str> for Reason {
    fn from(words: &'static str) -> Reason {
        Reason(Some(Box::new(Cow::Borrowed(words))))
    }
}

impl From<String> for Reason {
    fn from(words: String) -> Reason {
        Reason(Some(Box::new(Cow::Owned(words))))
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> String {
        reason.as_str().to_owned()
    }
}

impl PartialEq for Reason {
    fn eq(&self, other: &Reason) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Reason {}

impl Hash for Reason {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two reasons are the same if their words are, however they were made; and they are one word wide.
    #[test]
    fn a_reason_is_its_words() {
        let (fixed, made) = (Reason::from("no leader"), Reason::from("no leader".to_owned()));
        assert_eq!(fixed, made);
        assert_eq!(Reason::STILL_OPEN, Reason::from("still open when the history ended"));
        assert_eq!(format!("{fixed} {made:?}"), "no leader \"no leader\"");
        assert_eq!(size_of::<Reason>(), size_of::<usize>());
    }
}
