//! An engine's time.

use std::future::Future;

use stormglass_core::time::{Duration, Time};

/// Hosts have so long to bind their sockets before the plan's time zero.
pub const PROLOGUE: Duration = Duration::from_millis(20);

/// An engine's clock, with the plan's time zero.
pub trait Clock {
    /// The plan's time now; zero before its beginning.
    fn now(&self) -> Time;

    /// Until then, or somewhat later.
    fn sleep_until(&self, at: Time) -> impl Future<Output = ()>;
}
