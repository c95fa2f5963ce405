//! A run's trace in the forms that other tools read.
//!
//! Each writes as it goes, so that a trace of a million events needs no second copy of itself in memory.

mod lines;
mod perfetto;
mod shiviz;

use stormglass_core::trace::Kind;

pub use lines::json_lines;
pub use perfetto::perfetto;
pub use shiviz::shiviz;

/// The word for a kind of record.
pub(crate) const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Start => "start",
        Kind::Send => "send",
        Kind::Deliver => "deliver",
        Kind::Drop => "drop",
        Kind::Timer => "timer",
        Kind::Sync => "sync",
        Kind::Event => "event",
        Kind::Log => "log",
        Kind::Invoke => "invoke",
        Kind::Complete => "complete",
        Kind::Fault => "fault",
        Kind::Crash => "crash",
        Kind::Phase => "phase",
    }
}
