//! The `stormglass` command with every engine: `run raft/storm --engine madsim`, `--engine all`.
//!
//! It knows the systems that are key-value stores, and the applications, which run on one engine alone; any other is one more
//! line here.

use std::path::Path;
use std::process::ExitCode;

use stormglass_applications::axum::AxumKv;
use stormglass_applications::openraft::OpenraftKv;
use stormglass_applications::tonic::TonicKv;
use stormglass_cli::{App, Library};
use stormglass_consensus::raft::Raft;
use stormglass_engine_driver::Hosted;
use stormglass_explore::{Registry, linearizable_kv};
use stormglass_failover::Failover;
use stormglass_madsim::Madsim;
use stormglass_tokio::Tokio;
use stormglass_turmoil::{Turmoil, TurmoilHosts};

/// As in the command of the kernel.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let registry = Registry::new()
        .with(linearizable_kv::<Raft>().engine(Madsim).engine(Turmoil).engine(Tokio))
        .with(linearizable_kv::<Failover>().engine(Madsim).engine(Turmoil).engine(Tokio))
        .with(linearizable_kv::<Hosted<AxumKv>>().engine(TurmoilHosts).without_kernel())
        .with(linearizable_kv::<Hosted<OpenraftKv>>().engine(TurmoilHosts).without_kernel())
        .with(linearizable_kv::<Hosted<TonicKv>>().engine(TurmoilHosts).without_kernel());
    #[cfg(all(madsim, feature = "etcd"))]
    let registry = registry.with(stormglass_services::etcd::subject());
    #[cfg(all(madsim, feature = "s3"))]
    let registry = registry.with(stormglass_services::s3::subject());
    // Under cargo the scenarios lie beside the manifests; elsewhere, beside whoever calls.
    let library = match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(manifest) => {
            let engines = Path::new(&manifest).join("..");
            // What is kept here stays here: the kernel's tests know neither these engines nor these programs.
            let library =
                Library::in_folder(engines.join("scenarios")).also_in(engines.join("../../scenarios"));
            // A scenario of a system that is not built in would be a mistake.
            let services = engines.join("services/scenarios");
            let built =
                [(cfg!(all(madsim, feature = "etcd")), "etcd"), (cfg!(all(madsim, feature = "s3")), "s3")];
            let built = built.into_iter().filter(|&(built, _)| built);
            built.fold(library, |library, (_, service)| library.also_in(services.join(service)))
        }
        None => Library::in_folder("scenarios"),
    };
    App::new(registry, library).main()
}
