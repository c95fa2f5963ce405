//! How much a link carries: a queue before it, and so many bytes a second.

use std::collections::BTreeMap;

use stormglass_core::time::{Duration, Time};

/// A limit to what each link carries.
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    pub(crate) bytes_per_second: u64,
    pub(crate) queue_bytes: u64,
    /// When each link, by its ends, will have sent what waits before it.
    pub(crate) free: BTreeMap<(u32, u32), Time>,
}

impl Meter {
    /// How long a message of `size` bytes waits and is sent; `None` if it finds no room in the queue.
    pub(super) fn take(&mut self, link: (u32, u32), size: u64, now: Time) -> Option<Duration> {
        let free = self.free.entry(link).or_insert(now);
        let waits = if *free > now { free.since(now) } else { Duration::ZERO };
        let before = u128::from(waits.as_nanos()) * u128::from(self.bytes_per_second) / 1_000_000_000;
        if before > u128::from(self.queue_bytes) {
            return None;
        }
        let sending = u128::from(size) * 1_000_000_000 / u128::from(self.bytes_per_second.max(1));
        let takes = waits + Duration::from_nanos(u64::try_from(sending).unwrap_or(u64::MAX / 4));
        *free = now + takes;
        Some(takes)
    }
}
