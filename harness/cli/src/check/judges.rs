//! Which judge and which words of a file each model means.

use std::io::BufRead;

use stormglass_check::histories::bank::{BankRules, Debts, bank};
use stormglass_check::histories::causal::causal;
use stormglass_check::histories::convergence::reads_converge;
use stormglass_check::histories::counter::counter_bounds;
use stormglass_check::histories::durability::lost_writes;
use stormglass_check::histories::locks::{Holding, fenced_resource, fencing_tokens, mutex};
use stormglass_check::histories::long_fork::long_fork;
use stormglass_check::histories::numbers::{Across, monotonic, unique_ids};
use stormglass_check::histories::queues::{queue, total_queue};
use stormglass_check::histories::sequential::sequential;
use stormglass_check::histories::sessions::{Guarantee, session_guarantees};
use stormglass_check::histories::sets::{SetDemand, set, set_full};
use stormglass_check::histories::staleness::{Behind, bounded_staleness};
use stormglass_check::isolation::{Analysis, Level, analyse_with};
use stormglass_check::linearizable_with;
use stormglass_check::models::{AppendKvModel, CounterModel, KvModel};
use stormglass_core::history::History;
use stormglass_core::op::counter::CounterOp;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::time::{Duration, Time};
use stormglass_core::verdict::Verdict;
use stormglass_formats::vocabulary::{
    AppendKv, Bank, Counter, Kv, ListTxns, Lock, Numbers, Queue, RegisterTxns, Set,
};

use super::{Asked, CheckArguments, Judged, Model, objects, options, read_and_judge, registers};
use crate::exit::Mistake;

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
            isolation(&analyse_with(history, asked.arguments.unwritten.unwrap_or_default().into()), asked)
        }),
        Model::RwRegister => read_and_judge(asked, input, RegisterTxns, |history| {
            isolation(&analyse_with(history, asked.arguments.unwritten.unwrap_or_default().into()), asked)
        }),
        Model::LongFork => read_and_judge(asked, input, RegisterTxns, |history| alone(long_fork(history))),
        Model::Queue => read_and_judge(asked, input, Queue, |history| alone(objects::fifo(history, &limits))),
        Model::Bag => read_and_judge(asked, input, Queue, |history| alone(queue(history))),
        Model::LinearizableSet => {
            read_and_judge(asked, input, Set, |history| alone(objects::set(history, &limits)))
        }
        Model::LinearizableCounter => read_and_judge(asked, input, Counter, |history| {
            alone(linearizable_with(&CounterModel, history, &limits))
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
        Model::Staleness | Model::Durability | Model::Convergence => over_time(asked, input, kv),
        Model::Set | Model::SetFull | Model::TotalQueue | Model::Counter => with_report(asked, input),
    }
}

/// The judges of registers that need to be told a time, or how far behind is too far.
fn over_time(asked: &Asked<'_>, input: Box<dyn BufRead>, kv: Kv) -> Result<Judged, Mistake> {
    let CheckArguments { model, within, versions, after, .. } = asked.arguments;
    let after = after.map(|after| Time::ZERO + after);
    let bound = within.map(Behind::Time).or(versions.map(Behind::Versions));
    read_and_judge(asked, input, kv, |history| match (model, bound, after) {
        (Model::Staleness, Some(bound), _) => (bounded_staleness(history, bound), Facts::new()),
        (Model::Durability, _, Some(recovered)) => {
            let report = lost_writes(history, recovered, |_| "durable", &"durable");
            let facts = report.levels.get("durable").map_or(Facts::new(), |kept| {
                let counts = [
                    ("acknowledged", kept.acknowledged),
                    ("kept", kept.kept),
                    ("lost", kept.lost.len()),
                    ("unread", kept.unread),
                ];
                counts.map(|(name, count)| (name.to_owned(), count.to_string())).to_vec()
            });
            (report.verdict, facts)
        }
        (_, _, quiet) => {
            let quiet = quiet.unwrap_or_else(|| last_write(history));
            (reads_converge(history, quiet), vec![("quiet from".to_owned(), quiet.to_string())])
        }
    })
}

/// Right after the end of the last write that somebody heard the end of.
fn last_write(history: &History<KvOp, KvRet>) -> Time {
    let writes = history.operations().iter().filter(|one| !matches!(one.op, KvOp::Read { .. }));
    let ends = writes.filter_map(|one| one.completed).map(|completed| completed.at);
    ends.max().map_or(Time::ZERO, |end| end + Duration::from_nanos(1))
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
        Model::Counter => read_and_judge(asked, input, Counter, |history| {
            let reads = history.operations().iter().filter(|one| one.op == CounterOp::Read).count();
            let never = if reads == 0 { " (nothing was held against what was added)" } else { "" };
            let facts = vec![("reads".to_owned(), format!("{reads}{never}"))];
            (counter_bounds(history, asked.arguments.initial.unwrap_or_default()), facts)
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
    let verdict = analysis.verdict(asked.arguments.level.unwrap_or(Level::StrictSerializable));
    (verdict, facts.map(|(name, text)| (name.to_owned(), text)).to_vec())
}
