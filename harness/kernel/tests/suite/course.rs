//! A run that is stopped on the way, copied, calmed, and told.

use std::sync::{Arc, Mutex};

use crate::common::ms;
use crate::storm::{probe, storm};
use stormglass_core::trace::{Kind, Logs};
use stormglass_kernel::{Course, Kernel};
use stormglass_plan::engine::{Engine as _, Tracing};

/// Wherever a run is stopped and copied, monitors and all, both go on to the end that it would have had.
#[test]
fn a_copy_on_the_way_ends_like_the_whole() {
    let plan = Arc::new(storm(4));
    let whole = Kernel.run(&probe(), &plan, Tracing::Off);
    let mut course = Course::new(&probe(), &plan, Tracing::Off);
    for after in [0, 300, 301, 1_500, 2_900] {
        course.run_until(ms(after));
        assert!(course.world().now() <= ms(after));
        for copy in [course.clone(), course.clone()] {
            let run = copy.finish();
            assert_eq!(
                (run.digest, &run.stats, &run.recovery),
                (whole.digest, &whole.stats, &whole.recovery)
            );
        }
    }
    while course.step(ms(100_000)) {}
    assert_eq!(course.finish().digest, whole.digest);
}

/// A calm run meets no fault any more; before that it was the same.
#[test]
fn no_fault_strikes_a_calm_run() {
    let plan = Arc::new(storm(4));
    let whole = Kernel.run(&probe(), &plan, Tracing::Off);
    for after in [0, 900, 1_500] {
        let mut course = Course::new(&probe(), &plan, Tracing::Off);
        course.run_until(ms(after));
        course.world_mut().calm();
        let calm: Vec<_> = course.finish().strikes.iter().map(|strike| strike.at).collect();
        let until: Vec<_> =
            whole.strikes.iter().map(|strike| strike.at).filter(|&at| at <= ms(after)).collect();
        assert_eq!(calm, until);
    }
    assert!(whole.strikes.len() > 2);
}

/// The story of a run is its trace without messages, timers and syncs.
#[test]
fn a_story_is_a_part_of_the_trace() {
    let plan = Arc::new(storm(4));
    let [all, story] =
        [Tracing::On, Tracing::Story].map(|tracing| Kernel.run(&probe(), &plan, tracing).trace.unwrap());
    let told = [Kind::Start, Kind::Crash, Kind::Fault, Kind::Phase, Kind::Event];
    let part: Vec<_> = all.records.iter().filter(|record| told.contains(&record.kind)).cloned().collect();
    assert!(part.len() > 10 && part.len() < all.records.len() / 2);
    assert_eq!(story.records, part);
}

/// Says one thing a time it is asked.
struct Chatter(Mutex<u64>);

impl Logs for Chatter {
    fn take(&self) -> Vec<String> {
        let mut count = self.0.lock().unwrap();
        *count += 1;
        vec![format!("line {count}")]
    }
}

/// What was logged in a step stands behind the step's input and before what came of it, with the step's time and host.
#[test]
fn a_log_belongs_to_the_step_in_which_it_was_made() {
    let plan = Arc::new(storm(4));
    let logs = Arc::new(Chatter(Mutex::new(0)));
    let run = Course::new(&probe(), &plan, Tracing::On).listening(logs).finish();
    let records = run.trace.unwrap().records;
    assert_eq!(run.digest, Kernel.run(&probe(), &plan, Tracing::Off).digest);
    let mut logged = 0;
    for pair in records.windows(2) {
        let inputs = [Kind::Start, Kind::Deliver, Kind::Timer, Kind::Sync, Kind::Invoke];
        if pair[1].kind == Kind::Log && inputs.contains(&pair[0].kind) {
            logged += 1;
            assert_eq!((pair[1].at, pair[1].whom, pair[1].cause), (pair[0].at, pair[0].whom, pair[0].id));
        }
    }
    assert!(logged > 100, "{logged}");
}
