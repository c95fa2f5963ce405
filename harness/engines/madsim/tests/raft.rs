//! Raft on madsim: the same run for the same seed, sound where it should be, and wrong where a bug is planted.
#![cfg(madsim)]
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../../common/raft.rs"]
mod common;

use common::{answered, isolated_leaders, plan, planted, run, short, wrong};
use stormglass_core::prelude::*;
use stormglass_madsim::Madsim;
use stormglass_plan::engine::{Engine as _, Tracing};
use stormglass_plan::nemesis::Profile;

const CHAOS: Duration = Duration::from_secs(2);

/// The whole history is the seed's, twice, for two hundred seeds; and no two neighbours share one.
#[test]
fn the_same_seed_is_the_same_history() {
    let mut before = None;
    for seed in 0..200 {
        let plan = short(&Madsim, seed);
        let (one, other) = (run(&Madsim, &plan), run(&Madsim, &plan));
        assert_eq!(one.history.operations(), other.history.operations(), "seed {seed}");
        assert_eq!((one.digest, one.strikes), (other.digest, other.strikes), "seed {seed}");
        assert_ne!(before.replace(one.digest), Some(one.digest));
    }
}

/// Raft is as sound on another's scheduler and network as in the kernel, whatever befalls it.
#[test]
fn raft_holds_in_every_weather() {
    let (mut crashes, mut answers) = (0, 0);
    for seed in 0..20 {
        let run = run(&Madsim, &plan(&Madsim, Profile::Everything, seed, CHAOS));
        if run.beyond_budget.is_none() {
            assert_eq!(wrong(&run).map(|verdict| verdict.to_string()), None, "seed {seed}");
        }
        crashes += run.stats.crashes;
        answers += answered(&run);
    }
    assert!(crashes > 10 && answers > 2_000, "{crashes} crashes, {answers} answers");
}

/// What the kernel finds, madsim finds: a read that a deposed leader answers.
#[test]
fn a_planted_bug_is_found() {
    let raft = planted("read-local-leader");
    let found = (0..200).find(|&seed| {
        let run = Madsim.run(&raft, &isolated_leaders(seed), Tracing::Off);
        wrong(&run).is_some_and(|verdict| verdict.violation().is_some())
    });
    let seed = found.expect("200 seeds did not show it");
    for seed in 0..=seed {
        assert_eq!(wrong(&run(&Madsim, &isolated_leaders(seed))).map(|verdict| verdict.to_string()), None);
    }
}
