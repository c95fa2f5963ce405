//! Every model accepts what is right and rejects what is wrong, and is listed.

use super::*;

/// Each model accepts a history and rejects another one, in its own words.
#[test]
fn every_model_has_its_judge() {
    type Operations = &'static [(&'static str, &'static str, &'static str)];
    let cases: [(&str, Operations, Operations, &str); 18] = [
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
            "linearizable-counter",
            &[("add", "2", "2"), ("add", "2", "2"), ("read", "nil", "4")],
            &[("add", "2", "2"), ("add", "2", "2"), ("read", "nil", "3")],
            "VIOLATED",
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

/// Every model is listed with what it demands.
#[test]
fn models_are_listed() {
    let mut out = Vec::new();
    let app = App::new(Registry::new(), Library::in_folder("nowhere"));
    app.call(["stormglass", "list", "models"], &mut out).unwrap();
    let page = String::from_utf8(out).unwrap();
    for word in ["kv ", "fenced-lock", "convergence", "AC1 to AC5", "votes and decisions"] {
        assert!(page.contains(word), "{word}: {page}");
    }
}
