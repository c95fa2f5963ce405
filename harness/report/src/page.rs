//! The page of one run in HTML: one file that needs nothing else, for a browser and no network.
//!
//! ```text
//! Recording ──columns, causes, states──▶ Data (JSON) ─┐
//! Failure ─────────────────────────────▶ Sheet (text) ┴─template─▶ one HTML file
//! ```
//!
//! Rust writes what happened, once and compactly; the scripts beside the template (`page/*.js`) draw it. What tells the
//! story (summary, timeline, evidence, commands) stands in the page as text as well, and needs no script. Every text of
//! the system is escaped: by the template where it is text, and in the data so that no text can end the data.

mod causes;
mod data;
mod outages;
mod sheet;
mod states;
mod texts;

use std::io::{self, Write};

use stormglass_explore::Recording;
use stormglass_explore::blame::Blame;

use crate::failure::Failure;

/// What a page shows.
#[derive(Clone, Copy)]
pub struct Page<'p> {
    /// What is said of it, as on the terminal.
    pub failure: Failure<'p>,
    /// The run that is drawn: the small one, if the failure was made small.
    pub recording: &'p Recording,
    /// When it became inevitable, if anybody asked.
    pub blame: Option<&'p Blame>,
}

/// Writes the page.
///
/// # Errors
/// If `out` takes no more.
pub fn html_page(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let data = data::Data::of(page).json()?;
    sheet::Sheet::of(page, &data).write(out)
}
