//! What can be wrong with a disk while it works: it refuses reads, has no room, puts writes astray; and rot, which shows only
//! when the cache is cold.

use super::Disk;
use crate::random::{CausalId, Draws, Purpose, Ratio};

/// Something that is wrong with a disk for the time being.
#[derive(Clone, Debug)]
pub struct Ailment {
    fault: u64,
    key: CausalId,
    malady: Malady,
    /// How many accesses might have shown it, and how many did.
    asked: u64,
    shown: u64,
}

impl Ailment {
    /// What fault number `fault` does, with draws under `key`.
    #[must_use]
    pub const fn new(fault: u64, key: CausalId, malady: Malady) -> Ailment {
        Ailment { fault, key, malady, asked: 0, shown: 0 }
    }
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malady {
    /// So many reads fail with an input/output error.
    Unreadable(Ratio),
    /// What would grow a file fails.
    Full,
    /// So many writes land at another sector of their file. Readers do not see it before the cache is cold.
    Astray(Ratio),
}

impl Disk {
    /// From now on something is wrong with it.
    pub fn afflict(&mut self, ailment: Ailment) {
        self.ailments.push(ailment);
    }

    /// This fault is over; answers how often it showed.
    pub fn cure(&mut self, fault: u64) -> u64 {
        let shown =
            self.ailments.iter().filter(|ailment| ailment.fault == fault).map(|ailment| ailment.shown);
        let shown = shown.sum();
        self.ailments.retain(|ailment| ailment.fault != fault);
        shown
    }

    /// Flips so many bits of what is durable, each drawn among all bytes; readers see them after the next crash, when
    /// the cache is cold. Answers how many were flipped.
    pub fn rot(&mut self, bits: u32, draws: &mut Draws) -> u64 {
        let sizes: Vec<u64> = self.files.iter().map(|file| file.durable().len() as u64).collect();
        let whole: u64 = sizes.iter().sum();
        if whole == 0 {
            return 0;
        }
        for _ in 0..bits {
            let mut bit = draws.below(whole * 8);
            for (file, size) in self.files.iter_mut().zip(&sizes) {
                match bit.checked_sub(size * 8) {
                    Some(beyond) => bit = beyond,
                    None => {
                        file.flip(bit);
                        break;
                    }
                }
            }
        }
        u64::from(bits)
    }

    /// Whether something that is wrong shows in this access.
    pub(super) fn shows(&mut self, wrong: impl Fn(&Malady) -> Option<Ratio>) -> Option<Draws> {
        for ailment in &mut self.ailments {
            let Some(rate) = wrong(&ailment.malady) else { continue };
            let mut draws = Draws::new(ailment.key.child(ailment.asked), Purpose::Disk);
            ailment.asked += 1;
            if draws.chance(rate) {
                ailment.shown += 1;
                return Some(draws);
            }
        }
        None
    }

    /// Whether there is no room for what would grow a file.
    pub(super) fn is_full(&mut self) -> bool {
        !self.ailments.is_empty()
            && self.shows(|malady| (*malady == Malady::Full).then_some(Ratio::ONE)).is_some()
    }
}
