//! The `stormglass` command with the shipped systems.

use std::process::ExitCode;

use stormglass::App;
use stormglass_scenarios::{library, registry};

/// Each run of a sweep gives back what it took, and the next takes it again: an allocator that keeps it for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    App::new(registry(), library()).main()
}
