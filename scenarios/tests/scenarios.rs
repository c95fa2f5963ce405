//! Every shipped scenario is a test of its own name.

use std::process::ExitCode;

use stormglass_scenarios::{library, registry};

fn main() -> ExitCode {
    stormglass::testing::main(registry, library)
}
