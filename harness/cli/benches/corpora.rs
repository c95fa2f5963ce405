//! How fast published histories are judged, for who has them: none of them is part of this project.
//!
//! `STORMGLASS_CORPORA=FOLDER cargo bench -p stormglass-cli --bench corpora` (`just bench-corpora FOLDER`) expects the folder
//! that `tests/corpora.rs` describes. Milliseconds of one thread, reading and judging apart, the best of ten.

#![allow(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::hint::black_box;
use std::path::{Path, PathBuf};

use stormglass_check::models::AppendKvModel;
use stormglass_check::{KvModel, Model, linearizable};
use stormglass_core::history::History;
use stormglass_formats::vocabulary::{AppendKv, FailedCas, Keys, Kv};
use stormglass_formats::{Format, Loaded};

/// The files of a folder whose names end so, in order.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.to_string_lossy().ends_with(ending));
    files.sort();
    files
}

#[allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn ms(mut work: impl FnMut()) -> f64 {
    let one = |_| {
        let begin = std::time::Instant::now();
        work();
        begin.elapsed().as_secs_f64() * 1e3
    };
    (0..10).map(one).fold(f64::INFINITY, f64::min)
}

/// Milliseconds for reading and for judging these files, one after another.
fn measure<M: Model>(
    files: &[PathBuf],
    model: &M,
    read: impl Fn(&[u8]) -> Loaded<M::Op, M::Ret>,
) -> (f64, f64) {
    let texts: Vec<Vec<u8>> =
        files.iter().map(|file| std::fs::read(file).expect("a file that was listed")).collect();
    let reading = ms(|| texts.iter().for_each(|text| drop(black_box(read(text)))));
    let histories: Vec<History<M::Op, M::Ret>> = texts.iter().map(|text| read(text).history).collect();
    let judging = ms(|| histories.iter().for_each(|history| drop(black_box(linearizable(model, history)))));
    (reading, judging)
}

fn main() {
    let Some(folder) = std::env::var_os("STORMGLASS_CORPORA").map(PathBuf::from) else {
        println!("STORMGLASS_CORPORA names no folder of published histories: nothing to measure");
        return;
    };
    println!("{:20} {:>10} {:>10}", "", "read ms", "judge ms");
    let logs = files(&folder.join("etcd"), ".log");
    let etcd = |text: &[u8]| {
        let words = Kv { keys: Keys::InEvent, failed_cas: FailedCas::Compared };
        Format::EtcdLog.read(text, words).expect("a log of one register")
    };
    let (reading, judging) = measure(&logs, &KvModel, etcd);
    println!("{:20} {reading:10.3} {judging:10.3}", format!("etcd, {} files", logs.len()));
    for file in files(&folder.join("kv"), ".txt") {
        let kv = |text: &[u8]| Format::Edn.read(text, AppendKv).expect("texts that are appended to");
        let (reading, judging) = measure(std::slice::from_ref(&file), &AppendKvModel, kv);
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        println!("{name:20} {reading:10.3} {judging:10.3}");
    }
}
