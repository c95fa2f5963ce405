//! Every mistake in a file is told with its place, what was found and what was expected; none is a panic.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use stormglass_formats::Format;
use stormglass_formats::vocabulary::{
    AppendKv, Bank, Counter, FailedCas, Keys, Kv, ListTxns, Lock, Numbers, Queue, RegisterTxns, Set,
};

fn mistake(format: Format, text: &str) -> String {
    format.read(text.as_bytes(), Kv::default()).expect_err(text).to_string()
}

const ASK: &str = "{:process 0 :type :invoke :f :read}\n";

/// Mistakes in what events say to one another.
#[test]
fn events_that_do_not_fit_together_are_mistakes() {
    let cases = [
        (
            "{:process 1 :type :ok :f :read :value 3}",
            "line 1, column 1: found a completion by process 1; expected an invocation by it first",
        ),
        (
            &format!("{ASK}\n  {ASK}"),
            "line 3, column 3: found a second invocation by process 0; expected the completion of its operation \
             invoked at line 1, column 1",
        ),
        (
            &format!("{ASK}{{:process 0 :type :ok :f :write}}"),
            "line 2, column 1: found the completion of `write`; expected that of `read`, which process 0 invoked at \
             line 1, column 1",
        ),
        (
            "{:process 0 :type :invoke :f :read :time 9}\n{:process 0 :type :ok :f :read :value 1 :time 8}",
            "line 2, column 1: found time 8; expected a time not before 9, the one at line 1, column 1",
        ),
        (
            "{:process 0 :type :invoke :f :read :index 9}\n{:process 0 :type :ok :f :read :value 1 :index 9}",
            "line 2, column 1: found index 9; expected an index above 9, which stands at line 1, column 1",
        ),
        ("", "line 1, column 1: found an input without any event; expected events of clients"),
        (
            "{:process :nemesis :type :info}",
            "line 1, column 1: found nothing but events of the nemesis; expected events of clients",
        ),
    ];
    for (text, why) in cases {
        assert_eq!(mistake(Format::Edn, text), why, "{text}");
    }
}

/// Mistakes inside one event.
#[test]
fn events_that_mean_nothing_are_mistakes() {
    let cases = [
        (
            "{:process 0 :type :invoked :f :read}",
            "line 1, column 19: found `:invoked`; expected one of invoke, ok, fail, info",
        ),
        (
            "{:process 0 :f :read}",
            "line 1, column 1: found an event without a type; expected its type: one of invoke, ok, fail, info",
        ),
        (
            "{:process -1 :type :invoke}",
            "line 1, column 11: found `-1`; expected the number or name of a process",
        ),
        (
            "{:process 0 :type :invoke :f :pop}",
            "line 1, column 1: found the operation `pop`; expected one of read, write, cas",
        ),
        (
            "{:process 0 :type :invoke}",
            "line 1, column 1: found an event without f; expected one of read, write, cas",
        ),
        (
            "{:process 0 :type :invoke :f :cas :value 7}",
            "line 1, column 42: found `7`; expected [from to], for a cas",
        ),
        (
            "{:process 0 :type :invoke :f :write}",
            "line 1, column 1: found `nil`; expected the value to write",
        ),
        (
            "{:process 0 :process 0 :type :invoke :f :read}",
            "line 1, column 13: found `:process`; expected each part of an event once",
        ),
        (
            "[[1]]",
            "line 1, column 2: found `[1]`; expected an event: a map such as {:process 0, :type :invoke, :f :read}",
        ),
    ];
    for (text, why) in cases {
        assert_eq!(mistake(Format::Edn, text), why, "{text}");
    }
}

/// The other notations tell places too.
#[test]
fn json_and_logs_tell_places_too() {
    let json = |text: &str, why: &str| assert_eq!(mistake(Format::Json, text), why, "{text}");
    json(
        r#"{"process": 0, "typ": "invoke"}"#,
        "line 1, column 23: found `\"typ\"`; expected one of process, type, f, key, value, time, index, error, token",
    );
    json(
        " [1]",
        "line 1, column 2: found an array; expected one JSON object in each line, as `jq -c '.[]'` makes them of an array",
    );
    json(
        "{\"process\": 0, \"type\": \"invoke\", \"f\": \"read\"}\n{\"process\": 0, \"type\" \"ok\"}",
        "line 2, column 23: found text that is no JSON (expected `:`); expected one JSON object in each line",
    );
    let log = |text: &str, why: &str| assert_eq!(mistake(Format::EtcdLog, text), why, "{text}");
    log(
        "INFO  jepsen.util - 0 :invoke :read",
        "line 1, column 36: found the end of the line; expected an event: a process, a type, an operation and a value \
         behind `INFO  jepsen.util - `",
    );
    log(
        "INFO  jepsen.util - 0 :begin :read nil",
        "line 1, column 23: found `:begin`; expected one of invoke, ok, fail, info",
    );
    log(
        "hello",
        "line 1, column 1: found `hello`; expected an event: a process, a type, an operation and a value behind \
         `INFO  jepsen.util - `",
    );
}

/// An input that breaks off in the middle of reading says so.
#[test]
fn an_input_that_cannot_be_read_is_told_apart_from_a_wrong_one() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the cable is gone"))
        }
    }
    let error = Format::Auto.read(std::io::BufReader::new(Broken), Kv::default()).unwrap_err();
    assert_eq!(error.to_string(), "the input cannot be read: the cable is gone");
    assert!(error.mistake().is_none());
}

/// Reads a text in every way there is; whatever it is, there is an answer and no panic.
fn read_all(text: &[u8]) {
    for format in [Format::Auto, Format::Edn, Format::Json, Format::EtcdLog] {
        for keys in [Keys::InEvent, Keys::InValue] {
            let _ = format.read(text, Kv { keys, failed_cas: FailedCas::Compared });
        }
        let _ = format.read(text, AppendKv);
        let _ = format.read(text, Set);
        let _ = format.read(text, Queue);
        let _ = format.read(text, Counter);
        let _ = format.read(text, Bank);
        let _ = format.read(text, Lock);
        let _ = format.read(text, ListTxns);
        let _ = format.read(text, RegisterTxns);
        if let Ok(loaded) = format.read(text, Numbers) {
            let _ = loaded.names.translate(&String::from_utf8_lossy(text));
        }
    }
}

const EDN: &str = r#"; comment
[{:process 0, :type :invoke, :f :write, :key "é", :value [1 "a\n" #{2}], :time 5, :index 1}
 #op {:process 0, :type :ok, :f :write, :value {:from 1 :to 2 :amount 3}} #_ x ^m \a ##NaN 1.5 7N]"#;
const JSON: &str = r#"{"process": 0, "type": "invoke", "f": "read", "key": "é", "value": [1, {"a": null}], "time": 5}
{"process": 0, "type": "ok", "f": "read", "value": -2.5e3}"#;
const LOG: &str = "INFO  jepsen.util - 0\t:invoke\t:cas\t[1 2]\nINFO  jepsen.util - 0\t:fail\t:cas\t[1 2]\n";

/// What stands in histories, and what should not.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "#{",
    "#_",
    "#",
    "##",
    "^",
    "'",
    "\\",
    "\"",
    ";",
    ":",
    "::",
    ",",
    "\n",
    " - ",
    "-",
    "nil",
    "null",
    "true",
    ":invoke",
    ":ok",
    ":f :drain",
    ":f :add",
    ":f :acquire",
    ":process",
    "\"type\"",
    "\\u12",
    "170141183460469231731687303715884105728",
    "-9223372036854775808",
    "1e308",
    "é",
    "\u{feff}",
    "🌩",
    "\0",
];

fn config() -> Config {
    Config { rng_seed: RngSeed::Fixed(7), failure_persistence: None, cases: 2000, ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    /// Any bytes at all.
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in vec(any::<u8>(), 0..200)) {
        read_all(&bytes);
    }

    /// Pieces of histories in any order.
    #[test]
    fn no_text_makes_a_reader_panic(pieces in vec(prop::sample::select(PIECES), 0..40)) {
        read_all(pieces.join(" ").as_bytes());
        read_all(pieces.concat().as_bytes());
    }

    /// Histories with pieces put in, in the place of something else or between.
    #[test]
    fn no_change_of_a_history_makes_a_reader_panic(
        base in prop::sample::select(&[EDN, JSON, LOG][..]),
        changes in vec((any::<prop::sample::Index>(), 0..6_usize, prop::sample::select(PIECES)), 1..5),
    ) {
        let mut text: Vec<char> = base.chars().collect();
        for (index, removed, piece) in changes {
            let at = index.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, piece.chars());
        }
        read_all(text.into_iter().collect::<String>().as_bytes());
    }
}
