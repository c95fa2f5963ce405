//! Writes made-up pages into a folder, for the tests in a browser: a small one, one whose texts try to be markup, and large
//! ones.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use stormglass_plan::scenario::Scenario;
use stormglass_report::{Failure, Page, html_page};

#[path = "../tests/suite/made_up.rs"]
mod made_up;

/// A text that would run as a script wherever it is not escaped.
const MARKUP: &str =
    "</script><script>window.broken = 1</script><img src=x onerror='window.broken = 2'>{{ 1 }}";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("into which folder?")?);
    fs::create_dir_all(&folder)?;
    for (name, events, payload) in
        [("small", 1_000, ""), ("markup", 1_000, MARKUP), ("middle", 10_000, ""), ("large", 100_000, "")]
    {
        let recording = made_up::recording(events, payload);
        let scenario =
            Scenario::named("toy/tokens").about(format!("Nobody reads what was overwritten. {payload}"));
        let failure = Failure::new(&scenario, &recording.report, "stormglass replay toy/tokens --seed 7");
        let mut out = BufWriter::new(File::create(folder.join(format!("{name}.html")))?);
        html_page(&Page { failure, recording: &recording, blame: None }, &mut out)?;
        out.flush()?;
    }
    Ok(())
}
