//! What must hold, in the server's order and at the resource, from what they say of themselves.

mod fenced;
mod grants;
mod sessions;
mod wake_up;

use stormglass_core::monitor::Monitor;
use stormglass_core::time::{Duration, Time};
use stormglass_core::verdict::{Verdict, Violation};

use crate::Lock;

/// Fresh monitors, for one run.
pub(crate) fn all(session_ttl: Duration) -> Vec<Box<dyn Monitor<Lock>>> {
    // Clocks run alike within a hundredth.
    let lease = session_ttl / 100 * 99;
    vec![
        Box::new(fenced::Fenced::default()),
        Box::new(grants::TokensGrow::default()),
        Box::new(grants::GrantedOnce::default()),
        Box::new(grants::EndedByOwner),
        Box::new(grants::Fifo::default()),
        Box::new(sessions::Exclusive::new(lease)),
        Box::new(sessions::SessionsLive::new(lease)),
        Box::new(sessions::GrantedToTheLiving::default()),
        Box::new(wake_up::NoLostWakeUp),
    ]
}

/// A violation about one lock or session, certain from now on.
fn violated(check: &str, at: Time, subject: String, summary: String) -> Verdict {
    Verdict::Violated(Violation { subject: Some(subject), at: Some(at), ..Violation::new(check, summary) })
}
