//! Who and where: targets that nobody meets, nodes and clients that are absent, regions and zones that do not exist.

use stormglass_core::id::Address;

use crate::count::Count;
use crate::fault::{Fault, Target};
use crate::kind::{Family, Kind};
use crate::problem::Problem;
use crate::scenario::{Ids, Members, Scenario};
use crate::topology::Topology;

impl Scenario {
    /// Regions, and whether the cluster is as large as they say.
    pub(super) fn check_topology(&self, problems: &mut Vec<Problem>) {
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

    pub(super) fn check_targets(&self, path: &str, fault: &Fault, problems: &mut Vec<Problem>) {
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
    pub(super) fn absent(&self, path: String, address: Address) -> Option<Problem> {
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
fn check_regions(path: &str, fault: &Fault, topology: &Topology, problems: &mut Vec<Problem>) {
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
