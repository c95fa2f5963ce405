//! What a file leaves open is said on the command line, and nothing that is said there is ignored.

use super::*;

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

/// Judges of registers that must be told a time, or how far behind is too far.
#[test]
fn times_and_bounds_are_for_the_command_line_to_say() {
    // Values 1 and 2 are written in turn; 9 ms after the second, 1 is still read.
    let old = STALE.replace("4000000", "12000000").replace("5000000", "13000000");
    let ending = |arguments: &[&str]| check("behind.jsonl", &old, arguments).unwrap().0;
    for (bound, expected) in [
        (["--within", "9ms"], Ending::Ok),
        (["--within", "8.9ms"], Ending::Violated),
        (["--versions", "1"], Ending::Ok),
        (["--versions", "0"], Ending::Violated),
    ] {
        assert_eq!(ending(&["--model", "staleness", bound[0], bound[1]]), expected, "{bound:?}");
    }
    assert_eq!(ending(&["--model", "durability", "--after", "4ms"]), Ending::Violated);
    assert_eq!(ending(&["--model", "durability", "--after", "14ms"]), Ending::Undecided);
    assert_eq!(ending(&["--model", "convergence"]), Ending::Ok);
    let fresh = "{\"process\": 2, \"type\": \"invoke\", \"f\": \"read\", \"key\": \"x\", \"time\": 14000000}\n\
                 {\"process\": 2, \"type\": \"ok\", \"f\": \"read\", \"value\": 2, \"time\": 15000000}\n";
    let torn = format!("{old}{fresh}");
    let converges = |arguments: &[&str]| check("torn.jsonl", &torn, arguments).unwrap().0;
    assert_eq!(converges(&["--model", "convergence"]), Ending::Violated);
    assert_eq!(converges(&["--model", "convergence", "--after", "14ms"]), Ending::Ok);
}

/// An option that the model would ignore is refused, and so is a model without the option that it needs.
#[test]
fn options_that_would_be_ignored_are_refused() {
    let refused = |arguments: &[&str]| check("stale-3.jsonl", STALE, arguments).unwrap_err();
    assert_eq!(
        refused(&["--model", "kv", "--total", "10"]),
        "`--total` says nothing to --model kv; it is for bank"
    );
    assert!(
        refused(&["--model", "bank", "--level", "serializable"]).contains("for list-append, rw-register")
    );
    assert!(refused(&["--model", "causal", "--memory", "1"]).contains("says nothing to --model causal"));
    assert!(refused(&["--model", "staleness"]).contains("needs `--within`"));
    assert!(refused(&["--model", "durability"]).contains("needs `--after`"));
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
