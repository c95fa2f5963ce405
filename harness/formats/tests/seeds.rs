//! The seeds of the fuzzer, changed byte by byte: what the fuzzer does, without a compiler of its own.
//!
//! It knows nothing of what it covers, as the fuzzer does (`just fuzz`); it runs everywhere, the same every time.
//! `STORMGLASS_FUZZ_CASES` sets how many changes of each seed.

use std::path::{Path, PathBuf};

use stormglass_core::random::{CausalId, Draws, Purpose, Seed};
use stormglass_formats::Format;
use stormglass_formats::vocabulary::{
    AppendKv, Bank, Counter, Kv, ListTxns, Lock, Numbers, Queue, RegisterTxns, Set,
};

/// Reads bytes in every vocabulary; says in how many they made sense.
fn read_all(format: Format, bytes: &[u8]) -> usize {
    [
        format.read(bytes, Kv::default()).is_ok(),
        format.read(bytes, AppendKv).is_ok(),
        format.read(bytes, Set).is_ok(),
        format.read(bytes, Queue).is_ok(),
        format.read(bytes, Counter).is_ok(),
        format.read(bytes, Bank).is_ok(),
        format.read(bytes, Lock).is_ok(),
        format.read(bytes, ListTxns).is_ok(),
        format.read(bytes, RegisterTxns).is_ok(),
        format.read(bytes, Numbers).is_ok(),
    ]
    .into_iter()
    .filter(|&read| read)
    .count()
}

/// The seeds of one notation.
fn seeds(notation: &str) -> Vec<Vec<u8>> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(notation);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).expect("a seed")).collect()
}

/// A stretch of bytes, mostly a short one.
fn stretch(draws: &mut Draws, length: usize) -> std::ops::Range<usize> {
    let from = draws.below(length as u64 + 1) as usize;
    let most = if draws.below(4) == 0 { length } else { 8 };
    from..(from + draws.below(most as u64 + 1) as usize).min(length)
}

/// Changes bytes here and there: other ones, none, twice the same, or some of another seed.
fn change(bytes: &mut Vec<u8>, other: &[u8], draws: &mut Draws) {
    let here = stretch(draws, bytes.len());
    match draws.below(5) {
        0 => {
            if let Some(byte) = bytes.get_mut(here.start) {
                *byte ^= 1 << draws.below(8);
            }
        }
        1 => drop(bytes.drain(here)),
        2 => {
            let again = bytes[here.clone()].to_vec();
            bytes.splice(here.end..here.end, again);
        }
        3 => {
            let there = stretch(draws, other.len());
            bytes.splice(here, other[there].iter().copied());
        }
        _ => {
            let byte = draws.below(256) as u8;
            bytes.splice(here.start..here.start, [byte]);
        }
    }
}

/// Every seed makes sense, and no change of it makes a reader panic.
#[test]
fn no_change_of_a_seed_makes_a_reader_panic() {
    let cases = std::env::var("STORMGLASS_FUZZ_CASES").map_or(500, |cases| cases.parse().expect("a number"));
    for (notation, format) in [("edn", Format::Edn), ("json", Format::Json), ("etcd-log", Format::EtcdLog)] {
        let seeds = seeds(notation);
        let mut made_sense = 0;
        for (number, seed) in seeds.iter().enumerate() {
            assert!(read_all(format, seed) > 0, "seed {number} of {notation} makes no sense");
            for case in 0..cases {
                let cause = CausalId::root(Seed(number as u64), Purpose::Workload).child(case);
                let mut draws = Draws::new(cause, Purpose::Workload);
                let mut bytes = seed.clone();
                for _ in 0..draws.between(1, 6) {
                    let other = &seeds[draws.below(seeds.len() as u64) as usize];
                    change(&mut bytes, other, &mut draws);
                }
                made_sense += usize::from(read_all(format, &bytes) > 0);
            }
        }
        let all = cases as usize * seeds.len();
        assert!(made_sense > 0 && made_sense < all, "{notation}: {made_sense} of {all} made sense");
    }
}
