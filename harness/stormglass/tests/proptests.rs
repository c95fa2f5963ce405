//! Plans as values of proptest: a planted bug is found, shrunk by our shrinker, kept in proptest's own way, and met again.

#![allow(clippy::unwrap_used, reason = "tests")]

mod shop;

use std::cell::Cell;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, TestCaseError, TestError, TestRunner};
use shop::Shop;
use stormglass::check::{KvModel, linearizable};
use stormglass::core::op::kv::KvOp;
use stormglass::explore::strategies::{Drawn, plans};
use stormglass::kernel::Kernel;
use stormglass::plan::engine::{Engine as _, Tracing};
use stormglass::plan::fault::{Fault, Target};
use stormglass::plan::scenario::{Scenario, TimedFault};
use stormglass::plan::workload::Kv;
use stormglass::prelude::*;

/// One node, any number of clients, and crashes of which each forgets everything.
fn scenarios(crashes: bool) -> impl Strategy<Value = Scenario> {
    (1_u32..4).prop_map(move |clients| {
        let quiet = Scenario::named("shop/mine")
            .system("shop")
            .nodes(1)
            .clients(clients)
            .workload(Kv::default())
            .chaos(Duration::from_secs(5));
        let crash = |at: u64| TimedFault::at(Duration::from_secs(at)).inject(Fault::crash(Target::One));
        if crashes {
            [1, 2, 3].into_iter().fold(quiet, |scenario, at| scenario.fault(crash(at)))
        } else {
            quiet
        }
    })
}

fn is_linearizable(plan: &Drawn<KvOp>) -> Result<(), TestCaseError> {
    let run = Kernel.run(&Shop {}, plan, Tracing::Off);
    let verdict = linearizable(&KvModel, &run.history);
    prop_assert!(verdict.is_ok(), "{verdict}");
    Ok(())
}

proptest! {
    #![proptest_config(Config { cases: 16, failure_persistence: None, ..Config::default() })]

    /// Without faults the store is one store: the form in which users write it.
    #[test]
    fn a_store_without_faults_is_linearizable(plan in plans(scenarios(false))) {
        is_linearizable(&plan)?;
    }
}

fn found(file: &Path, asked: &Cell<u32>) -> Drawn<KvOp> {
    let path: &'static str = file.to_str().unwrap().to_owned().leak();
    let config = Config {
        cases: 64,
        max_shrink_iters: 20_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(path))),
        source_file: Some(file!()),
        ..Config::default()
    };
    let failure = TestRunner::new(config).run(&plans(scenarios(true)), |plan| {
        asked.set(asked.get() + 1);
        is_linearizable(&plan)
    });
    match failure {
        Err(TestError::Fail(_, plan)) => plan,
        other => panic!("the bug was not found: {other:?}"),
    }
}

/// What is left of a failure is a write that a crash forgets and whoever sees that; it is written down with its seed, and
/// the first case of the next run is it.
#[test]
fn a_bug_is_found_shrunk_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (file, asked) = (folder.path().join("shop.txt"), Cell::new(0));
    let plan = found(&file, &asked);
    assert!(plan.faults.len() == 1 && plan.operations.len() <= 3, "{plan:?}");
    assert_eq!(plan.cluster.nodes().len(), 1);
    assert!(is_linearizable(&plan).is_err());
    let kept = std::fs::read_to_string(&file).unwrap();
    let line = kept.lines().find(|line| line.starts_with("cc ")).unwrap();
    assert!(line.contains("# shrinks to shop/mine seed ") && line.contains("faults 1"), "{line}");
    let (first, again) = (asked.get(), Cell::new(0));
    let same = found(&file, &again);
    assert_eq!(**same, **plan);
    assert!(again.get() <= first, "{} runs, then {}", first, again.get());
    assert_eq!(std::fs::read_to_string(&file).unwrap().matches("cc ").count(), 1);
}
