//! Plans as files: text that a person reads and edits, and that is never taken for something else when it was
//! cut short, is of another version, or is for a system that nobody knows.
//!
//! Everything is written inline, one line per fault and operation, and the operations come last: a file that
//! was cut anywhere before its last line lacks a bracket, and is refused.

use std::fmt::Write;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use toml::ser::ValueSerializer;

use crate::diagnostic::Mistakes;
use crate::plan::{FORMAT, Plan};
use crate::problem::Problem;
use crate::source::Source;

/// What stands above a saved plan.
const HEADER: &str = "\
# A Stormglass plan: exactly one run, with every choice made. Replay it with `stormglass replay FILE`.
# It may be edited: take out faults or operations, change their times. The ids key their chances, so keep them:
# what is left then meets the same delays and losses as before.
";

/// Why a plan cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsavable(String);

impl std::fmt::Display for Unsavable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unsavable {}

impl<O: Serialize> Plan<O> {
    /// The text of a file from which [`Source::plan`] reads an equal plan.
    ///
    /// # Errors
    /// If an operation is of a type that TOML has no form for, such as a unit struct.
    pub fn to_toml(&self) -> Result<String, Unsavable> {
        // Every field by name: one that is added and not written here does not compile.
        let Plan {
            format,
            scenario,
            system,
            bug,
            engine,
            seed,
            params,
            cluster,
            topology,
            timeline,
            network,
            disk,
            wire,
            budget,
            availability,
            checks,
            expect,
            limits,
            faults,
            operations,
        } = self;
        let mut text = HEADER.to_owned();
        line(&mut text, "format", format)?;
        line(&mut text, "scenario", scenario)?;
        line(&mut text, "system", system)?;
        if let Some(bug) = bug {
            line(&mut text, "bug", bug)?;
        }
        if let Some(engine) = engine {
            line(&mut text, "engine", engine)?;
        }
        line(&mut text, "seed", seed)?;
        if !params.is_empty() {
            line(&mut text, "params", params)?;
        }
        line(&mut text, "cluster", cluster)?;
        if let Some(topology) = topology {
            line(&mut text, "topology", topology)?;
        }
        line(&mut text, "timeline", timeline)?;
        line(&mut text, "network", network)?;
        line(&mut text, "disk", disk)?;
        if *wire {
            line(&mut text, "wire", wire)?;
        }
        if !budget.is_declared() {
            line(&mut text, "budget", budget)?;
        }
        if let Some(bounds) = availability {
            line(&mut text, "availability", bounds)?;
        }
        if let Some(checks) = checks {
            line(&mut text, "checks", checks)?;
        }
        if let Some(expect) = expect {
            line(&mut text, "expect", expect)?;
        }
        line(&mut text, "limits", limits)?;
        list(&mut text, "faults", faults)?;
        list(&mut text, "operations", operations)?;
        Ok(text)
    }
}

/// `value` on one line, its fields in the order in which its type declares them.
fn inline(name: &str, value: &impl Serialize) -> Result<String, Unsavable> {
    let mut text = String::new();
    match value.serialize(ValueSerializer::new(&mut text)) {
        Ok(_) => Ok(text),
        Err(error) => Err(Unsavable(format!("`{name}` cannot be written as TOML: {error}"))),
    }
}

fn line(text: &mut String, name: &str, value: &impl Serialize) -> Result<(), Unsavable> {
    let value = inline(name, value)?;
    writeln!(text, "{name} = {value}").expect("a string takes every text");
    Ok(())
}

fn list<T: Serialize>(text: &mut String, name: &str, values: &[T]) -> Result<(), Unsavable> {
    if values.is_empty() {
        return line(text, name, &values);
    }
    writeln!(text, "{name} = [").expect("a string takes every text");
    for value in values {
        writeln!(text, "  {},", inline(name, value)?).expect("a string takes every text");
    }
    text.push_str("]\n");
    Ok(())
}

/// What stands in front of a plan, whatever its operations are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The scenario it was drawn from.
    pub scenario: String,
    /// The system it is for, which says what its operations are.
    pub system: String,
}

/// The same as a file says it: perhaps not at all, and behind it whatever another version wrote.
#[derive(Deserialize)]
struct MaybeHead {
    format: Option<i64>,
    scenario: Option<String>,
    system: Option<String>,
}

impl Source {
    /// What stands in front of the plan in this text, so that one knows the system before its operations are read.
    ///
    /// # Errors
    /// If it is no plan, of another version, or for none of these systems.
    pub fn plan_head(&self, systems: &[&str]) -> Result<Head, Mistakes> {
        let head: MaybeHead = self.parse()?;
        match (head.format, head.scenario, head.system) {
            (Some(format), ..) if format != i64::from(FORMAT) => {
                Err(self.diagnose(&Problem::other_format(format)).into())
            }
            (Some(_), Some(scenario), Some(system)) => {
                self.known_system(&system, systems)?;
                Ok(Head { scenario, system })
            }
            (format, ..) => {
                let missing = if format.is_none() { "format" } else { "scenario or system" };
                let problem =
                    Problem::new("", format!("this is no plan, or not all of it: it names no {missing}"))
                        .expected(format!("a plan, which begins with `format = {FORMAT}`"));
                Err(self.diagnose(&problem).into())
            }
        }
    }

    /// The plan in this text, for one of these systems, whose operations are `O`.
    ///
    /// # Errors
    /// As [`Source::plan_head`]; the first word that cannot be read; or else everything that cannot be.
    pub fn plan<O: DeserializeOwned>(&self, systems: &[&str]) -> Result<Plan<O>, Mistakes> {
        self.plan_head(systems)?;
        let plan: Plan<O> = self.parse()?;
        self.sound(&plan.problems())?;
        Ok(plan)
    }
}

impl Problem {
    pub(crate) fn other_format(format: i64) -> Problem {
        let help = match format > i64::from(FORMAT) {
            true => "the plan was saved by a newer version: use that one to replay it",
            false => "the plan was saved by an older version: use that one, or draw it anew from its seed",
        };
        Problem::new("format", format!("the plan has format {format}, which this version cannot read"))
            .found(format.to_string())
            .expected(format!("format {FORMAT}"))
            .help(help)
    }
}
