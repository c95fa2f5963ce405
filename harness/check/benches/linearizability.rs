//! How fast histories are judged, and in how much memory: one table, one thread.
//!
//! The histories are made here: registers under concurrent clients that always have an operation under way, half
//! reads and half writes of values that are never written twice; or reads, writes and compare-and-swaps over five
//! values. A share of the operations ends with an unknown outcome. An illegal history is a legal one in which one
//! read, three quarters in, returns what an earlier one did.
//!
//! `cargo bench -p stormglass-check` prints all rows; words after `--` choose those that contain them all.

#![allow(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::hint::black_box;

use stormglass_check::generate::{Execution, Perform, Shape};
use stormglass_check::linearizability::{Method, Options, Reductions};
use stormglass_check::models::{CounterModel, QueueModel, QueueOp, SetModel, SetOp, StackModel, StackOp};
use stormglass_check::{KvModel, Model, linearizable_with};
use stormglass_core::history::History;
use stormglass_core::op::counter::CounterOp;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::random::{CausalId, Draws, Purpose, Ratio, Seed};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Values {
    Unique,
    Few,
}

#[derive(Clone, Copy)]
struct Row {
    values: Values,
    method: Method,
    keys: u64,
    clients: u32,
    operations: usize,
    unknown: u32,
    legal: bool,
}

const GENERAL: Method = Method::General(Reductions::ALL);

fn rows() -> Vec<Row> {
    let unique = |keys, clients, operations, unknown, method| Row {
        values: Values::Unique,
        method,
        keys,
        clients,
        operations,
        unknown,
        legal: true,
    };
    let few = |keys, clients, operations, unknown| Row {
        values: Values::Few,
        ..unique(keys, clients, operations, unknown, Method::Best)
    };
    let legal = [
        unique(1, 20, 1_000, 0, Method::Best),
        unique(1, 50, 1_000, 0, Method::Best),
        unique(1, 10, 100_000, 0, Method::Best),
        unique(1, 50, 1_000_000, 5, Method::Best),
        unique(100, 20, 1_000_000, 0, Method::Best),
        unique(100, 20, 1_000_000, 5, Method::Best),
        unique(10, 50, 100_000, 0, Method::Best),
        unique(10, 50, 100_000, 5, Method::Best),
        unique(1, 20, 1_000, 0, GENERAL),
        unique(1, 50, 1_000, 0, GENERAL),
        unique(1, 10, 100_000, 0, GENERAL),
        unique(1, 5, 1_000_000, 0, GENERAL),
        unique(1, 10, 10_000, 5, GENERAL),
        unique(10, 50, 100_000, 0, GENERAL),
        unique(10, 50, 100_000, 5, GENERAL),
        unique(100, 20, 1_000_000, 5, GENERAL),
        few(1, 20, 1_000, 0),
        few(1, 20, 10_000, 0),
        few(1, 20, 100_000, 0),
        few(1, 20, 100_000, 1),
        few(1, 10, 1_000, 1),
        few(10, 20, 100_000, 1),
    ];
    // Over few values and with many clients, one stale read is no break: those rows would be called illegal in vain.
    let can_break = |row: &Row| row.legal || row.values == Values::Unique || row.clients == 10;
    legal.into_iter().flat_map(|row| [row, Row { legal: false, ..row }]).filter(can_break).collect()
}

fn name(row: &Row) -> String {
    let values = match row.values {
        Values::Unique => "unique",
        Values::Few => "few-cas",
    };
    let method = match row.method {
        Method::Best => "best",
        Method::General(_) => "general",
        Method::Plain => "plain",
    };
    let Row { keys, clients, operations, unknown, .. } = row;
    let legal = if row.legal { "legal" } else { "illegal" };
    format!(
        "{method:7} {values:7} {keys:>3} keys {clients:>2} clients {operations:>7} ops {unknown}% unknown {legal}"
    )
}

fn history(row: &Row) -> History<KvOp, KvRet> {
    let mut draws = Draws::new(CausalId::root(Seed(1), Purpose::Workload), Purpose::Workload);
    let shape = Shape {
        clients: row.clients,
        operations: row.operations,
        unknown: Ratio::from_percent(row.unknown),
        failed: Ratio::ZERO,
    };
    let mut run = Execution::legal(&KvModel, shape, &mut draws, |draws, number| {
        let key = draws.below(row.keys);
        match row.values {
            Values::Unique if draws.below(2) == 0 => KvOp::Write { key, value: number },
            Values::Unique => KvOp::Read { key },
            Values::Few => match draws.below(3) {
                0 => KvOp::Write { key, value: draws.below(5) },
                1 => KvOp::Cas { key, expect: draws.below(5), value: draws.below(5) },
                _ => KvOp::Read { key },
            },
        }
    });
    if !row.legal {
        spoil(&mut run, row);
    }
    run.history()
}

/// Lets one read return what an earlier read of its key returned, and that was another value.
fn spoil(run: &mut Execution<KvOp, KvRet>, row: &Row) {
    let seen = |run: &Execution<KvOp, KvRet>, index| match run.operation(index) {
        (KvOp::Read { key }, outcome) => outcome.ok().map(|ret| (*key, *ret)),
        _ => None,
    };
    let stale = (row.operations * 3 / 4..row.operations).find_map(|late| {
        let (key, ret) = seen(run, late)?;
        let enough = row.clients as usize * 4 * row.keys as usize;
        let earlier = (0..late.saturating_sub(enough))
            .rev()
            .find_map(|early| seen(run, early).filter(|&(other, old)| other == key && old != ret))?;
        Some((late, earlier.1))
    });
    if let Some((late, old)) = stale {
        run.answer(late, old);
    }
}

/// Peak and present memory of this process, in KiB, as the system counts it; zero where it does not.
fn memory(line: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let value = status.lines().find_map(|text| text.strip_prefix(line)).unwrap_or_default();
    value.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

/// Milliseconds that this thread has run on a processor: what else the machine does costs less than by the clock on the
/// wall, which is used where the system does not say.
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

/// Runs this program again with an allocator that gives large buffers back at once, so that memory can be measured.
fn run_again() -> std::io::Result<bool> {
    const SETTING: &str = "MALLOC_MMAP_THRESHOLD_";
    if std::env::var_os(SETTING).is_some() {
        return Ok(false);
    }
    let mut again = std::process::Command::new(std::env::current_exe()?);
    again.args(std::env::args().skip(1)).env(SETTING, "65536").status().map(|_| true)
}

/// Measures one check and prints its row.
fn measure<M: Model>(name: &str, model: &M, history: &History<M::Op, M::Ret>, method: Method) {
    let options = Options { method, ..Options::default() };
    let input = memory("VmRSS:");
    // The system begins to count the peak anew.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let mut best = f64::INFINITY;
    let mut verdict = String::new();
    // The system counts in ticks: short checks are repeated.
    let repeat = (1_000_000 / history.len()).clamp(1, 500);
    for _ in 0..3 {
        let begin = cpu_ms();
        let mut ran = 0;
        while ran < repeat && cpu_ms() - begin < 5_000.0 {
            let said = black_box(linearizable_with(model, black_box(history), &options));
            verdict = said.to_string().chars().take(70).collect();
            ran += 1;
        }
        best = best.min((cpu_ms() - begin) / ran as f64);
        if best > 5_000.0 {
            break;
        }
    }
    println!("{name:75} {best:10.3} {:9} {:9}  {verdict}", memory("VmHWM:") / 1024, input / 1024);
}

/// A history of an object with unique values, ten clients; an illegal one ends with an answer that came before.
fn of_object<M: Perform<Ret: PartialEq>>(
    model: &M,
    operations: usize,
    legal: bool,
    next: fn(&mut Draws, u64) -> M::Op,
) -> History<M::Op, M::Ret> {
    let mut draws = Draws::new(CausalId::root(Seed(2), Purpose::Workload), Purpose::Workload);
    let shape = Shape { clients: 10, operations, unknown: Ratio::from_percent(1), failed: Ratio::ZERO };
    let mut run = Execution::legal(model, shape, &mut draws, next);
    let answer = |run: &Execution<M::Op, M::Ret>, index| {
        let (op, outcome) = run.operation(index);
        outcome.ok().map(|ret| (std::mem::discriminant(ret), op.to_string(), ret.clone()))
    };
    // Where values are answered, an answer comes twice: long ago and late.
    let old = (operations / 4..operations)
        .find_map(|index| answer(&run, index).filter(|it| !it.2.to_string().is_empty()));
    let late = (operations * 3 / 4..operations).find_map(|index| {
        let old = old.as_ref()?;
        answer(&run, index)
            .filter(|it| it.0 == old.0 && it.2 != old.2 && !it.2.to_string().is_empty())
            .map(|_| index)
    });
    if let (Some((_, _, ret)), Some(late), false) = (old, late, legal) {
        run.answer(late, ret);
    }
    run.history()
}

/// Rows of objects other than registers.
fn objects(chosen: impl Fn(&str) -> bool) {
    for (legal, word) in [(true, "legal"), (false, "illegal")] {
        for operations in [100_000, 1_000_000] {
            let name =
                |kind: &str| format!("best    {kind:9} 10 clients {operations:>7} ops 1% unknown {word}");
            if chosen(&name("queue")) {
                let history =
                    of_object(&QueueModel, operations, legal, |draws, number| match draws.below(2) {
                        0 => QueueOp::Enqueue(number),
                        _ => QueueOp::Dequeue,
                    });
                measure(&name("queue"), &QueueModel, &history, Method::Best);
            }
            if chosen(&name("stack")) {
                let history =
                    of_object(&StackModel, operations, legal, |draws, number| match draws.below(2) {
                        0 => StackOp::Push(number),
                        _ => StackOp::Pop,
                    });
                measure(&name("stack"), &StackModel, &history, Method::Best);
            }
            if chosen(&name("counter")) {
                let history = of_object(&CounterModel, operations, legal, |draws, _| match draws.below(2) {
                    0 => CounterOp::Add { amount: 1 },
                    _ => CounterOp::Read,
                });
                measure(&name("counter"), &CounterModel, &history, Method::Best);
            }
            if chosen(&name("set")) {
                let history = of_object(&SetModel, operations, legal, |draws, number| {
                    let element = draws.below(number / 10 + 1);
                    [SetOp::Add(element), SetOp::Remove(element), SetOp::Contains(element)]
                        [draws.below(3) as usize]
                });
                measure(&name("set"), &SetModel, &history, Method::Best);
            }
        }
    }
}

/// Rows of queues and stacks in which values come again.
fn repeated(chosen: impl Fn(&str) -> bool) {
    for (legal, word) in [(true, "legal"), (false, "illegal")] {
        for operations in [1_000, 10_000, 100_000] {
            let name = |kind: &str| {
                format!("best    {kind} of nine values 10 clients {operations:>7} ops 1% unknown {word}")
            };
            if chosen(&name("queue")) {
                let history = of_object(&QueueModel, operations, legal, |draws, _| match draws.below(2) {
                    0 => QueueOp::Enqueue(draws.below(9)),
                    _ => QueueOp::Dequeue,
                });
                measure(&name("queue"), &QueueModel, &history, Method::Best);
            }
            // Of stacks, not even that many operations are decided.
            if operations == 1_000 && chosen(&name("stack")) {
                let history = of_object(&StackModel, operations, legal, |draws, _| match draws.below(2) {
                    0 => StackOp::Push(draws.below(9)),
                    _ => StackOp::Pop,
                });
                measure(&name("stack"), &StackModel, &history, Method::Best);
            }
        }
    }
}

fn main() -> std::io::Result<()> {
    if run_again()? {
        return Ok(());
    }
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let chosen = |name: &str| words.iter().all(|word| name.contains(word.as_str()));
    println!("{:75} {:>10} {:>9} {:>9}  verdict", "", "cpu ms", "peak MiB", "input MiB");
    for row in rows().iter().filter(|row| chosen(&name(row))) {
        measure(&name(row), &KvModel, &history(row), row.method);
    }
    objects(chosen);
    repeated(chosen);
    Ok(())
}
