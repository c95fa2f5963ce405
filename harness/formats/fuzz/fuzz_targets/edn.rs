//! Any bytes as a history in this notation: an answer, never a panic.
//! Run it with `cargo +nightly fuzz run edn fuzz/corpus/edn fuzz/seeds/edn -- -max_total_time=60` in `harness/formats`, starting from `fuzz/seeds/edn`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use stormglass_formats::Format;
use stormglass_formats::vocabulary::{AppendKv, Bank, Counter, Kv, ListTxns, Lock, Numbers, Queue, RegisterTxns, Set};

fuzz_target!(|bytes: &[u8]| {
    let _ = Format::Edn.read(bytes, Kv::default());
    let _ = Format::Edn.read(bytes, AppendKv);
    let _ = Format::Edn.read(bytes, Set);
    let _ = Format::Edn.read(bytes, Queue);
    let _ = Format::Edn.read(bytes, Counter);
    let _ = Format::Edn.read(bytes, Bank);
    let _ = Format::Edn.read(bytes, Lock);
    let _ = Format::Edn.read(bytes, ListTxns);
    let _ = Format::Edn.read(bytes, RegisterTxns);
    let _ = Format::Edn.read(bytes, Numbers);
});
