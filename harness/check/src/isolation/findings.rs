//! Anomalies as they are found: of each kind the first, and how many there are.
//!
//! It does not know how they are found or what forbids them.

use std::collections::BTreeMap;

use super::Unwritten;
use super::anomaly::{Anomaly, Ties};

/// The first instance of an anomaly.
pub(crate) struct Instance {
    /// The transactions, in the order in which the text names them T1, T2 …
    pub(crate) transactions: Vec<u32>,
    /// Sentences that say what is impossible.
    pub(crate) reasons: Vec<String>,
    /// How many were found.
    pub(crate) count: usize,
}

/// At most one instance of each anomaly.
#[derive(Default)]
pub(crate) struct Findings(pub(crate) BTreeMap<Anomaly, Instance>);

impl Findings {
    /// Drops reads of what nobody wrote, if somebody outside may have; no conclusion was drawn from them.
    pub(crate) fn allow(&mut self, unwritten: Unwritten) {
        if unwritten == Unwritten::IsFromOutside {
            self.0.remove(&Anomaly::UnwrittenRead);
        }
    }

    /// Counts an instance, and keeps it if it is the first; only then its reasons are put in words.
    pub(crate) fn add(
        &mut self,
        anomaly: Anomaly,
        transactions: &[u32],
        reasons: impl FnOnce() -> Vec<String>,
    ) {
        self.0.entry(anomaly).and_modify(|first| first.count += 1).or_insert_with(|| Instance {
            transactions: transactions.to_vec(),
            reasons: reasons(),
            count: 1,
        });
    }

    /// Drops the end of a search for serial orders where something more specific says as much.
    pub(crate) fn without_what_follows(&mut self) {
        let found = |anomalies: &[Anomaly]| anomalies.iter().any(|anomaly| self.0.contains_key(anomaly));
        // Neither of these depends on processes or on time: no serial order is left at all.
        let anyhow = found(&[Anomaly::FracturedRead, Anomaly::NonMonotonicView]);
        let sessions = anyhow || found(&[Anomaly::CausalityViolation, Anomaly::NoOrder(Ties::Data)]);
        let times = sessions || found(&[Anomaly::NoOrder(Ties::Process)]);
        for (ties, follows) in [(Ties::Data, anyhow), (Ties::Process, sessions), (Ties::Realtime, times)] {
            if follows {
                self.0.remove(&Anomaly::NoOrder(ties));
            }
        }
    }
}
