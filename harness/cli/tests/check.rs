//! `check` on small histories in every notation.

use std::path::PathBuf;

use stormglass_cli::exit::Ending;
use stormglass_cli::{App, Library};
use stormglass_explore::Registry;

/// What the command prints and how it ends; or what it says is wrong.
fn check(name: &str, history: &str, arguments: &[&str]) -> Result<(Ending, String), String> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(name);
    std::fs::write(&file, history).expect("a folder for tests");
    let mut out = Vec::new();
    let app = App::new(Registry::new(), Library::in_folder("nowhere"));
    let line = ["stormglass", "check", file.to_str().expect("a path of text")]
        .into_iter()
        .chain(arguments.iter().copied());
    let ending = app
        .call(line, &mut out)
        .map_err(|mistake| mistake.to_string().replace(file.to_str().expect("a path of text"), "FILE"))?;
    Ok((ending, String::from_utf8(out).expect("text")))
}

const STALE: &str = r#"
{"process": 0, "type": "invoke", "f": "write", "key": "x", "value": 1, "time": 0}
{"process": 0, "type": "ok", "f": "write", "time": 1000000}
{"process": 0, "type": "invoke", "f": "write", "key": "x", "value": 2, "time": 2000000}
{"process": 0, "type": "ok", "f": "write", "time": 3000000}
{"process": 1, "type": "invoke", "f": "read", "key": "x", "time": 4000000}
{"process": 1, "type": "ok", "f": "read", "value": 1, "time": 5000000}
"#;

/// A violated history shows what is impossible, in the file's own words, and exits with 1.
#[test]
fn a_stale_read_in_json_is_shown() {
    let (ending, page) = check("stale.jsonl", STALE, &["--model", "kv"]).unwrap();
    assert_eq!(ending, Ending::Violated);
    assert!(
        page.starts_with(
            "VIOLATED  linearizable · key \"x\"\n          \
             read \"x\" → 1, but 1 had been overwritten 1ms before the read began\n"
        ),
        "{page}"
    );
    assert!(page.ends_with("3 operations: 3 ok, 0 failed, 0 of unknown outcome\n"), "{page}");
}

/// For programs the same is one JSON object.
#[test]
fn json_for_programs_says_the_same() {
    let (ending, text) = check("stale-2.jsonl", STALE, &["--model", "kv", "--json"]).unwrap();
    assert_eq!(ending, Ending::Violated);
    let object: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(object["verdict"], "violated");
    assert_eq!(object["check"], "linearizable");
    assert_eq!(object["at"], 5_000_000);
    assert_eq!(object["counts"]["ok"], 3);
    assert_eq!(object["operations"][2]["operation"], "ok read \"x\" → 1");
}

/// EDN in both forms, and logs; good ones exit with 0.
#[test]
fn other_notations_are_read_as_well() {
    let old = "; old\n[{:process 0 :type :invoke :f :write :value 3} {:process 0 :type :ok :f :write :value 3}\n\
               {:process 1 :type :invoke :f :cas :value [3 4]} {:process 1 :type :info :f :cas :value [3 4]}\n\
               {:process 2 :type :invoke :f :read :value nil} {:process 2 :type :ok :f :read :value 4}]";
    let (ending, page) = check("old.edn", old, &["--model", "register"]).unwrap();
    assert_eq!((ending, page.lines().next()), (Ending::Ok, Some("ok        the history holds")));
    let current = "{:index 0 :time 1 :process 0 :type :invoke :f :append :key \"k\" :value \"a\"}\n\
                   {:index 1 :time 2 :process 0 :type :ok :f :append :key \"k\" :value \"a\"}\n\
                   {:index 2 :time 3 :process 0 :type :invoke :f :get :key \"k\" :value nil}\n\
                   {:index 3 :time 4 :process 0 :type :ok :f :get :key \"k\" :value \"\"}\n";
    let (ending, _) = check("current.edn", current, &["--model", "append-kv", "--format", "edn"]).unwrap();
    assert_eq!(ending, Ending::Violated);
    let log = "INFO  jepsen.util - 0\t:invoke\t:write\t1\nINFO  jepsen.util - 0\t:ok\t:write\t1\n\
               INFO  jepsen.util - 0\t:invoke\t:cas\t[1 2]\nINFO  jepsen.util - 0\t:fail\t:cas\t[1 2]\n";
    let did_not_happen = ["--model", "kv", "--failed-cas", "did-not-happen"];
    assert_eq!(check("a.log", log, &did_not_happen).unwrap().0, Ending::Ok);
    let (ending, page) = check("b.log", log, &["--model", "kv"]).unwrap();
    assert_eq!(ending, Ending::Violated, "the register held 1, so the comparison cannot have failed: {page}");
}

/// What tested nothing is undecided, and a file that is wrong is a mistake with its place.
#[test]
fn nothing_tested_is_undecided_and_a_wrong_file_is_a_mistake() {
    let open = "{:process 0 :type :invoke :f :read}";
    let (ending, page) = check("open.edn", open, &["--model", "kv"]).unwrap();
    assert_eq!(ending, Ending::Undecided);
    assert!(page.contains("no operation ever succeeded"), "{page}");
    let wrong = check("wrong.edn", "{:process 0 :type :ok :f :read}", &["--model", "kv"]).unwrap_err();
    assert_eq!(
        wrong,
        "FILE: line 1, column 1: found a completion by process 0; expected an invocation by it first"
    );
    assert!(check("empty.edn", "", &["--model", "kv"]).unwrap_err().contains("without any event"));
    assert!(check("empty.edn", "", &["--model", "nothing"]).unwrap_err().contains("possible values"));
}

/// Whatever is wrong with a file is told with its place, what was found and what was expected.
#[test]
fn every_bad_input_is_told_with_its_place() {
    let ask = "{:process 0 :type :invoke :f :read}\n";
    let inputs = [
        ("broken edn", "edn", format!("{ask}{{:process 0 :type :ok :f :read :value [1 2}}")),
        ("edn that ends early", "edn", format!("{ask}{{:process 0 :type :ok")),
        (
            "broken json",
            "jsonl",
            "{\"process\": 0, \"type\": \"invoke\", \"f\": \"read\"}\n{\"process\": 0, \"type\" \"ok\"}"
                .to_owned(),
        ),
        ("json that ends early", "jsonl", "{\"process\": 0, \"type\": \"invo".to_owned()),
        ("a completion without an invocation", "edn", "{:process 3 :type :ok :f :read :value 1}".to_owned()),
        ("a process that invokes twice", "edn", format!("{ask}{ask}")),
        (
            "a completion of something else",
            "edn",
            format!("{ask}{{:process 0 :type :ok :f :write :value 1}}"),
        ),
        (
            "times that run backwards",
            "edn",
            "{:process 0 :type :invoke :f :read :time 9}\n{:process 0 :type :ok :f :read :value 1 :time 8}"
                .to_owned(),
        ),
        ("an operation that the model does not know", "edn", "{:process 0 :type :invoke :f :pop}".to_owned()),
        ("an unknown type of event", "edn", "{:process 0 :type :done :f :read}".to_owned()),
        ("a value of the wrong kind", "edn", "{:process 0 :type :invoke :f :cas :value 7}".to_owned()),
        ("an empty file", "edn", String::new()),
        ("white space", "edn", "\n \n".to_owned()),
        ("a file of another kind", "txt", "hello\nworld\n".to_owned()),
    ];
    let told: String = inputs
        .iter()
        .enumerate()
        .map(|(number, (what, ending, text))| {
            let told = check(&format!("bad-{number}.{ending}"), text, &["--model", "kv"]);
            format!("{what}\n    {}\n", told.expect_err(what))
        })
        .collect();
    insta::assert_snapshot!(told);
}

/// A history in EDN of operations one after another, each of a process of its own, that all succeed.
fn edn(operations: &[(&str, &str, &str)]) -> String {
    let event = |(process, (f, asked, told)): (usize, &(&str, &str, &str))| {
        format!(
            "{{:process {process} :type :invoke :f :{f} :value {asked}}}\n\
             {{:process {process} :type :ok :f :{f} :value {told}}}\n"
        )
    };
    operations.iter().enumerate().map(event).collect()
}

/// Each model accepts a history and rejects another one, in its own words.
#[test]
fn every_model_has_its_judge() {
    type Operations = &'static [(&'static str, &'static str, &'static str)];
    let cases: [(&str, Operations, Operations, &str); 17] = [
        (
            "sequential",
            &[("write", "1", "1"), ("read", "nil", "nil")],
            &[("read", "nil", "7")],
            "fits nowhere",
        ),
        (
            "causal",
            &[("write", "1", "1"), ("read", "nil", "nil")],
            // Nobody's own order is at stake here: only a read that swaps tells of two versions.
            &[
                ("write", "1", "1"),
                ("cas", "[1 2]", "[1 2]"),
                ("cas", "[2 1]", "[2 1]"),
                ("read", "nil", "1"),
            ],
            "UNKNOWN",
        ),
        (
            "sessions",
            &[("write", "1", "1"), ("read", "nil", "nil")],
            &[("read", "nil", "7")],
            "which nobody can have written",
        ),
        (
            "list-append",
            &[("txn", "[[:append 1 1]]", "[[:append 1 1]]"), ("txn", "[[:r 1 nil]]", "[[:r 1 [1]]]")],
            &[("txn", "[[:append 1 1]]", "[[:append 1 1]]"), ("txn", "[[:r 1 nil]]", "[[:r 1 nil]]")],
            "VIOLATED",
        ),
        (
            "rw-register",
            &[("txn", "[[:w 1 1]]", "[[:w 1 1]]"), ("txn", "[[:r 1 nil]]", "[[:r 1 1]]")],
            &[("txn", "[[:w 1 1]]", "[[:w 1 1]]"), ("txn", "[[:r 1 nil]]", "[[:r 1 nil]]")],
            "VIOLATED",
        ),
        (
            "long-fork",
            &[
                ("read", "[[:r 1 nil] [:r 2 nil]]", "[[:r 1 1] [:r 2 nil]]"),
                ("read", "[[:r 1 nil] [:r 2 nil]]", "[[:r 1 1] [:r 2 1]]"),
            ],
            &[
                ("read", "[[:r 1 nil] [:r 2 nil]]", "[[:r 1 1] [:r 2 nil]]"),
                ("read", "[[:r 1 nil] [:r 2 nil]]", "[[:r 1 nil] [:r 2 1]]"),
            ],
            "another one the reverse",
        ),
        (
            "set",
            &[("add", ":a", ":a"), ("read", "nil", "[:a]")],
            &[("add", ":a", ":a"), ("read", "nil", "[]")],
            ": :a",
        ),
        (
            "set-full",
            &[("add", "1", "1"), ("read", "nil", "[1]")],
            &[("add", "1", "1"), ("read", "nil", "[1 1]")],
            "more than once",
        ),
        (
            "linearizable-set",
            &[("add", "1", "1"), ("read", "nil", "[1]")],
            &[("add", "1", "1"), ("read", "nil", "[]")],
            "VIOLATED",
        ),
        (
            "queue",
            &[("enqueue", "1", "1"), ("enqueue", "2", "2"), ("dequeue", "nil", "1")],
            &[("enqueue", "1", "1"), ("enqueue", "2", "2"), ("dequeue", "nil", "2")],
            "VIOLATED",
        ),
        (
            "bag",
            &[("enqueue", "1", "1"), ("enqueue", "2", "2"), ("dequeue", "nil", "2")],
            &[("enqueue", "1", "1"), ("dequeue", "nil", "2")],
            "not in the queue",
        ),
        (
            "total-queue",
            &[("enqueue", "1", "1"), ("drain", "nil", "[1]")],
            &[("enqueue", "1", "1"), ("drain", "nil", "[]")],
            "never dequeued",
        ),
        (
            "counter",
            &[("add", "2", "2"), ("read", "nil", "2")],
            &[("add", "2", "2"), ("read", "nil", "1")],
            "between 2 and 2",
        ),
        (
            "bank",
            &[("read", "nil", "{0 5, 1 5}"), ("read", "nil", "{0 0, 1 10}")],
            &[("read", "nil", "{0 5, 1 5}"), ("read", "nil", "{0 0, 1 5}")],
            "not 10",
        ),
        (
            "lock",
            &[("acquire", "nil", "nil")],
            &[("acquire", "nil", "nil"), ("acquire", "nil", "nil")],
            "while c0 held it",
        ),
        (
            "fenced-lock",
            &[("acquire", "nil", "1"), ("acquire", "nil", "2"), ("use", "1", "nil")],
            &[("acquire", "nil", "2"), ("acquire", "nil", "1"), ("use", "1", "nil")],
            "after c0 had got it with 2",
        ),
        (
            "unique-ids",
            &[("generate", "nil", "1"), ("generate", "nil", "\"b\"")],
            &[("generate", "nil", "\"b\""), ("generate", "nil", "\"b\"")],
            "the id \"b\"",
        ),
    ];
    for (model, good, bad, words) in cases {
        let (ending, page) = check(&format!("{model}-good.edn"), &edn(good), &["--model", model]).unwrap();
        assert_eq!(ending, Ending::Ok, "{model}: {page}");
        let (ending, page) = check(&format!("{model}-bad.edn"), &edn(bad), &["--model", model]).unwrap();
        assert_ne!(ending, Ending::Ok, "{model}: {page}");
        assert!(page.contains(words), "{model}: {page}");
    }
    let later = edn(&[("next", "nil", "2"), ("next", "nil", "1")]);
    assert_eq!(check("monotonic.edn", &later, &["--model", "monotonic"]).unwrap().0, Ending::Violated);
}

/// What a file may leave open is said on the command line.
#[test]
fn options_say_what_the_file_does_not() {
    let owing = edn(&[("read", "nil", "{0 -5, 1 15}"), ("read", "nil", "{0 0, 1 10}")]);
    assert_eq!(check("owing.edn", &owing, &["--model", "bank"]).unwrap().0, Ending::Violated);
    assert_eq!(check("owing.edn", &owing, &["--model", "bank", "--allow-negative"]).unwrap().0, Ending::Ok);
    let total = ["--model", "bank", "--allow-negative", "--total", "11"];
    assert_eq!(check("owing.edn", &owing, &total).unwrap().0, Ending::Violated);
    let counted = edn(&[("read", "nil", "5")]);
    assert_eq!(check("counted.edn", &counted, &["--model", "counter"]).unwrap().0, Ending::Violated);
    assert_eq!(
        check("counted.edn", &counted, &["--model", "counter", "--initial", "5"]).unwrap().0,
        Ending::Ok
    );
    let keys = edn(&[("write", "[:a 1]", "[:a 1]"), ("read", "[:b nil]", "[:b nil]")]);
    assert_eq!(check("keys.edn", &keys, &["--model", "kv", "--independent"]).unwrap().0, Ending::Ok);
    let skew = "{:process 0 :type :invoke :value [[:r 1 nil] [:append 2 1]]}\n\
                {:process 1 :type :invoke :value [[:r 2 nil] [:append 1 1]]}\n\
                {:process 0 :type :ok :value [[:r 1 nil] [:append 2 1]]}\n\
                {:process 1 :type :ok :value [[:r 2 nil] [:append 1 1]]}\n";
    let (ending, page) =
        check("skew.edn", skew, &["--model", "list-append", "--level", "serializable"]).unwrap();
    assert_eq!(ending, Ending::Violated);
    assert!(page.contains("G2-item"), "{page}");
    let snapshot = ["--model", "list-append", "--level", "snapshot-isolation"];
    assert_eq!(check("skew.edn", skew, &snapshot).unwrap().0, Ending::Ok);
}

/// Who wrote a value that the history does not know of is for the command line to say.
#[test]
fn an_unwritten_read_is_an_anomaly_or_from_outside() {
    let read = edn(&[("txn", "[[:r 1 nil]]", "[[:r 1 7]]")]);
    let model = ["--model", "rw-register"];
    assert_eq!(check("unwritten.edn", &read, &model).unwrap().0, Ending::Violated);
    let outside = ["--model", "rw-register", "--unwritten", "is-from-outside"];
    assert_eq!(check("unwritten.edn", &read, &outside).unwrap().0, Ending::Ok);
}

/// A history too hard for the steps or the memory that were allowed is undecided, and says how far the search came.
#[test]
fn limits_end_in_undecided() {
    // Eight swaps at once, of which the last one fits nowhere.
    let ask = |process: usize, from: usize| {
        format!("{{:process {process} :type :invoke :f :cas :value [{from} {}]}}\n", (from + 1) % 3)
    };
    let tell = |process: usize, from: usize| {
        format!("{{:process {process} :type :ok :f :cas :value [{from} {}]}}\n", (from + 1) % 3)
    };
    let mut hard =
        "{:process 99 :type :invoke :f :write :value 0}\n{:process 99 :type :ok :f :write :value 0}\n"
            .to_owned();
    hard.extend((0..9).map(|process| ask(process, process % 3)));
    hard.extend((0..9).map(|process| tell(process, process % 3)));
    hard += "{:process 99 :type :invoke :f :read}\n{:process 99 :type :ok :f :read :value 1}\n";
    for limit in [["--steps", "1"], ["--memory", "0"]] {
        let arguments = [&["--model", "kv"], &limit[..]].concat();
        let (ending, page) = check("hard.edn", &hard, &arguments).unwrap();
        assert_eq!(ending, Ending::Undecided, "{limit:?}: {page}");
        assert!(page.contains("the longest legal order held"), "{limit:?}: {page}");
    }
    assert_eq!(check("hard.edn", &hard, &["--model", "kv"]).unwrap().0, Ending::Violated);
}
