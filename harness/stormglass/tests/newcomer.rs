//! A newcomer's way: their own system, `cargo test` red, one pasted command, the whole story.
//!
//! This one program is the newcomer's test target, the newcomer's command, and the test that plays the newcomer: a variable
//! says which.

mod shop;

use std::path::Path;
use std::process::{Command, ExitCode, Output};

use libtest_mimic::{Arguments, Failed, Trial};
use stormglass::{App, Library, testing};

/// Which of the three this process is.
const PART: &str = "STORMGLASS_NEWCOMER";
/// Where the newcomer's scenarios are.
const FOLDER: &str = "STORMGLASS_NEWCOMER_FOLDER";

const SCENARIO: &str = r#"
name = "shop/mine"
about = "What was sold stays sold."
system = "shop"
seeds = 20

[cluster]
nodes = 1
clients = 3

[workload.kv]
rate = 20
keys = 2

[phases]
chaos = "10s"

[[fault]]
at = "3s"
lasts = "500ms"
repeat = { every = "2s", times = 3 }
inject = { crash = { target = "one" } }
"#;

fn library() -> Library {
    Library::in_folder(std::env::var(FOLDER).expect("the newcomer says where"))
}

fn main() -> ExitCode {
    match std::env::var(PART).as_deref() {
        Ok("tests") => testing::main(shop::registry, library),
        Ok("command") => App::new(shop::registry(), library()).main(),
        _ => {
            let trial = Trial::test("one_pasted_command_leads_from_red_to_the_story", newcomer);
            libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit_code()
        }
    }
}

/// This program as one of the other parts.
fn play(part: &str, folder: &Path, words: &[&str]) -> Output {
    let me = std::env::current_exe().expect("this program is a file");
    let mut command = Command::new(me);
    command.args(words).env(PART, part).env(FOLDER, folder);
    command.output().expect("this program can be started")
}

/// What `cargo test` prints in red names a command; pasted as it stands, it shows the small story, and nothing else had to be
/// known.
fn newcomer() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    std::fs::create_dir(folder.path().join("shop"))?;
    std::fs::write(folder.path().join("shop/mine.toml"), SCENARIO)?;
    let red = play("tests", folder.path(), &["--test-threads", "1"]);
    let output = String::from_utf8(red.stdout)?;
    if red.status.success() || !output.contains("shop/mine") {
        return Err(format!("the test is not red:\n{output}").into());
    }
    let pasted = output.lines().find_map(|line| line.split_once("stormglass replay ").map(|(_, rest)| rest));
    let words: Vec<&str> = ["replay"].into_iter().chain(pasted.ok_or("no command")?.split(' ')).collect();
    let shown = play("command", folder.path(), &words);
    let page = String::from_utf8(shown.stdout)?;
    let expected = [
        "VIOLATED  shop/mine",
        "What was sold stays sold.",
        "fault crash strikes n1",
        "operations → ",
        "faults → 1, 1 node",
    ];
    for words in expected {
        if !page.contains(words) {
            return Err(format!("`{words}` is missing after {pasted:?}:\n{page}").into());
        }
    }
    let guilty = page.lines().filter(|line| line.contains("  • ")).count();
    match guilty {
        1..=3 => Ok(()),
        _ => Err(format!("{guilty} operations are no small story:\n{page}").into()),
    }
}
