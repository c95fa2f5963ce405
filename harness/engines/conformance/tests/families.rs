//! Every shipped system on engines with virtual clocks: the same seed is the same run, and planted bugs are found.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use stormglass_balancing::balancer::Balancing;
use stormglass_conformance::lineup::{On, registry, scenario};
use stormglass_conformance::shipped::{Became, Extent, scenarios, virtually};
use stormglass_conformance::storms::{LEAST_SECONDS, lasting};
use stormglass_consensus::two_phase_commit::TwoPhaseCommit;
use stormglass_core::prelude::*;
use stormglass_failover::Failover;
use stormglass_lock::Lock;
use stormglass_madsim::Madsim;
use stormglass_plan::configure::configure;
use stormglass_plan::engine::{Engine, Tracing};
use stormglass_plan::scenario::{Phases, Scenario};
use stormglass_plan::workload::Operations;
use stormglass_replication::passive::Passive;
use stormglass_turmoil::Turmoil;

/// Twenty seeds of the system's storm, each twice: the whole history is the seed's, and no two neighbours share one.
fn repeats<S>()
where
    S: System + Serialize + DeserializeOwned + Default,
    S::Op: Operations + PartialEq,
    S::Ret: PartialEq,
{
    let storms = lasting(LEAST_SECONDS).map(|storm| storm.scenario());
    let scenario = storms.into_iter().find(|storm| storm.system == S::NAME).unwrap();
    let ms = Duration::from_millis;
    let brief = Phases { warm_up: ms(1_300), chaos: ms(700), idle: ms(50), settle: ms(250), finish: ms(200) };
    let scenario = scenario.phases(brief);
    repeats_on::<S, _>(&Madsim, &scenario);
    repeats_on::<S, _>(&Turmoil, &scenario);
}

fn repeats_on<S, E: Engine>(engine: &E, scenario: &Scenario)
where
    S: System + Serialize + DeserializeOwned + Default,
    S::Op: Operations + PartialEq,
    S::Ret: PartialEq,
{
    let system: S = configure(&scenario.params, None).unwrap();
    let (mut before, mut answered) = (None, 0);
    for seed in 0..20 {
        let plan = Arc::new(stormglass_plan::plan::<S::Op>(scenario, Seed(seed)).unwrap());
        let run = || engine.run(&system, &plan, Tracing::Off);
        let (one, other) = (run(), run());
        let on = E::NAME;
        assert_eq!(one.history.operations(), other.history.operations(), "seed {seed} on {on}");
        assert_eq!((one.digest, &one.strikes), (other.digest, &other.strikes), "seed {seed} on {on}");
        assert_ne!(before.replace(one.digest), Some(one.digest), "seed {seed} on {on}");
        answered += one.history.operations().iter().filter(|one| one.outcome.ok().is_some()).count();
    }
    assert!(answered > 300, "{answered} answers on {}", E::NAME);
}

/// The same seed is the same lock service.
#[test]
fn the_same_seed_is_the_same_lock() {
    repeats::<Lock>();
}

/// The same seed is the same bank.
#[test]
fn the_same_seed_is_the_same_commitment() {
    repeats::<TwoPhaseCommit>();
}

/// The same seed is the same balancing.
#[test]
fn the_same_seed_is_the_same_balancing() {
    repeats::<Balancing>();
}

/// The same seed is the same primary and backups.
#[test]
fn the_same_seed_is_the_same_replication() {
    repeats::<Passive>();
}

/// The same seed is the same failover.
#[test]
fn the_same_seed_is_the_same_failover() {
    repeats::<Failover>();
}

/// A planted bug of each is found by the scenario that ships for it, and the system without it passes the same seeds.
#[test]
fn a_planted_bug_of_each_system_is_found_elsewhere() {
    let bugs = [
        "lock/bug-no-grace",
        "two-phase-commit/bug-silence-is-yes",
        "balancing/bug-drain-ignored",
        "replication/bug-ack-before-fsync",
    ];
    let shipped = scenarios();
    for name in bugs {
        let bug = shipped.iter().find(|scenario| scenario.name == name).unwrap();
        for on in [On::Madsim, On::Turmoil] {
            let became = virtually(bug, on, Extent { seeds: 0, limit: 20 }).unwrap();
            assert!(matches!(became, Became::Found(..)), "{name} on {}: {became}", on.name());
        }
    }
}

/// The availability model has no nodes that an engine could drive: it says so, whether the command names the engine or its scenario.
#[test]
fn the_availability_model_is_refused_by_name() {
    let regions = scenarios().into_iter().find(|scenario| scenario.system == "regions").unwrap();
    let refused = |became| match became {
        Became::Refused(why) => why,
        other => panic!("{other}"),
    };
    let named = refused(virtually(&regions, On::Turmoil, Extent { seeds: 1, limit: 1 }).unwrap());
    let text = "name = \"r\"\nabout = \"r\"\nsystem = \"regions\"\nengine = \"turmoil\"\n";
    let registry = registry();
    let asked = registry.get("regions").unwrap().case(&scenario("r", text)).err().unwrap().to_string();
    for why in [named, asked] {
        assert!(why.contains("unknown engine `turmoil`") && why.contains("nothing to drive"), "{why}");
    }
}
