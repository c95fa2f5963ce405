//! What the command with every engine knows: the shipped systems, the applications, and the simulated services if they are built in.

use std::path::Path;

use stormglass_applications::axum::AxumKv;
use stormglass_applications::openraft::OpenraftKv;
use stormglass_applications::tonic::TonicKv;
use stormglass_cli::Library;
use stormglass_engine_driver::Hosted;
use stormglass_explore::{Registry, linearizable_kv};
use stormglass_turmoil::TurmoilHosts;

/// Every system that this command runs.
#[must_use]
pub fn registry() -> Registry {
    let registry = stormglass_lineup::registry()
        .with(linearizable_kv::<Hosted<AxumKv>>().engine(TurmoilHosts).without_kernel())
        .with(linearizable_kv::<Hosted<OpenraftKv>>().engine(TurmoilHosts).without_kernel())
        .with(linearizable_kv::<Hosted<TonicKv>>().engine(TurmoilHosts).without_kernel());
    #[cfg(all(madsim, feature = "etcd"))]
    let registry = registry.with(stormglass_services::etcd::subject());
    #[cfg(all(madsim, feature = "s3"))]
    let registry = registry.with(stormglass_services::s3::subject());
    registry
}

/// Systems that a command with more features would know, so that a plan of theirs is no mistake.
#[must_use]
pub fn not_built() -> Vec<&'static str> {
    services().into_iter().filter(|service| !service.built).map(|service| service.system).collect()
}

/// Every scenario of theirs. Under cargo the scenarios lie beside the manifests; elsewhere, beside whoever calls.
#[must_use]
pub fn library() -> Library {
    let Some(manifest) = std::env::var_os("CARGO_MANIFEST_DIR") else {
        return Library::in_folder("scenarios");
    };
    let manifest = Path::new(&manifest);
    let engines = manifest.join("..");
    let library = Library::in_folder(engines.join("scenarios"))
        .also_in(engines.join("../../scenarios"))
        // What is kept here is this command's: no other test knows all these engines and all these systems.
        .keeping_in(manifest.join("snapshots/regressions"));
    // A scenario of a system that is not built in would be a mistake.
    let built = services().into_iter().filter(|service| service.built);
    built.fold(library, |library, service| {
        library.also_in(engines.join("services/scenarios").join(service.folder))
    })
}

/// A simulated service, which takes minutes to build and so is behind a feature.
struct Service {
    system: &'static str,
    folder: &'static str,
    built: bool,
}

fn services() -> [Service; 2] {
    [
        Service { system: "etcd-lock", folder: "etcd", built: cfg!(all(madsim, feature = "etcd")) },
        Service { system: "s3-backup", folder: "s3", built: cfg!(all(madsim, feature = "s3")) },
    ]
}
