//! The command, called in-process.

use stormglass::App;
use stormglass::cli::exit::Ending;
use stormglass_scenarios::{library, registry};

/// What the command printed, and how it ended; or the text of the mistake.
pub(crate) fn stormglass(arguments: &[&str]) -> Result<(String, Ending), String> {
    let mut out = Vec::new();
    let all = std::iter::once(&"stormglass").chain(arguments);
    let ending =
        App::new(registry(), library()).call(all, &mut out).map_err(|mistake| mistake.to_string())?;
    Ok((String::from_utf8(out).expect("the command prints UTF-8"), ending))
}

/// Stores snapshots in the project's one folder for them, and hides the folder of temporary files.
pub(crate) fn snapshots(test: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"(?:/[\w.-]+)+/([\w-]+\.toml)", "$1");
    settings.bind(test);
}
