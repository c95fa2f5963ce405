//! What a scenario says that cannot be, though every word of it is known.

use stormglass_core::time::{Duration, Time};

use crate::count::Count;
use crate::fault::{Fault, Target};
use crate::kind::{Family, Kind};
use crate::nemesis::Profile;
use crate::plan::Timeline;
use crate::problem::Problem;
use crate::scenario::{Scenario, TimedFault};
use crate::workload::Workload;

pub(crate) use magnitude::{check_fault, check_latency, check_network};
pub(crate) use place::miscounted;

mod magnitude;
mod place;

/// More nodes or clients than this are a slip of the keyboard.
const MEMBERS_MAX: u32 = 100_000;
/// More operations per second than this, too.
const RATE_MAX: u32 = 1_000_000;
/// More operations than this do not fit a plan that anybody wants.
const PLANNED_MAX: u64 = 50_000_000;
/// A fault of the timeline strikes at most so often; its ids have room for no more.
const STRIKES_MAX: u32 = 999_999;
/// Phases together are shorter than this, so that no sum of times overflows.
const RUN_MAX: Duration = Duration::from_secs(400 * 365 * 86_400);
/// Keys are written to files, whose numbers end at 2⁶³.
const KEYS_MAX: u64 = 1 << 62;

impl Scenario {
    /// Everything in it that cannot be: times that contradict each other, nodes that are absent, rates out of
    /// range. What only the system can judge (params, bug, checks) is not looked at.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.check_members(&mut problems);
        self.check_topology(&mut problems);
        let timeline = self.check_phases(&mut problems);
        self.check_workload(&mut problems);
        if let Some(network) = &self.network {
            check_network(network, &mut problems);
            for (place, link) in network.links.iter().enumerate() {
                for (end, address) in [("from", link.from), ("to", link.to)] {
                    let path = format!("network.links[{place}].{end}");
                    problems.extend(self.absent(path, address));
                }
            }
        }
        if let Some(disk) = &self.disk {
            check_latency("disk.sync", &disk.sync, &mut problems);
        }
        for (place, fault) in self.faults.iter().enumerate() {
            let path = format!("fault[{place}]");
            check_times(&path, fault, &timeline, &mut problems);
            check_fault(&format!("{path}.inject"), &fault.inject, &mut problems);
            self.check_targets(&format!("{path}.inject"), &fault.inject, &mut problems);
        }
        self.check_wire(&mut problems);
        self.check_overlaps(&mut problems);
        self.check_nemesis(&mut problems);
        problems
    }

    fn check_members(&self, problems: &mut Vec<Problem>) {
        let members = self.members();
        for (path, count) in [("cluster.nodes", members.nodes), ("cluster.clients", members.clients)] {
            let Count { min, max } = count;
            if min > max {
                problems.push(
                    Problem::new(path, format!("min ({min}) is more than max ({max})"))
                        .expected("a range that begins before it ends"),
                );
            } else if max > MEMBERS_MAX {
                problems.push(
                    Problem::new(path, format!("{max} is too many"))
                        .expected(format!("at most {MEMBERS_MAX}")),
                );
            }
        }
        if members.nodes.min == 0 {
            problems.push(
                Problem::new("cluster.nodes", "a cluster without nodes serves nobody")
                    .expected("at least 1 node"),
            );
        }
        if self.workload.is_some() && members.clients.min == 0 {
            problems.push(
                Problem::new("cluster.clients", "there is a workload, but no client to run it")
                    .expected("at least 1 client")
                    .help("take out the workload if nobody shall ask for anything"),
            );
        }
    }

    fn check_phases(&self, problems: &mut Vec<Problem>) -> Timeline {
        let phases = &self.phases;
        let spans = [phases.warm_up, phases.chaos, phases.idle, phases.settle, phases.finish];
        let whole = spans.into_iter().fold(Duration::ZERO, |sum, span| sum + span);
        if whole > RUN_MAX {
            problems.push(
                Problem::new("phases", "the phases together are too long").expected("less than 400 years"),
            );
        }
        if self.limits.events == 0 {
            problems.push(
                Problem::new("limits.events", "a run of no events shows nothing").expected("at least 1"),
            );
        }
        phases.timeline()
    }

    fn check_workload(&self, problems: &mut Vec<Problem>) {
        let Some(workload) = &self.workload else { return };
        let path = |field: &str| format!("workload.{}.{field}", workload.name());
        let mut countless = |field: &str, what: &str, count: u64| {
            if count == 0 || count > KEYS_MAX {
                problems.push(
                    Problem::new(path(field), format!("{count} {what} cannot be"))
                        .expected(format!("from 1 to 2^62 {what}")),
                );
            }
        };
        let rate = match workload {
            Workload::Kv(kv) => {
                countless("keys", "keys", kv.keys);
                if kv.mix.total() == 0 {
                    problems.push(
                        Problem::new(path("mix"), "every part of the mix is 0")
                            .expected("at least one part above 0"),
                    );
                }
                &kv.rate
            }
            Workload::Bank(bank) => {
                problems.extend(bank.problems());
                &bank.rate
            }
            Workload::Lock(lock) => {
                countless("locks", "locks", lock.locks);
                countless("uses", "uses", u64::from(lock.uses));
                &lock.rate
            }
            Workload::Requests(requests) => {
                if requests.work.is_zero() {
                    problems.push(
                        Problem::new(path("work"), "requests that take no time cannot be")
                            .expected("some time, such as 10ms"),
                    );
                }
                if requests.manage.ppm() + requests.tally.ppm() >= 1_000_000 {
                    problems.push(
                        Problem::new(path("manage"), "`manage` and `tally` leave nothing for requests")
                            .expected("less than 1 together"),
                    );
                }
                &requests.rate
            }
            Workload::Custom(_) => return,
        };
        if *rate == 0 || *rate > RATE_MAX {
            problems.push(
                Problem::new(path("rate"), format!("{rate} operations per second cannot be"))
                    .expected(format!("from 1 to {RATE_MAX}")),
            );
        }
        let phases = &self.phases;
        let traffic = phases.warm_up + phases.chaos + phases.finish;
        let asked =
            |span: Duration, rate: u32| u128::from(span.as_nanos()) * u128::from(rate) / 1_000_000_000;
        let operations = asked(traffic, *rate);
        for (place, fault) in self.faults.iter().enumerate() {
            let Fault::Surge { factor } = fault.inject else { continue };
            let lasts = fault.lasts.unwrap_or_else(|| phases.timeline().heal.since(fault.at));
            let strikes = fault.repeat.map_or(1, |repeat| repeat.times);
            let more = asked(lasts, *rate) * u128::from(factor.saturating_sub(1)) * u128::from(strikes);
            if operations + more > u128::from(PLANNED_MAX) {
                let path = format!("fault[{place}].inject.surge.factor");
                problems.push(
                    Problem::new(
                        path,
                        format!("{factor} times {rate} per second are {more} more operations"),
                    )
                    .expected(format!("at most {PLANNED_MAX} operations in one run")),
                );
            }
        }
        if operations > u128::from(PLANNED_MAX) {
            problems.push(
                Problem::new(
                    path("rate"),
                    format!("{rate} per second for {traffic} are {operations} operations"),
                )
                .expected(format!("at most {PLANNED_MAX} in one run")),
            );
        }
    }

    /// Bits flip only where there are bits.
    fn check_wire(&self, problems: &mut Vec<Problem>) {
        for (place, fault) in self.faults.iter().enumerate() {
            if fault.inject.kind() == Kind::Corrupt && !self.wire {
                problems.push(
                    Problem::new(format!("fault[{place}].inject"), "messages have no bits to flip")
                        .expected("`wire = true` at the top of the file")
                        .help("then messages are encoded to bytes and back on their way"),
                );
            }
        }
    }

    /// Two timed faults that cannot both be meant: a node that is wiped or down, and at the same moment something
    /// else of the same kind on the same named target.
    fn check_overlaps(&self, problems: &mut Vec<Problem>) {
        let heal = self.phases.timeline().heal;
        for (place, fault) in self.faults.iter().enumerate() {
            for (before, other) in self.faults[..place].iter().enumerate() {
                if fault.inject.kind() != other.inject.kind()
                    || fault.inject.targets() != other.inject.targets()
                {
                    continue;
                }
                let end = |fault: &TimedFault, at| {
                    crate::nemesis::lifted(at, fault.lasts, fault.inject.kind(), heal)
                };
                let meets = |at: Time, until: Time| {
                    other.strikes().any(|strike| strike < until && at < end(other, strike))
                };
                let whole = |target: &&Target| matches!(target, Target::Nodes(_) | Target::All);
                let named = fault.inject.targets().iter().all(whole) && !fault.inject.targets().is_empty();
                if named && fault.strikes().any(|at| meets(at, end(fault, at))) {
                    problems.push(
                        Problem::new(
                            format!("fault[{place}].at"),
                            format!(
                                "{} strikes the same target while the {}. fault, of the same kind, is in force",
                                fault.inject.name(),
                                before + 1
                            ),
                        )
                        .help("let one end before the other begins, or say one fault for the whole time"),
                    );
                }
            }
        }
    }

    fn check_nemesis(&self, problems: &mut Vec<Problem>) {
        let Some(nemesis) = &self.nemesis else {
            return;
        };
        if nemesis.faults.as_ref().is_some_and(Vec::is_empty) {
            problems.push(
                Problem::new("nemesis.faults", "a nemesis without any kind of fault does nothing")
                    .expected("at least one kind")
                    .help("take out [nemesis] for a calm run"),
            );
        }
        for (place, kind) in nemesis.except.iter().enumerate() {
            if nemesis.faults.is_some() || !nemesis.profile.kinds().any(|other| other == *kind) {
                let of = if nemesis.faults.is_some() {
                    "the list of faults".to_owned()
                } else {
                    format!("`{}`", nemesis.profile)
                };
                problems.push(
                    Problem::new(
                        format!("nemesis.except[{place}]"),
                        format!("{kind} is left out of {of} anyway"),
                    )
                    .help("`except` leaves kinds out of a profile"),
                );
            }
        }
        let features = self.features();
        if nemesis.profile != Profile::Calm && nemesis.kinds(features).is_empty() {
            problems.push(
                Problem::new("nemesis", "no kind of fault is left").help("take out [nemesis] for a calm run"),
            );
        }
        for (place, &kind) in nemesis.faults.iter().flatten().enumerate() {
            if !features.allow(kind) {
                let lacks = match kind.family() {
                    Family::Region => "regions: a [topology] with more than one",
                    Family::Load => "a workload",
                    _ => "`wire = true`",
                };
                problems.push(
                    Problem::new(
                        format!("nemesis.faults[{place}]"),
                        format!("{kind} could never have an effect in this scenario"),
                    )
                    .expected(lacks),
                );
            }
        }
        if nemesis.clocks.drift_ppm_max > 500_000 {
            problems.push(
                Problem::new("nemesis.clocks.drift-ppm-max", "clocks cannot drift that much")
                    .found(nemesis.clocks.drift_ppm_max.to_string())
                    .expected("at most 500000, half as fast again"),
            );
        }
        if nemesis.clocks.jump_max > RUN_MAX / 4 {
            problems.push(
                Problem::new("nemesis.clocks.jump-max", "clocks cannot jump that far")
                    .expected("less than 100 years"),
            );
        }
    }
}

/// A timed fault strikes in chaos or idle, and ends by heal.
fn check_times(path: &str, fault: &TimedFault, timeline: &Timeline, problems: &mut Vec<Problem>) {
    let Timeline { warm_up, heal, .. } = *timeline;
    if fault.at < warm_up {
        problems.push(
            Problem::new(
                format!("{path}.at"),
                format!("the fault strikes at {}, in warm-up", fault.at),
            )
            .expected(format!("from {warm_up} on, when warm-up ends"))
            .help("times are counted from the beginning of the run; shorten phases.warm-up if it shall strike earlier"),
        );
    }
    let mut field = "at";
    let mut last = fault.at;
    if let Some(repeat) = fault.repeat {
        if repeat.times == 0 || repeat.times > STRIKES_MAX {
            let path = format!("{path}.repeat.times");
            problems.push(
                Problem::new(path, format!("{} strikes cannot be", repeat.times))
                    .expected(format!("from 1 to {STRIKES_MAX}")),
            );
            return;
        }
        field = if repeat.times > 1 { "repeat" } else { "at" };
        last = fault.at + repeat.every * u64::from(repeat.times - 1);
    }
    if last >= heal {
        problems.push(
            Problem::new(
                format!("{path}.{field}"),
                format!("the fault strikes at {last}, but all faults end at {heal}"),
            )
            .expected(format!("a time before heal, at {heal}"))
            .help("heal comes after warm-up, chaos and idle: see [phases]"),
        );
    } else if let Some(lasts) = fault.lasts
        && last + lasts > heal
    {
        problems.push(
            Problem::new(
                format!("{path}.lasts"),
                format!("the fault lasts until {}, but all faults end at {heal}", last + lasts),
            )
            .expected(format!("at most {}", heal.since(last)))
            .help("leave out `lasts` for a fault that lasts until heal"),
        );
    }
}
