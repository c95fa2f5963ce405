//! The cluster under storms: the same run for the same seed, sound where it should be.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{answered, calm, found, holds, isolated_leaders, plan, repeats, short};
use stormglass_applications::openraft::OpenraftKv;
use stormglass_plan::kind::Kind;
use stormglass_plan::nemesis::Nemesis;

/// Without faults nearly every operation is answered: at the beginning nobody leads.
#[test]
fn in_calm_weather_everything_is_answered() {
    let run = calm::<OpenraftKv>(3);
    let operations = run.history.operations().len();
    assert!(answered(&run) * 100 >= operations * 95, "{} of {operations}", answered(&run));
}

/// openraft is sound in every weather that can befall it.
#[test]
fn it_holds_in_every_weather() {
    holds::<OpenraftKv>(3);
}

/// The whole history is the seed's, twice, for two hundred seeds.
#[test]
fn the_same_seed_is_the_same_history() {
    repeats::<OpenraftKv>(200, |seed| short::<OpenraftKv>(3, seed));
}

/// A leader that was deposed, and does not know it, answers reads with what has been overwritten.
#[test]
fn a_read_without_a_quorum_is_found() {
    found::<OpenraftKv>("reads-without-quorum", 60, isolated_leaders::<OpenraftKv>);
}

/// What was acknowledged by servers that had not synced it is lost when they crash.
#[test]
fn a_log_that_is_flushed_before_it_is_synced_is_found() {
    let nemesis = || Nemesis { faults: Some(vec![Kind::Crash, Kind::SlowDisk]), ..Nemesis::default() };
    found::<OpenraftKv>("flushed-before-sync", 300, |seed| plan::<OpenraftKv>(3, seed, nemesis()));
}
