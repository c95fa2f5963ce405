//! `zoo --shrink`: how small the failure of each planted bug becomes.

use std::io::Write;
use std::time::Duration;

use stormglass_core::random::Seed;
use stormglass_explore::Shrunk;
use stormglass_explore::shrink::{Ended, Size};
use stormglass_report::columns;

use crate::exit::{Ending, Mistake};

/// A kept failure should have no more faults and operations than these.
const FAULTS: usize = 3;
const OPERATIONS: usize = 8;

/// One planted bug: where it was found, and what is left of that.
pub(crate) struct Row {
    pub(crate) bug: String,
    pub(crate) seed: Option<Seed>,
    pub(crate) shrunk: Option<Shrunk>,
    pub(crate) took: Duration,
}

/// Prints the table and how many bugs it made small enough.
///
/// # Errors
/// If nothing can be printed.
pub(crate) fn print(rows: &[Row], out: &mut dyn Write) -> Result<Ending, Mistake> {
    let titles = ["bug", "seed", "check", "faults", "operations", "nodes", "time", "runs", "took", "left"];
    let table = columns(titles, rows.iter().map(Row::cells));
    let small = rows.iter().filter(|row| row.is_small()).count();
    // What has no plan, such as a formula, has nothing that could be left out.
    let rows: Vec<&Row> = rows.iter().filter(|row| row.shrunk.is_some() || row.seed.is_none()).collect();
    let mut took: Vec<Duration> = rows.iter().map(|row| row.took).collect();
    took.sort_unstable();
    let median = took.get(took.len() / 2).copied().unwrap_or_default().as_secs_f64();
    writeln!(
        out,
        "{table}\n\n{small} of {} bugs have at most {FAULTS} faults and {OPERATIONS} operations left; median {median:.1} s",
        rows.len()
    )
    .map_err(|error| Mistake::new(format!("the table cannot be printed: {error}")))?;
    Ok(if rows.iter().all(|row| row.seed.is_some()) { Ending::Ok } else { Ending::Violated })
}

impl Row {
    fn is_small(&self) -> bool {
        self.shrunk.as_ref().is_some_and(|shrunk| {
            shrunk.change.after.faults <= FAULTS && shrunk.change.after.operations <= OPERATIONS
        })
    }

    fn cells(&self) -> [String; 10] {
        let seed = self.seed.map_or("not found".to_owned(), |seed| seed.to_string());
        let took = format!("{:.1} s", self.took.as_secs_f64());
        let Some(Shrunk { change, signature, runs, ended, kinds, .. }) = &self.shrunk else {
            let why = if self.seed.is_some() { "it has no plan" } else { "" };
            return [&self.bug[..], &seed, why, "", "", "", "", "", &took, ""].map(str::to_owned);
        };
        let both = |of: fn(&Size) -> usize| format!("{} → {}", of(&change.before), of(&change.after));
        let kinds: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
        [
            self.bug.clone(),
            seed,
            signature.check.clone(),
            both(|size| size.faults),
            both(|size| size.operations),
            both(|size| size.nodes),
            format!("{} → {}", change.before.span.rough(), change.after.span.rough()),
            format!("{runs}{}", if *ended == Ended::Minimal { "" } else { " +" }),
            took,
            kinds.join(" "),
        ]
    }
}
