//! A run's trace in the forms that other tools read.
//!
//! Each writes as it goes, so that a trace of a million events needs no second copy of itself in memory.

mod lines;
mod perfetto;
mod shiviz;

pub use lines::json_lines;
pub use perfetto::perfetto;
pub use shiviz::shiviz;
