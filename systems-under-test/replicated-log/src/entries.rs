//! Entries on their way: a run of them that many messages share.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A shared run of entries; empty without an allocation.
#[derive(Clone, PartialEq)]
pub struct Entries<E>(Option<Arc<[E]>>);

impl<E> Entries<E> {
    /// No entries.
    pub const NONE: Entries<E> = Entries(None);

    /// These entries, shared from now on.
    pub fn new(entries: impl ExactSizeIterator<Item = E>) -> Entries<E> {
        if entries.len() == 0 {
            return Entries::NONE;
        }
        Entries(Some(entries.collect()))
    }

    /// The entries, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[E] {
        self.0.as_deref().unwrap_or_default()
    }
}

impl<E> Default for Entries<E> {
    fn default() -> Entries<E> {
        Entries::NONE
    }
}

impl<E: fmt::Debug> fmt::Debug for Entries<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().fmt(f)
    }
}

impl<E: Serialize> Serialize for Entries<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_slice().serialize(serializer)
    }
}

impl<'de, E: Deserialize<'de>> Deserialize<'de> for Entries<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entries<E>, D::Error> {
        Vec::deserialize(deserializer).map(|entries: Vec<E>| Entries::new(entries.into_iter()))
    }
}
