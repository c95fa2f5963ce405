//! What must hold of epochs and failovers, from what the parts say of themselves.

mod epochs;
mod failovers;

use stormglass_core::monitor::Monitor;
use stormglass_core::time::Time;
use stormglass_core::verdict::{Verdict, Violation};

use crate::Failover;
use crate::settings::Settings;

/// Fresh monitors, for one run.
pub(crate) fn all(settings: Settings) -> Vec<Box<dyn Monitor<Failover>>> {
    vec![
        Box::new(epochs::OneWriterPerEpoch::default()),
        Box::new(epochs::MountedOnce::default()),
        Box::new(epochs::EpochsGrow::default()),
        Box::new(failovers::MajoritySuspects::new(settings)),
        Box::new(failovers::NoFlapping::new(settings)),
    ]
}

/// A violation about one thing, certain from now on.
fn violated(check: &str, at: Time, subject: String, summary: String) -> Verdict {
    Verdict::Violated(Violation { subject: Some(subject), at: Some(at), ..Violation::new(check, summary) })
}
