//! Pages in HTML: of the failures of a sweep in a folder, of one run where it is asked for.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget};
use stormglass_core::random::Seed;
use stormglass_explore::blame::{Blame, Forks};
use stormglass_explore::{Case, Shrunk};
use stormglass_report::{Failure, Page, html_page};

use crate::app::App;
use crate::exit::Mistake;
use crate::replay::small_case;
use crate::shrinking::PATIENCE;

/// So many forks tell how likely the failure was …
const FORKS: u64 = 64;
/// … if it was made small, or has no more events than this: else a page would take minutes.
const TELLING: u64 = 3_000;

/// Writes the page of a failure, or of any run: of the small one, if the failure was made small.
///
/// # Errors
/// If there is nothing to draw, or `out` takes no more.
pub(crate) fn write(
    app: &App,
    case: &dyn Case,
    failure: &Failure<'_>,
    jobs: usize,
    out: &mut dyn Write,
) -> Result<(), Mistake> {
    let small = failure.shrunk.map(|shrunk: &Shrunk| small_case(app, &shrunk.file)).transpose()?;
    let case = small.as_deref().unwrap_or(case);
    let seed = failure.report.seed;
    let recording = case
        .record(seed)
        .map_err(|problem| Mistake::new(format!("seed {seed} cannot be drawn: {problem}")))?;
    let blame = blamed(case, failure, recording.report.stats.events, jobs);
    let page = Page { failure: *failure, recording: &recording, blame: blame.as_ref() };
    html_page(&page, out).map_err(|error| Mistake::new(format!("the page cannot be written: {error}")))
}

/// What is to blame for the failure, if the run is short enough to ask.
fn blamed(case: &dyn Case, failure: &Failure<'_>, events: u64, jobs: usize) -> Option<Blame> {
    let told = failure.shrunk.map_or(failure.report, |shrunk| &shrunk.report);
    let check = &told.verdict.violation()?.check;
    if (failure.shrunk.is_none() && events > TELLING) || check == "determinism" {
        return None;
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let stop = || {
        bar.tick();
        bar.elapsed() >= PATIENCE
    };
    let blame = case.blame(failure.report.seed, check, &Forks { of: FORKS, jobs, stop: &stop });
    bar.finish_and_clear();
    blame.ok()?
}

/// The file of a failure in this folder: `raft-storm-117.html`.
pub(crate) fn file_in(folder: &Path, scenario: &str, seed: Seed) -> PathBuf {
    let plain = |letter: char| if letter.is_alphanumeric() || letter == '_' { letter } else { '-' };
    let name: String = scenario.chars().map(plain).collect();
    folder.join(format!("{name}-{seed}.html"))
}

/// Writes into a file; its folder is made if it is not there.
///
/// # Errors
/// If the file cannot be made, or what `write` says.
pub(crate) fn into_file(
    file: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), Mistake>,
) -> Result<(), Mistake> {
    let failed =
        |error: std::io::Error| Mistake::new(format!("`{}` cannot be written: {error}", file.display()));
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut out = BufWriter::new(fs::File::create(file).map_err(failed)?);
    write(&mut out)?;
    out.flush().map_err(failed)
}
