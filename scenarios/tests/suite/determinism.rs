//! The product itself: the same seed gives the same run, whatever else changes.

use std::fmt::Write;

use crate::support::{snapshots, stormglass};

/// Twenty seeds of the storm have the digests that they had when this snapshot was reviewed. A change here is a
/// change of what every saved seed means: it belongs in the change log.
#[test]
fn twenty_golden_seeds_have_their_golden_digests() {
    let mut digests = String::new();
    for seed in 0..20 {
        let (page, _) = stormglass(&["replay", "raft/storm", "--seed", &seed.to_string()]).unwrap();
        let digest = page.lines().find(|line| line.starts_with(" digest")).unwrap();
        writeln!(digests, "seed {seed:<2} {}", digest.trim_start()).unwrap();
    }
    snapshots(|| insta::assert_snapshot!("golden_digests", digests));
}

/// One job and two print the same results in the same order, with a planted bug and without.
#[test]
fn the_number_of_jobs_changes_nothing() {
    for scenarios in [&["raft/storm"][..], &["raft/bug-even-quorum", "raft/storm"]] {
        let run = |jobs| {
            let mut arguments = vec!["run"];
            arguments.extend(scenarios);
            arguments.extend(["--seeds", "60", "--jobs", jobs]);
            stormglass(&arguments).unwrap()
        };
        assert_eq!(run("1"), run("2"));
    }
}

/// A plan that was saved, loaded and replayed gives the digest of the run that it was saved from.
#[test]
fn a_saved_plan_replays_to_the_same_digest() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.toml");
    let file = file.to_str().unwrap();
    for scenario in ["raft/storm", "raft/bug-even-quorum"] {
        stormglass(&["explain", scenario, "--seed", "3", "--save", file]).unwrap();
        let drawn = stormglass(&["replay", scenario, "--seed", "3"]).unwrap();
        let loaded = stormglass(&["replay", file]).unwrap();
        let digest = |page: &str| page.lines().find(|line| line.starts_with(" digest")).unwrap().to_owned();
        assert_eq!(digest(&drawn.0), digest(&loaded.0), "{scenario}");
        assert_eq!(drawn.1, loaded.1);
    }
}

/// Keeping a trace changes nothing of the run.
#[test]
fn a_traced_run_is_the_same_run() {
    let plain = stormglass(&["replay", "raft/storm", "--seed", "5"]).unwrap().0;
    let traced = stormglass(&["replay", "raft/storm", "--seed", "5", "--trace"]).unwrap().0;
    assert!(traced.len() > plain.len() && traced.ends_with(&plain));
}
