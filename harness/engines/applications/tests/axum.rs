//! The HTTP service under storms: the same run for the same seed, sound where it should be.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{calm, found, holds, plan, repeats, short};
use stormglass_applications::axum::AxumKv;
use stormglass_plan::nemesis::{Nemesis, Profile};

/// Without faults every operation is answered.
#[test]
fn in_calm_weather_everything_is_answered() {
    let run = calm::<AxumKv>(3);
    for operation in run.history.operations() {
        assert!(operation.outcome.ok().is_some(), "{operation:?}");
    }
}

/// A correct service is sound in every weather that can befall it.
#[test]
fn it_holds_in_every_weather() {
    holds::<AxumKv>(3);
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
