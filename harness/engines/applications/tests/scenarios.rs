//! Every scenario of the applications, as a test of its own name.

use std::path::Path;
use std::process::ExitCode;

use stormglass::{Library, Registry, linearizable_kv};
use stormglass_applications::axum::AxumKv;
use stormglass_applications::openraft::OpenraftKv;
use stormglass_applications::tonic::TonicKv;
use stormglass_engine_driver::Hosted;
use stormglass_turmoil::TurmoilHosts;

fn registry() -> Registry {
    Registry::new()
        .with(linearizable_kv::<Hosted<AxumKv>>().engine(TurmoilHosts).without_kernel())
        .with(linearizable_kv::<Hosted<OpenraftKv>>().engine(TurmoilHosts).without_kernel())
        .with(linearizable_kv::<Hosted<TonicKv>>().engine(TurmoilHosts).without_kernel())
}

fn library() -> Library {
    Library::in_folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios"))
}

fn main() -> ExitCode {
    stormglass::testing::main(registry, library)
}
