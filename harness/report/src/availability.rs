//! Availability for people: the page of one run, and the table of a sweep.

use std::collections::BTreeMap;
use std::fmt::Write;

use stormglass_check::availability::{Failover, Measured, Percentiles, Scope, Service, Share, Unavailable};
use stormglass_core::random::{Ratio, Seed};
use stormglass_core::time::{Duration, Skew};
use stormglass_core::verdict::Undecided;

use crate::table::columns;

/// The objectives for which the page says what is left of the error budget, in millionths.
const OBJECTIVES: [u32; 3] = [990_000, 999_000, 999_900];
/// More outages than this of one run nobody reads.
const SHOWN: usize = 8;
const INFALLIBLE: &str = "a string takes every text";

/// The page of one run.
#[must_use]
pub fn availability_page(measured: &Measured) -> String {
    let mut page = String::new();
    let services = measured.services.iter().filter(|service| !matches!(service.scope, Scope::Client(_)));
    let headings = ["", "asked", "served", "available", "outages", "MTBF", "MTTR", "longest"];
    page.push_str(&columns(headings, services.map(service)));
    page.push_str("\n\n");
    outages(&mut page, measured);
    failovers(&mut page, measured);
    let headings = ["latency", "weather", "served", "not served", "p50", "p99", "p99.9"];
    let latencies = measured.latencies.iter().map(|latency| {
        let [p50, p99, p99_9] = three(latency.percentiles);
        let region = place(&latency.region);
        let (served, unserved) = (latency.served.to_string(), latency.unserved.to_string());
        [region, latency.weather.to_string(), served, unserved, p50, p99, p99_9]
    });
    page.push_str(&columns(headings, latencies));
    page.push_str("\n\n");
    let budgets = OBJECTIVES.map(|ppm| {
        let budget = measured.whole().budget(Ratio::from_ppm(ppm));
        [
            Ratio::from_ppm(ppm).to_string(),
            budget.downtime_allowed.rough().to_string(),
            budget.downtime.rough().to_string(),
            signed(budget.downtime_left()),
            budget.unserved_left().to_string(),
        ]
    });
    let headings = ["objective", "may be down", "was down", "time left", "operations left"];
    page.push_str(&columns(headings, budgets));
    page
}

fn service(service: &Service) -> [String; 8] {
    let or_none = |span: Option<Duration>| span.map_or("–".to_owned(), |span| span.rough().to_string());
    [
        service.scope.to_string(),
        service.asked.to_string(),
        service.success().to_string(),
        service.availability().map_or("–".to_owned(), |share| share.to_string()),
        service.unavailable.len().to_string(),
        or_none(service.mtbf()),
        or_none(service.mttr()),
        or_none(service.longest.as_ref().map(Unavailable::length)),
    ]
}

/// When nobody was served, and what was on then.
fn outages(page: &mut String, measured: &Measured) {
    let outages = &measured.whole().unavailable;
    for outage in outages.iter().take(SHOWN) {
        let causes: Vec<String> =
            outage.causes.iter().take(2).map(|&cause| measured.world.describe(cause)).collect();
        let why = if causes.is_empty() { "nothing that is known".to_owned() } else { causes.join("; ") };
        let (from, length, asked) = (outage.from, outage.length().rough(), outage.asked);
        writeln!(page, " {from:>9}  nobody was served for {length} ({asked} asked): {why}")
            .expect(INFALLIBLE);
    }
    if outages.len() > SHOWN {
        writeln!(page, "            and {} more outages", outages.len() - SHOWN).expect(INFALLIBLE);
    }
    if !outages.is_empty() {
        page.push('\n');
    }
}

fn failovers(page: &mut String, measured: &Measured) {
    for failover in measured.failovers.iter().take(SHOWN) {
        let to = failover.to.map_or("nobody".to_owned(), |node| node.to_string());
        let cause = failover.cause.map_or("for no fault".to_owned(), |cause| measured.world.describe(cause));
        let noticed =
            failover.detection.map_or("by nobody".to_owned(), |span| format!("after {}", span.rough()));
        let served = recovery(failover).map_or("never again".to_owned(), |span| format!("{}", span.rough()));
        let rpo = match failover.lost_writes.len() {
            0 => "RPO 0".to_owned(),
            lost => format!("RPO {}, {lost} writes lost", failover.rpo.rough()),
        };
        writeln!(
            page,
            " {:>9}  failover {} → {to}: {cause}; noticed {noticed}, RTO {served}, {rpo}",
            failover.lost.to_string(),
            failover.from,
        )
        .expect(INFALLIBLE);
    }
    if measured.failovers.len() > SHOWN {
        writeln!(page, "            and {} more failovers", measured.failovers.len() - SHOWN)
            .expect(INFALLIBLE);
    }
    if !measured.lost_without_failover.is_empty() {
        let lost = measured.lost_without_failover.len();
        writeln!(page, "            {lost} acknowledged writes lost without a failover").expect(INFALLIBLE);
    }
    if !measured.failovers.is_empty() {
        page.push('\n');
    }
}

/// A span with its sign, in few digits.
fn signed(skew: Skew) -> String {
    let sign = if skew.as_nanos() < 0 { "-" } else { "" };
    format!("{sign}{}", Duration::from_nanos(skew.as_nanos().unsigned_abs()).rough())
}

/// The recovery time: until somebody was served, if anybody was.
fn recovery(failover: &Failover) -> Option<Duration> {
    failover.rto.at_most
}

fn three(percentiles: Option<Percentiles>) -> [String; 3] {
    match percentiles {
        Some(Percentiles { p50, p99, p99_9 }) => [p50, p99, p99_9].map(|span| span.rough().to_string()),
        None => ["–", "–", "–"].map(str::to_owned),
    }
}

/// A scenario without a topology has one region without a name.
fn place(region: &str) -> String {
    if region.is_empty() { "the whole".to_owned() } else { region.to_owned() }
}

/// The availability of many runs.
#[derive(Clone, Debug, Default)]
pub struct Availabilities {
    scopes: BTreeMap<Scope, Sum>,
    failovers: Failovers,
    unknown: u64,
    first_unknown: Option<(Seed, String)>,
}

/// How one scope was served in all runs together.
#[derive(Clone, Debug, Default)]
struct Sum {
    asked: u64,
    served: u64,
    watched: Duration,
    down: Duration,
    outages: u64,
    longest: Option<(Duration, Seed)>,
    worst: Option<Percentiles>,
}

/// The failovers of all runs together.
#[derive(Clone, Debug, Default)]
struct Failovers {
    count: u64,
    unserved: u64,
    detection: Option<(Duration, Seed)>,
    rto: Option<(Duration, Seed)>,
    rpo: Option<(Duration, Seed)>,
    lost: u64,
}

/// The longer of two, with its seed; of equally long ones the first.
fn longest(most: &mut Option<(Duration, Seed)>, span: Duration, seed: Seed) {
    if most.is_none_or(|(longest, _)| span > longest) {
        *most = Some((span, seed));
    }
}

impl Availabilities {
    /// Adds one run.
    pub fn add(&mut self, seed: Seed, run: &Result<Measured, Undecided>) {
        let measured = match run {
            Ok(measured) => measured,
            Err(undecided) => {
                self.unknown += 1;
                self.first_unknown.get_or_insert_with(|| (seed, undecided.reason.clone()));
                return;
            }
        };
        for service in &measured.services {
            if !matches!(service.scope, Scope::Client(_)) {
                self.scopes.entry(service.scope.clone()).or_default().add(seed, service, measured);
            }
        }
        let all = &mut self.failovers;
        all.count += measured.failovers.len() as u64;
        all.lost += measured.lost_without_failover.len() as u64;
        for failover in &measured.failovers {
            all.lost += failover.lost_writes.len() as u64;
            match recovery(failover) {
                Some(rto) => longest(&mut all.rto, rto, seed),
                None => all.unserved += 1,
            }
            if let Some(detection) = failover.detection {
                longest(&mut all.detection, detection, seed);
            }
            if !failover.rpo.is_zero() {
                longest(&mut all.rpo, failover.rpo, seed);
            }
        }
    }

    /// The table, and what there is to say of failovers.
    #[must_use]
    pub fn page(&self) -> String {
        let rows = self.scopes.iter().map(|(scope, sum)| sum.row(scope));
        let headings =
            ["", "asked", "served", "available", "outages", "MTBF", "MTTR", "longest", "p50", "p99", "p99.9"];
        let mut page = columns(headings, rows);
        let Failovers { count, unserved, detection, rto, rpo, lost } = &self.failovers;
        let at = |worst: &Option<(Duration, Seed)>| match worst {
            Some((span, seed)) => format!("at worst {} (seed {seed})", span.rough()),
            None => "none".to_owned(),
        };
        write!(page, "\n {count} failovers: detection {}; RTO {}", at(detection), at(rto)).expect(INFALLIBLE);
        write!(page, ", {unserved} after which nobody was served; RPO {}", at(rpo)).expect(INFALLIBLE);
        write!(page, ", {lost} acknowledged writes lost").expect(INFALLIBLE);
        if let Some((seed, why)) = &self.first_unknown {
            write!(page, "\n unknown in {} runs; seed {seed}: {why}", self.unknown).expect(INFALLIBLE);
        }
        page
    }
}

impl Sum {
    fn add(&mut self, seed: Seed, service: &Service, measured: &Measured) {
        self.asked += service.asked;
        self.served += service.served;
        self.watched += service.watched;
        self.down += service.down();
        self.outages += service.unavailable.len() as u64;
        if let Some(gap) = &service.longest {
            longest(&mut self.longest, gap.length(), seed);
        }
        let Scope::Region(region) = &service.scope else { return };
        let Some(run) = measured.percentiles.get(region) else { return };
        let worst = self.worst.get_or_insert(*run);
        worst.p50 = worst.p50.max(run.p50);
        worst.p99 = worst.p99.max(run.p99);
        worst.p99_9 = worst.p99_9.max(run.p99_9);
    }

    fn row(&self, scope: &Scope) -> [String; 11] {
        let share = |part: u64, whole: u64| {
            Share::of(part, whole).map_or("–".to_owned(), |share| share.to_string())
        };
        let mean = |span: Duration| match self.outages {
            0 => "–".to_owned(),
            outages => (span / outages).rough().to_string(),
        };
        let up = self.watched - self.down;
        let longest =
            self.longest.map_or("–".to_owned(), |(span, seed)| format!("{} (seed {seed})", span.rough()));
        let [p50, p99, p99_9] = match scope {
            Scope::Region(_) => three(self.worst),
            _ => Default::default(),
        };
        [
            scope.to_string(),
            self.asked.to_string(),
            share(self.served, self.asked),
            share(up.as_nanos(), self.watched.as_nanos()),
            self.outages.to_string(),
            mean(up),
            mean(self.down),
            longest,
            p50,
            p99,
            p99_9,
        ]
    }
}
