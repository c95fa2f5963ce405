//! Writing a scenario: from nothing to one that runs, and the lists that say what could be said.

use std::path::Path;

use crate::support::{snapshots, stormglass};
use stormglass::cli::exit::Ending;
use stormglass_scenarios::registry;

fn in_folder(folder: &Path, arguments: &[&str]) -> Result<(String, Ending), String> {
    let mut all = vec!["--folder", folder.to_str().expect("a temporary path is text")];
    all.extend(arguments);
    stormglass(&all)
}

/// What `new` writes for any system runs as it is, and every run of it is as expected.
#[test]
fn a_new_scenario_of_every_system_runs_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    for system in registry().names() {
        let name = format!("{system}/mine");
        let (page, _) = in_folder(folder.path(), &["new", &name]).unwrap();
        assert!(page.contains(&format!("stormglass run {name}")), "{page}");
        let (page, ending) = in_folder(folder.path(), &["run", &name, "--seeds", "10"]).unwrap();
        assert_eq!(ending, Ending::Ok, "{page}");
    }
    assert!(folder.path().join("scenario.schema.json").is_file());
}

/// What is commented out in a new scenario is what is so anyway: taking the comments away changes no plan.
#[test]
fn the_settings_in_the_comments_of_a_new_scenario_are_the_defaults() {
    let folder = tempfile::tempdir().unwrap();
    in_folder(folder.path(), &["new", "raft/mine"]).unwrap();
    let file = folder.path().join("raft/mine.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    // The page shows what [params] says, and then what follows from it.
    let explain = || {
        let page = in_folder(folder.path(), &["explain", "raft/mine", "--seed", "3"]).unwrap().0;
        page.split_once("\nnetwork").map(|(_, rest)| rest.to_owned()).expect("a plan has a network")
    };
    let short = explain();
    let settings = |line: &str| {
        let line = line.strip_prefix("# ")?;
        let setting =
            line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '));
        let other = ["bug", "expect", "availability", "unavailable-at-most", "[availability]"];
        (setting && !other.iter().any(|word| line.starts_with(word))).then(|| line.to_owned())
    };
    let long: Vec<String> =
        text.lines().map(|line| settings(line).unwrap_or_else(|| line.to_owned())).collect();
    assert!(long.contains(&"election-timeout-min = \"150ms\"".to_owned()), "{long:?}");
    assert!(long.contains(&"chaos = \"20s\"".to_owned()), "{long:?}");
    std::fs::write(&file, long.join("\n")).unwrap();
    assert_eq!(explain(), short);
}

/// A scenario that is there stays as it is.
#[test]
fn a_scenario_that_is_there_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("raft/mine.toml");
    in_folder(folder.path(), &["new", "raft/mine"]).unwrap();
    std::fs::write(&file, "mine").unwrap();
    let answer = in_folder(folder.path(), &["new", "mine", "--system", "raft"]).unwrap_err();
    assert!(answer.contains("is there already"), "{answer}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
}

/// A name that leads nowhere, or a system that nobody knows, is answered with what would be right.
#[test]
fn a_new_scenario_without_a_sound_name_or_system_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        (&["new", "mine"][..], "--system"),
        (&["new", "rafd/mine"], "did you mean `raft`?"),
        (&["new", "raft/../mine"], "cannot be called"),
        (&["new", "raft/"], "cannot be called"),
        (&["new", "Mine", "--system", "raft"], "cannot be called"),
    ];
    for (arguments, right) in cases {
        let answer = in_folder(folder.path(), arguments).unwrap_err();
        assert!(answer.contains(right), "{arguments:?}: {answer}");
    }
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
}

/// The lists of faults and profiles, for review when they change.
#[test]
fn the_lists_of_faults_and_profiles_say_what_can_be_said() {
    snapshots(|| {
        for what in ["faults", "profiles"] {
            let (page, _) = stormglass(&["list", what]).unwrap();
            insta::assert_snapshot!(format!("list_{what}"), page);
        }
    });
}
