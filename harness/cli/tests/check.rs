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
