//! Messages as bytes: their size, the way there and back, and bits that flip on it.

use stormglass_core::id::Address;
use stormglass_core::random::{CausalId, Draws, Purpose};
use stormglass_core::system::System;
use stormglass_core::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::network::{Fate, Garble};
use crate::queue::AFTER;
use crate::world::World;

/// How many bytes a message takes on the wire.
pub(crate) fn size<M: Serialize>(message: &M) -> u64 {
    encode(message).len() as u64
}

pub(crate) fn encode<M: Serialize>(message: &M) -> Vec<u8> {
    postcard::to_stdvec(message).unwrap_or_else(|error| {
        panic!("{} cannot be encoded: {error}", std::any::type_name::<M>());
    })
}

pub(crate) fn decode<M: DeserializeOwned>(bytes: &[u8]) -> Option<M> {
    // Bytes that are left over mean that this is not what was sent.
    postcard::take_from_bytes(bytes).ok().filter(|(_, rest)| rest.is_empty()).map(|(message, _)| message)
}

impl<S: System> World<S> {
    /// A message leaves as bytes. It arrives as what they decode to: itself, unless bits have flipped.
    #[inline(never)]
    pub(crate) fn send_encoded(
        &mut self,
        host: u32,
        from: Address,
        to: u32,
        message: &S::Message,
        cause: CausalId,
        id: CausalId,
    ) {
        if self.leaving.is_some() && host != to {
            return self.ship(host, from, to, message, cause, id);
        }
        let mut bytes = encode(message);
        let fate = match host == to {
            true => Fate::Arrives(Duration::ZERO),
            false => self.network.fate(host, to, id, bytes.len() as u64, self.now),
        };
        let (fate, garble) = match fate {
            Fate::Garbled(delay, garble) => (Fate::Arrives(delay), Some(garble)),
            fate => (fate, None),
        };
        if let Some(Garble { fault, bits }) = garble {
            flip_bits(&mut bytes, bits, id.child(self.plan.faults[fault].id).child(AFTER));
        }
        match (decode::<S::Message>(&bytes), garble) {
            (Some(message), _) => self.meet_fate(to, from, message, fate, cause, id),
            (None, Some(Garble { fault, .. })) => {
                self.stats.dropped += 1;
                self.effect_of(fault).dropped += 1;
                self.record_drop(from, to, id, cause, "its bytes no longer decode");
            }
            (None, None) => panic!(
                "{} does not survive its own encoding: {message:?}",
                std::any::type_name::<S::Message>()
            ),
        }
    }
}

/// Flips so many bits, each drawn by itself under `key`.
pub(crate) fn flip_bits(bytes: &mut [u8], bits: u32, key: CausalId) {
    let mut draws = Draws::new(key, Purpose::Network);
    for _ in 0..bits {
        if !bytes.is_empty() {
            let bit = draws.below(bytes.len() as u64 * 8);
            bytes[(bit / 8) as usize] ^= 1 << (bit % 8);
        }
    }
}
