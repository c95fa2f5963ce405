//! The workload of a key-value register: reads, writes and compare-and-swaps of a few keys.
//!
//! Every value that is written is the id of the operation that writes it, so a value that is read names the one
//! write it came from, in the history and in the plan.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stormglass_core::id::ClientId;
use stormglass_core::op::kv::KvOp;
use stormglass_core::random::{Draws, Ratio};

use super::{Asked, Numbers, Operations, Schedule, Workload};
use crate::problem::Problem;

/// So many clients each read every key at the end, as long as that is few reads.
const READERS: u32 = 3;
/// With more final reads than this, each key is read by one client only.
const MANY_READS: u64 = 96;

/// Reads, writes and compare-and-swaps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Kv {
    /// Of how many keys; they are called 0, 1, 2, ….
    pub keys: u64,
    /// Operations per second, of all clients together.
    pub rate: u32,
    /// How many of each kind.
    pub mix: Mix,
    /// Which key an operation is about.
    pub choose: Keys,
}

impl Default for Kv {
    /// Five keys, 100 operations per second.
    fn default() -> Kv {
        Kv { keys: 5, rate: 100, mix: Mix::default(), choose: Keys::Uniform }
    }
}

/// How many operations of each kind, in proportion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Mix {
    /// Reads.
    pub read: u32,
    /// Writes.
    pub write: u32,
    /// Compare-and-swaps; most of them expect the value that the plan wrote last.
    pub cas: u32,
}

impl Default for Mix {
    fn default() -> Mix {
        Mix { read: 2, write: 2, cas: 1 }
    }
}

impl Mix {
    /// All parts together.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.read as u64 + self.write as u64 + self.cas as u64
    }
}

/// Which key an operation is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Keys {
    /// Every key is as likely.
    #[default]
    Uniform,
    /// Key 0 gets this share of all operations, the others get the rest evenly.
    Hot(Ratio),
}

impl Keys {
    fn draw(self, keys: u64, draws: &mut Draws) -> u64 {
        match self {
            Keys::Hot(share) if keys > 1 && !draws.chance(share) => 1 + draws.below(keys - 1),
            Keys::Hot(_) => 0,
            Keys::Uniform => draws.below(keys),
        }
    }
}

/// Every key that was asked about, with the last two values that the plan lets be written to it, newest first.
type Touched = BTreeMap<u64, [u64; 2]>;

impl Kv {
    fn draw_op(&self, asked: Asked, draws: &mut Draws, touched: &mut Touched) -> KvOp {
        let value = asked.id;
        let kind = draws.below(self.mix.total());
        let key = self.choose.draw(self.keys, draws);
        let key = if asked.hot { 0 } else { key };
        let last = touched.entry(key).or_default();
        if kind < u64::from(self.mix.read) {
            return KvOp::Read { key };
        }
        let [newest, before] = *last;
        *last = [value, newest];
        if kind < u64::from(self.mix.read) + u64::from(self.mix.write) {
            return KvOp::Write { key, value };
        }
        // Operations overtake each other, so the value before the newest is now and then the right guess.
        let expect = if draws.chance(Ratio::from_percent(75)) { newest } else { before };
        KvOp::Cas { key, expect, value }
    }
}

/// Every key that some operation is about, read by several clients; shared out among them if that is many reads.
fn final_reads(touched: &Touched, clients: u32) -> Vec<(ClientId, KvOp)> {
    let readers = READERS.min(clients);
    let readers = if touched.len() as u64 * u64::from(readers) > MANY_READS { 1 } else { readers };
    (0..readers)
        .flat_map(|reader| {
            (0..clients)
                .cycle()
                .skip(reader as usize)
                .zip(touched.keys())
                .map(|(client, &key)| (ClientId(client), KvOp::Read { key }))
        })
        .collect()
}

impl Operations for KvOp {
    const WORKLOAD: &'static str = "kv";

    fn draw(workload: &Workload, schedule: &mut Schedule<'_, KvOp>) -> Result<(), Problem> {
        let Workload::Kv(kv) = workload else {
            return Err(Problem::wrong_workload(Self::WORKLOAD, workload.name()));
        };
        let mut touched = Touched::new();
        schedule.traffic(kv.rate, |asked, draws| kv.draw_op(asked, draws, &mut touched));
        let reads = final_reads(&touched, schedule.clients());
        schedule.last(reads.into_iter());
        Ok(())
    }

    fn kind(&self) -> &'static str {
        match self {
            KvOp::Read { .. } => "read",
            KvOp::Write { .. } => "write",
            KvOp::Cas { .. } => "cas",
        }
    }

    /// Keys and values are numbered in the order in which they appear; 0 goes on to mean that nothing was written.
    fn simplify(operations: &mut [KvOp]) {
        let (mut keys, mut values) = (Numbers::from(0), Numbers::from(1));
        for op in operations {
            match op {
                KvOp::Read { key } => *key = keys.of(*key),
                KvOp::Write { key, value } => (*key, *value) = (keys.of(*key), values.of(*value)),
                KvOp::Cas { key, expect, value } => {
                    *key = keys.of(*key);
                    *expect = if *expect == 0 { 0 } else { values.of(*expect) };
                    *value = values.of(*value);
                }
            }
        }
    }
}
