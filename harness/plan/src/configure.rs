//! From a scenario's `[params]` and `bug` to the value of a system: what only the system can understand.

use serde::de::DeserializeOwned;
use stormglass_core::system::System;

use crate::problem::Problem;
use crate::words;

/// The system with these settings and this bug, from a scenario or a plan.
///
/// # Errors
/// A setting that the system does not know or cannot read, or a bug that it does not have.
/// [`Source::diagnose`](crate::source::Source::diagnose) shows where that stands in a file.
pub fn configure<S: System + DeserializeOwned>(
    params: &toml::Table,
    bug: Option<&str>,
) -> Result<S, Problem> {
    let mut system: S = settings("params", params)?;
    if let Some(bug) = bug
        && !system.plant(bug)
    {
        let bugs: Vec<&str> = S::bugs().iter().map(|bug| bug.name).collect();
        let what = format!("bug of {}", S::NAME);
        return Err(Problem::unknown("bug", &what, bug, &bugs));
    }
    Ok(system)
}

/// The settings that stand in the table at `path` of a scenario.
///
/// # Errors
/// A setting that is not known or cannot be read, at its path.
pub fn settings<T: DeserializeOwned>(path: &str, table: &toml::Table) -> Result<T, Problem> {
    let nothing = table.is_empty();
    let table = toml::Value::Table(table.clone());
    serde_path_to_error::deserialize(table).map_err(|error| {
        let path = match error.path().to_string() {
            inside if inside == "." => path.to_owned(),
            inside => format!("{path}.{inside}"),
        };
        let problem = words::problem(&path, error.inner().message());
        // Most systems have settings, and most scenarios have none: this is for the system's author.
        match nothing && error.inner().message().starts_with("missing field") {
            true => problem.help(format!(
                "[{path}] has to say it; settings that a scenario may leave out have `#[serde(default)]`"
            )),
            false => problem,
        }
    })
}
