//! What the readers make of each notation, by hand.

use stormglass_core::history::History;
use stormglass_formats::vocabulary::{
    AppendKv, Bank, Counter, FailedCas, Keys, Kv, ListTxns, Lock, Numbers, Queue, RegisterTxns, Set,
    Vocabulary,
};
use stormglass_formats::{Format, Loaded};

/// The operations as a person reads them.
fn shown<V: Vocabulary<Op: std::fmt::Display, Ret: std::fmt::Display>>(
    format: Format,
    text: &str,
    vocabulary: V,
) -> Vec<String> {
    let loaded = format.read(text.as_bytes(), vocabulary).expect("a history");
    loaded
        .history
        .operations()
        .iter()
        .map(|operation| loaded.names.translate(&operation.to_string()))
        .collect()
}

/// Invocations and completions in their order: `0+ 1+ 0- 1-`.
fn order<O, R>(history: &History<O, R>) -> String {
    let mut moments = Vec::new();
    for (index, operation) in history.operations().iter().enumerate() {
        moments.push((operation.invoked, format!("{index}+")));
        moments.extend(operation.completed.map(|completed| (completed, format!("{index}-"))));
    }
    moments.sort();
    moments.into_iter().map(|(_, moment)| moment).collect::<Vec<_>>().join(" ")
}

const OLD: &str = "; a comment
[{:process 0, :type :invoke, :f :write, :value 3}
 {:process :nemesis, :type :info, :f :start, :value nil}
 {:process 1, :type :invoke, :f :read, :value nil} ; concurrent
 {:process 0, :type :ok, :f :write, :value 3}
 {:process 1, :type :ok, :f :read, :value 3}
 {:process :other, :type :invoke, :f :cas, :value [3 4]}
 {:process :other, :type :info, :f :cas, :value :timed-out, :error [:timeout 5]}
 {:process :other, :type :invoke, :f :cas, :value [1 2]}
 {:process :other, :type :fail, :f :cas, :value [1 2]}
 {:process 7, :type :invoke, :f :read}]
";

/// The old form: maps in a vector, comments, the nemesis between them, words for processes, operations left open.
#[test]
fn the_old_form_of_edn_is_read() {
    let words = shown(Format::Edn, OLD, Kv::default());
    let expected = [
        "c0 ok write 0 ← 3",
        "c1 ok read 0 → 3",
        "c4000000002 info cas 0 3 ⇒ 4 ([:timeout 5])",
        "c4000000002 fail cas 0 1 ⇒ 2 (failed)",
        "c7 info read 0 (still open when the history ended)",
    ];
    assert_eq!(words, expected);
    let loaded = Format::Auto.read(OLD.as_bytes(), Kv::default()).unwrap();
    assert_eq!((loaded.events, loaded.skipped), (9, 1));
    assert_eq!(order(&loaded.history), "0+ 1+ 0- 1- 2+ 2- 3+ 3- 4+");
    let [_, _, unknown, after, _] = loaded.history.operations() else { panic!("five operations") };
    assert_ne!(unknown.process, after.process, "after an unknown outcome a process is a new one");
}

/// The current form: tagged maps one by one, with times and numbers, values of any kind, keys in the value.
#[test]
fn the_current_form_of_edn_is_read() {
    let text = r#"
#jepsen.history.Op{:index 0, :time 5, :type :invoke, :process 0, :f :write, :value [:x "v"]}
#jepsen.history.Op{:index 1, :time 9, :type :ok, :process 0, :f :write, :value [:x "v"]}
#jepsen.history.Op{:index 4, :time 9, :type :invoke, :process 0, :f :read, :value [:x nil], :link 3}
#jepsen.history.Op{:index 5, :time 12, :type :ok, :process 0, :f :read, :value [:x "v"]}
"#;
    let kv = Kv { keys: Keys::InValue, ..Kv::default() };
    assert_eq!(shown(Format::Auto, text, kv), ["c0 ok write :x ← \"v\"", "c0 ok read :x → \"v\""]);
    let loaded = Format::Edn.read(text.as_bytes(), kv).unwrap();
    let times = loaded.history.operations().iter().map(|one| one.invoked.at.as_nanos());
    assert_eq!(times.collect::<Vec<_>>(), [5, 9]);
}

/// Our own lines say the same in JSON.
#[test]
fn json_lines_are_read() {
    let text = r#"
{"process": 0, "type": "invoke", "f": "cas", "key": "a", "value": [1, 2], "time": 1}
{"process": 0, "type": "fail", "f": "cas", "error": "no leader", "time": 2}
{"process": "nemesis", "type": "info", "f": "kill", "value": {"n1": "killed"}}
{"process": 3, "type": "invoke", "f": "read", "key": "a"}
{"process": 3, "type": "ok", "value": null}
"#;
    let words = shown(Format::Auto, text, Kv::default());
    assert_eq!(words, ["c0 fail cas \"a\" 1 ⇒ 2 (no leader)", "c3 ok read \"a\" → nothing"]);
}

/// In such logs a compare-and-set that failed may be one that compared, and lines of others are passed over.
#[test]
fn log_lines_are_read() {
    let text = "INFO  jepsen.util - 2\t:invoke\t:cas\t[1 2]
INFO  jepsen.core - Worker 3 starting
INFO  jepsen.util - 2\t:fail\t:cas\t[1 2]
INFO  jepsen.util - :nemesis\t:info\t:start\t\"Cut off {:n1 #{:n2}}\"
INFO  jepsen.util - 1\t:invoke\t:read\tnil
INFO  jepsen.util - 1\t:fail\t:read\t:timed-out
INFO  jepsen.util - 1\t:invoke\t:write\t4
INFO  jepsen.util - 1\t:info\t:write\t:timed-out
";
    let kv = Kv { failed_cas: FailedCas::Compared, ..Kv::default() };
    let expected =
        ["c2 ok cas 0 1 ⇒ 2 → not swapped", "c1 fail read 0 (timed-out)", "c1 info write 0 ← 4 (timed-out)"];
    assert_eq!(shown(Format::Auto, text, kv), expected);
    assert_eq!(shown(Format::EtcdLog, text, Kv::default())[0], "c2 fail cas 0 1 ⇒ 2 (failed)");
}

/// Each kind of object has its words.
#[test]
fn every_vocabulary_reads_its_words() {
    let event = |f: &str, asked: &str, kind: &str, told: &str| {
        format!(
            "{{:process 0 :type :invoke :f :{f} :key 1 {asked}}}\n{{:process 0 :type :{kind} :f :{f} {told}}}\n"
        )
    };
    let one = |f: &str, asked: &str, told: &str| {
        event(f, &format!(":value {asked}"), "ok", &format!(":value {told}"))
    };
    let append =
        shown(Format::Edn, &(one("append", "\"x\"", "\"x\"") + &one("get", "nil", "\"x\"")), AppendKv);
    assert_eq!(append, ["c0 ok append 1 ← \"x\"", "c0 ok get 1 → \"x\""]);
    let set = one("add", "5", "5") + &one("contains", "5", "true") + &one("read", "nil", "#{5 :a}");
    assert_eq!(
        shown(Format::Edn, &set, Set),
        ["c0 ok add 5", "c0 ok contains 5 → yes", "c0 ok read → 2 elements"]
    );
    let queue = one("enqueue", "5", "5")
        + &one("dequeue", "nil", "5")
        + &event("dequeue", "", "fail", ":error :empty")
        + &one("drain", "nil", "[1 2]");
    let expected =
        ["c0 ok enqueue 5", "c0 ok dequeue → 5", "c0 ok dequeue → empty", "c0 ok drain → 2 values"];
    assert_eq!(shown(Format::Edn, &queue, Queue), expected);
    let counter = one("add", "-2", "-2") + &one("decrement", "3", "3") + &one("read", "nil", "-5");
    assert_eq!(shown(Format::Edn, &counter, Counter), ["c0 ok add -2", "c0 ok add -3", "c0 ok read → -5"]);
    let bank = one("transfer", "{:from 1 :to 2 :amount 5}", "nil") + &one("read", "nil", "{1 95, 2 nil}");
    assert_eq!(
        shown(Format::Edn, &bank, Bank),
        ["c0 ok transfer 5 from 1 to 2", "c0 ok read → 1: 95 2: nothing"]
    );
    let lock = one("acquire", "nil", "33") + &one("use", "33", "nil") + &one("release", "nil", "nil");
    let expected = ["c0 ok acquire 1 → token 33", "c0 ok use 1 with token 33", "c0 ok release 1"];
    assert_eq!(shown(Format::Edn, &lock, Lock), expected);
    assert_eq!(shown(Format::Edn, &one("generate", "nil", "\"id-7\""), Numbers), ["c0 ok next → \"id-7\""]);
}

/// Transactions repeat their steps when they complete; histories of nothing else may leave out what they do.
#[test]
fn transactions_are_read() {
    let lists = "{:type :invoke :process 0 :value [[:append 4 2] [:r 5 nil] [:r :x nil]]}
        {:type :ok :process 0 :value [[:append 4 2] [:r 5 nil] [:r :x [1 2]]]}";
    let words = shown(Format::Edn, lists, ListTxns);
    assert!(words[0].starts_with("c0 ok {append 4 ← 2, read 5, read :x} → []"), "{words:?}");
    let registers = "{:type :invoke :f :txn :value [[:w :x 2] [:r 1 nil] [:r 2 nil]]}
        {:type :ok :f :txn :value [[:w :x 2] [:r 1 7] [:r 2 nil]]}";
    let words = shown(Format::Edn, registers, RegisterTxns);
    assert_eq!(words, ["c0 ok {write :x ← 2, read 1, read 2} → 7, nothing"]);
    let other = "{:type :invoke :value [[:w 1 2]]} {:type :ok :value [[:w 1 3]]}";
    let error = Format::Edn.read(other.as_bytes(), RegisterTxns).unwrap_err().to_string();
    assert_eq!(error, "line 1, column 54: found `[:w 1 3]`; expected the step that was asked for");
    let error = Format::Edn.read("{:type :invoke :value [[:x 1 2]]}".as_bytes(), ListTxns).unwrap_err();
    assert_eq!(error.to_string(), "line 1, column 25: found `:x`; expected one of r, append");
}

/// A history in each notation that differs in nothing but notation is the same history.
#[test]
fn the_notation_makes_no_difference() {
    let edn = "{:process 0 :type :invoke :f :write :value 1}\n{:process 0 :type :info :f :write :value :timed-out :error :timed-out}";
    let log = "INFO  jepsen.util - 0 :invoke :write 1\nINFO  jepsen.util - 0 :info :write :timed-out";
    let json = "{\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"value\":1}\n{\"process\":0,\"type\":\"info\",\"error\":\"timed-out\"}";
    let read = |text: &str| -> Loaded<_, _> { Format::Auto.read(text.as_bytes(), Kv::default()).unwrap() };
    assert_eq!(read(edn).history, read(log).history);
    assert_eq!(read(edn).history, read(json).history);
}
