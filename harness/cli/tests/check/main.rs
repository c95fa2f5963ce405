//! `check` on small histories in every notation.

mod models;
mod options;

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
        (
            "an array of json",
            "json",
            "[\n {\"process\": 0, \"type\": \"invoke\", \"f\": \"read\"}\n]".to_owned(),
        ),
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
