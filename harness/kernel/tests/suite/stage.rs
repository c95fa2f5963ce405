//! The world in an engine's hands: whoever carries every message in time and wakes everybody in time runs the kernel's run.
use std::sync::Arc;

use stormglass_consensus::raft::Raft;
use stormglass_core::history::Operation;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::prelude::*;
use stormglass_kernel::{Kernel, Parcel, Stage, Turn};
use stormglass_plan::engine::{Engine as _, Run, Strike, Tracing};
use stormglass_plan::kind::Kind;
use stormglass_plan::nemesis::Nemesis;
use stormglass_plan::plan::Plan;
use stormglass_plan::scenario::Scenario;
use stormglass_plan::workload::Kv;

/// A plan of many kinds of faults.
fn plan(seed: u64) -> Arc<Plan<KvOp>> {
    let scenario = Scenario::named("raft/stage")
        .about("Two drivers, one run.")
        .system("raft")
        .nodes(3)
        .clients(3)
        .wire()
        .workload(Kv::default())
        .nemesis(Nemesis::default())
        .chaos(Duration::from_secs(4));
    Arc::new(stormglass_plan::plan(&scenario, Seed(seed)).unwrap())
}

/// The simplest engine: it always gives the turn to whoever is due first, and carries parcels in no time, or as late as `late`
/// says.
fn engine(plan: &Arc<Plan<KvOp>>, late: impl Fn(&Parcel) -> Duration) -> Run<KvOp, KvRet> {
    let mut stage = Stage::new(&Raft::default(), plan, Tracing::Off);
    let mut coming: Vec<(Time, Parcel)> = Vec::new();
    loop {
        let lanes = (0..=stage.nemesis()).filter(|&lane| lane == stage.nemesis() || !stage.is_down(lane));
        let next = lanes.filter_map(|lane| Some((stage.next(lane)?, lane))).min();
        let arrives = coming.iter().map(|(at, _)| *at).min();
        let now = next.map(|(at, _)| at).into_iter().chain(arrives).min().unwrap();
        if now > plan.timeline.end {
            return stage.finish();
        }
        for (_, parcel) in coming.extract_if(.., |(at, _)| *at <= now) {
            stage.arrive(&parcel, now);
        }
        if let Some((at, lane)) = next
            && at <= now
        {
            assert_eq!(stage.turn(lane, now), Turn::Done);
        }
        for host in stage.take_risen() {
            assert!(stage.is_down(host));
            assert_eq!(stage.turn(host, now), Turn::Done);
        }
        let leaving = stage.take_leaving();
        coming.extend(leaving.into_iter().map(|parcel| (now + late(&parcel), parcel)));
    }
}

/// Who asked what when, and what was answered when by whom.
fn seen(run: &Run<KvOp, KvRet>) -> Vec<impl Ord + std::fmt::Debug + use<>> {
    let seen = |operation: &Operation<KvOp, KvRet>| {
        let completed = operation.completed.map(|moment| moment.at);
        (operation.invoked.at, operation.client, operation.to_string(), completed, operation.server)
    };
    let mut seen: Vec<_> = run.history.operations().iter().map(seen).collect();
    seen.sort();
    seen
}

/// Every fault means the same, whoever schedules and carries: client by client and answer by answer both runs are one.
#[test]
fn a_punctual_engine_leaves_the_histories_of_the_kernel() {
    let mut taken_back = 0;
    for seed in 0..60 {
        let plan = plan(seed);
        let (kernel, staged) =
            (Kernel.run(&Raft::default(), &plan, Tracing::Off), engine(&plan, |_| Duration::ZERO));
        // Only what falls into one moment may fall in another order: ranks, and what is numbered by them.
        let (ours, theirs) = (seen(&kernel), seen(&staged));
        let first = ours.iter().zip(&theirs).find(|(one, other)| one != other);
        assert!(first.is_none(), "seed {seed}: {first:#?}");
        assert_eq!(kernel.history.len(), staged.history.len());
        assert_eq!(kernel.stats, staged.stats);
        // What a fault did is not compared: the disk of a host that is down is looked at later here.
        let struck = |run: &Run<KvOp, KvRet>| {
            let strike = |strike: &Strike| (strike.fault, strike.at, strike.until, strike.on.clone());
            run.strikes.iter().map(strike).collect::<Vec<_>>()
        };
        assert_eq!(struck(&kernel), struck(&staged), "seed {seed}");
        let lost = |run: &Run<KvOp, KvRet>| {
            let resets =
                run.strikes.iter().filter(|strike| plan.faults[strike.fault].inject.kind() == Kind::Reset);
            resets.map(|strike| strike.effect.dropped).collect::<Vec<_>>()
        };
        assert_eq!(lost(&kernel), lost(&staged), "seed {seed}");
        taken_back += lost(&staged).iter().sum::<u64>();
        let sorted = |run: Run<KvOp, KvRet>| {
            let mut downs: Vec<_> = run.downs.iter().map(|down| (down.from, down.node, down.until)).collect();
            downs.sort();
            (downs, run.leadership)
        };
        assert_eq!(sorted(kernel), sorted(staged), "seed {seed}");
    }
    assert!(taken_back > 10, "{taken_back} messages were taken back by resets");
}

/// An engine that needs time to carry is another run, which still holds what Raft promises.
#[test]
fn a_late_engine_is_another_run_of_the_same_plan() {
    let plan = plan(1);
    let late = engine(&plan, |_| Duration::from_millis(3));
    assert!(late.verdicts.is_empty(), "{:?}", late.verdicts);
    assert_ne!(late.digest, engine(&plan, |_| Duration::ZERO).digest);
    let answered = late.history.operations().iter().filter(|operation| operation.outcome.ok().is_some());
    assert!(answered.count() > 100);
}

/// A monitor whose check does not count for the plan does not watch, and changes nothing but that.
#[test]
fn monitors_that_do_not_count_do_not_watch() {
    let mut raft = Raft::default();
    assert!(raft.plant("ack-before-fsync"));
    let broken = |plan: &Arc<Plan<KvOp>>| !Kernel.run(&raft, plan, Tracing::Off).verdicts.is_empty();
    let whole = (0..60).map(plan).find(broken).expect("an answer before its sync is lost in some crash");
    let counting = |checks: &[&str]| {
        let checks = Some(checks.iter().map(|&check| check.to_owned()).collect());
        Kernel.run(&raft, &Arc::new(Plan { checks, ..(*whole).clone() }), Tracing::Off)
    };
    let spoke = |run: &Run<KvOp, KvRet>| -> Vec<String> {
        run.verdicts.iter().map(|verdict| verdict.check().to_owned()).collect()
    };
    let all = Kernel.run(&raft, &whole, Tracing::Off);
    let first = spoke(&all).remove(0);
    assert_eq!(spoke(&counting(&[&first])), [first]);
    let none = counting(&[]);
    assert_eq!((spoke(&none), none.digest), (vec![], all.digest));
}
