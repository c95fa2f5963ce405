//! Failures of real systems made small, kept, and run again; and what is said of kept plans that cannot be.

use std::path::Path;

use crate::support::{snapshots, stormglass};
use stormglass::App;
use stormglass::cli::exit::Ending;
use stormglass::cli::kept;
use stormglass_scenarios::{library, registry};

use stormglass::explore::shrink::{Effort, Ended};
use stormglass::explore::{Shrunk, Sweep};
use stormglass::plan::source::Source;

/// The first failure of a scenario, made small by so many workers.
fn shrunk(scenario: &str, check: &str, jobs: usize) -> Shrunk {
    let (registry, library) = (registry(), library());
    let loaded = library.load(scenario, &registry).unwrap_or_else(|mistake| panic!("{mistake}"));
    let case = loaded.case(&registry).unwrap_or_else(|mistake| panic!("{mistake}"));
    let mut found = None;
    let sweep = Sweep { seeds: 0..loaded.scenario.seeds, jobs: 1 };
    let each = |report: stormglass::explore::Report| {
        let broken =
            report.verdicts.iter().any(|verdict| verdict.violation().is_some() && verdict.check() == check);
        found = broken.then_some(report.seed);
        if broken { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
    };
    sweep.run(&*case, each).unwrap();
    let seed = found.unwrap_or_else(|| panic!("{scenario}: no seed breaks {check}"));
    let effort = Effort { jobs, runs: 30_000, stop: &|| false, late: &|| false, watch: &|_| {} };
    case.shrink(seed, check, &effort)
        .unwrap()
        .unwrap_or_else(|| panic!("{scenario}: seed {seed} does not fail twice"))
}

/// What is left of planted bugs is small, shows the same violation when its file is replayed, and is passed by the system
/// without the bug.
#[test]
fn planted_bugs_become_small_and_stay_what_they_were() {
    let cases = [
        ("raft/bug-read-local-leader", "linearizable"),
        ("raft/bug-vote-not-durable", "no-regress"),
        ("raft/bug-even-quorum", "committed-on-durable-quorum"),
        ("raft/bug-lease-on-wall-clock", "linearizable"),
        ("raft/bug-no-dedupe", "linearizable"),
        ("lock/bug-no-grace", "exclusive"),
        ("two-phase-commit/bug-forget-early", "atomic-commitment"),
        // A check of the name that a panic of the code itself has.
        ("balancing/bug-panic-sticky", "panic"),
    ];
    for (scenario, check) in cases {
        let Shrunk { change, signature, ended, file, report, .. } = shrunk(scenario, check, 2);
        assert!(change.after.faults <= 3 && change.after.operations <= 8, "{scenario}: {change}");
        assert!(
            change.after.nodes <= change.before.nodes && change.after.span < change.before.span,
            "{change}"
        );
        assert_eq!(
            (ended, &signature.check[..], report.verdict.check()),
            (Ended::Minimal, check, check),
            "{scenario}"
        );
        let source = Source::new("kept.toml", file);
        let head = source.plan_head(&registry().names()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let kept = registry()
            .get(&head.system)
            .unwrap()
            .kept(&source)
            .unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let again = stormglass::explore::audited(&*kept.case, report.seed).unwrap();
        assert_eq!((again.digest, &again.verdict), (report.digest, &report.verdict), "{scenario}");
        let twin = stormglass::explore::audited(&*kept.twin.unwrap(), report.seed).unwrap();
        assert!(twin.verdict.is_ok(), "{scenario}: without the bug {}", twin.verdict);
    }
}

/// However many candidates run at once, the same plan comes out after the same number of runs.
#[test]
fn the_smallest_plan_does_not_depend_on_the_number_of_workers() {
    let [one, three] = [1, 3].map(|jobs| shrunk("raft/bug-no-dedupe", "linearizable", jobs));
    assert_eq!((one.file, one.runs, one.ended), (three.file, three.runs, three.ended));
}

/// A folder of scenarios with one failure in it that nobody expects.
pub(crate) fn broken(folder: &Path) -> String {
    let scenarios = folder.join("scenarios/raft");
    std::fs::create_dir_all(&scenarios).unwrap();
    let text = r#"name = "raft/mine"
about = "A leader cut off from the majority must not answer reads."
system = "raft"
bug = "read-local-leader"
seeds = 60
checks = ["linearizable"]

[cluster]
nodes = 5
clients = 4

[workload.kv]
rate = 40
keys = 2

[[fault]]
at = "2s"
lasts = "2s"
repeat = { every = "3s", times = 4 }
inject = { isolate = { target = "leader" } }
"#;
    std::fs::write(scenarios.join("mine.toml"), text).unwrap();
    folder.join("scenarios").to_str().unwrap().to_owned()
}

/// The page of a failure tells the small story, says how small it became, and how it is kept; and what it says is true.
#[test]
fn a_failure_is_shown_small_and_can_be_kept() {
    let folder = tempfile::tempdir().unwrap();
    let scenarios = broken(folder.path());
    let (page, ending) = stormglass(&["--folder", &scenarios, "run", "raft/mine", "--jobs", "1"]).unwrap();
    assert_eq!(ending, Ending::Violated);
    snapshots(|| insta::assert_snapshot!("failure_made_small", page));
    let keep = page.lines().find_map(|line| line.strip_prefix(" keep     stormglass ")).unwrap();
    let words = keep.split("   ").next().unwrap().split(' ');
    let keep: Vec<&str> = ["--folder", &scenarios].into_iter().chain(words).collect();
    let (_, ending) = stormglass(&keep).unwrap();
    assert_eq!(ending, Ending::Ok);
    let app = App::new(registry(), library().moved_to(&scenarios));
    let kept = app.library.kept().unwrap();
    assert_eq!(kept.len(), 1);
    let text = std::fs::read_to_string(&kept[0]).unwrap();
    snapshots(|| insta::assert_snapshot!("kept_plan", text));
    assert_eq!(kept::judge(&app, &kept[0]), Ok(()));
    let (page, ending) = stormglass(&["replay", kept[0].to_str().unwrap()]).unwrap();
    assert!(ending == Ending::Violated && page.contains("linearizable · key 0"), "{page}");
}

/// What `keep` wrote for a planted bug, in a folder of its own.
fn kept_text(folder: &Path) -> String {
    let scenarios = broken(folder);
    stormglass(&["--folder", &scenarios, "keep", "raft/mine", "--seed", "0", "--name", "mine"]).unwrap();
    std::fs::read_to_string(folder.join("snapshots/regressions/mine.toml")).unwrap()
}

/// A kept plan that is of an older version, cut short, of a system, a bug or a check that is gone, or that says nothing of
/// its end, is answered with what is wrong and where; one that no longer shows its bug, and one whose bug was never the
/// cause, with the page of the run.
#[test]
fn a_kept_plan_that_cannot_be_held_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let text = kept_text(folder.path());
    let app = App::new(registry(), library().moved_to(folder.path().join("scenarios")));
    let operations = text.find("operations = [").unwrap();
    let fixed = text.replacen("bug = \"read-local-leader\"\n", "", 1);
    let cases = [
        ("older", text.replacen("format = 1", "format = 0", 1)),
        ("truncated", text[..operations + 60].to_owned()),
        ("no_system", text.replacen("system = \"raft\"", "system = \"paxos\"", 1)),
        ("no_bug", text.replacen("\"read-local-leader\"", "\"read-local-leaders\"", 1)),
        ("no_check", text.replacen("violated-by = [\"linearizable\"]", "violated-by = [\"linear\"]", 1)),
        ("no_end", text.lines().filter(|line| !line.starts_with("expect")).collect::<Vec<_>>().join("\n")),
        ("lost", text.replacen("seed = ", "seed = 7777", 1).replacen("isolate", "pause", 1)),
        ("not_fixed", text.replacen("expect = { violated-by = [\"linearizable\"] }", "expect = \"ok\"", 1)),
    ];
    for (name, wrong) in cases {
        assert_ne!(wrong, text, "{name}");
        let file = folder.path().join(format!("{name}.toml"));
        std::fs::write(&file, wrong).unwrap();
        let answer = kept::judge(&app, &file).unwrap_err();
        // Which systems there are is no part of this answer's meaning.
        let answer =
            answer.split_once("`regions`").map_or(answer.clone(), |(before, _)| format!("{before}…"));
        snapshots(|| insta::assert_snapshot!(format!("kept_{name}"), answer));
    }
    let file = folder.path().join("fixed.toml");
    std::fs::write(
        &file,
        fixed.replacen("expect = { violated-by = [\"linearizable\"] }", "expect = \"ok\"", 1),
    )
    .unwrap();
    assert_eq!(kept::judge(&app, &file), Ok(()));
}

/// Only what fails can be kept.
#[test]
fn a_run_that_passes_is_not_kept() {
    let answer = stormglass(&["keep", "raft/isolated-leader", "--seed", "1"]).unwrap_err();
    assert!(answer.contains("only a failure can be kept"), "{answer}");
}
