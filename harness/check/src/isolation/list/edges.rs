//! Dependencies between transactions over lists.
//!
//! * ww: of two neighbouring kept appends the first comes before the second;
//! * wr: the append of the last element that a read shows comes before the reader;
//! * rw: a reader comes before the first append that its read does not show.
//!
//! Committed appends that no read shows come after all that were read, and after those who read all of them.

use std::collections::BTreeMap;

use super::{ABORTED, ExternalRead, Lists, NONE};
use crate::isolation::anomaly::Anomaly;
use crate::isolation::findings::Findings;
use crate::isolation::graph::{Kind, Links};
use crate::isolation::record::{Standing, returned};

/// Of each version, by key and length, that several transactions read and appended to, those rivals: the place of the
/// first kept append after it by somebody else.
type Rivals = BTreeMap<(u32, u32), u32>;

impl Lists<'_> {
    /// Adds the edges, and reports lost updates: rivals come before one another, but that has its own name.
    pub(crate) fn add_dependencies(&self, links: &mut Links, findings: &mut Findings) {
        let rivals = self.rivals(findings);
        for order in &self.orders {
            for pair in order.kept.windows(2) {
                links.add(self.writer(pair[0]), self.writer(pair[1]), Kind::WriteWrite);
            }
        }
        // Readers of everything that is known of a key.
        let mut complete: Vec<(u32, u32)> = Vec::new();
        for read in &self.reads {
            let kept = &self.orders[read.key as usize].kept;
            if let Some(&last) = kept.get((read.length as usize).wrapping_sub(1)) {
                links.add(self.writer(last), read.transaction, Kind::WriteRead);
            }
            match kept.get(read.length as usize) {
                Some(_) => self.add_overwritten(read, &rivals, links),
                None => complete.push((read.key, read.transaction)),
            }
        }
        self.add_unread(complete, links);
    }

    fn writer(&self, append: u32) -> u32 {
        self.appends[append as usize].transaction
    }

    /// The reader comes before the next append, unless it is its own or its rival's.
    fn add_overwritten(&self, read: &ExternalRead, rivals: &Rivals, links: &mut Links) {
        let kept = &self.orders[read.key as usize].kept;
        let rivals = rivals.get(&(read.key, read.length)).filter(|_| read.updates);
        let mut next = rivals.copied().unwrap_or(read.length) as usize;
        if let Some(half_read) = self.half_read(read) {
            // The rest of what the reader saw in part is no later version: that is an intermediate read.
            while kept.get(next).is_some_and(|&append| self.writer(append) == half_read) {
                next += 1;
            }
        }
        if let Some(&append) = kept.get(next) {
            links.add(read.transaction, self.writer(append), Kind::ReadWrite);
        }
    }

    /// The transaction whose last append to the key the reader missed though it saw an earlier one.
    fn half_read(&self, read: &ExternalRead) -> Option<u32> {
        let last = self.orders[read.key as usize].kept.get((read.length as usize).wrapping_sub(1))?;
        let append = &self.appends[*last as usize];
        (!append.is_final).then_some(append.transaction)
    }

    /// Orders the appends that nobody read after the others, key by key.
    fn add_unread(&self, mut complete: Vec<(u32, u32)>, links: &mut Links) {
        let mut unread: Vec<(u32, u32)> = self
            .appends
            .iter()
            .filter(|append| {
                append.place == NONE
                    && self.standings[append.transaction as usize] == Standing::Committed
                    && !self.orders[append.key as usize].is_disputed
            })
            .map(|append| (append.key, append.transaction))
            .collect();
        unread.sort_unstable();
        unread.dedup();
        complete.sort_unstable();
        let (mut targets, mut sources) = (Vec::new(), Vec::new());
        for unread in unread.chunk_by(|one, other| one.0 == other.0) {
            let key = unread[0].0;
            let last = self.orders[key as usize].kept.last().map(|&last| &self.appends[last as usize]);
            let last_writer = last.map(|last| last.transaction);
            let half_read = last.filter(|last| !last.is_final).and(last_writer);
            targets.clear();
            targets.extend(unread.iter().map(|pair| pair.1));
            if let Some(writer) = last_writer {
                targets.iter().for_each(|&target| links.add(writer, target, Kind::WriteWrite));
            }
            targets.retain(|&target| Some(target) != half_read);
            let first = complete.partition_point(|pair| pair.0 < key);
            let readers = complete[first..].iter().take_while(|pair| pair.0 == key);
            sources.clear();
            sources.extend(readers.map(|pair| pair.1));
            links.fan(&sources, &targets, Kind::ReadWrite);
            let updates = |reader: &&u32| targets.binary_search(reader).is_ok();
            let mut updating = sources.iter().filter(updates);
            if let (Some(&first), None) = (updating.next(), updating.next()) {
                targets.iter().for_each(|&target| links.add(first, target, Kind::WriteWriteInferred));
            }
            if targets.len() > 1 {
                let mut group = targets.clone();
                group.sort_by_key(|&writer| (returned(&self.operations[writer as usize]), writer));
                links.unordered.push(group);
            }
        }
    }

    /// All rivals, by key and length of the version they read.
    fn rivals(&self, findings: &mut Findings) -> Rivals {
        let mut updates: Vec<(u32, u32, u32)> = self
            .reads
            .iter()
            .filter(|read| read.updates)
            .map(|read| (read.key, read.length, read.transaction))
            .collect();
        updates.sort_unstable();
        let mut rivals = BTreeMap::new();
        for same in updates.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
            let &[(key, length, first), (_, _, second), ..] = same else { continue };
            let transactions: Vec<u32> = same.iter().map(|update| update.2).collect();
            let kept = &self.orders[key as usize].kept;
            let is_other = |append: &&u32| transactions.binary_search(&self.writer(**append)).is_err();
            let next =
                length + kept[length as usize..].iter().take_while(|append| !is_other(append)).count() as u32;
            let count = transactions.len();
            rivals.insert((key, length), next);
            findings.add(Anomaly::LostUpdate, &[first, second], || {
                let version = match length.checked_sub(1) {
                    Some(last) => format!("ending in {}", self.appends[kept[last as usize] as usize].value),
                    None => "empty".to_owned(),
                };
                let key = self.keys.name(key);
                let more = match count - 2 {
                    0 => String::new(),
                    more => format!(", as {more} more did"),
                };
                vec![
                    format!("T1 read the list of key {key}, {version}, and appended to it"),
                    format!("T2 read the same list, {version}, and appended to it too{more}"),
                    "each must come before the other, whose append it did not observe: a contradiction"
                        .to_owned(),
                ]
            });
        }
        rivals
    }

    /// Whether the append was read, or at least could have been.
    pub(super) fn is_kept(place: u32) -> bool {
        place < ABORTED
    }
}
