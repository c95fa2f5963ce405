//! The `stormglass` command with every engine: `run raft/storm --engine madsim`, `--engine all`.
//!
//! It knows the systems that are key-value stores; any other is one more line here.

use std::path::Path;
use std::process::ExitCode;

use stormglass_cli::{App, Library};
use stormglass_consensus::raft::Raft;
use stormglass_explore::{Registry, linearizable_kv};
use stormglass_failover::Failover;
use stormglass_madsim::Madsim;
use stormglass_tokio::Tokio;
use stormglass_turmoil::Turmoil;

fn main() -> ExitCode {
    let registry = Registry::new()
        .with(linearizable_kv::<Raft>().engine(Madsim).engine(Turmoil).engine(Tokio))
        .with(linearizable_kv::<Failover>().engine(Madsim).engine(Turmoil).engine(Tokio));
    // Under cargo the scenarios lie beside the manifests; elsewhere, beside whoever calls.
    let library = match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(manifest) => Library::in_folder(Path::new(&manifest).join("../../../scenarios")),
        None => Library::in_folder("scenarios"),
    };
    App::new(registry, library).main()
}
