//! What a plan says that cannot be. A drawn plan is always sound; a file may have been edited.

use std::collections::BTreeSet;

use stormglass_core::id::Address;
use stormglass_core::time::Time;

use crate::contradiction::{check_fault, check_latency, check_network};
use crate::fault::Target;
use crate::plan::{FORMAT, Plan, PlannedFault, Timeline};
use crate::problem::Problem;

/// Enough to see what is wrong with a file; a thousand like it would bury it.
const PROBLEMS_MAX: usize = 20;

impl<O> Plan<O> {
    /// Everything in it that cannot be, up to a page of it: an operation of a client that does not exist, times out
    /// of order, a target that names an absent node. Nothing for a plan as it was drawn.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.format != FORMAT {
            problems.push(Problem::other_format(i64::from(self.format)));
        }
        if self.cluster.nodes().is_empty() {
            problems.push(Problem::new("cluster.nodes", "a cluster without nodes serves nobody"));
        }
        if self.limits.events == 0 {
            problems.push(Problem::new("limits.events", "a run of no events shows nothing"));
        }
        check_timeline(&self.timeline, &mut problems);
        check_network(&self.network, &mut problems);
        check_latency("disk.sync", &self.disk.sync, &mut problems);
        for (place, link) in self.network.links.iter().enumerate() {
            for (end, address) in [("from", link.from), ("to", link.to)] {
                problems.extend(self.absent(format!("network.links[{place}].{end}"), address));
            }
        }
        if let Some(topology) = &self.topology {
            topology.problems(&mut problems);
            let (nodes, clients) = topology.members();
            let here = (self.cluster.nodes().len() as u32, self.cluster.clients().count() as u32);
            if (nodes, clients) != here {
                problems.push(Problem::new(
                    "topology.regions",
                    format!(
                        "the regions have {nodes} nodes and {clients} clients, the cluster {} and {}",
                        here.0, here.1
                    ),
                ));
            }
        }
        self.check_faults(&mut problems);
        self.check_operations(&mut problems);
        problems.truncate(PROBLEMS_MAX);
        problems
    }

    fn absent(&self, path: String, address: Address) -> Option<Problem> {
        if self.cluster.index_of(address).is_some() {
            return None;
        }
        let who: Vec<String> = match address {
            Address::Node(_) => self.cluster.nodes().iter().map(ToString::to_string).collect(),
            Address::Client(_) => self.cluster.clients().map(|client| client.to_string()).collect(),
        };
        let expected = match &who[..] {
            [] => "nobody: there is none of that kind".to_owned(),
            [only] => only.clone(),
            [first, .., last] if who.len() > 8 => format!("one of {} from {first} to {last}", who.len()),
            some => format!("one of {}", some.join(", ")),
        };
        Some(Problem::new(path, format!("{address} takes no part in this plan")).expected(expected))
    }

    fn check_faults(&self, problems: &mut Vec<Problem>) {
        let mut ids = BTreeSet::new();
        let mut last = Time::ZERO;
        for (place, fault) in self.faults.iter().enumerate() {
            if problems.len() >= PROBLEMS_MAX {
                return;
            }
            let path = format!("faults[{place}]");
            if !ids.insert(fault.id) {
                problems.push(used_twice(&path, fault.id));
            }
            problems.extend(out_of_order(&path, fault.at, last));
            last = last.max(fault.at);
            self.check_fault_times(&path, fault, problems);
            check_fault(&format!("{path}.inject"), &fault.inject, problems);
            self.check_targets(&format!("{path}.inject.{}", fault.inject.name()), fault, problems);
        }
    }

    fn check_fault_times(&self, path: &str, fault: &PlannedFault, problems: &mut Vec<Problem>) {
        let heal = self.timeline.heal;
        if fault.until < fault.at {
            problems.push(
                Problem::new(format!("{path}.until"), "the fault is lifted before it strikes")
                    .expected(format!("{} or later", fault.at)),
            );
        } else if fault.until > heal {
            problems.push(
                Problem::new(
                    format!("{path}.until"),
                    format!("the fault lasts until {}, but all faults end at {heal}", fault.until),
                )
                .expected(format!("at most {heal}, the plan's timeline.heal")),
            );
        }
    }

    fn check_targets(&self, path: &str, fault: &PlannedFault, problems: &mut Vec<Problem>) {
        for (field, target) in fault.inject.fields() {
            let path = format!("{path}.{field}");
            let nodes = match target {
                Target::Nodes(nodes) => nodes,
                Target::Random(count) if *count as usize > self.cluster.nodes().len() => {
                    let most = self.cluster.nodes().len();
                    let message = format!("{count} of {most} nodes cannot be drawn");
                    problems.push(Problem::new(path, message).expected(format!("at most {most}")));
                    continue;
                }
                _ => continue,
            };
            match &nodes[..] {
                [one] => problems.extend(self.absent(path, (*one).into())),
                many => problems.extend(
                    many.iter()
                        .enumerate()
                        .filter_map(|(place, &node)| self.absent(format!("{path}[{place}]"), node.into())),
                ),
            }
        }
    }

    fn check_operations(&self, problems: &mut Vec<Problem>) {
        let mut ids = BTreeSet::new();
        let mut last = Time::ZERO;
        for (place, planned) in self.operations.iter().enumerate() {
            if problems.len() >= PROBLEMS_MAX {
                return;
            }
            let path = || format!("operations[{place}]");
            if !ids.insert(planned.id) {
                problems.push(used_twice(&path(), planned.id));
            }
            if planned.at < last {
                problems.extend(out_of_order(&path(), planned.at, last));
            }
            last = last.max(planned.at);
            if planned.at > self.timeline.end {
                let message = format!("nobody asks anything at {}: the run is over", planned.at);
                let expected = format!("at most {}, the plan's timeline.end", self.timeline.end);
                problems.push(Problem::new(format!("{}.at", path()), message).expected(expected));
            }
            if self.cluster.index_of(planned.client.into()).is_none() {
                problems.extend(self.absent(format!("{}.client", path()), planned.client.into()));
            }
        }
    }
}

fn check_timeline(timeline: &Timeline, problems: &mut Vec<Problem>) {
    let Timeline { warm_up, chaos, heal, settle, end } = *timeline;
    let phases = [("warm-up", warm_up), ("chaos", chaos), ("heal", heal), ("settle", settle), ("end", end)];
    for pair in phases.windows(2) {
        let [(before, earlier), (name, moment)] = [pair[0], pair[1]];
        if moment < earlier {
            problems.push(
                Problem::new(format!("timeline.{name}"), format!("{name} comes before {before}"))
                    .expected(format!("{earlier} or later")),
            );
        }
    }
}

fn out_of_order(path: &str, at: Time, last: Time) -> Option<Problem> {
    (at < last).then(|| {
        Problem::new(format!("{path}.at"), format!("{at} comes after {last}: times are out of order"))
            .expected(format!("{last} or later"))
            .help("move the line to its place in order of time")
    })
}

fn used_twice(path: &str, id: u64) -> Problem {
    Problem::new(format!("{path}.id"), format!("the id {id} is used twice"))
        .expected("a number that no other entry of this list has")
        .help("an id keys the chances of its entry: two entries with one id would share them")
}
