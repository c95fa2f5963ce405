//! Every planted bug is found by a check that should find it, in storms that the correct twin weathers.
#![allow(unreachable_pub, reason = "a test crate has no outside")]
#![allow(clippy::unwrap_used, reason = "its helpers are tests too")]

mod simulator;

use std::ops::Range;

use simulator::Weather;
use simulator::storm::Storm;
use stormglass_consensus::raft::{Raft, Settings};
use stormglass_core::prelude::*;

/// The checks that find something in the storms of these seeds, without repetition, with the first seed.
fn found(raft: Raft, storm: impl Fn(u64) -> Storm, seeds: Range<u64>) -> Vec<(String, u64)> {
    let mut found: Vec<(String, u64)> = Vec::new();
    for seed in seeds {
        let world = storm(seed).run(raft, seed);
        let named = world.verdict.violation().map(|violation| violation.check.clone());
        let wrong = world.workload.wrong.first().map(|_| "linearizable".to_owned());
        for check in named.into_iter().chain(wrong) {
            if !found.iter().any(|(before, _)| *before == check) {
                found.push((check, seed));
            }
        }
    }
    found
}

/// Plants the bug, runs the storms, and holds what finds it against what the bug's own table says.
fn finds(bug: &str, settings: Settings, storm: impl Fn(u64) -> Storm, seeds: Range<u64>) {
    let twin = Raft::new(settings).unwrap();
    let mut wrong = twin;
    assert!(wrong.plant(bug));
    let caught_by = wrong.bug().unwrap().caught_by;
    let found = found(wrong, &storm, seeds.clone());
    assert!(!found.is_empty(), "{bug} was not found in seeds {seeds:?}");
    for (check, seed) in found {
        assert!(
            caught_by.contains(&&check[..]),
            "{bug} was found by {check} in seed {seed}, not by {caught_by:?}"
        );
    }
    assert_eq!(self::found(twin, storm, seeds), [], "the correct twin of {bug}");
}

/// Elections as the paper has them, without what the dissertation adds to calm them.
fn restless() -> Settings {
    Settings { pre_vote: false, check_quorum: false, ..Settings::default() }
}

/// Cuts and wall clocks, but no crashes.
fn cut_off(seed: u64) -> Storm {
    Storm { nodes: 3 + 2 * (seed % 2) as u32, crashes: false, ..Storm::of(seed) }
}

/// The same, with a fault every tenth of a second: the clock must jump while its leader is cut off.
fn often_cut_off(seed: u64) -> Storm {
    Storm { pause: (Duration::from_millis(10), Duration::from_millis(200)), ..cut_off(seed) }
}

macro_rules! found_by {
    ($($name:ident: $bug:literal, $settings:expr, $storm:expr, $seeds:expr;)*) => {$(
        #[test]
        fn $name() {
            finds($bug, $settings, $storm, $seeds);
        }
    )*};
}

found_by! {
    vote_not_durable: "vote-not-durable", hasty(), churn, 0..40;
    vote_compare_index_only: "vote-compare-index-only", hasty(), churn, 0..40;
    even_quorum: "even-quorum", Settings::default(), Storm::of, 0..20;
    ack_before_fsync: "ack-before-fsync", Settings::default(), Storm::of, 0..10;
    leader_counts_volatile_self: "leader-counts-volatile-self", Settings::default(), Storm::of, 0..10;
    truncate_always: "truncate-always", Settings::default(), Storm::of, 0..20;
    read_no_term_commit: "read-no-term-commit", Settings::default(), Storm::of, 0..50;
    no_dedupe: "no-dedupe", Settings::default(), Storm::of, 0..20;
    read_local_leader: "read-local-leader", Settings::default(), cut_off, 0..20;
    read_own_round: "read-own-round", Settings::default(), cut_off, 0..20;
    read_stale_round: "read-stale-round", restless(), stale_answers, 0..50;
    lease_on_wall_clock: "lease-on-wall-clock", Settings::default(), often_cut_off, 230..330;
    stale_vote_response: "stale-vote-response", hasty(), stale_answers, 400..430;
    stale_append_response: "stale-append-response", restless(), |seed| Storm { nodes: 3, ..stale_answers(seed) }, 0..150;
    commit_prior_term: "commit-prior-term", hasty(), churn, 200..300;
}

/// Many answers arrive up to a second late.
fn stale_answers(seed: u64) -> Storm {
    let weather = Weather { stale: Ratio::from_percent(20), ..Weather::ROUGH };
    Storm { nodes: 3 + (seed % 3) as u32, weather, ..Storm::of(seed) }
}

/// One entry at a time, and elections as quick as the network allows: Figure 8 takes three of them in a row.
fn hasty() -> Settings {
    Settings {
        election_timeout_min: Duration::from_millis(60),
        election_timeout_max: Duration::from_millis(120),
        heartbeat_interval: Duration::from_millis(20),
        max_entries_per_append: 1,
        max_entries_in_flight: 1,
        ..restless()
    }
}

/// Leaders come and go.
fn churn(seed: u64) -> Storm {
    let delay = (Duration::from_millis(1), Duration::from_millis(15));
    Storm {
        nodes: 5,
        weather: Weather { delay, sync: Duration::from_millis(20), ..Storm::of(seed).weather },
        pause: (Duration::from_millis(10), Duration::from_millis(200)),
        clock_steps: false,
        ..Storm::of(seed)
    }
}
