//! The `stormglass` command with every engine: `run raft/storm --engine madsim`, `--engine all`.

use std::process::ExitCode;

use stormglass_cli::App;
use stormglass_engines::{library, registry};

/// As in the command of the kernel.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    App::new(registry(), library()).main()
}
