//! The availability formulas as a system of its own: a scenario asserts that model and measurement agree.
//!
//! A run is regions that fail and recover in the kernel for many virtual years ([`simulate`]); what it is judged by is
//! the formula. There are no clients, no messages and no weather but the failures that the model speaks of.

use serde::{Deserialize, Serialize};
use stormglass_check::availability::model::Structure;
use stormglass_check::availability::prediction::Prediction;
use stormglass_check::availability::probability::{Confidence, Senseless};
use stormglass_check::availability::renewal::{Renewal, Seen, Simulated};
use stormglass_check::availability::span::Span;
use stormglass_core::bug::Bug;
use stormglass_core::bugs;
use stormglass_core::random::{Seed, mix};
use stormglass_core::verdict::{Verdict, Violation};
use stormglass_kernel::Kernel;
use stormglass_logging::Directives;
use stormglass_plan::configure::settings;
use stormglass_plan::diagnostic::Mistakes;
use stormglass_plan::engine::{Digest, Engine as _, Stats, Tracing};
use stormglass_plan::problem::Problem;
use stormglass_plan::scenario::{Expect, Scenario};
use stormglass_plan::source::Source;

use crate::blame::{Blame, Forks};
use crate::case::Case;
use crate::driver::unknown;
use crate::judge::CheckInfo;
use crate::recording::Recording;
use crate::regions::simulate;
use crate::report::Report;
use crate::shrink::Effort;
use crate::shrunk::Shrunk;
use crate::subject::{Kept, Subject};
use crate::walk::Walk;

/// What a scenario calls it.
const NAME: &str = "regions";
/// Why no other engine runs it.
const ELSEWHERE: &str = "the regions of the availability model send nothing and are watched for centuries: other engines have \
                         nothing to drive there, and only the kernel skips the years between two failures";
/// Its one check.
const CHECK: &str = "agrees";

bugs! {
    /// Formulas that are printed, and wrong.
    pub enum FormulaBug {
        /// The unavailability in the place of the availability.
        Complement {
            name: "complement",
            defect: "the formula gives the complement of what it is called",
            mirrors: "articles on standby redundancy that print one less the Poisson sum as the reliability",
            schedule: "any years at all",
            caught_by: ["agrees"],
        },
        /// Redundant parts multiplied as if all were needed.
        SeriesForParallel {
            name: "series-for-parallel",
            defect: "availabilities of redundant regions are multiplied, as if all of them were needed",
            mirrors: "the product rule of parts in series, applied to parts in parallel",
            schedule: "more than one region, of which not all are needed",
            caught_by: ["agrees"],
        },
        /// Failures per operating hour taken for failures per hour.
        RepairForgotten {
            name: "repair-forgotten",
            defect: "a cycle is taken to be as long as the operating time, without the repair",
            mirrors: "MTBF read as the time from one failure to the next, repair included",
            schedule: "a repair that is not much shorter than the operating time",
            caught_by: ["agrees"],
        },
    }
}

/// The formulas, as something that scenarios can name. `[params]` says of which regions.
#[derive(Clone, Copy, Debug, Default)]
pub struct AvailabilityModel;

/// What `[params]` may say.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Settings {
    /// How many regions, all alike.
    regions: u16,
    /// The mean operating time of a region between two failures.
    mtbf: String,
    /// The mean time to repair it.
    mttr: String,
    /// How many must be up: `parallel`, `series`, or `2-of-3`.
    structure: String,
    /// How many virtual years a run observes.
    years: u64,
    /// One run in so many raises a false alarm.
    false_alarm_one_in: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        let text = str::to_owned;
        Settings {
            regions: 3,
            mtbf: text("720h"),
            mttr: text("1h"),
            structure: text("parallel"),
            years: 1_000,
            false_alarm_one_in: 1_000_000_000,
        }
    }
}

/// What was modelled, and what the formulas make of it.
#[derive(Clone)]
struct Model {
    regions: Vec<Renewal>,
    structure: Structure,
    observed: Span,
    confidence: Confidence,
    each: Prediction,
    whole: Prediction,
}

impl Settings {
    fn model(&self, bug: Option<FormulaBug>) -> Result<Model, Problem> {
        let at = |name: &'static str| {
            move |why: Senseless| Problem::new(format!("params.{name}"), why.to_string())
        };
        let span = |name: &'static str, text: &str| {
            text.parse::<Span>().map_err(|why| Problem::new(format!("params.{name}"), why.to_string()))
        };
        let (mtbf, mttr) = (span("mtbf", &self.mtbf)?, span("mttr", &self.mttr)?);
        let region = Renewal::new(mtbf, mttr).map_err(at("mtbf"))?;
        let count = usize::from(self.regions);
        let structure = Structure::read(&self.structure, count).map_err(at("structure"))?;
        if self.false_alarm_one_in < 2 {
            let why = "every run would raise a false alarm";
            return Err(Problem::new("params.false-alarm-one-in", why).expected("at least 2"));
        }
        let confidence = Confidence::new(1.0 - 1.0 / self.false_alarm_one_in as f64)
            .map_err(at("false-alarm-one-in"))?
            .shared_by(count + 1);
        let believed = match bug {
            Some(FormulaBug::RepairForgotten) => {
                Renewal::new(mtbf.saturating_sub(mttr), mttr).map_err(at("mtbf"))?
            }
            _ => region,
        };
        let needed = match bug {
            Some(FormulaBug::SeriesForParallel) => Structure::Series,
            _ => structure,
        };
        let of = |count, structure| Prediction::new(count, believed, structure).map_err(at("regions"));
        let mut whole = of(count, needed)?;
        if bug == Some(FormulaBug::Complement) {
            whole.availability = whole.availability.complement();
        }
        let observed = Span::from_years(self.years);
        Ok(Model {
            regions: vec![region; count],
            structure,
            observed,
            confidence,
            each: of(1, Structure::Series)?,
            whole,
        })
    }
}

impl Model {
    /// Where the measured values do not lie where they must.
    fn judge(&self, seen: &Simulated) -> Result<Verdict, Senseless> {
        let mut evidence = Vec::new();
        let regions =
            (1..).zip(&seen.regions).map(|(place, seen)| (format!("region {place}"), seen, &self.each));
        let all: Vec<(String, &Seen, &Prediction)> =
            regions.chain([("the whole".to_owned(), &seen.whole, &self.whole)]).collect();
        for (name, seen, prediction) in all {
            let must = prediction.measured(self.observed, self.confidence)?;
            let measured = seen.availability();
            if !must.contains(measured) {
                evidence.push(format!(
                    "{name}: measured {measured} with {} failures; predicted {}, so it must lie in {} – {}",
                    seen.failures, prediction.availability, must.low, must.high
                ));
            }
        }
        if evidence.is_empty() {
            return Ok(Verdict::Ok);
        }
        let summary = "the measured availability refutes the formula";
        Ok(Violation { evidence, ..Violation::new(CHECK, summary) }.into())
    }
}

impl Subject for AvailabilityModel {
    fn name(&self) -> &'static str {
        NAME
    }

    fn bugs(&self) -> &'static [Bug] {
        FormulaBug::TABLE
    }

    fn workload(&self) -> Option<&'static str> {
        None
    }

    fn settings(&self) -> toml::Table {
        toml::Table::try_from(Settings::default()).expect("settings are a table")
    }

    fn checks(&self) -> Vec<CheckInfo> {
        let about =
            "measured availability, each region's and the whole's, lies where the formulas say it must";
        vec![CheckInfo { name: CHECK, about }]
    }

    fn case(&self, scenario: &Scenario) -> Result<Box<dyn Case>, Problem> {
        let settings: Settings = settings("params", &scenario.params)?;
        let bug = match scenario.bug.as_deref() {
            None => None,
            Some(name) => Some(FormulaBug::named(name).ok_or_else(|| {
                let names: Vec<&str> = FormulaBug::TABLE.iter().map(|bug| bug.name).collect();
                Problem::unknown("bug", "bug of regions", name, &names)
            })?),
        };
        let unused = [
            ("workload", scenario.workload.is_some()),
            ("nemesis", scenario.nemesis.is_some()),
            ("fault", !scenario.faults.is_empty()),
            ("topology", scenario.topology.is_some()),
            ("availability", scenario.availability.is_some()),
        ];
        if let Some((path, _)) = unused.into_iter().find(|&(_, said)| said) {
            let why = "regions have no clients and no weather but the failures that [params] describes";
            return Err(Problem::new(path, why).help("leave it out"));
        }
        if let Expect::ViolatedBy(names) = &scenario.expect
            && let Some(place) = names.iter().position(|name| name != CHECK)
        {
            return Err(Problem::unknown(
                format!("expect.violated-by[{place}]"),
                "check",
                &names[place],
                &[CHECK],
            ));
        }
        if let Some(engine) = scenario.engine.as_deref().filter(|engine| *engine != Kernel::NAME) {
            return Err(elsewhere(engine));
        }
        let model = settings.model(bug)?;
        // What would take too long, or is too short to say anything, is said before anything is run.
        model.each.measured(model.observed, model.confidence).map_err(|why| senseless(&why))?;
        Ok(Box::new(model))
    }

    fn saved_case(&self, source: &Source) -> Result<Box<dyn Case>, Mistakes> {
        Err(source.diagnose(&no_plan()).into())
    }

    fn kept(&self, source: &Source) -> Result<Kept, Mistakes> {
        Err(source.diagnose(&no_plan()).into())
    }
}

fn no_plan() -> Problem {
    Problem::new(
        "",
        "the model of regions has no plan that could be saved: its scenario and seed say everything",
    )
}

fn elsewhere(engine: &str) -> Problem {
    unknown(engine, NAME, &[Kernel::NAME]).help(ELSEWHERE)
}

fn senseless(why: &Senseless) -> Problem {
    Problem::new("params", why.to_string())
}

fn no_events(to: &str) -> Problem {
    Problem::new("", format!("the model of regions is computed as a whole: there are no events to {to}"))
}

impl Case for Model {
    fn run(&self, seed: Seed, _tracing: Tracing) -> Result<Report, Problem> {
        let seen =
            simulate(&self.regions, self.structure, seed, self.observed).map_err(|why| senseless(&why))?;
        let verdict = self.judge(&seen).map_err(|why| senseless(&why))?;
        let failures: u64 = seen.regions.iter().map(|region| region.failures).sum();
        let all = seen.regions.iter().chain([&seen.whole]);
        let digest = all.fold(seed.0, |digest, seen| {
            let nanos = seen.down.as_nanos();
            mix(mix(digest, nanos as u64), (nanos >> 64) as u64 ^ seen.failures)
        });
        Ok(Report {
            seed,
            verdicts: Some(verdict.clone()).filter(|verdict| !verdict.is_ok()).into_iter().collect(),
            verdict,
            digest: Digest(digest),
            stats: Stats { events: failures * 2, crashes: failures, ..Stats::default() },
            invoked: 0,
            succeeded: 0,
            effects: std::collections::BTreeMap::new(),
            availability: None,
            expected_loss: None,
            strikes: usize::try_from(failures).expect("what was simulated fits the machine"),
            story: Vec::new(),
            trace: None,
        })
    }

    fn measuring(self: Box<Self>) -> Box<dyn Case> {
        self
    }

    fn logging(&self, _directives: &Directives) -> Box<dyn Case> {
        // Nothing runs that could log.
        Box::new(self.clone())
    }

    fn on(&self, engine: &str) -> Result<Box<dyn Case>, Problem> {
        if engine == Kernel::NAME { Ok(Box::new(self.clone())) } else { Err(elsewhere(engine)) }
    }

    fn page(&self, seed: Seed) -> Result<String, Problem> {
        Ok(format!(
            "{} regions, MTBF {}, MTTR {}: {}\nseed {seed}, {} observed\npredicted: each {}, the whole {}",
            self.regions.len(),
            self.regions[0].mtbf(),
            self.regions[0].mttr(),
            self.structure,
            self.observed,
            self.each.availability,
            self.whole.availability
        ))
    }

    fn file(&self, _seed: Seed) -> Result<String, Problem> {
        Err(no_plan())
    }

    fn walk(&self, _seed: Seed) -> Result<Box<dyn Walk>, Problem> {
        Err(no_events("walk through"))
    }

    fn record(&self, _seed: Seed) -> Result<Recording, Problem> {
        Err(no_events("record"))
    }

    fn shrink(&self, _seed: Seed, _check: &str, _effort: &Effort<'_>) -> Result<Option<Shrunk>, Problem> {
        // Nothing was planned that could be left out.
        Ok(None)
    }

    fn blame(&self, _seed: Seed, _check: &str, _forks: &Forks<'_>) -> Result<Option<Blame>, Problem> {
        Ok(None)
    }
}
