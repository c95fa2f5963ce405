//! `list`: what there is, by name.

use std::io::Write;

use stormglass_plan::kind::{Family, Kind};
use stormglass_plan::nemesis::Profile;
use stormglass_plan::parameters;
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
        Listing::Faults => faults(),
        Listing::Profiles => profiles(),
        Listing::Checks => columns(
            ["system", "check", "what must hold"],
            app.registry.subjects().flat_map(|subject| {
                let row = |name: &str, about: &str| [subject.name(), name, about].map(str::to_owned);
                subject.checks().into_iter().map(|check| row(check.name, check.about)).collect::<Vec<_>>()
            }),
        ),
        Listing::Bugs => bugs(app),
        Listing::Models => crate::check::model::list(),
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

/// A table a family: a line for each fault, and below it one for each of its parameters. What the units are follows.
fn faults() -> String {
    let mut text = String::new();
    for family in Family::ALL {
        let kinds = Kind::ALL.iter().filter(|kind| kind.family() == family);
        let rows = kinds.flat_map(|&kind| {
            let head = [kind.name().to_owned(), String::new(), String::new(), kind.about().to_owned()];
            std::iter::once(head).chain(parameters::of_fault(kind).into_iter().map(|parameter| {
                let default = match parameter.default {
                    Some(default) => default,
                    None if parameter.required => "must be said".to_owned(),
                    None => String::new(),
                };
                [format!("  {}", parameter.name), parameter.unit, default, parameter.meaning]
            }))
        });
        let title = format!("{family} fault");
        text.push_str(&columns([&title, "unit", "unless said", "meaning"], rows));
        text.push_str("\n\n");
    }
    let units =
        parameters::units().into_iter().map(|unit| [unit.name, unit.meaning, unit.examples.join("  ")]);
    text.push_str(&columns(["unit", "what it is", "for example"], units));
    let written = Kind::ALL.iter().map(|kind| kind.example().to_owned());
    text.push_str("\n\nhow each is written behind `inject =`\n  ");
    text.push_str(&written.collect::<Vec<_>>().join("\n  "));
    text
}

fn profiles() -> String {
    let rows = Profile::ALL.into_iter().map(|profile| {
        let kinds: Vec<&str> = profile.kinds().map(Kind::name).collect();
        [profile.to_string(), kinds.len().to_string(), kinds.join(", ")]
    });
    columns(["profile", "kinds", "made of"], rows)
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
