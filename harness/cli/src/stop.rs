//! Ctrl-C in a sweep: the first lets the runs under way end, and what was found until then is printed; the second ends everything.
//!
//! A signal is the process's, and so is this: only the command's `main` listens.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// How shells call an end by Ctrl-C.
const INTERRUPTED: i32 = 130;

/// From now on Ctrl-C asks first.
pub(crate) fn listen() {
    let heard = ctrlc::set_handler(|| {
        if ASKED.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED);
        }
        let words = "stopping after the runs under way; Ctrl-C once more stops at once";
        // Nobody is left to tell if standard error is closed.
        let _ = writeln!(std::io::stderr().lock(), "\n{words}");
    });
    // Where signals cannot be heard Ctrl-C ends the command, as it does anyway.
    drop(heard);
}

/// Whether somebody has asked for the end.
pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
