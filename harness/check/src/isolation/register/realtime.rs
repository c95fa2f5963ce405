//! What real time says about the order of versions, for the levels in which it counts.
//!
//! * W1 was complete before W2 was invoked: W1's version comes first. Who read it comes before W2.
//! * W2 was complete before a reader of W1's version was invoked: W2's version comes first, or the read is stale.
//!
//! Only the nearest consequences are drawn. The others follow from them and from real time, except after a violation,
//! and one violation is enough.

use std::ops::Range;

use super::Registers;
use crate::isolation::graph::{Kind, Links};
use crate::isolation::record::returned;

/// How many writes of a key near another one are looked at: so many can be concurrent with it.
const MOST_NEAR: usize = 64;

/// A committed write of the key at hand.
#[derive(Clone, Copy)]
struct Span {
    transaction: u32,
    invoked: u64,
    /// Never, if its outcome is unknown.
    completed: u64,
}

impl Registers<'_> {
    pub(super) fn add_realtime_versions(&self, installed: &[(u32, u32)], links: &mut Links) {
        // Of each version the readers, and of them the one invoked last: it proves most.
        let mut readers: Vec<(u32, u32, u32)> = self
            .reads
            .iter()
            .filter_map(|read| Some((read.key, self.writer(read.version)?, read.transaction)))
            .collect();
        readers.sort_unstable();
        let mut left = &readers[..];
        for writers in installed.chunk_by(|one, other| one.0 == other.0) {
            let key = writers[0].0;
            let skipped = left.partition_point(|reader| reader.0 < key);
            let count = left[skipped..].partition_point(|reader| reader.0 == key);
            let readers = &left[skipped..skipped + count];
            left = &left[skipped + count..];
            if writers.len() > 1 && !readers.is_empty() {
                let by_invocation: Vec<Span> = writers.iter().map(|pair| self.span(pair.1)).collect();
                self.add_key(&by_invocation, readers, links);
            }
        }
    }

    fn span(&self, transaction: u32) -> Span {
        let operation = &self.operations[transaction as usize];
        let completed = returned(operation).unwrap_or(u64::MAX);
        Span { transaction, invoked: operation.invoked.rank, completed }
    }

    /// Transactions are numbered in order of invocation, so the writers come in that order.
    fn add_key(&self, by_invocation: &[Span], readers: &[(u32, u32, u32)], links: &mut Links) {
        let mut by_completion = by_invocation.to_vec();
        by_completion.sort_unstable_by_key(|span| (span.completed, span.transaction));
        let quickest = two_quickest(by_invocation);
        for same in readers.chunk_by(|one, other| one.1 == other.1) {
            let writer = self.span(same[0].1);
            let later = by_invocation.partition_point(|span| span.invoked < writer.completed);
            for reader in same {
                // The one that is complete first proves most; it may be the reader itself.
                for next in quickest.get(later).into_iter().flatten().flatten() {
                    links.add(reader.2, next.transaction, Kind::ReadWriteRealtime);
                }
            }
            let Some(last) = same.last().map(|reader| self.span(reader.2)) else { continue };
            let own = by_completion.partition_point(|span| span.completed < writer.completed);
            let end = by_completion.partition_point(|span| span.completed < last.invoked);
            for near in [own.saturating_sub(MOST_NEAR)..own.min(end), own..end.min(own + MOST_NEAR)] {
                self.add_overlapping(&by_completion, near, writer, links);
            }
        }
    }

    /// Those that overlap the writer of a version and were complete before it was read come before it.
    fn add_overlapping(&self, spans: &[Span], near: Range<usize>, writer: Span, links: &mut Links) {
        let Some(spans) = spans.get(near) else { return };
        for span in
            spans.iter().filter(|span| span.completed > writer.invoked && span.invoked < writer.completed)
        {
            links.add(span.transaction, writer.transaction, Kind::WriteWriteRealtime);
        }
    }
}

/// Of each place in a list and all after it the two that are complete first.
fn two_quickest(spans: &[Span]) -> Vec<[Option<Span>; 2]> {
    let mut quickest = vec![[None; 2]; spans.len()];
    let mut best: [Option<Span>; 2] = [None; 2];
    for (place, &span) in spans.iter().enumerate().rev() {
        let is_before = |other: Option<Span>| other.is_none_or(|other| span.completed <= other.completed);
        if is_before(best[0]) {
            best = [Some(span), best[0]];
        } else if is_before(best[1]) {
            best[1] = Some(span);
        }
        quickest[place] = best;
    }
    quickest
}
