//! Whom a fault falls on: late targets are settled when it strikes, and the choice is told.
use std::collections::BTreeSet;

use crate::common::{Probe, nodes, plan, run, run_traced};
use stormglass_core::disk::CrashLoss;
use stormglass_core::prelude::*;
use stormglass_core::trace::Kind;
use stormglass_plan::engine::Tracing;
use stormglass_plan::fault::{Fault, Target};
use stormglass_plan::plan::Plan;

/// On whom a pause of this target falls, by place, among five nodes of whom n3 leads, with this seed.
fn falls_on(target: &Target, seed: u64) -> Vec<usize> {
    let probe = Probe { leader: Some(NodeId(3)), ..Probe::default() };
    let fault = Fault::Pause { target: target.clone() };
    let seen = run(&probe, Plan { seed: Seed(seed), ..plan(5, [(505, 1_005, fault)]) });
    let struck = seen.struck(0);
    for place in 0..5 {
        let ticks = seen.ticks(place as u32 + 1, 515, 1_005);
        assert_eq!(
            ticks == 0,
            struck.contains(&place),
            "{target} struck {struck:?}, n{} ticked {ticks}",
            place + 1
        );
    }
    struck
}

/// Each target means as many nodes, and such nodes, as its name says.
#[test]
fn every_target_means_what_its_name_says() {
    assert_eq!(falls_on(&Target::All, 1), [0, 1, 2, 3, 4]);
    assert_eq!(falls_on(&Target::Leader, 1), [2]);
    assert_eq!(falls_on(&Target::Role("leader".to_owned()), 1), [2]);
    assert_eq!(falls_on(&Target::Role("follower".to_owned()), 1), [0, 1, 3, 4]);
    assert_eq!(falls_on(&Target::Role("witness".to_owned()), 1), [0; 0]);
    assert_eq!(falls_on(&nodes(&[5, 2]), 1), [1, 4]);
    for seed in 0..20 {
        assert_eq!(falls_on(&Target::One, seed).len(), 1);
        assert_eq!(falls_on(&Target::Minority, seed).len(), 2);
        assert_eq!(falls_on(&Target::Majority, seed).len(), 3);
        assert_eq!(falls_on(&Target::Random(4), seed).len(), 4);
        assert!(!falls_on(&Target::Follower, seed).contains(&2));
    }
}

/// Over some seeds a random target falls on everybody.
#[test]
fn a_random_target_spares_nobody_for_ever() {
    for target in [Target::One, Target::Minority, Target::Majority, Target::Random(2)] {
        let struck: BTreeSet<usize> = (0..40).flat_map(|seed| falls_on(&target, seed)).collect();
        assert_eq!(struck.len(), 5, "{target}");
    }
}

/// A fault looks for its target when it strikes: a leader that is down leads no more, and a random target takes
/// nodes that are up before those that are down.
#[test]
fn a_target_is_looked_for_when_the_fault_strikes() {
    let crash = |target| Fault::Crash { target, after_effects: None, unsynced: CrashLoss::Nothing };
    let probe = Probe { leader: Some(NodeId(3)), ..Probe::default() };
    let faults = [
        (505, 2_000, crash(nodes(&[3]))),
        (605, 2_000, Fault::Pause { target: Target::Leader }),
        (705, 2_000, crash(Target::Random(4))),
    ];
    let seen = run(&probe, plan(5, faults));
    assert_eq!(seen.struck(1), [0; 0], "nobody leads");
    assert_eq!(seen.struck(2), [0, 1, 3, 4], "the fifth is down already");
    assert_eq!(seen.run.stats.crashes, 5);
}

/// The trace names the fault, and whom it fell on.
#[test]
fn the_trace_says_on_whom_a_fault_fell() {
    let probe = Probe { leader: Some(NodeId(3)), ..Probe::default() };
    let fault = Fault::Pause { target: Target::Leader };
    let seen = run_traced(&probe, plan(5, [(505, 1_005, fault)]), Tracing::On);
    let trace = seen.run.trace.unwrap();
    let faults: Vec<&str> = trace
        .records
        .iter()
        .filter(|record| record.kind == Kind::Fault)
        .map(|record| &record.text[..])
        .collect();
    assert_eq!(faults, ["pause strikes n3 (leader)", "pause ends"]);
}
