//! Any bytes as a history in this notation: an answer, never a panic.
//! Run it with `cargo +nightly fuzz run json fuzz/corpus/json fuzz/seeds/json -- -max_total_time=60` in `harness/formats`, starting from `fuzz/seeds/json`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use stormglass_formats::Format;
use stormglass_formats::vocabulary::{AppendKv, Bank, Counter, Kv, ListTxns, Lock, Numbers, Queue, RegisterTxns, Set};

fuzz_target!(|bytes: &[u8]| {
    let _ = Format::Json.read(bytes, Kv::default());
    let _ = Format::Json.read(bytes, AppendKv);
    let _ = Format::Json.read(bytes, Set);
    let _ = Format::Json.read(bytes, Queue);
    let _ = Format::Json.read(bytes, Counter);
    let _ = Format::Json.read(bytes, Bank);
    let _ = Format::Json.read(bytes, Lock);
    let _ = Format::Json.read(bytes, ListTxns);
    let _ = Format::Json.read(bytes, RegisterTxns);
    let _ = Format::Json.read(bytes, Numbers);
});
