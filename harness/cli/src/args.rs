//! What the command line can say.

use std::ops::Range;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use stormglass_core::id::Address;
use stormglass_core::time::Duration;
use stormglass_logging::Directives;

/// Deterministic chaos testing for distributed systems.
///
/// Runs systems in a seeded virtual world, injects faults, and judges what clients saw and what nodes did. The same
/// scenario and seed give the same run, on every machine.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Exit codes: 0 as expected, 1 violated (or a planted bug not found), 2 a mistake \
                                 in what was asked, 3 undecided."
)]
pub struct Arguments {
    /// What to do; without it, `run`.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The folder in which scenarios are found by name
    #[arg(long, global = true, value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
}

/// One command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs scenarios over many seeds; all of them, if none is named
    Run(RunArguments),
    /// Runs one seed of a scenario again, or a saved plan, and shows what happened
    Replay(ReplayArguments),
    /// Prints the plan of one seed without running it: who takes part, the weather, the operations
    Explain(ExplainArguments),
    /// Makes a failure small, and says when it became inevitable and which faults it needs
    Blame(BlameArguments),
    /// Makes a failure small and keeps it as a file that tests run before all else
    Keep(KeepArguments),
    /// Hunts every planted bug, and prints how many seeds it took to find it
    Zoo(ZooArguments),
    /// Judges a history from a file, of this or any other tool
    Check(crate::check::CheckArguments),
    /// Computes what theory predicts, and whether a simulation agrees
    Model {
        /// Of what
        #[command(subcommand)]
        what: crate::model::ModelCommand,
    },
    /// Writes a new scenario with comments, which runs as it is
    New(NewArguments),
    /// Prints the JSON Schema of scenario files, by which editors complete and check them
    Schema,
    /// Lists what there is
    List {
        /// Of what
        what: Listing,
    },
}

/// Arguments of `zoo`.
#[derive(Debug, Args)]
pub struct ZooArguments {
    /// The systems whose bugs are hunted; all, if none is named
    pub systems: Vec<String>,
    /// How many seeds a hunt has
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub limit: u64,
    /// Hunts each bug once, shrinks what was found, and prints how small it became
    #[arg(long)]
    pub shrink: bool,
    /// How many hunts, each from another base seed
    #[arg(long, value_name = "B", default_value_t = 10)]
    pub bases: u64,
    /// How many seeds run at once; as many as the machine has cores, if not given
    #[arg(long, short, value_name = "J", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
}

/// In which form `run` says what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RunFormat {
    /// A table, and a page for each failure
    #[default]
    Text,
    /// A JSON object for each scenario, a line each
    Json,
    /// JUnit's XML: each scenario is a test
    Junit,
    /// Annotations that GitHub shows beside the scenario's file
    Github,
}

/// In which form `replay` shows a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ReplayFormat {
    /// The page of a failure
    #[default]
    Text,
    /// Every event as a JSON object, a line each
    Json,
    /// The trace for Perfetto (ui.perfetto.dev) and Chrome's tracing page
    Perfetto,
    /// The log for ShiViz, with vector clocks
    Shiviz,
    /// A page with a space-time diagram for a browser, in one file that needs no network
    Html,
}

/// Arguments of `run`.
#[derive(Debug, Default, Args)]
pub struct RunArguments {
    /// Names as `list scenarios` shows them, or paths of files
    pub scenarios: Vec<String>,
    /// How many seeds, or from which to before which (`100..200`); what each scenario says, if not given
    #[arg(long, value_name = "N|A..B", value_parser = seeds)]
    pub seeds: Option<Range<u64>>,
    /// How many run at once; as many as the machine has cores, if not given
    #[arg(long, short, value_name = "J", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Shows failures as they were found, without making them small first
    #[arg(long)]
    pub no_shrink: bool,
    /// Tells in the stories of failures what systems and libraries log: info, raft=debug,warn, as in RUST_LOG
    #[arg(long, value_name = "DIRECTIVES")]
    pub log: Option<Directives>,
    /// In which form to say what became of it
    #[arg(long, value_enum, default_value_t)]
    pub format: RunFormat,
    /// Also writes a page for each failure that is shown into this folder: one HTML file each, with a space-time diagram
    #[arg(long, value_name = "FOLDER")]
    pub html: Option<PathBuf>,
    /// The engine to run on: madsim, turmoil, tokio, or all that are built in; if not given, the scenario's own, or the kernel
    #[arg(long, value_name = "ENGINE")]
    pub engine: Option<String>,
    /// Prints what each kind of fault did over all seeds
    #[arg(long)]
    pub weather: bool,
    /// Measures and prints how available each system was over all seeds: outages, failovers, latencies, by region
    #[arg(long)]
    pub availability: bool,
}

/// Arguments of `replay`.
#[derive(Debug, Args)]
pub struct ReplayArguments {
    /// A scenario's name, or the path of a scenario or of a saved plan
    pub scenario: String,
    /// The seed; a saved plan has its own
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// The engine to run on: madsim, turmoil or tokio; if not given, the scenario's own, or the kernel
    #[arg(long, value_name = "ENGINE")]
    pub engine: Option<String>,
    /// Makes the failure as small as it becomes in ten seconds, and shows that
    #[arg(long)]
    pub shrink: bool,
    /// Shows how everybody stands at this moment of virtual time, such as 2.1s, instead
    #[arg(long, value_name = "TIME", conflicts_with_all = ["step", "trace", "availability", "shrink", "format"])]
    pub at: Option<Duration>,
    /// Whom to show whole at that moment: n1, c0; several times for several
    #[arg(long, value_name = "WHO", requires = "at")]
    pub node: Vec<Address>,
    /// Walks through the run event by event, forward and backward, as standard input says
    #[arg(long, conflicts_with_all = ["trace", "availability", "shrink", "format"])]
    pub step: bool,
    /// In which form to show it; all but text show the run and nothing else
    #[arg(long, value_enum, default_value_t)]
    pub format: ReplayFormat,
    /// Where to write that, instead of to standard output
    #[arg(long, short, value_name = "FILE", requires = "format")]
    pub output: Option<PathBuf>,
    /// Prints every event
    #[arg(long)]
    pub trace: bool,
    /// Prints what systems and libraries log, each line with its time and node: info, raft=debug,warn, as in RUST_LOG
    #[arg(long, value_name = "DIRECTIVES", conflicts_with_all = ["at", "step"])]
    pub log: Option<Directives>,
    /// Measures and prints how available the system was: outages, failovers, latencies, by region
    #[arg(long)]
    pub availability: bool,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// A scenario's name, or the path of a scenario or of a saved plan
    pub scenario: String,
    /// The seed; a saved plan has its own
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Also saves the plan as a file that `replay` runs
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
}

/// Arguments of `blame`.
#[derive(Debug, Args)]
pub struct BlameArguments {
    /// A scenario's name, or the path of a scenario or of a saved plan
    pub scenario: String,
    /// The seed that fails; a saved plan has its own
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// How many runs with other chances there are from each moment on; fewer than 64 could never be certain
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u64).range(64..))]
    pub forks: u64,
    /// How long it may take, once the failure is small; then what is known by then is said
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub patience: u64,
}

/// Arguments of `keep`.
#[derive(Debug, Args)]
pub struct KeepArguments {
    /// A scenario's name, or the path of a scenario or of a saved plan
    pub scenario: String,
    /// The seed that fails; a saved plan has its own
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// What to call the file, without its ending; the scenario and the seed, if not given
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The engine to run on, which the kept plan then names; the scenario's own, if not given
    #[arg(long, value_name = "ENGINE")]
    pub engine: Option<String>,
    /// By which check it is made small and judged from now on; the one that it broke, if not given
    #[arg(long, value_name = "CHECK")]
    pub check: Option<String>,
    /// How long it is made smaller
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub patience: u64,
}

/// Arguments of `new`.
#[derive(Debug, Args)]
pub struct NewArguments {
    /// What to call it: `raft/mine`, which becomes the file `raft/mine.toml`
    pub name: String,
    /// The system to try; what stands before the name's `/`, if not given
    #[arg(long, short, value_name = "SYSTEM")]
    pub system: Option<String>,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Listing {
    /// Systems under test
    Systems,
    /// Scenarios, with what must hold
    Scenarios,
    /// Faults that a scenario can inject, with their parameters
    Faults,
    /// Profiles: weathers by name, and the faults each is made of
    Profiles,
    /// Checks, by system
    Checks,
    /// Planted bugs, by system
    Bugs,
    /// Models by which `check` judges a history, and checks that must be told more
    Models,
}

/// `200` or `100..300`.
///
/// # Errors
/// If the text is neither, or names no seed.
pub fn seeds(text: &str) -> Result<Range<u64>, String> {
    let number = |text: &str| {
        let digits = text.replace('_', "");
        digits.parse::<u64>().map_err(|_| format!("`{text}` is not a number; write 200, or 100..300"))
    };
    let range = match text.split_once("..") {
        Some((from, to)) => number(from)?..number(to)?,
        None => 0..number(text)?,
    };
    if range.is_empty() {
        return Err(format!("`{text}` names no seed"));
    }
    Ok(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definitions of all arguments agree with one another.
    #[test]
    fn the_arguments_are_sound() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    /// A count means the seeds from zero on; a range is half open; anything else is answered with what is right.
    #[test]
    fn seeds_are_a_count_or_a_range() {
        assert_eq!(seeds("200"), Ok(0..200));
        assert_eq!(seeds("1_000..1_200"), Ok(1000..1200));
        for (text, why) in
            [("many", "not a number"), ("5..", "not a number"), ("7..7", "no seed"), ("0", "no seed")]
        {
            let error = seeds(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
