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
            Kind::ReadWrite => self.did_not_observe((from, to), names),
            Kind::WriteWriteInferred => self.replaced_first((from, to), names),
            Kind::ReadWriteRealtime | Kind::WriteWriteRealtime => self.earlier_in_realtime((from, to), names),
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

    fn replaced_first(&self, (from, to): (u32, u32), (first, second): (&str, &str)) -> Option<String> {
        let read = self
            .reads_of(from)
            .iter()
            .find(|read| read.updates && self.writes_of(to).iter().any(|write| write.key == read.key))?;
        let key = self.keys.name(read.key);
        Some(format!(
            "{first} replaced an early version of key {key}, which {second} wrote without having read it"
        ))
    }

    fn earlier_in_realtime(&self, (from, to): (u32, u32), (first, second): (&str, &str)) -> Option<String> {
        let (earlier, later) = self.blocks_in_realtime(from, to)?;
        let key = self.keys.name(earlier.key);
        let (done, begun) = (earlier.first_completed.1, later.last_invoked.1);
        let named = |transaction: u32| match transaction {
            transaction if transaction == from => first.to_owned(),
            transaction if transaction == to => second.to_owned(),
            transaction => format!("operation {transaction}"),
        };
        let touched = |transaction: u32| {
            let read = self.reads_of(transaction).iter().find(|read| read.key == earlier.key);
            let write = self.writes_of(transaction).iter().rfind(|write| write.key == earlier.key);
            match (read, write) {
                (_, Some(write)) => format!("wrote {} to", write.value),
                (Some(read), None) => format!("read {} from", self.show(read.version)),
                (None, None) => "knew".to_owned(),
            }
        };
        let (mine, yours, did, does) = (touched(from), touched(to), touched(done), touched(begun));
        let (done, begun) = (named(done), named(begun));
        let why =
            format!("{done}, which {did} it, was complete before {begun}, which {does} it, was invoked");
        Some(format!("{first} {mine} key {key} before {second} {yours} it: {why}"))
    }
}
