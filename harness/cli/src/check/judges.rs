//! Which judge and which words each model means.

use std::io::BufRead;

use clap::ValueEnum;
use stormglass_check::histories::bank::{BankRules, Debts, bank};
use stormglass_check::histories::causal::causal;
use stormglass_check::histories::counter::counter_bounds;
use stormglass_check::histories::locks::{Holding, fenced_resource, fencing_tokens, mutex};
use stormglass_check::histories::long_fork::long_fork;
use stormglass_check::histories::numbers::{Across, monotonic, unique_ids};
use stormglass_check::histories::queues::{queue, total_queue};
use stormglass_check::histories::sequential::sequential;
use stormglass_check::histories::sessions::{Guarantee, session_guarantees};
use stormglass_check::histories::sets::{SetDemand, set, set_full};
use stormglass_check::isolation::{Analysis, Level, analyse_with};
use stormglass_check::linearizable_with;
use stormglass_check::models::{AppendKvModel, KvModel};
use stormglass_core::verdict::Verdict;
use stormglass_formats::vocabulary::{
    AppendKv, Bank, Counter, ListTxns, Lock, Numbers, Queue, RegisterTxns, Set,
};

use super::{Asked, Judged, objects, options, read_and_judge, registers};
use crate::exit::Mistake;

/// What a history is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Model {
    /// Registers with read, write and cas, by key if there are keys: linearizable
    #[value(alias = "register", alias = "cas-register")]
    Kv,
    /// The same registers: sequentially consistent; for small histories
    Sequential,
    /// The same registers, unique values: causally consistent
    Causal,
    /// The same registers, unique values: read your writes, monotonic reads and writes, writes follow reads
    Sessions,
    /// Texts by key with get, put and append: linearizable
    AppendKv,
    /// Transactions of [:append key value] and [:r key nil]: isolated as --level says
    ListAppend,
    /// Transactions of [:w key value] and [:r key nil], unique values: isolated as --level says
    RwRegister,
    /// The same, each key written once: no two reads disagree about the order of writes
    LongFork,
    /// A set with add and read: the last read shows all
    Set,
    /// The same: every element through all reads; nothing is lost or found twice
    SetFull,
    /// The same: a read shows all that was known when it began, exactly as a set does
    LinearizableSet,
    /// A queue with enqueue and dequeue: first in, first out, linearizable
    Queue,
    /// The same, in any order: nothing comes out that was not put in
    Bag,
    /// The same, drained at the end: all comes out, once
    TotalQueue,
    /// A counter with add and read: reads between what must and what may have been added
    Counter,
    /// A bank with transfer and read: the money is all there
    Bank,
    /// Locks with acquire and release: one holder at a time
    Lock,
    /// The same with fencing tokens, and use of what they guard: tokens grow, and old ones are refused
    FencedLock,
    /// A source of ids: none is handed out twice
    UniqueIds,
    /// A source of numbers: later ones are greater
    Monotonic,
}

/// More configurations than this, and sequential consistency is undecided.
const SEQUENTIAL: usize = 5_000_000;

type Facts = Vec<(String, String)>;

/// Reads the history in the model's words and judges it.
pub(super) fn judge(asked: &Asked<'_>, input: Box<dyn BufRead>) -> Result<Judged, Mistake> {
    let kv = registers(asked);
    let limits = options(asked);
    let steps =
        asked.arguments.steps.map_or(SEQUENTIAL, |steps| usize::try_from(steps).unwrap_or(usize::MAX));
    let alone = |verdict: Verdict| (verdict, Facts::new());
    match asked.arguments.model {
        Model::Kv => {
            read_and_judge(asked, input, kv, |history| alone(linearizable_with(&KvModel, history, &limits)))
        }
        Model::Sequential => {
            read_and_judge(asked, input, kv, |history| alone(sequential(&KvModel, history, steps)))
        }
        Model::Causal => read_and_judge(asked, input, kv, |history| alone(causal(history))),
        Model::Sessions => read_and_judge(asked, input, kv, |history| {
            alone(session_guarantees(history, &Guarantee::ALL, None))
        }),
        Model::AppendKv => read_and_judge(asked, input, AppendKv, |history| {
            alone(linearizable_with(&AppendKvModel, history, &limits))
        }),
        Model::ListAppend => read_and_judge(asked, input, ListTxns, |history| {
            isolation(&analyse_with(history, asked.arguments.unwritten.into()), asked)
        }),
        Model::RwRegister => read_and_judge(asked, input, RegisterTxns, |history| {
            isolation(&analyse_with(history, asked.arguments.unwritten.into()), asked)
        }),
        Model::LongFork => read_and_judge(asked, input, RegisterTxns, |history| alone(long_fork(history))),
        Model::Queue => read_and_judge(asked, input, Queue, |history| alone(objects::fifo(history, &limits))),
        Model::Bag => read_and_judge(asked, input, Queue, |history| alone(queue(history))),
        Model::LinearizableSet => {
            read_and_judge(asked, input, Set, |history| alone(objects::set(history, &limits)))
        }
        Model::Counter => read_and_judge(asked, input, Counter, |history| {
            alone(counter_bounds(history, asked.arguments.initial))
        }),
        Model::Bank => read_and_judge(asked, input, Bank, |history| {
            let debts = if asked.arguments.allow_negative { Debts::Allowed } else { Debts::Forbidden };
            alone(bank(history, &BankRules { total: asked.arguments.total, debts, ..BankRules::default() }))
        }),
        Model::Lock => {
            read_and_judge(asked, input, Lock, |history| alone(mutex(history, Holding::UntilReleased)))
        }
        Model::FencedLock => read_and_judge(asked, input, Lock, |history| {
            let server = fencing_tokens(history);
            alone(server.and(fenced_resource(history, Holding::UntilReleased)))
        }),
        Model::UniqueIds => read_and_judge(asked, input, Numbers, |history| alone(unique_ids(history))),
        Model::Monotonic => {
            read_and_judge(asked, input, Numbers, |history| alone(monotonic(history, Across::Everyone)))
        }
        Model::Set | Model::SetFull | Model::TotalQueue => with_report(asked, input),
    }
}

/// The judges that count.
fn with_report(asked: &Asked<'_>, input: Box<dyn BufRead>) -> Result<Judged, Mistake> {
    let fact = |name: &str, count: usize| (name.to_owned(), count.to_string());
    match asked.arguments.model {
        Model::Set => read_and_judge(asked, input, Set, |history| {
            let report = set(history);
            let facts = vec![
                fact("lost", report.lost.len()),
                fact("unexpected", report.unexpected.len()),
                fact("duplicated", report.duplicated.len()),
                fact("recovered", report.recovered.len()),
            ];
            (report.verdict, facts)
        }),
        Model::SetFull => read_and_judge(asked, input, Set, |history| {
            let report = set_full(history, SetDemand::Eventual);
            let mut facts = vec![
                fact("attempted", report.attempted),
                fact("stable", report.stable),
                fact("lost", report.lost.len()),
                fact("stale", report.stale.len()),
                fact("never read", report.never_read.len()),
                fact("duplicated", report.duplicated.len()),
                fact("unexpected", report.unexpected.len()),
            ];
            facts.extend(report.time_to_stability.map(|(half, all)| {
                ("stable in".to_owned(), format!("{half} for half of them, {all} for all"))
            }));
            (report.verdict, facts)
        }),
        _ => read_and_judge(asked, input, Queue, |history| {
            let report = total_queue(history);
            let facts = vec![
                fact("enqueued", report.enqueues.1),
                fact("dequeued", report.dequeued),
                fact("lost", report.lost.len()),
                fact("unexpected", report.unexpected.len()),
                fact("duplicated", report.duplicated.len()),
                fact("recovered", report.recovered.len()),
            ];
            (report.verdict, facts)
        }),
    }
}

/// The verdict on the level that was asked for, and what is known of all others.
fn isolation(analysis: &Analysis, asked: &Asked<'_>) -> (Verdict, Facts) {
    let names = |levels: Vec<Level>| {
        let names: Vec<String> = levels.iter().map(ToString::to_string).collect();
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
    };
    let anomalies: Vec<String> =
        analysis.findings.iter().map(|finding| format!("{} ({})", finding.anomaly, finding.count)).collect();
    let facts = [
        ("anomalies", if anomalies.is_empty() { "none".to_owned() } else { anomalies.join(", ") }),
        ("not", names(analysis.weakest_ruled_out())),
        ("may be", names(analysis.strongest_possible())),
    ];
    let verdict = analysis.verdict(asked.arguments.level);
    (verdict, facts.map(|(name, text)| (name.to_owned(), text)).to_vec())
}
