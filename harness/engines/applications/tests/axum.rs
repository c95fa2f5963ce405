//! The HTTP service under storms: the same run for the same seed, sound where it should be.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{answered, found, plan, repeats, run, short, wrong};
use stormglass_applications::axum::AxumKv;
use stormglass_plan::nemesis::{Nemesis, Profile};

/// Without faults every operation is answered.
#[test]
fn in_calm_weather_everything_is_answered() {
    let plan = plan::<AxumKv>(3, 0, Nemesis { profile: Profile::Calm, ..Nemesis::default() });
    let run = run(&AxumKv::default(), &plan);
    assert_eq!(wrong(&run).map(|verdict| verdict.to_string()), None);
    for operation in run.history.operations() {
        assert!(operation.outcome.ok().is_some(), "{operation:?}");
    }
}

/// A correct service is sound in every weather that can befall it.
#[test]
fn it_holds_in_every_weather() {
    let (mut crashes, mut answers, mut asked) = (0, 0, 0);
    for seed in 0..12 {
        let plan = plan::<AxumKv>(3, seed, Nemesis::default());
        let run = run(&AxumKv::default(), &plan);
        if run.beyond_budget.is_none() {
            assert_eq!(wrong(&run).map(|verdict| verdict.to_string()), None, "seed {seed}");
        }
        crashes += run.stats.crashes;
        asked += run.history.operations().len();
        answers += answered(&run);
    }
    assert!(crashes > 3 && answers > 500, "{crashes} crashes, {answers} answers of {asked}");
}

/// The whole history is the seed's, twice, for two hundred seeds.
#[test]
fn the_same_seed_is_the_same_history() {
    repeats::<AxumKv>(200, |seed| short::<AxumKv>(3, seed));
}

/// What was acknowledged before it was synced is lost in a crash, and a read shows it.
#[test]
fn an_answer_before_the_sync_is_found() {
    let nemesis = || Nemesis { profile: Profile::Disk, ..Nemesis::default() };
    found::<AxumKv>("answers-before-sync", 100, |seed| plan::<AxumKv>(1, seed, nemesis()));
}

/// A copy that is behind answers with what was overwritten.
#[test]
fn a_read_from_a_stale_copy_is_found() {
    let nemesis = || Nemesis { profile: Profile::Network, ..Nemesis::default() };
    found::<AxumKv>("reads-stale-copy", 100, |seed| plan::<AxumKv>(3, seed, nemesis()));
}
