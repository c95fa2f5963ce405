//! Files that cannot be read at all are answered with the place where reading ends.

use insta::assert_snapshot;
use stormglass_plan::source::Source;

const SOUND: &str = r#"name = "raft/storm"
about = "Whatever the weather, a Raft cluster answers as one machine would."
system = "raft"

[cluster]
nodes = { min = 3, max = 5 }
clients = 4

[workload.kv]
keys = 5
"#;

/// What is said of the sound file after `from` has been replaced by `to`.
fn answer(from: &str, to: &str) -> String {
    match Source::new("storm.toml", SOUND.replace(from, to)).scenario(&["raft"]) {
        Ok(_) => "no mistake".to_owned(),
        Err(mistakes) => mistakes.to_string(),
    }
}

/// A file that is not TOML at all.
#[test]
fn a_broken_line_is_shown() {
    assert_snapshot!(answer("keys = 5", "keys = "), @r#"
        error: the value is missing
          --> storm.toml:10:8
           |
        10 | keys = 
           |        ^ expected a value
        "#);
    assert_snapshot!(answer("max = 5 }", "max = 5"), @r#"
        error: missing comma between key-value pairs
         --> storm.toml:7:1
          |
        7 | clients = 4
          | ^ expected `,`
        "#);
    assert_snapshot!(answer("keys = 5", "keys = 5\nkeys = 6"), @r#"
        error: `keys` is set twice
          --> storm.toml:11:1
           |
        11 | keys = 6
           | ^^^^ expected each key once
        "#);
}

/// Bytes that are no text: the place of the first one.
#[test]
fn a_file_that_is_not_utf8_is_refused_with_the_place_of_the_first_wrong_byte() {
    let mut bytes = SOUND.as_bytes().to_vec();
    let place = SOUND.find("answers").expect("it is there");
    bytes[place] = 0xE4;
    let mistakes = Source::from_bytes("storm.toml", bytes).unwrap_err();
    assert_snapshot!(mistakes.to_string(), @r#"
        error: the file is not UTF-8 from byte 66 on
         --> storm.toml:2:47
          |
        2 | about = "Whatever the weather, a Raft cluster �nswers as one machine would."
          |                                               ^ expected text in UTF-8; found the byte 0xe4
          |
          = help: save the file as UTF-8; an editor may have written it as Latin-1 or UTF-16
        "#);
}

/// A file that is not there.
#[test]
fn a_missing_file_is_named() {
    let mistakes = Source::open(std::path::Path::new("no/such/file.toml")).unwrap_err();
    assert_snapshot!(mistakes.to_string(), @r#"
        error: the file cannot be read: No such file or directory (os error 2)
        --> no/such/file.toml
        "#);
}
