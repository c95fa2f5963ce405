//! What a scenario says that cannot be, though every word of it is known.

use stormglass_core::id::Address;
use stormglass_core::random::Ratio;
use stormglass_core::time::{Duration, Time};

use crate::count::Count;
use crate::fault::{Fault, Target};
use crate::kind::{Family, Kind};
use crate::latency::Latency;
use crate::plan::{Network, Timeline};
use crate::problem::Problem;
use crate::scenario::{Ids, Members, Scenario, TimedFault};
use crate::topology::Topology;
use crate::workload::{Kv, Workload};

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
/// More times than this is a slip of the keyboard.
const FACTOR_MAX: u32 = 1_000_000;
/// So many bits flip at most.
const BITS_MAX: u32 = 1_000_000;
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

    /// Regions, and whether the cluster is as large as they say.
    fn check_topology(&self, problems: &mut Vec<Problem>) {
        let Some(topology) = &self.topology else {
            let named = |target: &Target| {
                matches!(target, Target::Region(_) | Target::Zone(_) | Target::OneRegion | Target::OneZone)
            };
            for (place, fault) in self.faults.iter().enumerate() {
                let regional = fault.inject.kind().family() == Family::Region;
                if regional || fault.inject.targets().into_iter().any(named) {
                    problems.push(
                        Problem::new(
                            format!("fault[{place}].inject"),
                            format!("{} is about regions, and this scenario has none", fault.inject.name()),
                        )
                        .help("say where everybody is in a [topology]"),
                    );
                }
            }
            return;
        };
        topology.problems(problems);
        let (nodes, clients) = topology.members();
        let (cluster, usual) = (self.cluster, Members::default());
        let counts = [
            ("cluster.nodes", nodes, cluster.nodes, usual.nodes),
            ("cluster.clients", clients, cluster.clients, usual.clients),
        ];
        for (path, placed, count, usual) in counts {
            // Nobody has to say it twice. Whether the usual number was said, only the file knows.
            if count != usual {
                problems.extend(miscounted(path, placed, count));
            }
        }
        for (place, fault) in self.faults.iter().enumerate() {
            check_regions(&format!("fault[{place}].inject"), &fault.inject, topology, problems);
        }
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
        let Some(Workload::Kv(kv)) = &self.workload else {
            return;
        };
        let Kv { keys, rate, mix, .. } = kv;
        if *keys == 0 || *keys > KEYS_MAX {
            problems.push(
                Problem::new("workload.kv.keys", format!("{keys} keys cannot be"))
                    .expected("from 1 to 2^62 keys"),
            );
        }
        if *rate == 0 || *rate > RATE_MAX {
            problems.push(
                Problem::new("workload.kv.rate", format!("{rate} operations per second cannot be"))
                    .expected(format!("from 1 to {RATE_MAX}")),
            );
        }
        if mix.total() == 0 {
            problems.push(
                Problem::new("workload.kv.mix", "every part of the mix is 0")
                    .expected("at least one part above 0"),
            );
        }
        let phases = &self.phases;
        let traffic = phases.warm_up + phases.chaos + phases.finish;
        let operations = u128::from(traffic.as_nanos()) * u128::from(*rate) / 1_000_000_000;
        if operations > u128::from(PLANNED_MAX) {
            problems.push(
                Problem::new(
                    "workload.kv.rate",
                    format!("{rate} per second for {traffic} are {operations} operations"),
                )
                .expected(format!("at most {PLANNED_MAX} in one run")),
            );
        }
    }

    fn check_targets(&self, path: &str, fault: &Fault, problems: &mut Vec<Problem>) {
        for (field, target) in fault.fields() {
            let path = format!("{path}.{}.{field}", fault.name());
            match target {
                Target::Nodes(nodes) if nodes.is_empty() => problems
                    .push(Problem::new(path, "the list of nodes is empty").expected("at least one node")),
                Target::Nodes(nodes) if nodes.len() == 1 => {
                    problems.extend(self.absent(path, nodes[0].into()));
                }
                Target::Nodes(nodes) => {
                    for (place, &node) in nodes.iter().enumerate() {
                        problems.extend(self.absent(format!("{path}[{place}]"), node.into()));
                    }
                }
                Target::Random(count) => {
                    let nodes = self.members().nodes;
                    if *count == 0 || *count > nodes.max {
                        problems.push(
                            Problem::new(path, format!("{count} of {nodes} nodes cannot be drawn"))
                                .expected(format!("from 1 to {}", nodes.max)),
                        );
                    }
                }
                Target::Clients(count) => {
                    let clients = self.members().clients;
                    let reaches = matches!(
                        fault.kind(),
                        Kind::Pause
                            | Kind::Slow
                            | Kind::Isolate
                            | Kind::Partition
                            | Kind::Flap
                            | Kind::Sever
                            | Kind::Loss
                            | Kind::Duplicate
                            | Kind::Delay
                            | Kind::SlowLink
                            | Kind::Hold
                            | Kind::Corrupt
                            | Kind::Bandwidth
                            | Kind::Reset
                            | Kind::ClockJump
                            | Kind::ClockDrift
                            | Kind::ClockOffset
                            | Kind::ClockFreeze
                    );
                    if !reaches {
                        problems.push(
                            Problem::new(path, format!("{} falls on nodes, not on clients", fault.name()))
                                .expected("a target among nodes")
                                .help("clients go down by `client-death = { clients = 1 }`"),
                        );
                    } else if *count == 0 || *count > clients.max {
                        problems.push(
                            Problem::new(path, format!("{count} of {clients} clients cannot be drawn"))
                                .expected(format!("from 1 to {}", clients.max)),
                        );
                    }
                }
                _ => {}
            }
        }
    }

    /// Why `address` is not certain to take part in every run.
    fn absent(&self, path: String, address: Address) -> Option<Problem> {
        let (what, number, count) = match address {
            Address::Node(id) => ("nodes", u64::from(id.0), self.members().nodes),
            Address::Client(id) => ("clients", u64::from(id.0) + 1, self.members().clients),
        };
        let problem = Problem::new(path, format!("there is no {address} in every run of this scenario"));
        if self.cluster.ids != Ids::Dense && address.node().is_some() {
            return Some(problem.expected("a late target such as \"leader\" or { random = 1 }").help(
                "ids that are drawn cannot be named: say ids = \"dense\" to call the nodes n1, n2, …",
            ));
        }
        if number >= 1 && number <= u64::from(count.min) {
            return None;
        }
        let first = address.client().map_or("n1", |_| "c0");
        let last = match address {
            Address::Node(_) => format!("n{}", count.min),
            Address::Client(_) => format!("c{}", count.min.saturating_sub(1)),
        };
        let problem = match count.min {
            0 | 1 => problem.expected(first),
            _ => problem.expected(format!("{first} to {last}")),
        };
        Some(match number > u64::from(count.min) && number <= u64::from(count.max) {
            true => problem.help(format!("the smallest cluster that may be drawn has {} {what}", count.min)),
            false => problem.help(format!("the cluster has {count} {what}")),
        })
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
        let features = self.features();
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

/// What is wrong if the cluster's `count` is not what the regions have.
pub(crate) fn miscounted(path: &str, placed: u32, count: Count) -> Option<Problem> {
    let contradicts = count != Count::from(placed);
    contradicts.then(|| {
        Problem::new(path, format!("{count} stands here, but the regions have {placed} together"))
            .expected(placed.to_string())
            .help("the regions of [topology] say how many there are: say the same here, or nothing")
    })
}

/// Whether the regions and zones that a fault names exist.
pub(crate) fn check_regions(path: &str, fault: &Fault, topology: &Topology, problems: &mut Vec<Problem>) {
    let regions: Vec<&str> = topology.regions.iter().map(|region| &region.name[..]).collect();
    let zones: Vec<String> = topology.places().into_iter().map(|place| topology.zone_name(place)).collect();
    let zones: Vec<&str> = zones.iter().map(|zone| &zone[..]).collect();
    let mut named: Vec<(String, bool, &str)> = Vec::new();
    match fault {
        Fault::RegionOutage { region: Some(name), .. } | Fault::WanCut { region: Some(name), .. } => {
            named.push((format!("{path}.{}.region", fault.name()), true, name));
        }
        Fault::ZoneOutage { zone: Some(name), .. } => {
            named.push((format!("{path}.{}.zone", fault.name()), false, name));
        }
        _ => {}
    }
    for (field, target) in fault.fields() {
        let path = format!("{path}.{}.{field}", fault.name());
        match target {
            Target::Region(name) => named.push((format!("{path}.region"), true, name)),
            Target::Zone(name) => named.push((format!("{path}.zone"), false, name)),
            _ => {}
        }
    }
    for (path, region, name) in named {
        let (what, known) = if region { ("region", &regions) } else { ("zone", &zones) };
        if !known.contains(&name) {
            problems.push(Problem::unknown(path, what, name, known));
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

/// What is wrong with a network, wherever it came from.
pub(crate) fn check_network(network: &Network, problems: &mut Vec<Problem>) {
    check_latency("network.link.latency", &network.link.latency, problems);
    for (place, link) in network.links.iter().enumerate() {
        check_latency(&format!("network.links[{place}].link.latency"), &link.link.latency, problems);
    }
}

/// What is wrong with the magnitudes of a fault, wherever it came from.
pub(crate) fn check_fault(path: &str, fault: &Fault, problems: &mut Vec<Problem>) {
    let path = format!("{path}.{}", fault.name());
    match fault {
        Fault::Delay { add, .. } => check_latency(&format!("{path}.add"), add, problems),
        Fault::SlowDisk { sync, .. } => check_latency(&format!("{path}.sync"), sync, problems),
        Fault::SlowLink { factor, .. } | Fault::WanBrownOut { factor, .. } | Fault::Surge { factor }
            if !(1..=FACTOR_MAX).contains(factor) =>
        {
            problems.push(
                Problem::new(format!("{path}.factor"), format!("{factor} times cannot be"))
                    .expected(format!("from 1 to {FACTOR_MAX}")),
            );
        }
        Fault::Slow { factor, step, .. } => {
            if !(1..=FACTOR_MAX).contains(factor) {
                problems.push(
                    Problem::new(format!("{path}.factor"), format!("{factor} times cannot be"))
                        .expected(format!("from 1 to {FACTOR_MAX}")),
                );
            }
            check_span(&format!("{path}.step"), *step, problems);
        }
        Fault::Flap { period, share, .. } => {
            if *period < Duration::from_micros(100) {
                problems.push(
                    Problem::new(format!("{path}.period"), format!("a period of {period} is too short"))
                        .expected("at least 100us"),
                );
            }
            check_span(&format!("{path}.period"), *period, problems);
            if share.is_zero() || *share == Ratio::ONE {
                problems.push(
                    Problem::new(format!("{path}.share"), "this would never change")
                        .expected("more than 0 and less than 1")
                        .help("`isolate` cuts off all the time"),
                );
            }
        }
        Fault::Corrupt { bits, .. } | Fault::BitRot { bits, .. } if !(1..=BITS_MAX).contains(bits) => {
            problems.push(
                Problem::new(format!("{path}.bits"), format!("{bits} bits cannot be"))
                    .expected(format!("from 1 to {BITS_MAX}")),
            );
        }
        Fault::Bandwidth { bytes_per_second, .. } if *bytes_per_second == 0 => problems.push(
            Problem::new(format!("{path}.bytes-per-second"), "a link that carries nothing is a cut")
                .expected("at least 1")
                .help("`sever` and `isolate` cut links"),
        ),
        Fault::CrashAtPoint { nth, .. } if *nth == 0 => problems.push(
            Problem::new(format!("{path}.nth"), "visits are counted from the first").expected("at least 1"),
        ),
        Fault::CrashInRecovery { times, down, .. } => {
            if !(2..=1_000).contains(times) {
                problems.push(
                    Problem::new(format!("{path}.times"), format!("{times} crashes in a row cannot be"))
                        .expected("from 2 to 1000")
                        .help("`crash` takes a node down once"),
                );
            }
            check_span(&format!("{path}.down"), *down, problems);
        }
        Fault::RollingRestart { down, gap, .. } => {
            check_span(&format!("{path}.down"), *down, problems);
            check_span(&format!("{path}.gap"), *gap, problems);
        }
        Fault::ReorderSyncs { within, .. } => check_span(&format!("{path}.within"), *within, problems),
        Fault::FailSyncOnce { times: 0, .. } => {
            problems.push(Problem::new(format!("{path}.times"), "no sync would fail").expected("at least 1"));
        }
        Fault::ClientDeath { clients: 0 } | Fault::StaleClient { clients: 0, .. } => problems.push(
            Problem::new(format!("{path}.clients"), "no client would be struck").expected("at least 1"),
        ),
        Fault::ClockDrift { ppm, .. } if ppm.unsigned_abs() > 500_000 => problems.push(
            Problem::new(format!("{path}.ppm"), format!("a clock cannot drift by {ppm} ppm"))
                .expected("from -500000 to 500000"),
        ),
        _ => {}
    }
}

fn check_span(path: &str, span: Duration, problems: &mut Vec<Problem>) {
    if span > RUN_MAX {
        problems.push(Problem::new(path, format!("{span} is too long")));
    }
}

pub(crate) fn check_latency(path: &str, latency: &Latency, problems: &mut Vec<Problem>) {
    if let Some(why) = latency.fault() {
        problems.push(Problem::new(path, why));
    } else if latency.longest() > RUN_MAX {
        problems.push(Problem::new(path, format!("{} is too long", latency.longest())));
    }
}
