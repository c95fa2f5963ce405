//! Numbers with a meaning: a place in the log, a client's operation. Each is a `u64` that cannot be taken for another.

use serde::{Deserialize, Serialize};

/// A place in the log. The first entry has index 1; index 0 stands for the place before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Index(pub u64);

/// The number of a client's operation. A retry carries the number of the first try.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sequence(pub u64);

impl Index {
    /// The place before the first entry.
    pub const ZERO: Index = Index(0);

    /// The index that follows.
    #[must_use]
    pub const fn next(self) -> Index {
        Index(self.0 + 1)
    }

    /// The index before; zero has none and stays.
    #[must_use]
    pub const fn previous(self) -> Index {
        Index(self.0.saturating_sub(1))
    }

    /// The index `count` places on.
    #[must_use]
    pub const fn plus(self, count: u64) -> Index {
        Index(self.0 + count)
    }
}

impl Sequence {
    /// The number that follows.
    #[must_use]
    pub const fn next(self) -> Sequence {
        Sequence(self.0 + 1)
    }
}

/// Lets a type that holds one number read as that number.
#[macro_export]
macro_rules! shown_as_number {
    ($($name:ty),*) => {$(
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }
        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }
    )*};
}

shown_as_number!(Index, Sequence);
