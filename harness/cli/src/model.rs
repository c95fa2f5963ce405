//! `model`: what theory says of a system before it is built, and whether a simulation agrees.

use std::io::Write;

use clap::{Args, Subcommand};
use stormglass_check::availability::interval::Interval;
use stormglass_check::availability::model::{Structure, standby};
use stormglass_check::availability::prediction::{Prediction, survivors};
use stormglass_check::availability::probability::{Confidence, Probability, Senseless};
use stormglass_check::availability::renewal::{Renewal, Seen, survived};
use stormglass_check::availability::span::Span;
use stormglass_core::random::Seed;
use stormglass_explore::regions::simulate;
use stormglass_report::columns;

use crate::exit::{Ending, Mistake};

/// What there are models of.
#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// The availability of regions that fail and recover independently
    Availability(AvailabilityArguments),
}

/// Arguments of `model availability`.
#[derive(Debug, Args)]
pub struct AvailabilityArguments {
    /// How many regions, all alike
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub regions: u16,
    /// The mean operating time of a region between two failures
    #[arg(long, value_name = "TIME", default_value = "720h")]
    pub mtbf: Span,
    /// The mean time to repair it
    #[arg(long, value_name = "TIME", default_value = "1h")]
    pub mttr: Span,
    /// How many must be up: parallel (one), series (all), or K-of-N, such as 2-of-3
    #[arg(long, value_name = "STRUCTURE", default_value = "parallel")]
    pub structure: String,
    /// Also one region with so many cold spares, without repair …
    #[arg(long, value_name = "N", requires = "mission", value_parser = clap::value_parser!(u32).range(..=1000))]
    pub spares: Option<u32>,
    /// … that must last so long
    #[arg(long, value_name = "TIME", requires = "spares")]
    pub mission: Option<Span>,
    /// Also measures it over so many virtual years, and exits with 1 if the measurement refutes the prediction
    #[arg(long, value_name = "YEARS", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub simulate: Option<u64>,
    /// The seed of the simulation
    #[arg(long, value_name = "S", default_value_t = 0, requires = "simulate")]
    pub seed: u64,
    /// How often all intervals together should hold
    #[arg(long, value_name = "SHARE", default_value = "0.99")]
    pub confidence: Confidence,
}

/// Does what `model` was asked for.
///
/// # Errors
/// If what is asked makes no sense, or the page cannot be printed.
pub fn model(command: &ModelCommand, out: &mut dyn Write) -> Result<Ending, Mistake> {
    let ModelCommand::Availability(arguments) = command;
    let (page, ending) = availability(arguments).map_err(|error| Mistake::new(error.to_string()))?;
    write!(out, "{page}").map_err(|error| Mistake::new(format!("the page cannot be printed: {error}")))?;
    Ok(ending)
}

/// More missions would take long and say little more.
const MOST_MISSIONS: u128 = 1_000_000;

fn availability(arguments: &AvailabilityArguments) -> Result<(String, Ending), Senseless> {
    let count = usize::from(arguments.regions);
    let region = Renewal::new(arguments.mtbf, arguments.mttr)?;
    let structure = Structure::read(&arguments.structure, count)?;
    let each = Prediction::new(1, region, Structure::Series)?;
    let whole = Prediction::new(count, region, structure)?;
    let regions = if count == 1 { "1 region".to_owned() } else { format!("{count} regions") };
    let mut page = format!("{regions}, MTBF {}, MTTR {}: {structure}\n\n", arguments.mtbf, arguments.mttr);
    page.push_str(&predicted([("each region", &each), ("the whole", &whole)]));
    let mut agree = true;
    if let Some(years) = arguments.simulate {
        // Every interval of the page at once: each region, the whole, and the missions.
        let confidence = arguments.confidence.shared_by(count + 1 + usize::from(arguments.spares.is_some()));
        let observed = Span::from_years(years);
        let seen = simulate(&vec![region; count], structure, Seed(arguments.seed), observed)?;
        let mut rows = Vec::with_capacity(count + 1);
        let must = each.measured(observed, confidence)?;
        for (place, seen) in (1..).zip(&seen.regions) {
            rows.push(Row {
                name: format!("region {place}"),
                seen,
                must,
                own: seen.cycles.exponential(confidence).ok(),
            });
        }
        // The spells of a whole are seldom exponential; of too few of them, that is the best guess.
        let cycles = seen.whole.cycles;
        let own = cycles.any(confidence).or_else(|_| cycles.exponential(confidence)).ok();
        let must = whole.measured(observed, confidence)?;
        rows.push(Row { name: "the whole".to_owned(), seen: &seen.whole, must, own });
        agree &= rows.iter().all(Row::agrees);
        let all = arguments.confidence;
        page.push_str(&format!(
            "\n{observed} simulated, seed {}; all intervals together hold with {all}\n\n",
            arguments.seed
        ));
        page.push_str(&measured(&rows));
    }
    if let (Some(spares), Some(mission)) = (arguments.spares, arguments.mission) {
        let (text, agrees) = missions(arguments, spares, mission)?;
        page.push_str(&text);
        agree &= agrees;
    }
    if arguments.simulate.is_some() {
        page.push_str(match agree {
            true => "\nok: the measurement agrees with the prediction\n",
            false => "\nREFUTED: the measurement does not lie where it must if the prediction is right\n",
        });
    }
    Ok((page, if agree { Ending::Ok } else { Ending::Violated }))
}

fn predicted(rows: [(&str, &Prediction); 2]) -> String {
    let year = Span::from_years(1).as_nanos() as f64;
    let row = |(name, prediction): (&str, &Prediction)| {
        let down = Span::from_nanos((prediction.availability.no() * year) as u128);
        let every = Span::from_nanos((3.6e12 / prediction.failures_per_hour) as u128);
        let repair = Span::from_nanos((3.6e12 * prediction.repair_hours()) as u128);
        [
            name.to_owned(),
            prediction.availability.to_string(),
            down.to_string(),
            every.to_string(),
            repair.to_string(),
        ]
    };
    let table = columns(["", "predicted", "down a year", "fails every", "back after"], rows.map(row));
    format!("{table}\n")
}

/// What was measured of one thing, and what is to be thought of it.
struct Row<'s> {
    name: String,
    seen: &'s Seen,
    /// Where the measured value must lie if the prediction is right.
    must: Interval,
    /// Where the true value lies if only the measurement is believed; `None` if it says too little.
    own: Option<Interval>,
}

impl Row<'_> {
    fn agrees(&self) -> bool {
        self.must.contains(self.seen.availability())
    }
}

fn measured(rows: &[Row<'_>]) -> String {
    let range = |interval: &Interval| format!("{} – {}", interval.low, interval.high);
    let row = |row: &Row<'_>| {
        [
            row.name.clone(),
            row.seen.failures.to_string(),
            row.seen.availability().to_string(),
            row.own.as_ref().map_or_else(|| "too few failures to say".to_owned(), range),
            range(&row.must),
            if row.agrees() { "ok" } else { "REFUTED" }.to_owned(),
        ]
    };
    let headings = ["", "failures", "measured", "interval around it", "must lie in", ""];
    format!("{}\n", columns(headings, rows.iter().map(row)))
}

fn missions(
    arguments: &AvailabilityArguments,
    spares: u32,
    mission: Span,
) -> Result<(String, bool), Senseless> {
    let survival: Probability = standby(arguments.mtbf, spares, mission)?;
    let cold = if spares == 1 { "1 cold spare".to_owned() } else { format!("{spares} cold spares") };
    let mut text = format!(
        "\nstandby: a region with {cold} and no repair survives {mission} with probability {survival} (and fails with {})\n",
        survival.complement()
    );
    let Some(years) = arguments.simulate else { return Ok((text, true)) };
    let fit = Span::from_years(years).as_nanos().checked_div(mission.as_nanos()).unwrap_or(MOST_MISSIONS);
    let trials = u64::try_from(fit.min(MOST_MISSIONS)).expect("at most a million");
    let confidence = arguments.confidence.shared_by(usize::from(arguments.regions) + 2);
    let (least, most) = survivors(survival, trials, confidence);
    let survived = survived(arguments.mtbf, spares, mission, Seed(arguments.seed), trials);
    let agrees = (least..=most).contains(&survived);
    let verdict = if agrees { "ok" } else { "REFUTED" };
    text.push_str(&format!(
        "         of {trials} simulated missions {survived} were survived; it must be {least} – {most}: {verdict}\n"
    ));
    Ok((text, agrees))
}
