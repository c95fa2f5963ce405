//! The second pass: the order of the versions of each key, from its longest read.
//!
//! It reports what is wrong with that order in itself: elements that come twice, that nobody appended, or that build
//! on an aborted append.

use super::{ABORTED, Append, Lists, ReadId};
use crate::isolation::anomaly::Anomaly;
use crate::isolation::findings::Findings;
use crate::isolation::record::Standing;

/// What an element of a list is.
enum Element {
    /// An append of a transaction that committed.
    Kept(u32),
    /// An append of a transaction that failed.
    Aborted(u32),
    /// It stood in the list before.
    Again(u32),
    /// Nobody appended it.
    Unwritten,
}

impl Lists<'_> {
    pub(super) fn order_versions(&mut self, findings: &mut Findings) {
        for key in 0..self.orders.len() as u32 {
            if let Some(longest) = self.orders[key as usize].longest {
                self.order_key(key, longest, findings);
            }
        }
    }

    fn order_key(&mut self, key: u32, longest: ReadId, findings: &mut Findings) {
        let list = self.list(longest);
        let mut kept: Vec<u32> = Vec::with_capacity(list.len());
        let mut aborted: Vec<u32> = Vec::new();
        let mut kept_before: Vec<u32> = Vec::new();
        for (index, &value) in list.iter().enumerate() {
            let element = self.element(key, value, &kept);
            if !matches!(element, Element::Kept(_)) && kept_before.is_empty() {
                kept_before.extend(0..=index as u32);
            }
            match element {
                Element::Kept(append) => {
                    self.appends[append as usize].place = kept.len() as u32;
                    self.observed(append);
                    kept.push(append);
                    for aborted in std::mem::take(&mut aborted) {
                        self.dirty_update(aborted, append, longest.transaction, findings);
                    }
                }
                Element::Aborted(append) => {
                    self.appends[append as usize].place = ABORTED;
                    aborted.push(append);
                }
                Element::Again(append) => self.duplicate(append, longest.transaction, findings),
                Element::Unwritten => self.unwritten(key, value, longest.transaction, findings),
            }
            if !kept_before.is_empty() {
                kept_before.push(kept.len() as u32);
            }
        }
        let order = &mut self.orders[key as usize];
        (order.kept, order.kept_before) = (kept, kept_before);
    }

    fn element(&self, key: u32, value: u64, kept: &[u32]) -> Element {
        let Some(append) = self.find(key, value) else { return Element::Unwritten };
        let Append { place, transaction, .. } = self.appends[append as usize];
        if kept.get(place as usize) == Some(&append) || place == ABORTED {
            Element::Again(append)
        } else if self.standings[transaction as usize] == Standing::Failed {
            Element::Aborted(append)
        } else {
            Element::Kept(append)
        }
    }

    /// A list that is not a beginning of the longest of its key: what is wrong with its elements, one by one.
    pub(super) fn judge_disputed(&mut self, key: u32, read: ReadId, findings: &mut Findings) {
        let mut seen: Vec<u32> = Vec::new();
        for &value in self.list(read) {
            match self.find(key, value) {
                Some(append) => {
                    self.observed_unless_failed(append);
                    seen.push(append);
                }
                None => self.unwritten(key, value, read.transaction, findings),
            }
        }
        seen.sort_unstable();
        if let Some(pair) = seen.windows(2).find(|pair| pair[0] == pair[1]) {
            self.duplicate(pair[0], read.transaction, findings);
        }
    }

    fn observed_unless_failed(&mut self, append: u32) {
        if self.standings[self.appends[append as usize].transaction as usize] != Standing::Failed {
            self.observed(append);
        }
    }

    fn dirty_update(&self, aborted: u32, kept: u32, reader: u32, findings: &mut Findings) {
        let (aborted, kept) = (&self.appends[aborted as usize], &self.appends[kept as usize]);
        let key = self.keys.name(aborted.key);
        findings.add(Anomaly::DirtyUpdate, &[aborted.transaction, kept.transaction, reader], || {
            let (lost, value) = (aborted.value, kept.value);
            vec![
                format!("T1 appended {lost} to key {key} and failed"),
                format!("T2 appended {value} to key {key} and committed"),
                format!("T3 read {lost} before {value}, so T2 built on what never happened: a contradiction"),
            ]
        });
    }

    fn duplicate(&self, append: u32, reader: u32, findings: &mut Findings) {
        let append = &self.appends[append as usize];
        findings.add(Anomaly::DuplicateElements, &[append.transaction, reader], || {
            let (value, key) = (append.value, self.keys.name(append.key));
            vec![
                format!("T1 appended {value} to key {key} once"),
                format!("T2 read it twice in one list: a contradiction"),
            ]
        });
    }

    fn unwritten(&self, key: u32, value: u64, reader: u32, findings: &mut Findings) {
        let key = self.keys.name(key);
        findings.add(Anomaly::UnwrittenRead, &[reader], || {
            vec![format!(
                "T1 read {value} in the list of key {key}, which no transaction appended: a contradiction"
            )]
        });
    }
}
