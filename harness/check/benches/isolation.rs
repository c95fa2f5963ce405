//! How fast the isolation of transactions is judged, and in how much memory: one table, one thread.
//!
//! The histories are made here, as in Elle's own benchmarks: twenty clients, ten keys in use, 32 writes to a key, one
//! to eight steps a transaction. The store is strictly serializable, or snapshot isolated (then write skew is found),
//! or promises nothing.
//!
//! `cargo bench -p stormglass-check --bench isolation` prints all rows; words after `--` choose those that contain
//! them all.

#![allow(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::hint::black_box;

use stormglass_check::isolation::generate::{Execution, Promise, Shape, Value};
use stormglass_check::isolation::{Level, Transactions, analyse};
use stormglass_core::history::History;
use stormglass_core::op::txn::{Reads, Txn};
use stormglass_core::random::{CausalId, Draws, Purpose, Ratio, Seed};

struct Row {
    promise: Promise,
    transactions: usize,
    unknown: u32,
}

fn rows() -> Vec<Row> {
    let row = |promise, transactions, unknown| Row { promise, transactions, unknown };
    let sizes = [1_000, 10_000, 100_000, 1_000_000];
    let mut rows: Vec<Row> = sizes.map(|size| row(Promise::Strict, size, 0)).into();
    rows.push(row(Promise::Strict, 1_000_000, 5));
    rows.extend(sizes.map(|size| row(Promise::Snapshot, size, 0)));
    rows.extend(sizes[..3].iter().map(|&size| row(Promise::Nothing, size, 0)));
    rows
}

fn history<V: Value>(row: &Row) -> History<Txn<V::Step>, Reads<V>> {
    let mut draws = Draws::new(CausalId::root(Seed(1), Purpose::Workload), Purpose::Workload);
    let shape = Shape {
        clients: 20,
        transactions: row.transactions,
        keys: 10,
        writes_per_key: 32,
        longest: 8,
        unknown: Ratio::from_percent(row.unknown),
        failed: Ratio::ZERO,
        promise: row.promise,
    };
    Execution::<V>::new(shape, &mut draws).history()
}

/// A line of `/proc/self/status`, in MiB; zero where the system does not say.
fn memory(line: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let value = status.lines().find_map(|text| text.strip_prefix(line)).unwrap_or_default();
    value.trim().trim_end_matches(" kB").parse().unwrap_or(0) / 1024
}

/// Milliseconds that this thread has run on a processor; by the clock on the wall where the system does not say.
#[allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn cpu_ms() -> f64 {
    static BEGIN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    let ran = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = ran.as_deref().and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    match nanos {
        Some(nanos) => nanos as f64 / 1e6,
        None => BEGIN.get_or_init(std::time::Instant::now).elapsed().as_secs_f64() * 1e3,
    }
}

fn measure<'a>(name: &str, transactions: usize, history: impl Into<Transactions<'a>> + Copy) {
    let input = memory("VmRSS:");
    // The system begins to count the peak anew.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let repeat = (300_000 / transactions).clamp(1, 100);
    let mut best = f64::INFINITY;
    let mut found = String::new();
    for _ in 0..3 {
        let begin = cpu_ms();
        for _ in 0..repeat {
            let analysis = analyse(black_box(history));
            let names: Vec<String> =
                analysis.findings.iter().map(|finding| finding.anomaly.to_string()).collect();
            let open = if analysis.open.is_empty() { "" } else { " (with open questions)" };
            let strict = analysis.verdict(Level::StrictSerializable);
            found = if strict.is_ok() { "ok".to_owned() } else { format!("{}{open}", names.join(" ")) };
        }
        best = best.min((cpu_ms() - begin) / repeat as f64);
    }
    println!("{name:60} {best:10.3} {:9} {input:9}  {found}", memory("VmHWM:"));
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    println!("{:60} {:>10} {:>9} {:>9}  verdict", "", "cpu ms", "peak MiB", "input MiB");
    for row in rows() {
        let Row { promise, transactions, unknown } = row;
        let name = |object: &str| {
            format!("{object:9} {promise:9?} {transactions:>8} transactions {unknown}% unknown")
        };
        let chosen = |name: &str| words.iter().all(|word| name.contains(word.as_str()));
        if chosen(&name("lists")) {
            measure(&name("lists"), transactions, &history::<Vec<u64>>(&row));
        }
        if chosen(&name("registers")) {
            measure(&name("registers"), transactions, &history::<Option<u64>>(&row));
        }
    }
}
