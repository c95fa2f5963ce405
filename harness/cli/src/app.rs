//! The command as a value: which systems it knows and where its scenarios are.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use stormglass_explore::sweep::WORKER;
use stormglass_explore::{Registry, vigil};

use crate::args::{Arguments, Command, RunArguments};
use crate::exit::{Ending, MISTAKE, Mistake};
use crate::library::Library;
use crate::{blame, check, keep, list, model, new, replay, run, schema, stop, zoo};

/// A command line of one's own: any crate gets it with its systems in a few lines.
pub struct App {
    /// The systems it knows.
    pub registry: Registry,
    /// Where its scenarios are.
    pub library: Library,
}

impl App {
    /// A command that knows these systems and these scenarios.
    #[must_use]
    pub fn new(registry: Registry, library: Library) -> App {
        App { registry, library }
    }

    /// Does what the process's arguments say, prints to standard output and standard error, and answers how to
    /// exit.
    #[must_use]
    pub fn main(self) -> ExitCode {
        let arguments = match Arguments::try_parse() {
            Ok(arguments) => arguments,
            // Clap exits with 0 for help and with 2 for a mistake, as we do.
            Err(error) => error.exit(),
        };
        silence_workers();
        keep_vigil();
        if matches!(arguments.command, None | Some(Command::Run(_))) {
            stop::listen();
        }
        let mut out = std::io::stdout().lock();
        match self.execute(arguments, &mut out) {
            Ok(ending) => ending.into(),
            Err(mistake) => {
                let mut error = std::io::stderr().lock();
                // Nobody is left to tell if standard error is closed.
                let _ = writeln!(error, "{mistake}");
                ExitCode::from(MISTAKE)
            }
        }
    }

    /// Does what `arguments` say (the first is the program's name), for tests and embedders.
    ///
    /// # Errors
    /// What the user got wrong.
    pub fn call(
        self,
        arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
        out: &mut dyn Write,
    ) -> Result<Ending, Mistake> {
        let arguments =
            Arguments::try_parse_from(arguments).map_err(|error| Mistake::new(error.to_string()))?;
        self.execute(arguments, out)
    }

    fn execute(mut self, arguments: Arguments, out: &mut dyn Write) -> Result<Ending, Mistake> {
        if let Some(folder) = arguments.folder {
            self.library = self.library.moved_to(folder);
        }
        match arguments.command.unwrap_or_else(|| Command::Run(RunArguments::default())) {
            Command::Run(arguments) => run::run(&self, &arguments, out),
            Command::Replay(arguments) => replay::replay(&self, &arguments, out),
            Command::Explain(arguments) => replay::explain(&self, &arguments, out),
            Command::Blame(arguments) => blame::blame(&self, &arguments, out),
            Command::Keep(arguments) => keep::keep(&self, &arguments, out),
            Command::Zoo(arguments) => zoo::zoo(&self, &arguments, out),
            Command::Check(arguments) => check::check(&arguments, out),
            Command::Model { what } => model::model(&what, out),
            Command::List { what } => list::list(&self, what, out),
            Command::New(arguments) => new::new(&self, &arguments, out),
            Command::Schema => schema::schema(out),
        }
    }
}

/// Tells on standard error of every run that takes far too long, past whoever captures what tests print: a test that hangs never
/// comes to print it.
pub fn keep_vigil() {
    vigil::keep(vigil::PATIENCE, |late| {
        // Nobody is left to tell if standard error is closed.
        let _ = writeln!(std::io::stderr().lock(), "{late}");
    });
}

/// A panic of a system's own code becomes a verdict with its text: printed at every seed it would bury the results.
fn silence_workers() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !std::thread::current().name().is_some_and(|name| name.starts_with(WORKER)) {
            usual(panic);
        }
    }));
}
