//! `new`: a scenario to begin with.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use stormglass_plan::draft::Draft;
use stormglass_plan::problem::nearest;
use stormglass_plan::schema;

use crate::app::App;
use crate::args::NewArguments;
use crate::exit::{Ending, Mistake};

/// Writes the file of a new scenario, and the schema beside the folders if there is none yet.
///
/// # Errors
/// If the name cannot be a file's, there is no such system, or the file is there already or cannot be written.
pub fn new(app: &App, arguments: &NewArguments, out: &mut dyn Write) -> Result<Ending, Mistake> {
    let before = arguments.name.split_once('/').map(|(system, _)| system);
    let Some(system) = arguments.system.as_deref().or(before) else {
        return Err(Mistake::new(format!(
            "of which system is `{0}` to be? Say `stormglass new {0} --system S`; `stormglass list systems` names \
             them all",
            arguments.name
        )));
    };
    let names = app.registry.names();
    let Some(subject) = app.registry.get(system) else {
        let help = nearest(system, &names).map_or_else(
            || format!("there are {}", names.join(", ")),
            |word| format!("did you mean `{word}`?"),
        );
        return Err(Mistake::new(format!("there is no system `{system}`; {help}")));
    };
    // A scenario's file stands in a folder: what stands beside the folders is no scenario.
    let name = if before.is_some() { arguments.name.clone() } else { format!("{system}/{}", arguments.name) };
    let depth = depth_of(&name)?;
    let settings = subject.settings();
    let schema = schema::line(depth);
    let (bugs, workload) = (subject.bugs(), subject.workload());
    let text = Draft { name: &name, system, bugs, workload, settings: &settings, schema: &schema }.text();
    let folder = app.library.folder();
    let file = folder.join(format!("{name}.toml"));
    write_new(&file, &text).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Mistake::new(format!("`{}` is there already; nothing was changed", file.display()))
        }
        _ => Mistake::new(format!("`{}` cannot be written: {error}", file.display())),
    })?;
    let mut page = format!("wrote {}", file.display());
    let beside = folder.join(schema::FILE);
    match write_new(&beside, &schema::text()) {
        Ok(()) => page += &format!("\nwrote {}, by which editors complete and check it", beside.display()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(Mistake::new(format!("`{}` cannot be written: {error}", beside.display()))),
    }
    page += &format!("\nrun it with: stormglass run {name}");
    writeln!(out, "{page}")
        .map_err(|error| Mistake::new(format!("the result cannot be printed: {error}")))?;
    Ok(Ending::Ok)
}

/// How many folders down the file of this name stands, if it can be one's name.
fn depth_of(name: &str) -> Result<usize, Mistake> {
    let sound = |word: &str| {
        let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        !word.is_empty() && word.chars().all(letter)
    };
    if !name.split('/').all(sound) {
        return Err(Mistake::new(format!(
            "a scenario cannot be called `{name}`: a name is made of small letters, digits and `-`, with `/` between \
             folders, such as raft/mine"
        )));
    }
    Ok(name.matches('/').count())
}

/// Writes a file that must not be there yet, with the folders above it.
fn write_new(file: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).open(file)?.write_all(text.as_bytes())
}
