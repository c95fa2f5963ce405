//! Why one transaction over registers comes before another, in words.
//!
//! It does not look for dependencies: it is asked about edges that were added before.

use super::{INITIAL, Registers};
use crate::isolation::graph::Kind;

impl Registers<'_> {
    /// Why `from` comes before `to` by what was read and written; the names are what the sentence calls them.
    pub(crate) fn reason(&self, (from, to): (u32, u32), kind: Kind, names: (&str, &str)) -> Option<String> {
        match kind {
            Kind::WriteRead => self.observed((from, to), names),
            Kind::ReadWrite | Kind::WriteWriteInferred => self.did_not_observe((from, to), names),
            Kind::ReadWriteRealtime => self.overwritten_later((from, to), names),
            Kind::WriteWriteRealtime => self.overwritten_before_read((from, to), names),
            _ => None,
        }
    }

    fn observed(&self, (from, to): (u32, u32), (name, reader): (&str, &str)) -> Option<String> {
        let read = self.reads_of(to).iter().find(|read| self.writer(read.version) == Some(from))?;
        let (value, key) = (self.show(read.version), self.keys.name(read.key));
        Some(format!("{reader} observed {name}'s write of {value} to key {key}"))
    }

    fn did_not_observe(&self, (from, to): (u32, u32), (reader, name): (&str, &str)) -> Option<String> {
        let read = self.reads_of(from).iter().find(|read| {
            let replaced = self
                .reads_of(to)
                .iter()
                .any(|other| other.updates && (other.key, other.version) == (read.key, read.version));
            let writes = self.writes_of(to).iter().any(|write| write.key == read.key);
            replaced || read.version == INITIAL && writes
        })?;
        let write = self.writes_of(to).iter().find(|write| write.key == read.key && write.is_final)?;
        let (value, key) = (write.value, self.keys.name(read.key));
        Some(format!(
            "{reader} read {} and did not observe {name}'s write of {value} to key {key}",
            self.show(read.version)
        ))
    }

    fn overwritten_later(&self, (from, to): (u32, u32), (reader, name): (&str, &str)) -> Option<String> {
        let written = |key: u32| self.writes_of(to).iter().find(|write| write.key == key && write.is_final);
        let (read, write) = self
            .reads_of(from)
            .iter()
            .filter(|read| read.version != INITIAL)
            .find_map(|read| Some((read, written(read.key)?)))?;
        let (old, new, key) = (self.show(read.version), write.value, self.keys.name(read.key));
        Some(format!(
            "{reader} read {old} from key {key}, and the write of {old} was complete before {name} wrote {new}"
        ))
    }

    fn overwritten_before_read(&self, (from, to): (u32, u32), names: (&str, &str)) -> Option<String> {
        let (first, second) = names;
        let write = self.writes_of(to).iter().find(|write| {
            write.is_final && self.writes_of(from).iter().any(|other| other.key == write.key)
        })?;
        let (value, key) = (write.value, self.keys.name(write.key));
        Some(format!(
            "{first} wrote key {key} and was complete when {second}'s write of {value} to it was still read"
        ))
    }
}
