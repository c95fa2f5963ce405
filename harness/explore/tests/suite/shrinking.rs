//! The shrinker on predicates of our own: whatever they are, what comes out still fails and is no larger, and of what can
//! be taken away one by one nothing is left that need not be there.
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use proptest::prelude::*;
use stormglass_core::op::kv::KvOp;
use stormglass_core::random::{Seed, mix};
use stormglass_core::time::{Duration, Time};
use stormglass_explore::shrink::{Change, Effort, Ended, Finding, Signature, Size, Smallest, Trial, shrink};
use stormglass_plan::kind::Kind;
use stormglass_plan::nemesis::Nemesis;
use stormglass_plan::plan::Plan;
use stormglass_plan::scenario::Scenario;
use stormglass_plan::workload::Kv;

/// Fails if the predicate says so.
struct When<F>(F);

impl<F: Fn(&Plan<KvOp>) -> bool + Sync> Trial<KvOp> for When<F> {
    fn attempt(&self, plan: &Arc<Plan<KvOp>>) -> Option<Finding> {
        assert_eq!(plan.problems(), [], "only sound plans are run");
        let signature = Signature { check: "toy".to_owned(), shape: "it broke".to_owned() };
        (self.0)(plan).then(|| Finding {
            signature,
            at: None,
            guilty: Vec::new(),
            begun: Vec::new(),
            strikes: Vec::new(),
        })
    }
}

fn drawn(seed: u64) -> Plan<KvOp> {
    let scenario = Scenario::named("toy/storm").about("Something holds.").system("toy");
    let scenario = scenario.nodes(3..=5).clients(2..=4).workload(Kv { rate: 20, ..Kv::default() });
    stormglass_plan::plan(&scenario.nemesis(Nemesis::default()), Seed(seed)).unwrap()
}

fn shrunk(
    jobs: usize,
    runs: u64,
    seed: u64,
    fails: impl Fn(&Plan<KvOp>) -> bool + Sync,
) -> Option<Smallest<KvOp>> {
    let effort = Effort { jobs, runs, stop: &|| false, late: &|| false, watch: &|_| {} };
    shrink(&When(fails), drawn(seed), &effort)
}

fn ids(plan: &Plan<KvOp>) -> BTreeSet<u64> {
    plan.operations.iter().map(|operation| operation.id).collect()
}

/// A plan that does not fail is not shrunk; one that fails whatever it is becomes almost nothing.
#[test]
fn what_needs_nothing_becomes_nothing() {
    assert_eq!(shrunk(1, 1000, 1, |_| false), None);
    let Smallest { plan, ended, .. } = shrunk(1, 10_000, 1, |_| true).unwrap();
    let Size { operations, faults, nodes, clients, span } = Size::of(&plan);
    assert_eq!((operations, faults, nodes, clients, ended), (0, 0, 1, 0, Ended::Minimal));
    assert!(span < Duration::from_millis(100), "{span}");
    assert!(plan.network.link.loss.is_zero() && plan.network.link.duplicate.is_zero());
}

/// Two operations of one client, one kind of fault and three nodes are needed: that is what is left.
#[test]
fn exactly_what_is_needed_is_left() {
    let whole = drawn(3);
    let kind = whole.faults[4].inject.kind();
    let needed: BTreeSet<u64> = [whole.operations[7].id, whole.operations[90].id].into();
    let fails = |plan: &Plan<KvOp>| {
        needed.is_subset(&ids(plan))
            && plan.faults.iter().any(|fault| fault.inject.kind() == kind)
            && plan.cluster.nodes().len() >= 3
    };
    let Smallest { plan, ended, .. } = shrunk(2, 100_000, 3, fails).unwrap();
    assert_eq!(ids(&plan), needed);
    assert_eq!(plan.faults.iter().map(|fault| fault.inject.kind()).collect::<Vec<Kind>>(), [kind]);
    assert_eq!((plan.cluster.nodes().len(), plan.cluster.clients().count(), ended), (3, 1, Ended::Minimal));
    let change = Change { before: Size::of(&whole), after: Size::of(&plan) }.to_string();
    assert!(change.contains(" operations → 2, ") && change.contains(" faults → 1, "), "{change}");
}

/// A failure that needs its time keeps its time: a fault that must last a second, an operation two seconds after it.
#[test]
fn spans_become_as_short_as_they_may() {
    let gap = |plan: &Plan<KvOp>| {
        let mut long =
            plan.faults.iter().filter(|fault| fault.until.since(fault.at) >= Duration::from_secs(1));
        let later =
            |at: Time| plan.operations.iter().any(|operation| operation.at >= at + Duration::from_secs(2));
        long.any(|fault| later(fault.until))
    };
    let seed = (0..).find(|&seed| gap(&drawn(seed))).unwrap();
    let plan = shrunk(1, 100_000, seed, gap).unwrap().plan;
    assert_eq!((plan.faults.len(), plan.operations.len()), (1, 1));
    let needed = Duration::from_secs(3);
    assert!(plan.timeline.end.since(Time::ZERO) < needed + needed / 4, "{}", plan.timeline.end);
}

/// With hardly any runs it is no worse than before, and says that it could not go on.
#[test]
fn a_budget_is_kept_and_named() {
    let plan = drawn(5);
    for runs in [1, 2, 7, 40] {
        let asked = AtomicU64::new(0);
        let smallest = shrunk(1, runs, 5, |plan| {
            asked.fetch_add(1, Relaxed);
            plan.operations.len() > 50
        });
        let smallest = smallest.unwrap();
        assert_eq!((smallest.runs, smallest.ended), (runs, Ended::OutOfRuns));
        assert_eq!(asked.into_inner(), runs);
        assert!(smallest.plan.operations.len() <= plan.operations.len());
    }
}

/// Told to stop, it hands out the best so far.
#[test]
fn a_stop_leaves_the_best_so_far() {
    let runs = AtomicU64::new(0);
    let stop = || runs.load(Relaxed) >= 30;
    let trial = When(|plan: &Plan<KvOp>| {
        runs.fetch_add(1, Relaxed);
        plan.operations.len() >= 3
    });
    let effort = Effort { jobs: 1, runs: 10_000, stop: &stop, late: &|| false, watch: &|_| {} };
    let smallest = shrink(&trial, drawn(5), &effort).unwrap();
    assert_eq!(smallest.ended, Ended::Stopped);
    assert!((3..drawn(5).operations.len()).contains(&smallest.plan.operations.len()));
}

/// A predicate without any sense, but always the same for the same plan.
fn whim(salt: u64, plan: &Plan<KvOp>) -> u64 {
    let text = format!("{:?}", (&plan.faults, ids(plan), &plan.cluster, plan.seed));
    text.bytes().fold(salt, |hash, byte| mix(hash, u64::from(byte)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the predicate: the result fails, is no larger in any respect, and is the same however many candidates run
    /// at once.
    #[test]
    fn the_result_fails_is_no_larger_and_does_not_depend_on_threads(salt in any::<u64>(), rare in 2_u64..12) {
        let whole = drawn(salt % 50);
        let fails = |plan: &Plan<KvOp>| *plan == whole || whim(salt, plan).is_multiple_of(rare);
        let [one, three] = [1, 3].map(|jobs| shrunk(jobs, 3_000, salt % 50, fails).unwrap());
        prop_assert_eq!(&one, &three);
        prop_assert!(fails(&one.plan));
        let (before, after) = (Size::of(&whole), Size::of(&one.plan));
        prop_assert!(after.operations <= before.operations && after.faults <= before.faults);
        prop_assert!(after.nodes <= before.nodes && after.clients <= before.clients && after.span <= before.span);
    }

    /// If the failure needs some faults and some operations, and nothing else, exactly those are left.
    #[test]
    fn needed_faults_and_operations_are_all_that_is_left(seed in 0_u64..40, places in prop::collection::vec(0_usize..1000, 1..6)) {
        let whole = drawn(seed);
        let operations: BTreeSet<u64> = places.iter().map(|place| whole.operations[place % whole.operations.len()].id).collect();
        let faults: BTreeSet<u64> = places.iter().skip(1).map(|place| whole.faults[place % whole.faults.len()].id).collect();
        let of = |plan: &Plan<KvOp>| plan.faults.iter().map(|fault| fault.id).collect::<BTreeSet<u64>>();
        let fails = |plan: &Plan<KvOp>| operations.is_subset(&ids(plan)) && faults.is_subset(&of(plan));
        let smallest = shrunk(2, 200_000, seed, fails).unwrap();
        prop_assert_eq!((ids(&smallest.plan), of(&smallest.plan)), (operations, faults));
        prop_assert_eq!(smallest.ended, Ended::Minimal);
    }
}
