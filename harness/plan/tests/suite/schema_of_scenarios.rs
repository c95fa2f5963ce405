//! The schema of scenario files and the reader agree on what is wrong. That a checker of TOML agrees as well is
//! `just schema-check`.

use std::path::Path;

use stormglass_plan::source::Source;

/// What the folder of wrong scenarios holds is refused here as it is by a checker that knows the schema only.
#[test]
fn every_wrong_scenario_is_refused_with_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wrong_scenarios");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let source = Source::open(&path).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let answer = match source.scenario(&["raft"]) {
            Ok(_) => panic!("{} is accepted", path.display()),
            Err(mistakes) => mistakes.to_string(),
        };
        let place = format!("{}:", path.file_name().unwrap().to_str().unwrap());
        assert!(answer.contains(&place), "{answer}");
        seen += 1;
    }
    assert!(seen > 15, "{seen}");
}
