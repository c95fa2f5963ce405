//! Dependencies between transactions over registers, as far as they are certain.
//!
//! * wr: who wrote a version comes before who read it;
//! * rw: who read a version comes before who replaced it by a new one after reading it; and who found nothing comes
//!   before all who wrote the key;
//! * ww, inferred: who replaced the initial version comes before all who did not read what they replaced.

use super::{BLIND, OPEN, Registers};
use crate::isolation::anomaly::Anomaly;
use crate::isolation::findings::Findings;
use crate::isolation::graph::{Kind, Links};

impl Registers<'_> {
    /// Adds the edges, and reports lost updates and versions that come before themselves.
    pub(crate) fn add_dependencies(&mut self, links: &mut Links, findings: &mut Findings) {
        let mut replaced = self.replaced();
        let cyclic = self.cyclic_keys(&replaced, findings);
        for (write, replaced) in self.writes.iter().zip(&mut replaced) {
            if cyclic.binary_search(&write.key).is_ok() {
                *replaced = BLIND;
            }
        }
        let lost = self.add_reads(&cyclic, links, findings);
        let mut without = [&cyclic[..], &lost[..]].concat();
        without.sort_unstable();
        self.blocks = self.blocks(&replaced, &without);
        self.add_first_blocks(links);
        self.add_realtime_versions(links);
    }

    /// The version that each write replaced, as far as its transaction read it.
    fn replaced(&self) -> Vec<u32> {
        let mut replaced = vec![BLIND; self.writes.len()];
        for read in self.reads.iter().filter(|read| read.updates && self.is_installed(read.version)) {
            let first = self.starts[read.transaction as usize] as usize;
            let writes = self.writes_of(read.transaction).iter().enumerate();
            for (index, _) in writes.filter(|(_, write)| write.key == read.key && write.is_final) {
                replaced[first + index] = read.version;
            }
        }
        replaced
    }

    /// Adds what reads show, except of keys without an order; returns the keys of which an update was lost, in order.
    fn add_reads(&self, cyclic: &[u32], links: &mut Links, findings: &mut Findings) -> Vec<u32> {
        let installed = self.installed();
        // Readers of one version come together, in order of transactions.
        let mut reads: Vec<(u32, u32, u32, bool)> =
            self.reads.iter().map(|read| (read.key, read.version, read.transaction, read.updates)).collect();
        reads.sort_unstable();
        let (mut readers, mut updaters, mut lost) = (Vec::new(), Vec::new(), Vec::new());
        for same in reads.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
            let (key, version) = (same[0].0, same[0].1);
            if cyclic.binary_search(&key).is_ok() {
                continue;
            }
            readers.clear();
            readers.extend(same.iter().map(|read| read.2));
            updaters.clear();
            updaters.extend(same.iter().filter(|read| read.3).map(|read| read.2));
            if let &[first, second, ..] = &updaters[..] {
                self.lost_update((key, version), (first, second), updaters.len(), findings);
                lost.push(key);
            }
            if let Some(writer) = self.writer(version) {
                readers.iter().for_each(|&reader| links.add(writer, reader, Kind::WriteRead));
                links.fan(&readers, &updaters, Kind::ReadWrite);
                continue;
            }
            let first = installed.partition_point(|pair| pair.0 < key);
            let writers: Vec<u32> =
                installed[first..].iter().take_while(|pair| pair.0 == key).map(|pair| pair.1).collect();
            links.fan(&readers, &writers, Kind::ReadWrite);
        }
        lost
    }

    /// Who wrote in the block of the initial version comes before all other blocks, or an update was lost.
    fn add_first_blocks(&self, links: &mut Links) {
        for blocks in self.blocks.all.chunk_by(|one, other| one.key == other.key) {
            let Some(first) = blocks.iter().find(|block| block.root.is_none()) else { continue };
            let writers = self.blocks.members(first).iter().filter(|member| member.is_writer);
            let writers: Vec<u32> = writers.map(|member| member.transaction).collect();
            let mut roots: Vec<u32> = blocks.iter().filter_map(|block| block.root).collect();
            roots.sort_unstable();
            links.fan(&writers, &roots, Kind::WriteWriteInferred);
        }
    }

    fn lost_update(
        &self,
        (key, version): (u32, u32),
        (first, second): (u32, u32),
        count: usize,
        findings: &mut Findings,
    ) {
        findings.add(Anomaly::LostUpdate, &[first, second], || {
            let value = self.show(version);
            let key = self.keys.name(key);
            let more = match count - 2 {
                0 => String::new(),
                more => format!(", as {more} more did"),
            };
            vec![
                format!("T1 read {value} from key {key} and wrote it"),
                format!("T2 read {value} from key {key} and wrote it too{more}"),
                "each must come before the other, whose write it did not observe: a contradiction".to_owned(),
            ]
        });
    }

    /// The value of a version, for people.
    pub(super) fn show(&self, version: u32) -> String {
        self.writes.get(version as usize).map_or("nothing".to_owned(), |write| write.value.to_string())
    }

    /// The keys of which a version was made from one that was made from it, in order.
    fn cyclic_keys(&self, replaced: &[u32], findings: &mut Findings) -> Vec<u32> {
        let mut cyclic = Vec::new();
        // The walk that last came by; each write has one predecessor, so all walks together are linear.
        let mut walks = vec![OPEN; self.writes.len()];
        for start in 0..self.writes.len() as u32 {
            let mut at = start;
            while walks.get(at as usize) == Some(&OPEN) {
                walks[at as usize] = start;
                at = replaced[at as usize];
            }
            if walks.get(at as usize) == Some(&start) {
                cyclic.push(self.writes[at as usize].key);
                self.cyclic_versions(at, replaced, findings);
            }
        }
        cyclic.sort_unstable();
        cyclic.dedup();
        cyclic
    }

    fn cyclic_versions(&self, start: u32, replaced: &[u32], findings: &mut Findings) {
        let versions: Vec<u32> = std::iter::successors(Some(start), |&version| {
            Some(replaced[version as usize]).filter(|&before| before != start)
        })
        .collect();
        let transactions: Vec<u32> = versions.iter().filter_map(|&version| self.writer(version)).collect();
        findings.add(Anomaly::CyclicVersions, &transactions, || {
            let key = self.keys.name(self.writes[start as usize].key);
            let count = versions.len();
            (0..count)
                .map(|index| {
                    let (new, old) = (self.show(versions[index]), self.show(versions[(index + 1) % count]));
                    let end = if index + 1 == count { ": a contradiction" } else { "" };
                    format!("T{} read {old} from key {key} and replaced it by {new}{end}", index + 1)
                })
                .collect()
        });
    }
}
