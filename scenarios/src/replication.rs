//! The judges of replicated systems whose acknowledgements carry a level of durability.
//!
//! They judge what clients saw. What only the insides show is watched by the systems' own monitors.

use stormglass::SystemUnderTest;
use stormglass::check::histories::durability;
use stormglass::check::{KvModel, linearizable};
use stormglass::core::history::{Moment, Operation, OperationId};
use stormglass::core::op::kv::{KvOp, KvRet};
use stormglass::prelude::*;
use stormglass_replication::passive::{Acknowledged, Level, Passive};

/// What clients of primary and backups saw.
type Told = History<KvOp, Acknowledged>;
/// The same without the levels.
type Plain = History<KvOp, KvRet>;

/// Primary and backups, with their judges.
pub(crate) fn passive() -> SystemUnderTest<Passive> {
    SystemUnderTest::unjudged()
        .losing(|told: &Told, settled| {
            let unswapped =
                |answer: &Acknowledged| may_be_lost(answer) && answer.ret == KvRet::Swapped(false);
            let report = durability::lost_writes(
                &plain(told, unswapped),
                settled,
                |_| Level::Primary,
                &Level::Primary,
            );
            report.levels.into_values().flat_map(|kept| kept.lost).collect()
        })
        .judged_by(
            "durability",
            "no write is lost that was acknowledged above the level of the primary alone",
            keeps_its_promises,
        )
        .judged_by(
            "linearizable",
            "if all in sync agreed to everything, each operation takes effect at one moment while it is open",
            |told| match told.operations().iter().all(agreed_by_all) {
                true => linearizable(&KvModel, &plain(told, may_be_lost)),
                false => Verdict::Ok,
            },
        )
}

/// Whether a promotion may lose what was answered: session and all, so that a late copy of the request is carried out
/// once more.
fn may_be_lost(answer: &Acknowledged) -> bool {
    answer.level == Level::Primary
}

/// Whether all replicas in sync held an operation before its client was told of it.
fn agreed_by_all(operation: &Operation<KvOp, Acknowledged>) -> bool {
    operation.outcome.ok().is_none_or(|answer| answer.level == Level::InSync)
}

/// The first operation after the longest silence: the one between heal and the traffic that comes when all has settled.
/// Clients that wait for an answer are never silent as long.
fn settled(told: &Told) -> Option<Time> {
    let pairs = told.operations().windows(2).map(|pair| (pair[0].invoked.at, pair[1].invoked.at));
    pairs.max_by_key(|&(before, after)| after.since(before)).map(|(_, after)| after)
}

/// Judges by the reads after all has settled.
fn keeps_its_promises(told: &Told) -> Verdict {
    let operations = told.operations();
    let Some(settled) = settled(told) else {
        return Verdict::unknown("durability", "nothing was asked after all had settled");
    };
    let strong =
        |operation: &Operation<_, Acknowledged>| operation.outcome.ok().is_some_and(|it| !may_be_lost(it));
    if !operations.iter().any(strong) {
        return Verdict::Ok;
    }
    let level = |id| told.operation(id).outcome.ok().map_or(Level::Primary, |answer| answer.level);
    let report = durability::lost_writes(&plain(told, may_be_lost), settled, level, &Level::Backups(1));
    // A client that is still busy with what it was asked before does not come to read all keys: what nobody read is
    // left to the monitors, as long as there was something to judge by.
    let judged = report.levels.values().any(|kept| kept.kept + kept.lost.len() > 0);
    match report.verdict {
        Verdict::Unknown(_) if judged => Verdict::Ok,
        verdict => verdict,
    }
}

/// The same operations without levels. Those that `forgotten` says may take effect at any later time, though they have
/// been answered, stay open like those of unknown outcome.
fn plain(told: &Told, forgotten: impl Fn(&Acknowledged) -> bool) -> Plain {
    let mut moments: Vec<(Moment, bool, usize)> = Vec::new();
    for (index, one) in told.operations().iter().enumerate() {
        moments.push((one.invoked, false, index));
        let open = match &one.outcome {
            Outcome::Ok(answer) => forgotten(answer),
            Outcome::Fail(_) => false,
            Outcome::Info(_) => true,
        };
        moments.extend(one.completed.filter(|_| !open).map(|completed| (completed, true, index)));
    }
    moments.sort_unstable();
    let mut plain = History::new();
    for (moment, completes, index) in moments {
        let one = &told.operations()[index];
        let outcome = match &one.outcome {
            Outcome::Ok(answer) => Outcome::Ok(answer.ret),
            Outcome::Fail(why) => Outcome::Fail(why.clone()),
            Outcome::Info(why) => Outcome::Info(why.clone()),
        };
        match completes {
            true => plain.complete(OperationId(index), outcome, one.server, moment.at),
            false => {
                plain.invoke(one.process, one.client, one.op, moment.at);
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECOVERED: u64 = 100;

    /// A write of 1 with a backup, one of 2 at `level`, and what is read with everybody's agreement after a silence.
    fn ran(level: Level, read: Option<u64>) -> Told {
        let mut told = History::new();
        let mut add = |op, ret, level, from: u64| {
            let id = told.invoke(ProcessId(from), ClientId(0), op, Time::from_nanos(from));
            told.complete(id, Outcome::Ok(Acknowledged { ret, level }), None, Time::from_nanos(from + 5));
        };
        let write = |value| KvOp::Write { key: 1, value };
        add(write(1), KvRet::Written, Level::Backups(1), 0);
        add(write(2), KvRet::Written, level, 10);
        add(KvOp::Read { key: 1 }, KvRet::Value(read), Level::InSync, RECOVERED);
        told
    }

    /// A lost write is a violation exactly if its level survives its primary.
    #[test]
    fn a_loss_is_weighed_by_its_level() {
        for level in [Level::Backups(1), Level::Backups(2), Level::InSync] {
            assert_eq!(keeps_its_promises(&ran(level, Some(2))), Verdict::Ok);
            assert!(keeps_its_promises(&ran(level, Some(1))).violation().is_some());
        }
        assert_eq!(keeps_its_promises(&ran(Level::Primary, Some(1))), Verdict::Ok);
    }

    /// What nobody knows the end of stays open, and everything else stays as it was.
    #[test]
    fn operations_of_unknown_outcome_stay_open() {
        let mut told = ran(Level::InSync, Some(2));
        let id =
            told.invoke(ProcessId(9), ClientId(1), KvOp::Write { key: 1, value: 9 }, Time::from_nanos(120));
        told.complete(id, Outcome::Info("no answer".into()), None, Time::from_nanos(130));
        let plain = plain(&told, may_be_lost);
        assert_eq!(plain.operation(id).completed, None);
        assert_eq!(plain.operations()[2].completed.unwrap().at, told.operations()[2].completed.unwrap().at);
        assert_eq!(plain.operations()[2].outcome, Outcome::Ok(KvRet::Value(Some(2))));
    }
}
