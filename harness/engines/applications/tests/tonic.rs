//! The gRPC service under storms: the same run for the same seed, sound where it should be.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{calm, found, holds, plan, repeats, short};
use stormglass_applications::tonic::TonicKv;
use stormglass_plan::nemesis::{Nemesis, Profile};

/// Without faults every operation is answered.
#[test]
fn in_calm_weather_everything_is_answered() {
    let run = calm::<TonicKv>(2);
    for operation in run.history.operations() {
        assert!(operation.outcome.ok().is_some(), "{operation:?}");
    }
}

/// A correct service is sound in every weather that can befall it.
#[test]
fn it_holds_in_every_weather() {
    holds::<TonicKv>(2);
}

/// The whole history is the seed's, twice, for two hundred seeds.
#[test]
fn the_same_seed_is_the_same_history() {
    repeats::<TonicKv>(200, |seed| short::<TonicKv>(2, seed));
}

/// A swap that is asked for again and applied again says that it was not swapped, though it was.
#[test]
fn a_change_that_is_applied_twice_is_found() {
    let nemesis = || Nemesis { profile: Profile::Network, ..Nemesis::default() };
    found::<TonicKv>("applies-twice", 100, |seed| plan::<TonicKv>(1, seed, nemesis()));
}

/// The same where only a crash makes the server forget which changes it has made.
#[test]
fn a_token_that_is_forgotten_in_a_crash_is_found() {
    let nemesis = || Nemesis { profile: Profile::Disk, ..Nemesis::default() };
    found::<TonicKv>("tokens-in-memory", 300, |seed| plan::<TonicKv>(1, seed, nemesis()));
}
