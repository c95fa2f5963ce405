//! What was kept with this command is judged here, and nowhere else: other tests know neither all its engines nor all its systems.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};

use stormglass_cli::kept::judge;
use stormglass_cli::{App, Library};
use stormglass_engines::{library, not_built, registry};
use stormglass_plan::source::Source;

/// The system of a kept plan.
fn system(file: &Path) -> String {
    let known: Vec<&str> = registry().names().into_iter().chain(not_built()).collect();
    let head = Source::open(file).and_then(|source| source.plan_head(&known));
    head.unwrap_or_else(|mistakes| panic!("{}: {mistakes}", file.display())).system
}

/// Each ends as it says. Those of simulated services are judged where these are built.
#[test]
fn every_kept_plan_ends_as_it_must() {
    let app = App::new(registry(), library());
    let built = |file: &PathBuf| !not_built().contains(&&system(file)[..]);
    let files = app.library.kept().unwrap().into_iter().filter(built);
    let wrong: Vec<String> = files.filter_map(|file| judge(&app, &file).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What is kept of a run on an engine is replayed on that engine: it holds while the bug is found there, and not afterwards.
#[test]
fn what_is_kept_of_an_engine_is_judged_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let app = || App::new(registry(), library().keeping_in(folder.path()));
    for (scenario, engine) in
        [("two-phase-commit/bug-silence-is-yes", "madsim"), ("lock/bug-no-grace", "turmoil")]
    {
        let name = scenario.replace('/', "-");
        let words = [
            "stormglass",
            "keep",
            scenario,
            "--seed",
            "0",
            "--engine",
            engine,
            "--patience",
            "5",
            "--name",
            &name,
        ];
        app().call(words, &mut Vec::new()).unwrap();
        let file = folder.path().join(format!("{name}.toml"));
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(&format!("engine = \"{engine}\"")), "{text}");
        assert_eq!(judge(&app(), &file), Ok(()));
        let repaired: String =
            text.lines().filter(|line| !line.starts_with("bug =")).flat_map(|line| [line, "\n"]).collect();
        std::fs::write(&file, repaired).unwrap();
        assert!(judge(&app(), &file).unwrap_err().contains("no longer meets the bug"));
    }
    assert_eq!(app().library.kept().unwrap().len(), 2);
    let elsewhere = Library::in_folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios"));
    assert_ne!(elsewhere.regressions(), library().regressions());
}
