//! The `stormglass` command with the shipped systems.

use std::process::ExitCode;

use stormglass::App;
use stormglass_scenarios::{library, registry};

fn main() -> ExitCode {
    App::new(registry(), library()).main()
}
