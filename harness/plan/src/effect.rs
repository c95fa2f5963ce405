//! What a fault did: a storm that blew past everybody proves nothing.

use std::fmt;
use std::ops::AddAssign;

use stormglass_core::time::Duration;

/// What one strike did, or all strikes of a kind together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Messages it lost.
    pub dropped: u64,
    /// Messages it made late, doubled, held back or changed.
    pub disturbed: u64,
    /// Times that it took a machine down.
    pub downs: u64,
    /// For how long machines were down, together.
    pub down: Duration,
    /// Bytes it took from disks or damaged there.
    pub bytes: u64,
    /// Writes of which it tore a part away.
    pub torn: u64,
    /// Syncs that it slowed, failed or lied about.
    pub syncs: u64,
    /// Reads and writes that it refused or led astray.
    pub accesses: u64,
    /// Inputs that it let wait, and steps that it made longer.
    pub inputs: u64,
    /// Clocks that it changed.
    pub clocks: u64,
    /// Operations that it added, moved or cut short.
    pub operations: u64,
    /// Nodes that it would have struck, had the fault budget not spared them.
    pub spared: u64,
    /// Operations under way while it was in force, whether it touched them or not.
    pub overlapped: u64,
}

impl Effect {
    /// Whether it changed nothing, though the fault budget let it. That operations were under way is no effect.
    #[must_use]
    pub fn is_none(&self) -> bool {
        Effect { overlapped: 0, ..*self } == Effect::default()
    }
}

impl AddAssign for Effect {
    fn add_assign(&mut self, other: Effect) {
        self.dropped += other.dropped;
        self.disturbed += other.disturbed;
        self.downs += other.downs;
        self.down += other.down;
        self.bytes += other.bytes;
        self.torn += other.torn;
        self.syncs += other.syncs;
        self.accesses += other.accesses;
        self.inputs += other.inputs;
        self.clocks += other.clocks;
        self.operations += other.operations;
        self.spared += other.spared;
        self.overlapped += other.overlapped;
    }
}

/// `3 messages lost, 1 machine down for 1.2s`.
impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            return f.write_str("no effect");
        }
        let mut separator = "";
        let counts = [
            (self.dropped, "message", "lost"),
            (self.disturbed, "message", "disturbed"),
            (self.downs, "crash", "of machines"),
            (self.bytes, "byte", "lost or damaged"),
            (self.torn, "write", "torn"),
            (self.syncs, "sync", "disturbed"),
            (self.accesses, "access", "to disks refused or led astray"),
            (self.inputs, "input", "kept waiting"),
            (self.clocks, "clock", "changed"),
            (self.operations, "operation", "added, moved or cut short"),
            (self.spared, "node", "spared by the fault budget"),
        ];
        for (count, what, how) in counts {
            if count > 0 {
                let plural = match (count, what.ends_with('s'), what.ends_with("sh")) {
                    (1, ..) => "",
                    (_, false, false) => "s",
                    _ => "es",
                };
                write!(f, "{separator}{count} {what}{plural} {how}")?;
                separator = ", ";
            }
        }
        if !self.down.is_zero() {
            write!(f, "{separator}down for {}", self.down.rough())?;
        }
        Ok(())
    }
}
