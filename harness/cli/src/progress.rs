//! How far a sweep has come, for the person who waits: on the terminal only, never in the results.

use std::cell::Cell;
use std::ops::Range;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use stormglass_explore::Report;

/// One bar over all scenarios; nothing at all if standard error is no terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// Virtual seconds so far, to be shown per real second.
    virtual_secs: Cell<f64>,
}

impl Progress {
    pub(crate) fn new(seeds: impl Iterator<Item = Range<u64>>) -> Progress {
        let total = seeds.map(|seeds| seeds.end - seeds.start).sum();
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        let style = "{bar:30} {pos}/{len} seeds  {per_sec}  {msg}";
        bar.set_style(ProgressStyle::with_template(style).expect("the template is a constant"));
        Progress { bar, virtual_secs: Cell::new(0.0) }
    }

    pub(crate) fn begin(&self, scenario: &str) {
        self.bar.set_prefix(scenario.to_owned());
    }

    pub(crate) fn seed_done(&self, report: &Report) {
        self.virtual_secs.set(self.virtual_secs.get() + report.stats.ended.as_nanos() as f64 / 1e9);
        self.bar.inc(1);
        // Asking the bar for its time at every seed would cost more than a short seed does.
        if self.bar.position().is_multiple_of(16) {
            let real = self.bar.elapsed().as_secs_f64().max(1e-3);
            let rate = self.virtual_secs.get() / real;
            self.bar.set_message(format!("{rate:.0} virtual s/s  {}", self.bar.prefix()));
        }
    }

    /// Counts seeds that need not be run any more.
    pub(crate) fn end(&self, skipped: u64) {
        self.bar.inc(skipped);
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
