//! What nodes write down, each record in seven words.
//!
//! | who | record | means |
//! |---|---|---|
//! | coordinator | `Incarnation` | it was started once more |
//! | coordinator | `Commit` | the decision; from here on the transaction has happened |
//! | coordinator | `End` | everyone has acknowledged the commit: nobody will ask again |
//! | participant | `Prepared` | it can do the work or not, whatever happens: what a yes promises |
//! | participant | `Done` | the outcome, which ends a `Prepared` |
//!
//! A coordinator writes nothing of an abort: that is the presumption.

use stormglass_core::id::ClientId;

use super::placement::Places;
use super::types::{Change, Decision, Purpose, Sequence, TxnId, Work};

/// A record before it is framed.
pub(super) type Words = [u64; 7];

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Record {
    Incarnation(u64),
    Commit { txn: TxnId, participants: Places, client: ClientId, sequence: Sequence, purpose: Purpose },
    End { txn: TxnId },
    Prepared { txn: TxnId, work: Work },
    Done { txn: TxnId, decision: Decision },
}

const INCARNATION: u64 = 1;
const COMMIT_TRANSFER: u64 = 2;
const COMMIT_READ: u64 = 3;
const END: u64 = 4;
const PREPARED_READ: u64 = 5;
const PREPARED_ONE: u64 = 6;
const PREPARED_TWO: u64 = 7;
const DONE_COMMIT: u64 = 8;
const DONE_ABORT: u64 = 9;

impl Record {
    /// The record as words; those it does not need are zero.
    pub(super) fn words(&self) -> Words {
        let of = |kind: u64, txn: TxnId, rest: [u64; 4]| {
            [kind, txn.incarnation, txn.number, rest[0], rest[1], rest[2], rest[3]]
        };
        match *self {
            Record::Incarnation(incarnation) => [INCARNATION, incarnation, 0, 0, 0, 0, 0],
            Record::Commit { txn, participants, client, sequence, purpose } => {
                let kind = match purpose {
                    Purpose::Transfer => COMMIT_TRANSFER,
                    Purpose::Read => COMMIT_READ,
                };
                of(kind, txn, [participants.0, u64::from(client.0), sequence.0, 0])
            }
            Record::End { txn } => of(END, txn, [0; 4]),
            Record::Prepared { txn, work: Work::Read } => of(PREPARED_READ, txn, [0; 4]),
            Record::Prepared { txn, work: Work::Move(one, None) } => {
                of(PREPARED_ONE, txn, [one.account, one.by.cast_unsigned(), 0, 0])
            }
            Record::Prepared { txn, work: Work::Move(one, Some(two)) } => {
                let rest = [one.account, one.by.cast_unsigned(), two.account, two.by.cast_unsigned()];
                of(PREPARED_TWO, txn, rest)
            }
            Record::Done { txn, decision: Decision::Commit } => of(DONE_COMMIT, txn, [0; 4]),
            Record::Done { txn, decision: Decision::Abort } => of(DONE_ABORT, txn, [0; 4]),
        }
    }

    /// The record that these words are, if they are one.
    pub(super) fn from_words(words: &Words) -> Option<Record> {
        let [kind, incarnation, number, a, b, c, d] = *words;
        let txn = TxnId { incarnation, number };
        let change = |account, by: u64| Change { account, by: by.cast_signed() };
        let commit = |purpose| {
            let client = ClientId(u32::try_from(b).ok()?);
            Some(Record::Commit { txn, participants: Places(a), client, sequence: Sequence(c), purpose })
        };
        Some(match kind {
            INCARNATION => Record::Incarnation(incarnation),
            COMMIT_TRANSFER => commit(Purpose::Transfer)?,
            COMMIT_READ => commit(Purpose::Read)?,
            END => Record::End { txn },
            PREPARED_READ => Record::Prepared { txn, work: Work::Read },
            PREPARED_ONE => Record::Prepared { txn, work: Work::Move(change(a, b), None) },
            PREPARED_TWO => Record::Prepared { txn, work: Work::Move(change(a, b), Some(change(c, d))) },
            DONE_COMMIT => Record::Done { txn, decision: Decision::Commit },
            DONE_ABORT => Record::Done { txn, decision: Decision::Abort },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written is what is read, for every kind of record.
    #[test]
    fn words_and_records_are_inverse() {
        let txn = TxnId { incarnation: 3, number: 7 };
        let one = Change { account: 5, by: -4 };
        let (client, sequence, participants) = (ClientId(2), Sequence(9), Places(0b101));
        let mut records = vec![Record::Incarnation(4), Record::End { txn }];
        for purpose in [Purpose::Transfer, Purpose::Read] {
            records.push(Record::Commit { txn, participants, client, sequence, purpose });
        }
        for work in [Work::Read, Work::Move(one, None), Work::Move(one, Some(Change { account: 6, by: 4 }))] {
            records.push(Record::Prepared { txn, work });
        }
        for decision in [Decision::Commit, Decision::Abort] {
            records.push(Record::Done { txn, decision });
        }
        for record in records {
            assert_eq!(Record::from_words(&record.words()), Some(record));
        }
        assert_eq!(Record::from_words(&[0; 7]), None);
    }
}
