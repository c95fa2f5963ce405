//! `list`: what there is, by name.

use std::io::Write;

use stormglass_plan::kind::Kind;
use stormglass_report::columns;

use crate::app::App;
use crate::args::Listing;
use crate::exit::{Ending, Mistake};

/// Prints a list.
///
/// # Errors
/// If a scenario is wrong, or the folder of scenarios cannot be read.
pub fn list(app: &App, what: Listing, out: &mut dyn Write) -> Result<Ending, Mistake> {
    let text = match what {
        Listing::Systems => columns(
            ["system", "checks", "bugs"],
            app.registry.subjects().map(|subject| {
                let (checks, bugs) = (subject.checks().len(), subject.bugs().len());
                [subject.name().to_owned(), checks.to_string(), bugs.to_string()]
            }),
        ),
        Listing::Scenarios => scenarios(app)?,
        Listing::Faults => columns(
            ["fault", "what it does", "how it is written"],
            Kind::ALL
                .iter()
                .map(|kind| [kind.name().to_owned(), kind.about().to_owned(), kind.example().to_owned()]),
        ),
        Listing::Checks => columns(
            ["system", "check", "what must hold"],
            app.registry.subjects().flat_map(|subject| {
                let row = |name: &str, about: &str| [subject.name(), name, about].map(str::to_owned);
                subject.checks().into_iter().map(|check| row(check.name, check.about)).collect::<Vec<_>>()
            }),
        ),
        Listing::Bugs => bugs(app),
    };
    writeln!(out, "{text}").map_err(|error| Mistake::new(format!("the list cannot be printed: {error}")))?;
    Ok(Ending::Ok)
}

fn scenarios(app: &App) -> Result<String, Mistake> {
    let mut rows = Vec::new();
    for name in app.library.names()? {
        let scenario = app.library.load(&name, &app.registry)?.scenario;
        rows.push([scenario.name, scenario.seeds.to_string(), scenario.about]);
    }
    Ok(columns(["scenario", "seeds", "what must hold"], rows))
}

/// A paragraph a bug: five facts do not fit a line.
fn bugs(app: &App) -> String {
    let paragraphs = app.registry.subjects().flat_map(|subject| {
        subject.bugs().iter().map(|bug| {
            format!(
                "{} {}\n  defect     {}\n  mirrors    {}\n  shows when {}\n  caught by  {}",
                subject.name(),
                bug.name,
                bug.defect,
                bug.mirrors,
                bug.schedule,
                bug.caught_by.join(", ")
            )
        })
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}
