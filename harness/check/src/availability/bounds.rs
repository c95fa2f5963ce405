//! Bounds that a scenario asserts of its runs' availability, and the verdict on them.
//!
//! A bound is violated only by what was certainly seen. What the history left open (a gap that did not end, a failover
//! after which nobody asked) makes it unknown if it might yet break the bound.

use serde::{Deserialize, Serialize};
use stormglass_core::history::{History, Operation};
use stormglass_core::random::Ratio;
use stormglass_core::time::Duration;
use stormglass_core::verdict::{Undecided, Verdict, Violation};

use super::CHECK;
use super::demand::Ended;
use super::failover::Failover;
use super::happenings::Happenings;
use super::latency::Latency;
use super::measure::{Measured, measure};
use super::sample::Label;
use super::service::{Scope, Service, Unavailable};
use super::yardstick::Yardstick;

/// What a scenario asserts; in files `[availability]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bounds {
    /// The least share of watched time in which operations succeed, such as 0.999.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability: Option<Ratio>,
    /// The least share of operations that succeed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<Ratio>,
    /// The longest that nobody may be served who asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unavailable_at_most: Option<Duration>,
    /// The longest from the loss of a leader until clients are served again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rto: Option<Duration>,
    /// The longest from the loss of a leader until somebody seeks to take its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detection: Option<Duration>,
    /// How far before the loss of a leader acknowledged writes may be lost; `"0s"`: none at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rpo: Option<Duration>,
    /// How many acknowledged writes a failover may lose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost_writes: Option<u64>,
    /// The latency that 99 % of each region's successful operations keep within, over the whole run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99: Option<Duration>,
    /// Whose availability, success and gaps are meant.
    pub of: Of,
    /// How it is measured.
    pub measured: Yardstick,
}

/// Whose availability is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Of {
    /// That of all operations together.
    #[default]
    Whole,
    /// That of each region's clients.
    EachRegion,
    /// That of each kind of operation.
    EachKind,
    /// That of each client.
    EachClient,
}

impl Of {
    const fn includes(self, scope: &Scope) -> bool {
        matches!(
            (self, scope),
            (Of::Whole, Scope::Whole)
                | (Of::EachRegion, Scope::Region(_))
                | (Of::EachKind, Scope::Kind(_))
                | (Of::EachClient, Scope::Client(_))
        )
    }
}

/// Measures a history and judges it by `bounds`.
pub fn within_bounds<O, R>(
    history: &History<O, R>,
    label: impl Fn(&Operation<O, R>) -> Label,
    world: &Happenings,
    bounds: &Bounds,
) -> Verdict {
    match measure(history, label, world, &bounds.measured) {
        Ok(measured) => bounds.judge(&measured),
        Err(undecided) => Verdict::Unknown(undecided),
    }
}

/// What was found against the bounds.
#[derive(Default)]
struct Findings {
    violations: Vec<Violation>,
    unknowns: Vec<String>,
}

impl Bounds {
    /// The verdict on a measurement: the first broken bound in the order of the fields, with all the others as evidence.
    pub fn judge(&self, measured: &Measured) -> Verdict {
        let defaults = Bounds { of: self.of, measured: self.measured, ..Bounds::default() };
        if *self == defaults {
            return Verdict::unknown(CHECK, "no bound is asserted: there is nothing to judge");
        }
        let mut findings = Findings::default();
        for service in measured.services.iter().filter(|service| self.of.includes(&service.scope)) {
            self.judge_service(service, measured, &mut findings);
        }
        self.judge_failovers(measured, &mut findings);
        self.judge_latencies(measured, &mut findings);
        let mut violations = findings.violations.into_iter();
        if let Some(mut first) = violations.next() {
            first.evidence.extend(violations.map(|other| format!("also: {}", other.summary)));
            return first.into();
        }
        match findings.unknowns.is_empty() {
            true => Verdict::Ok,
            false => {
                Verdict::Unknown(Undecided { check: CHECK.to_owned(), reason: findings.unknowns.join("; ") })
            }
        }
    }

    fn judge_service(&self, service: &Service, measured: &Measured, findings: &mut Findings) {
        let scope = &service.scope;
        let gaps = || service.unavailable.iter().map(|gap| sentence(gap, measured)).collect::<Vec<_>>();
        if let Some(least) = self.availability {
            match service.availability() {
                None => findings.unknowns.push(format!("{scope}: no time was watched")),
                Some(share) if share.reaches(least) => {}
                Some(share) => findings.violations.push(Violation {
                    subject: Some(scope.to_string()),
                    evidence: gaps(),
                    ..Violation::new(
                        CHECK,
                        format!(
                            "{scope} was available for {share} of {}, less than {least}",
                            service.watched.rounded()
                        ),
                    )
                }),
            }
        }
        if let Some(least) = self.success.filter(|&least| !service.success().reaches(least)) {
            let (served, asked) = (service.served, service.asked);
            findings.violations.push(Violation {
                subject: Some(scope.to_string()),
                evidence: gaps(),
                ..Violation::new(
                    CHECK,
                    format!("{served} of {asked} operations of {scope} succeeded, less than {least}"),
                )
            });
        }
        if let (Some(bound), Some(longest)) = (self.unavailable_at_most, &service.longest) {
            judge_gap(service, longest, bound, measured, findings);
            let open =
                service.unavailable.last().filter(|gap| gap.ended == Ended::Never && gap.length() <= bound);
            findings.unknowns.extend(open.map(|gap| {
                format!("{scope}: {}; it had not ended when the history did", sentence(gap, measured))
            }));
        }
    }

    fn judge_failovers(&self, measured: &Measured, findings: &mut Findings) {
        let asserted = self.rto.or(self.rpo).or(self.detection).is_some() || self.lost_writes.is_some();
        if asserted && measured.world.leadership.is_empty() {
            findings.unknowns.push("nobody ever led: there is no failover to judge".to_owned());
        }
        for failover in &measured.failovers {
            if let Some(bound) = self.rto {
                judge_rto(failover, bound, measured, findings);
            }
            if let Some(bound) = self.detection {
                judge_detection(failover, bound, measured, findings);
            }
            let lost = failover.lost_writes.len() as u64;
            let late = self.rpo.filter(|&bound| failover.rpo > bound || (bound.is_zero() && lost > 0));
            if let Some(bound) = late {
                let back = failover.rpo.rounded();
                let what = format!("acknowledged up to {back} before it, and the bound is {bound}");
                findings.violations.push(loss(failover, &what, measured));
            }
            if let Some(bound) = self.lost_writes.filter(|&bound| lost > bound) {
                findings.violations.push(loss(failover, &format!("and the bound is {bound}"), measured));
            }
        }
        let unexplained = &measured.lost_without_failover;
        if (self.rpo.is_some() || self.lost_writes.is_some()) && !unexplained.is_empty() {
            findings.violations.push(Violation {
                operations: unexplained.clone(),
                ..Violation::new(
                    CHECK,
                    format!(
                        "{} acknowledged writes were lost although no failover came after them",
                        unexplained.len()
                    ),
                )
            });
        }
    }

    fn judge_latencies(&self, measured: &Measured, findings: &mut Findings) {
        let Some(bound) = self.p99 else { return };
        let regions = measured.services.iter().filter_map(|service| match &service.scope {
            Scope::Region(region) => Some(region),
            _ => None,
        });
        for region in regions {
            match measured.percentiles.get(region) {
                None => findings
                    .unknowns
                    .push(format!("nothing was ever served in region {region}: it has no latency")),
                Some(percentiles) if percentiles.p99 <= bound => {}
                Some(percentiles) => {
                    let p99 = percentiles.p99.rounded();
                    let weathers = measured.latencies.iter().filter(|latency| latency.region == *region);
                    findings.violations.push(Violation {
                        subject: Some(format!("region {region}")),
                        evidence: weathers.map(weather).collect(),
                        ..Violation::new(
                            CHECK,
                            format!("99% of answers in region {region} took up to {p99}, not {bound}"),
                        )
                    });
                }
            }
        }
    }
}

fn judge_gap(
    service: &Service,
    longest: &Unavailable,
    bound: Duration,
    measured: &Measured,
    findings: &mut Findings,
) {
    if longest.length() <= bound {
        return;
    }
    let others = service.unavailable.iter().filter(|gap| gap.length() > bound && *gap != longest);
    let scope = &service.scope;
    findings.violations.push(Violation {
        subject: Some(scope.to_string()),
        at: Some(longest.from + bound),
        evidence: [longest].into_iter().chain(others).map(|gap| sentence(gap, measured)).collect(),
        ..Violation::new(
            CHECK,
            format!("nobody was served for {} in {scope}, longer than {bound}", longest.length().rounded()),
        )
    });
}

fn judge_rto(failover: &Failover, bound: Duration, measured: &Measured, findings: &mut Findings) {
    let story = story(failover, measured);
    if failover.rto.at_least > bound {
        let took = failover.rto.at_least.rounded();
        findings.violations.push(Violation {
            subject: Some(format!("failover from {}", failover.from)),
            at: Some(failover.lost + bound),
            evidence: vec![story],
            ..Violation::new(
                CHECK,
                format!("after {} was lost nobody was served for {took}, longer than {bound}", failover.from),
            )
        });
    } else if failover.rto.at_most.is_none_or(|most| most > bound) {
        findings
            .unknowns
            .push(format!("whether clients could be served within {bound} was not seen: {story}"));
    }
}

fn judge_detection(failover: &Failover, bound: Duration, measured: &Measured, findings: &mut Findings) {
    let story = || story(failover, measured);
    match failover.detection {
        Some(took) if took <= bound => {}
        Some(took) => findings.violations.push(Violation {
            subject: Some(format!("failover from {}", failover.from)),
            at: Some(failover.lost + bound),
            evidence: vec![story()],
            ..Violation::new(
                CHECK,
                format!(
                    "the loss of {} was noticed after {}, later than {bound}",
                    failover.from,
                    took.rounded()
                ),
            )
        }),
        None => findings.unknowns.push(format!("when the loss was noticed was not seen: {}", story())),
    }
}

fn loss(failover: &Failover, what: &str, measured: &Measured) -> Violation {
    let lost = failover.lost_writes.len();
    let writes = if lost == 1 { "write" } else { "writes" };
    Violation {
        subject: Some(format!("failover from {}", failover.from)),
        at: failover.elected,
        operations: failover.lost_writes.clone(),
        evidence: vec![story(failover, measured)],
        ..Violation::new(CHECK, format!("the loss of {} lost {lost} {writes}, {what}", failover.from))
    }
}

/// A gap in words: which span, how many asked, which fault.
fn sentence(gap: &Unavailable, measured: &Measured) -> String {
    let asked = match gap.asked {
        1 => "1 operation".to_owned(),
        many => format!("{many} operations"),
    };
    let cause = match gap.causes.first() {
        Some(&cause) => measured.world.describe(cause),
        None => "no fault near its beginning".to_owned(),
    };
    let (from, until, length) = (gap.from, gap.until, gap.length().rounded());
    format!("from {from} to {until} ({length}) none of {asked} succeeded: {cause}")
}

/// A failover in words.
fn story(failover: &Failover, measured: &Measured) -> String {
    let mut story = match failover.cause {
        Some(cause) => format!("{} was lost to {}", failover.from, measured.world.describe(cause)),
        None => format!("{} was replaced at {} without any fault", failover.from, failover.lost),
    };
    if let Some(detection) = failover.detection {
        story.push_str(&format!(", noticed after {}", detection.rounded()));
    }
    if let (Some(to), Some(at), true) = (failover.to, failover.elected, failover.cause.is_some()) {
        story.push_str(&format!(", followed by {to} after {}", at.since(failover.lost).rounded()));
    }
    match failover.rto.at_most {
        Some(most) => story.push_str(&format!(", and clients were served again after {}", most.rounded())),
        None => story.push_str(", and nobody was served again"),
    }
    story
}

/// One weather's latencies in words.
fn weather(latency: &Latency) -> String {
    let Latency { region, weather, served, unserved, percentiles } = latency;
    match percentiles {
        Some(p) => format!(
            "{weather} in region {region}: p50 {}, p99 {}, p99.9 {} of {served} served, {unserved} unserved",
            p.p50.rounded(),
            p.p99.rounded(),
            p.p99_9.rounded()
        ),
        None => format!("{weather} in region {region}: none served, {unserved} unserved"),
    }
}
