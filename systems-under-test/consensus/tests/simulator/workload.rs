//! Clients that each write growing numbers under a key of their own and read everybody's; the last only reads. Judging them is easy:
//! a read must find no less than was acknowledged or read before it began, and no more than was asked for.

use stormglass_core::history::Outcome;
use stormglass_core::id::ClientId;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::random::Draws;

#[derive(Clone, Debug, Default)]
struct Key {
    /// The largest number asked to be written.
    asked: u64,
    /// The largest that is known to have been held.
    seen: u64,
}

#[derive(Clone, Debug)]
struct Open {
    op: KvOp,
    /// What a read must at least find.
    floor: u64,
}

/// What clients asked for and were told.
pub struct Workload {
    keys: Vec<Key>,
    open: Vec<Option<Open>>,
    /// How many writes and reads ended well, and how many operations did not.
    pub writes: u64,
    pub reads: u64,
    pub unanswered: u64,
    /// What went wrong, in words.
    pub wrong: Vec<String>,
}

impl Workload {
    pub fn new(clients: usize) -> Workload {
        Workload {
            keys: vec![Key::default(); clients],
            open: vec![None; clients],
            writes: 0,
            reads: 0,
            unanswered: 0,
            wrong: Vec::new(),
        }
    }

    pub fn next(&mut self, client: ClientId, draws: &mut Draws) -> KvOp {
        let key = u64::from(client.0);
        let reads_only = client.0 > 0 && client.0 as usize + 1 == self.keys.len();
        let own = &mut self.keys[client.0 as usize];
        let op = match draws.below(4) {
            _ if reads_only => KvOp::Read { key: draws.below(key) },
            0 | 1 => {
                own.asked += 1;
                KvOp::Write { key, value: own.asked }
            }
            2 if own.asked > 0 => {
                own.asked += 1;
                KvOp::Cas { key, expect: own.asked - 1, value: own.asked }
            }
            _ => KvOp::Read { key: draws.below(self.keys.len() as u64) },
        };
        let floor = self.keys[op.key() as usize].seen;
        self.open[client.0 as usize] = Some(Open { op, floor });
        op
    }

    pub fn completed(&mut self, client: ClientId, outcome: &Outcome<KvRet>) {
        let Open { op, floor } = self.open[client.0 as usize].take().expect("an operation is open");
        let key = &mut self.keys[op.key() as usize];
        match (op, outcome) {
            (KvOp::Read { .. }, Outcome::Ok(KvRet::Value(found))) => {
                self.reads += 1;
                let found = found.unwrap_or(0);
                if found < floor || found > key.asked {
                    self.wrong.push(format!("{client}: {op} found {found}, not in {floor}..={}", key.asked));
                }
                key.seen = key.seen.max(found);
            }
            (KvOp::Write { value, .. }, Outcome::Ok(KvRet::Written))
            | (KvOp::Cas { value, .. }, Outcome::Ok(KvRet::Swapped(true))) => {
                self.writes += 1;
                key.seen = key.seen.max(value);
            }
            (KvOp::Cas { .. }, Outcome::Ok(KvRet::Swapped(false))) => self.writes += 1,
            (_, Outcome::Ok(ret)) => self.wrong.push(format!("{client}: {op} was answered with {ret:?}")),
            (_, Outcome::Fail(_) | Outcome::Info(_)) => self.unanswered += 1,
        }
    }
}
