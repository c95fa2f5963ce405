//! What the command answers to mistakes: where, what was found, what was expected, the nearest right word.

use std::path::PathBuf;

use crate::support::{snapshots, stormglass};

/// The answer to a command that is wrong.
fn answer(arguments: &[&str]) -> String {
    match stormglass(arguments) {
        Err(answer) => answer,
        Ok((page, ending)) => panic!("{arguments:?} is wrong, but ended {ending:?} with\n{page}"),
    }
}

/// The answer to running a file with this content.
fn answer_to_file(content: &[u8], command: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("the machine has a folder for temporary files");
    let file: PathBuf = folder.path().join("mine.toml");
    std::fs::write(&file, content).expect("a temporary file can be written");
    let mut arguments = command.to_vec();
    arguments.insert(1, file.to_str().expect("a temporary path is text"));
    answer(&arguments)
}

const SCENARIO: &str = r#"name = "mine"
about = "Something holds."
system = "raft"

[cluster]
nodes = 5

[workload.kv]

[[fault]]
at = "2s"
lasts = "1s"
inject = { isolate = { target = "leader" } }
"#;

/// Each wrong word of a scenario is answered at its line and column.
#[test]
fn a_wrong_word_in_a_scenario_is_shown_where_it_stands() {
    let cases = [
        ("unknown_field", "nodes = 5", "nodez = 5"),
        ("unknown_system", "\"raft\"", "\"rafd\""),
        ("unknown_fault", "isolate", "isolat"),
        ("unknown_target", "\"leader\"", "\"leeder\""),
        ("unknown_bug", "system = \"raft\"", "system = \"raft\"\nbug = \"vote-durable\""),
        ("unknown_setting", "[cluster]", "[params]\nheartbeat-intervall = \"50ms\"\n\n[cluster]"),
        ("unknown_check", "system = \"raft\"", "system = \"raft\"\nchecks = [\"linearisable\"]"),
        ("wrong_unit", "\"1s\"", "\"1 parsec\""),
        ("contradictory_times", "at = \"2s\"", "at = \"40s\""),
        ("absent_node", "\"leader\"", "[\"n1\", \"n9\"]"),
        ("wrong_setting", "[cluster]", "[params]\nelection-timeout-min = \"1s\"\n\n[cluster]"),
    ];
    for (name, right, wrong) in cases {
        let text = SCENARIO.replace(right, wrong);
        assert_ne!(text, SCENARIO, "{name}");
        let answer = answer_to_file(text.as_bytes(), &["run", "--seeds", "1"]);
        snapshots(|| insta::assert_snapshot!(format!("mistake_{name}"), answer));
    }
}

/// A file that is no text, and plans that are cut short, too new, or of nobody's system, are refused with a reason.
#[test]
fn a_file_that_cannot_be_read_says_why() {
    let latin = answer_to_file(b"name = \"caf\xe9\"\n", &["run"]);
    snapshots(|| insta::assert_snapshot!("mistake_not_utf8", latin));

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.toml");
    stormglass(&["explain", "raft/storm", "--seed", "0", "--save", file.to_str().unwrap()]).unwrap();
    let plan = std::fs::read_to_string(&file).unwrap();
    let operations = plan.find("operations = [").unwrap();
    let truncated = &plan[..operations + 400];
    let newer = plan.replacen("format = 1", "format = 99", 1);
    let stranger = plan.replacen("system = \"raft\"", "system = \"roft\"", 1);
    for (name, text) in
        [("truncated_plan", truncated), ("newer_plan", &newer), ("plan_of_no_system", &stranger)]
    {
        let answer = answer_to_file(text.as_bytes(), &["replay"]);
        assert!(answer.starts_with("error: "), "{name}: {answer}");
        snapshots(|| insta::assert_snapshot!(format!("mistake_{name}"), answer));
    }
}

/// A name that is not there is answered with the nearest one; a replay without a seed is asked for it.
#[test]
fn a_command_that_names_nothing_is_answered_with_help() {
    let answers = [
        answer(&["run", "raft/strom"]),
        answer(&["replay", "raft/storm"]),
        answer(&["zoo", "rafd"]),
        answer(&["--folder", "nowhere", "run"]),
        answer(&["run", "--seeds", "9..3"]),
    ];
    snapshots(|| insta::assert_snapshot!("mistake_in_commands", answers.join("\n\n")));
}

/// Two scenarios may not have one name under two files: a file's name is its scenario's.
#[test]
fn a_scenario_is_called_as_its_file_is() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("raft")).unwrap();
    std::fs::write(folder.path().join("raft/mine.toml"), SCENARIO).unwrap();
    let answer = answer(&["--folder", folder.path().to_str().unwrap(), "run"]);
    snapshots(|| insta::assert_snapshot!("mistake_name_of_file", answer));
}
