//! `check`: a history from a file, from any tool, judged.
//!
//! It runs nothing: the history is all it knows.

mod judges;
pub(crate) mod model;
mod objects;
mod options;
mod page;

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::time::Instant;

use clap::{Args, ValueEnum};
use stormglass_check::isolation::{Level, Unwritten};
use stormglass_check::linearizability::{Limits, Options};
use stormglass_core::history::{History, Operation, Outcome};
use stormglass_core::time::Duration;
use stormglass_core::verdict::Verdict;
use stormglass_formats::vocabulary::{FailedCas, Keys, Kv};
use stormglass_formats::{Format, ReadError, Vocabulary};

use crate::exit::{Ending, Mistake};
pub use model::Model;

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// The file with the history; `-` is standard input
    #[arg(value_name = "HISTORY")]
    pub history: String,
    /// What the history is held against
    #[arg(long, short, value_enum)]
    pub model: Model,
    /// How the history is written; what it looks like, if not given
    #[arg(long, value_enum, default_value_t)]
    pub format: Notation,
    /// Values are `[key value]`, as of Jepsen's independent registers
    #[arg(long)]
    pub independent: bool,
    /// What `fail` says of a compare-and-set; in logs that it was compared, elsewhere that it did not happen, if not
    /// given
    #[arg(long, value_enum, value_name = "MEANING")]
    pub failed_cas: Option<Failed>,
    /// Banks may owe: a negative balance is none of their mistakes
    #[arg(long)]
    pub allow_negative: bool,
    /// The money in all accounts of a bank together; that of the first read, if not given
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub total: Option<i64>,
    /// What a counter holds before anything is added; 0, if not given
    #[arg(long, value_name = "SUM", allow_negative_numbers = true)]
    pub initial: Option<i64>,
    /// The isolation level that transactions must have; strict-serializable, if not given
    #[arg(long, value_name = "LEVEL")]
    pub level: Option<Level>,
    /// What it means that a transaction read what nobody in the history wrote; is-anomaly, if not given
    #[arg(long, value_enum, value_name = "MEANING")]
    pub unwritten: Option<UnwrittenRead>,
    /// How long before a read began what it returns may have been overwritten, such as 500ms
    #[arg(long, value_name = "TIME")]
    pub within: Option<Duration>,
    /// How many versions a read may be behind
    #[arg(long, value_name = "COUNT", conflicts_with = "within")]
    pub versions: Option<usize>,
    /// The time of the history from which on reads count, such as 30s: after recovery; after the last write, if not given
    /// to convergence
    #[arg(long, value_name = "TIME")]
    pub after: Option<Duration>,
    /// How many configurations may be tried before the answer is unknown; about a million a second
    #[arg(long, value_name = "COUNT")]
    pub steps: Option<u64>,
    /// How many MiB a search for an order may hold before the answer is unknown
    #[arg(long, value_name = "MIB")]
    pub memory: Option<usize>,
    /// Prints one JSON object instead of a page
    #[arg(long)]
    pub json: bool,
}

/// What it means that a transaction read a value which nobody in the history wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum UnwrittenRead {
    /// The store made it up
    #[default]
    IsAnomaly,
    /// Somebody wrote it whom the history does not record
    IsFromOutside,
}

impl From<UnwrittenRead> for Unwritten {
    fn from(unwritten: UnwrittenRead) -> Unwritten {
        match unwritten {
            UnwrittenRead::IsAnomaly => Unwritten::IsAnomaly,
            UnwrittenRead::IsFromOutside => Unwritten::IsFromOutside,
        }
    }
}

/// A notation for histories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Notation {
    /// What the beginning of the file looks like
    #[default]
    Auto,
    /// Jepsen's EDN: {:process 0, :type :invoke, :f :read, :value nil}
    Edn,
    /// One JSON object per line: {"process": 0, "type": "invoke", "f": "read"}
    Json,
    /// Lines of Jepsen's log: INFO  jepsen.util - 0 :invoke :read nil
    EtcdLog,
}

/// What the failure of a compare-and-set says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Failed {
    /// Nothing but that it did not happen
    DidNotHappen,
    /// That the register did not hold the expected value
    Compared,
}

impl From<Notation> for Format {
    fn from(notation: Notation) -> Format {
        match notation {
            Notation::Auto => Format::Auto,
            Notation::Edn => Format::Edn,
            Notation::Json => Format::Json,
            Notation::EtcdLog => Format::EtcdLog,
        }
    }
}

/// What became of a history.
struct Judged {
    verdict: Verdict,
    /// Facts of the check beside its verdict: counts, times.
    facts: Vec<(String, String)>,
    operations: Vec<Shown>,
    ok: usize,
    fail: usize,
    info: usize,
    skipped: u64,
}

/// One operation as it is shown.
struct Shown {
    process: u64,
    words: String,
    invoked: u64,
    completed: Option<u64>,
}

/// Reads a history, judges it and prints the verdict with its evidence; how long that took goes to standard error.
///
/// # Errors
/// If the file cannot be read or is no history of the model.
pub fn check(arguments: &CheckArguments, out: &mut dyn Write) -> Result<Ending, Mistake> {
    options::fit(arguments)?;
    let mut input: Box<dyn BufRead> = match arguments.history.as_str() {
        "-" => Box::new(io::stdin().lock()),
        path => {
            let file = File::open(path);
            let file = file.map_err(|error| Mistake::new(format!("`{path}` cannot be opened: {error}")))?;
            Box::new(BufReader::new(file))
        }
    };
    let format =
        Format::from(arguments.format).resolve(&mut input).map_err(|error| wrong(arguments, &error))?;
    let judged = judges::judge(&Asked { arguments, format }, input)?;
    let text = if arguments.json { page::json(&judged) } else { page::page(&judged) };
    writeln!(out, "{text}")
        .map_err(|error| Mistake::new(format!("the verdict cannot be printed: {error}")))?;
    Ok(match judged.verdict {
        Verdict::Ok => Ending::Ok,
        Verdict::Unknown(_) => Ending::Undecided,
        Verdict::Violated(_) => Ending::Violated,
    })
}

/// What was asked for, and the notation that the file turned out to have.
struct Asked<'a> {
    arguments: &'a CheckArguments,
    format: Format,
}

fn wrong(arguments: &CheckArguments, error: &ReadError) -> Mistake {
    let name = if arguments.history == "-" { "standard input" } else { &arguments.history };
    Mistake::new(format!("{name}: {error}"))
}

/// How this command line says that registers are written.
fn registers(asked: &Asked<'_>) -> Kv {
    let compared = match asked.arguments.failed_cas {
        Some(Failed::Compared) => true,
        Some(Failed::DidNotHappen) => false,
        None => asked.format == Format::EtcdLog,
    };
    Kv {
        keys: if asked.arguments.independent { Keys::InValue } else { Keys::InEvent },
        failed_cas: if compared { FailedCas::Compared } else { FailedCas::DidNotHappen },
    }
}

/// How much this command line lets a search spend.
fn options(asked: &Asked<'_>) -> Options {
    let CheckArguments { steps, memory, .. } = asked.arguments;
    let most = Limits::default();
    let limits = Limits {
        configurations: steps.unwrap_or(most.configurations),
        bytes: memory.map_or(most.bytes, |mebibytes| mebibytes.saturating_mul(1 << 20)),
    };
    Options { limits, ..Options::default() }
}

/// Reads a history in `vocabulary` and lets `judge` judge it.
fn read_and_judge<V>(
    asked: &Asked<'_>,
    input: Box<dyn BufRead>,
    vocabulary: V,
    judge: impl FnOnce(&History<V::Op, V::Ret>) -> (Verdict, Vec<(String, String)>),
) -> Result<Judged, Mistake>
where
    V: Vocabulary<Op: Display, Ret: Display>,
{
    #[allow(clippy::disallowed_methods, reason = "how long it took is for people, and decides nothing")]
    let begun = Instant::now();
    let loaded = asked.format.read(input, vocabulary).map_err(|error| wrong(asked.arguments, &error))?;
    let read = begun.elapsed();
    let (mut verdict, facts) = judge(&loaded.history);
    // What tested nothing is no pass.
    if verdict.is_ok() {
        verdict = stormglass_check::vacuity(&loaded.history, |_| "operation");
    }
    let judged = begun.elapsed() - read;
    let mut error = io::stderr().lock();
    // Nobody is left to tell if standard error is closed.
    let _ = writeln!(error, "read in {read:.1?}, judged in {judged:.1?}");
    let translate = |text: &mut String| *text = loaded.names.translate(text);
    match &mut verdict {
        Verdict::Ok => {}
        Verdict::Unknown(undecided) => translate(&mut undecided.reason),
        Verdict::Violated(violation) => {
            translate(&mut violation.summary);
            violation.subject.iter_mut().chain(&mut violation.evidence).for_each(translate);
        }
    }
    let operations = loaded.history.operations();
    let count = |word: &str| operations.iter().filter(|one| one.outcome.word() == word).count();
    let named = verdict.violation().map_or(&[][..], |violation| &violation.operations);
    let shown =
        named.iter().map(|&id| show(loaded.history.operation(id), |text| loaded.names.translate(&text)));
    Ok(Judged {
        operations: shown.collect(),
        facts,
        ok: count("ok"),
        fail: count("fail"),
        info: count("info"),
        skipped: loaded.skipped,
        verdict,
    })
}

fn show<O: Display, R: Display>(one: &Operation<O, R>, translate: impl Fn(String) -> String) -> Shown {
    let result = match &one.outcome {
        Outcome::Ok(ret) => ret.to_string(),
        Outcome::Fail(why) | Outcome::Info(why) => format!("({why})"),
    };
    let words = format!("{} {} {result}", one.outcome.word(), one.op);
    Shown {
        process: u64::from(one.client.0),
        words: translate(words).trim_end().to_owned(),
        invoked: one.invoked.at.as_nanos(),
        completed: one.completed.map(|completed| completed.at.as_nanos()),
    }
}
