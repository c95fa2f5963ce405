//! Messages on their way where something else than the queue carries them, so that a reset can take them back.
//!
//! Nobody can reach into an engine's network. So it is written down what has left and was not heard yet; what a reset has struck off
//! is not heard when it comes. It is kept only for plans with resets, and knows no message, only where from and where to.

use std::collections::BTreeMap;

use fixedbitset::FixedBitSet;
use stormglass_core::random::CausalId;
use stormglass_core::time::Time;

/// What has left and was not heard yet, with the time when it is due.
#[derive(Clone, Debug, Default)]
pub(crate) struct Afoot {
    under_way: BTreeMap<Way, Time>,
}

/// One message. The event that its arrival is does not name it alone: the first effect of what the message brings about has the
/// same id as the message's own second copy.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Way {
    pub(crate) id: CausalId,
    pub(crate) from: u32,
    pub(crate) to: u32,
}

/// A reset of what is between some hosts and some, either way.
#[derive(Clone, Debug)]
pub struct Reset {
    /// The fault's place in the plan.
    pub fault: usize,
    pub(crate) ends: (FixedBitSet, FixedBitSet),
}

impl Reset {
    /// Whether it breaks what connects these two hosts.
    #[must_use]
    pub fn strikes(&self, one: usize, other: usize) -> bool {
        between(one as u32, other as u32, (&self.ends.0, &self.ends.1))
    }
}

impl Afoot {
    pub(crate) fn leaves(&mut self, way: Way, due: Time) {
        self.under_way.insert(way, due);
    }

    /// Whether what arrives is to be heard, or a reset has taken it back.
    pub(crate) fn arrives(&mut self, way: Way) -> bool {
        self.under_way.remove(&way).is_some()
    }

    /// The host has come up again: what should have come while it was down never will.
    pub(crate) fn restarts(&mut self, host: u32, now: Time) {
        self.under_way.retain(|way, due| way.to != host || *due > now);
    }

    /// Takes back what is on its way between the two, either way; answers how many messages that were, not counting those that
    /// came too late for a host that is down.
    pub(crate) fn reset(
        &mut self,
        ends: (&FixedBitSet, &FixedBitSet),
        now: Time,
        is_down: impl Fn(u32) -> bool,
    ) -> u64 {
        let struck = self.under_way.extract_if(.., |way, _| between(way.from, way.to, ends));
        struck.filter(|(way, due)| *due > now || !is_down(way.to)).count() as u64
    }
}

/// Whether a message from one host to another crosses the links from some hosts to some, there or back.
pub(crate) fn between(from: u32, to: u32, ends: (&FixedBitSet, &FixedBitSet)) -> bool {
    let (sender, receiver) = (from as usize, to as usize);
    let there = ends.0.contains(sender) && ends.1.contains(receiver);
    let back = ends.1.contains(sender) && ends.0.contains(receiver);
    from != to && (there || back)
}
