//! Looking into a run: at a moment, event by event, and in the tools of others.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::{snapshots, stormglass};
use serde_json::Value;
use stormglass::cli::exit::Ending;
use stormglass::prelude::Duration;

/// A short scenario, so that pages of it stay short.
const SHORT: &str = r#"
name = "short"
about = "A leader that dies is followed by another."
system = "raft"

[cluster]
nodes = 3
clients = 1

[workload.kv]
rate = 5
keys = 1

[phases]
chaos = "2s"
settle = "2s"
finish = "500ms"

[[fault]]
at = "1s"
lasts = "1s"
inject = { crash = { target = "leader" } }
"#;

fn short() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let file = folder.path().join("short.toml");
    std::fs::write(&file, SHORT).expect("the folder is there");
    let file = file.to_str().expect("a temporary path is text").to_owned();
    (folder, file)
}

fn exported(format: &str) -> String {
    let (_folder, file) = short();
    let (text, ending) =
        stormglass(&["replay", &file, "--seed", "1", "--format", format]).expect("the run can be shown");
    assert_eq!(ending, Ending::Ok);
    text
}

/// Every event of a run is a line, in order of time, and the same twice.
#[test]
fn a_run_as_lines_is_all_of_its_events() {
    let text = exported("json");
    assert_eq!(exported("json"), text);
    let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let at: Vec<Duration> =
        records.iter().map(|record| record["at"].as_str().unwrap().parse().unwrap()).collect();
    assert!(at.is_sorted());
    let kinds =
        ["start", "send", "deliver", "timer", "sync", "event", "invoke", "complete", "fault", "crash"];
    for kind in kinds {
        assert!(records.iter().any(|record| record["kind"] == kind), "{kind}");
    }
}

/// In the trace for Perfetto every arrow that arrives has begun, spans that begin end, and hosts have names.
#[test]
fn a_trace_for_perfetto_is_sound() {
    let page: Value = serde_json::from_str(&exported("perfetto")).unwrap();
    let events = page["traceEvents"].as_array().unwrap();
    let of = |phase: &'static str| events.iter().filter(move |event| event["ph"] == phase);
    let ts = |event: &Value| event["ts"].as_f64().unwrap();
    let sent: BTreeMap<&str, f64> = of("s").map(|event| (event["id"].as_str().unwrap(), ts(event))).collect();
    assert!(of("f").count() > 100);
    for arrived in of("f") {
        assert!(sent[arrived["id"].as_str().unwrap()] <= ts(arrived));
    }
    let mut open: BTreeMap<u64, f64> =
        of("b").map(|event| (event["id"].as_u64().unwrap(), ts(event))).collect();
    assert!(!open.is_empty());
    for ended in of("e") {
        assert!(open.remove(&ended["id"].as_u64().unwrap()).unwrap() <= ts(ended));
    }
    assert!(open.is_empty(), "{open:?}");
    let down = of("X").filter(|event| event["name"] == "down");
    let down: Vec<f64> = down.map(|event| event["dur"].as_f64().unwrap()).collect();
    assert_eq!(down, [1_000_000.0]);
    let names = of("M").filter(|event| event["name"] == "thread_name");
    let names: Vec<&str> = names.map(|event| event["args"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["n1", "n2", "n3", "c0"]);
}

/// ShiViz's clocks: each host counts its own events, and whoever hears of another's event knows all that led to it.
#[test]
fn a_log_for_shiviz_has_sound_vector_clocks() {
    let text = exported("shiviz");
    let lines: Vec<&str> = text.lines().collect();
    let mut known: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    assert!(lines.len() > 200 && lines.len().is_multiple_of(2));
    for pair in lines.chunks(2) {
        let (host, clock) = pair[1].split_once(' ').unwrap();
        let clock: BTreeMap<String, u64> = serde_json::from_str(clock).unwrap();
        let before = known.insert(host.to_owned(), clock.clone()).unwrap_or_default();
        assert_eq!(clock[host], before.get(host).unwrap_or(&0) + 1, "{pair:?}");
        assert!(before.iter().all(|(other, count)| clock[other] >= *count), "{pair:?}");
        let mut others = clock.iter().filter(|(other, _)| *other != host);
        assert!(others.all(|(other, count)| known[other][other] >= *count), "{pair:?}");
        let learned = before.keys().count() < clock.keys().count();
        assert!(!learned || pair[0].contains("receives") || before.is_empty(), "{pair:?}");
    }
}

/// A moment: everybody in a line, or one whole, with what is on the way to it.
#[test]
fn a_moment_shows_how_everybody_stands() {
    let (_folder, file) = short();
    let look = |arguments: &[&str]| {
        let mut all = vec!["replay", &file, "--seed", "1"];
        all.extend(arguments);
        stormglass(&all).map(|(page, _)| page)
    };
    let page = look(&["--at", "1.2s"]).unwrap();
    let client = look(&["--at", "1.2s", "--node", "c0"]).unwrap();
    snapshots(|| insta::assert_snapshot!("a_moment", format!("{page}\n{client}")));
    let wrong: [&[&str]; 4] =
        [&["--node", "n9", "--at", "1s"], &["--node", "x", "--at", "1s"], &["--node", "n1"], &["--at", "1"]];
    for wrong in wrong {
        assert!(look(wrong).is_err(), "{wrong:?}");
    }
}

/// What the command answers to each of these lines.
fn walked(commands: &[&str]) -> Vec<String> {
    let (_folder, file) = short();
    let mut child = Command::new(env!("CARGO_BIN_EXE_stormglass"))
        .args(["replay", &file, "--seed", "1", "--step"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command is built");
    child.stdin.take().expect("it is piped").write_all(commands.join("\n").as_bytes()).expect("it listens");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("it writes text");
    // Behind each prompt stands an answer; the last is to the end of what was said.
    let mut answers: Vec<String> = Vec::new();
    for line in text.lines().skip(2) {
        match line.split_once("> ").filter(|(prompt, _)| prompt.contains(" event ")) {
            Some((_, answer)) => answers.push(answer.to_owned()),
            None => answers.last_mut().expect("a prompt comes first").push_str(&format!("\n{line}")),
        }
    }
    answers
}

/// Forward and back by one is where one was; a moment is the same from before and from behind.
#[test]
fn a_run_is_walked_forward_and_backward() {
    let answers = walked(&["", "", "", "b", "", "1.2s", "n1", "end", "1.2s", "n1", "b", ""]);
    assert_eq!((&answers[3], &answers[4]), (&answers[1], &answers[2]));
    assert_eq!((&answers[5], &answers[6]), (&answers[8], &answers[9]));
    assert!(answers[6].starts_with("n1 ") && answers[6].contains("\n  state\n"), "{}", answers[6]);
    assert_ne!(answers[7], answers[8]);
}

/// Whatever cannot be done is answered, and the walk goes on.
#[test]
fn a_walk_answers_what_it_cannot_do() {
    let answers = walked(&["b", "nonsense", "n9", "end", "", "q"]);
    assert_eq!(answers[0], "this is the beginning");
    assert!(answers[1].starts_with("`nonsense` is no command\nEnter: the next event"), "{}", answers[1]);
    assert_eq!(answers[2], "there is no n9 here; there are n1, n2, n3, c0");
    assert_eq!(answers[4], "the run is over");
}

/// What a system logs is shown with its time and node, as far as the directives let it through; the run is the same.
#[test]
fn what_is_logged_is_shown_with_its_time_and_node() {
    let (_folder, file) = short();
    let replay = |more: &[&str]| {
        let mut all = vec!["replay", &file, "--seed", "1"];
        all.extend(more);
        stormglass(&all).map(|(page, _)| page)
    };
    let logged = |directives: &str| {
        let page = replay(&["--log", directives]).unwrap();
        assert_eq!(replay(&["--log", directives]).unwrap(), page);
        let lines = page.lines().filter(|line| line.contains("  logs ")).map(str::to_owned);
        lines.collect::<Vec<String>>()
    };
    let [info, debug, off] =
        ["stormglass_consensus=info", "debug", "info,stormglass_consensus=off"].map(logged);
    assert!(info.iter().all(|line| line.contains(" logs INFO stormglass_consensus::raft::")), "{info:?}");
    // Two leaders: the second after the first has died at 1 s.
    let leads: Vec<&str> =
        info.iter().filter(|line| line.contains(": leads term=")).map(|line| &line[..12]).collect();
    assert!(leads.len() == 2 && leads[0] < "    1.000s" && leads[1] > "    1.000s", "{info:?}");
    assert!(debug.len() > info.len() && debug.iter().any(|line| line.contains("stands for election")));
    assert_eq!(off, Vec::<String>::new());
    let digest = |page: &str| page.lines().find(|line| line.starts_with(" digest")).unwrap().to_owned();
    assert_eq!(digest(&replay(&["--log", "trace"]).unwrap()), digest(&replay(&[]).unwrap()));
    let trace = replay(&["--trace", "--log", "info"]).unwrap();
    let traced = trace.lines().filter(|line| line.contains("  logs INFO")).count();
    assert_eq!(traced, info.len());
    assert!(replay(&["--log", "raft=loud"]).unwrap_err().contains("are no directives"));
}

/// The stories of a sweep's failures tell what was logged, and the same however many seeds run at once.
#[test]
fn logs_of_a_sweep_do_not_depend_on_the_number_of_workers() {
    let folder = tempfile::tempdir().unwrap();
    let scenarios = crate::shrinking::broken(folder.path());
    let run = |jobs: &str| {
        let all =
            ["--folder", &scenarios, "run", "raft/mine", "--no-shrink", "--log", "info", "--jobs", jobs];
        stormglass(&all).unwrap().0
    };
    let page = run("1");
    assert!(page.contains("logs INFO stormglass_consensus::raft::replication: leads term="), "{page}");
    assert_eq!(run("2"), page);
}

/// A run as a page: the same twice, in one file, whatever is asked for besides.
#[test]
fn a_run_as_a_page_is_one_file_and_repeats_itself() {
    // Where the scenario lies stands in the command that replays it, and nowhere else.
    let but_the_command = |page: &str| {
        let lines = page.lines().filter(|line| !line.contains("stormglass replay"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let page = exported("html");
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    let (folder, file) = short();
    let written = folder.path().join("page.html");
    let written = written.to_str().expect("a temporary path is text");
    let arguments = ["replay", &file, "--seed", "1", "--format", "html", "--output", written];
    stormglass(&arguments).expect("the page can be written");
    let again = std::fs::read_to_string(written).expect("it has been written");
    assert!(but_the_command(&again) == but_the_command(&page), "the same run makes the same page");
    let wrong = stormglass(&["replay", &file, "--seed", "1", "--output", written]).unwrap_err();
    assert!(wrong.contains("--format"), "{wrong}");
}

/// A failing sweep leaves a page for each kind of failure in the folder, and says where.
#[test]
fn a_sweep_leaves_a_page_for_each_kind_of_failure() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let scenario = folder.path().join("broken.toml");
    let text =
        SHORT.replace("name = \"short\"", "name = \"broken/by-hand\"").replace("system = \"raft\"", BROKEN);
    std::fs::write(&scenario, text).expect("the folder is there");
    let pages = folder.path().join("pages/of/failures");
    let [scenario, to] =
        [&scenario, &pages].map(|path| path.to_str().expect("a temporary path is text").to_owned());
    let (text, ending) = stormglass(&["run", &scenario, "--seeds", "4", "--html", &to]).expect("it runs");
    assert_eq!(ending, Ending::Violated, "{text}");
    let files: Vec<_> =
        std::fs::read_dir(&pages).expect("the folder is made").map(|file| file.unwrap().path()).collect();
    assert!(!files.is_empty());
    for file in files {
        assert!(text.contains(&format!(" page     {}", file.display())), "{text}");
        let page = std::fs::read_to_string(&file).expect("it has been written");
        assert!(page.contains("VIOLATED") && page.len() < 3_000_000, "{} bytes", page.len());
    }
}

/// A bug that breaks every run, and no expectation of it.
const BROKEN: &str = "system = \"raft\"\nbug = \"ack-before-fsync\"";
