//! Stormglass's results for people: pages, tables, timelines.
//!
//! Everything here makes text from values and prints nothing. The same values make the same text on every
//! machine: no real time, no path and no terminal is known here.

pub mod availability;
pub mod blame;
pub mod failure;
pub mod look;
pub mod page;
pub mod result;
pub mod sweeps;
pub mod table;
pub mod traces;

pub use availability::availability_page;
pub use blame::blame_page;
pub use failure::{Failure, failure_page};
pub use look::{look_line, look_page};
pub use page::{Page, html_page};
pub use result::{Outcome, Tally};
pub use table::{columns, results_table};
