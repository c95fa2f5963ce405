//! Published histories with known verdicts, for who has them: none of them is part of this project.
//!
//! `just check-corpora FOLDER` names the folder in `STORMGLASS_CORPORA`; without it there is nothing to hold `check`
//! against. The folder has `etcd/` (logs of one register, and `expected.json`), `kv/` (texts), `knossos/`
//! (registers: `good/` and `bad/`), `elle-cli/` (one file for each of several checkers) and `append/` (transactions).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use stormglass_cli::exit::Ending;
use stormglass_cli::{App, Library};
use stormglass_explore::Registry;

fn folder() -> Option<PathBuf> {
    std::env::var_os("STORMGLASS_CORPORA").map(PathBuf::from)
}

/// How `check` ends on a file, and what it prints.
fn check(file: &Path, arguments: &[&str]) -> (Ending, String) {
    let mut out = Vec::new();
    let app = App::new(Registry::new(), Library::in_folder("nowhere"));
    let file = file.to_str().expect("a path of text");
    let line = ["stormglass", "check", file].into_iter().chain(arguments.iter().copied());
    let ending = app.call(line, &mut out).unwrap_or_else(|mistake| panic!("{file}: {mistake}"));
    (ending, String::from_utf8(out).expect("text"))
}

fn holds(file: &Path, arguments: &[&str], right: bool) {
    let (ending, page) = check(file, arguments);
    let expected = if right { Ending::Ok } else { Ending::Violated };
    assert_eq!(ending, expected, "{} {arguments:?}\n{page}", file.display());
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files
}

/// Registers: logs as they were written, and texts and maps.
#[test]
fn published_histories_of_registers_have_their_verdicts() {
    let Some(folder) = folder() else { return };
    let expected =
        std::fs::read_to_string(folder.join("etcd/expected.json")).expect("the verdicts of the logs");
    let expected: BTreeMap<String, String> = serde_json::from_str(&expected).expect("a verdict for each log");
    for (file, verdict) in &expected {
        holds(&folder.join("etcd").join(file), &["--model", "kv"], verdict == "linearizable");
    }
    for file in files(&folder.join("kv")) {
        let right = file.to_string_lossy().ends_with("-ok.txt");
        holds(&file, &["--model", "append-kv", "--format", "edn"], right);
    }
    for (kind, right) in [("good", true), ("bad", false)] {
        for file in files(&folder.join("knossos").join(kind)) {
            holds(&file, &["--model", "cas-register"], right);
        }
    }
}

/// Everything else, each with the options that its verdict is about.
#[test]
fn published_histories_of_other_objects_have_their_verdicts() {
    let Some(folder) = folder() else { return };
    let of = |name: &str| folder.join("elle-cli").join(name);
    holds(&of("list-append-gh-30.edn"), &["--model", "list-append", "--level", "serializable"], false);
    // It records no writer of some values that are read.
    let outside = ["--model", "rw-register", "--unwritten", "is-from-outside"];
    holds(&of("rw-register.edn"), &outside, true);
    holds(&of("counter.edn"), &["--model", "counter"], true);
    holds(&of("counter.edn"), &["--model", "linearizable-counter"], true);
    holds(&of("set.edn"), &["--model", "set"], true);
    holds(&of("set_full.edn"), &["--model", "set-full"], false);
    holds(&of("bank.edn"), &["--model", "bank"], true);
    // One read alone: there must be a total to hold it against.
    holds(&of("bank-neg.edn"), &["--model", "bank", "--allow-negative", "--total", "30"], true);
    holds(&of("long-fork.edn"), &["--model", "long-fork"], false);
    for file in files(&folder.join("append")) {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        if name.starts_with("append_ser") {
            holds(&file, &["--model", "list-append"], true);
        } else if name.starts_with("append_si") {
            let (ending, page) = check(&file, &["--model", "list-append"]);
            assert_eq!(ending, Ending::Violated, "{name}: {page}");
            assert!(page.contains("G2-item"), "{name}: {page}");
            holds(&file, &["--model", "list-append", "--level", "snapshot-isolation"], true);
        }
    }
}
