//! Any bytes as a history in this notation: an answer, never a panic.
//! Run it with `cargo +nightly fuzz run etcd-log fuzz/corpus/etcd-log fuzz/seeds/etcd-log -- -max_total_time=60` in `harness/formats`, starting from `fuzz/seeds/etcd-log`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use stormglass_formats::Format;
use stormglass_formats::vocabulary::{AppendKv, Bank, Counter, Kv, ListTxns, Lock, Numbers, Queue, RegisterTxns, Set};

fuzz_target!(|bytes: &[u8]| {
    let _ = Format::EtcdLog.read(bytes, Kv::default());
    let _ = Format::EtcdLog.read(bytes, AppendKv);
    let _ = Format::EtcdLog.read(bytes, Set);
    let _ = Format::EtcdLog.read(bytes, Queue);
    let _ = Format::EtcdLog.read(bytes, Counter);
    let _ = Format::EtcdLog.read(bytes, Bank);
    let _ = Format::EtcdLog.read(bytes, Lock);
    let _ = Format::EtcdLog.read(bytes, ListTxns);
    let _ = Format::EtcdLog.read(bytes, RegisterTxns);
    let _ = Format::EtcdLog.read(bytes, Numbers);
});
