//! Why one transaction over lists comes before another, in words.
//!
//! It does not look for dependencies: it is asked about edges that [`edges`](super::edges) added.

use super::{Append, Lists};
use crate::isolation::graph::Kind;

impl Lists<'_> {
    /// Why `from` comes before `to` by what was read and written; the names are what the sentence calls them.
    pub(crate) fn reason(&self, (from, to): (u32, u32), kind: Kind, names: (&str, &str)) -> Option<String> {
        match kind {
            Kind::WriteWrite => self.overwrote((from, to), names),
            Kind::WriteRead => self.observed_append((from, to), names),
            Kind::ReadWrite | Kind::WriteWriteInferred => self.did_not_observe((from, to), names),
            _ => None,
        }
    }

    fn observed_append(&self, (from, to): (u32, u32), (name, reader): (&str, &str)) -> Option<String> {
        let append = self.reads_of(to).iter().find_map(|read| {
            let last = self.orders[read.key as usize].kept.get((read.length as usize).checked_sub(1)?)?;
            Some(&self.appends[*last as usize]).filter(|append| append.transaction == from)
        })?;
        let (value, key) = (append.value, self.keys.name(append.key));
        Some(format!("{reader} observed {name}'s append of {value} to key {key}"))
    }

    fn did_not_observe(&self, (from, to): (u32, u32), (reader, name): (&str, &str)) -> Option<String> {
        let missed = |length: u32, append: &Append| !Self::is_kept(append.place) || append.place >= length;
        let append = self.reads_of(from).iter().find_map(|read| {
            let mut appends = self.appends_of(to).map(|(_, append)| append);
            appends.find(|append| append.key == read.key && missed(read.length, append))
        })?;
        let (value, key) = (append.value, self.keys.name(append.key));
        Some(format!("{reader} did not observe {name}'s append of {value} to key {key}"))
    }

    fn overwrote(&self, (from, to): (u32, u32), (first, second): (&str, &str)) -> Option<String> {
        let mut pairs =
            self.appends_of(from).flat_map(|(_, one)| self.appends_of(to).map(move |(_, two)| (one, two)));
        let (one, two) = pairs.find(|(one, two)| {
            let is_last = || self.orders[one.key as usize].kept.len() == one.place as usize + 1;
            one.key == two.key
                && Self::is_kept(one.place)
                && (two.place == one.place + 1 || !Self::is_kept(two.place) && is_last())
        })?;
        let key = self.keys.name(one.key);
        let (before, value) = (one.value, two.value);
        Some(if Self::is_kept(two.place) {
            format!("{second} appended {value} to key {key} right after {first}'s append of {before}")
        } else {
            format!(
                "{second} appended {value} to key {key}, which no read shows, and {first}'s append of {before} is \
                 shown last"
            )
        })
    }

    fn reads_of(&self, transaction: u32) -> &[super::ExternalRead] {
        let first = self.reads.partition_point(|read| read.transaction < transaction);
        let count = self.reads[first..].partition_point(|read| read.transaction == transaction);
        &self.reads[first..first + count]
    }
}
