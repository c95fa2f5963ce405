//! The workload of a service behind balancers: requests that take time, and operators who drain, restore and weigh
//! servers meanwhile.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stormglass_core::id::ClientId;
use stormglass_core::op::request::RequestOp;
use stormglass_core::random::{Draws, Ratio};
use stormglass_core::time::Duration;

use super::{Operations, Schedule, Workload};
use crate::keyed::exponential;
use crate::problem::Problem;

/// Servers and balancers are drawn by number below this, and counted round by the system.
const NUMBERS: u64 = 60;
/// Weights that operators give: light ones beside heavy ones.
const WEIGHTS: [u64; 5] = [1, 2, 5, 10, 20];
/// So many balancers are asked for their tallies at the end.
const TALLIES: u64 = 4;
/// No request takes longer than so many times the mean: the tail is cut.
const LONGEST: u64 = 8;

/// Requests, and operations of operators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Requests {
    /// Operations per second, of all clients together.
    pub rate: u32,
    /// How long a request takes a server on average; exponentially distributed up to eight times that.
    pub work: Duration,
    /// How many of the operations are an operator's: drain, restore or weigh a server.
    pub manage: Ratio,
    /// How many of the operations ask a balancer for its tally.
    pub tally: Ratio,
}

impl Default for Requests {
    /// 200 operations per second, of 10 ms each; an operator's hand every second, a tally every second.
    fn default() -> Requests {
        Requests {
            rate: 200,
            work: Duration::from_millis(10),
            manage: Ratio::from_ppm(5_000),
            tally: Ratio::from_ppm(5_000),
        }
    }
}

impl Requests {
    fn draw_op(&self, draws: &mut Draws) -> RequestOp {
        let kind = draws.below(1_000_000) as u32;
        if kind < self.manage.ppm() {
            return manage(draws);
        }
        if kind < self.manage.ppm().saturating_add(self.tally.ppm()) {
            return RequestOp::Tally { balancer: draws.below(NUMBERS) };
        }
        let mean = self.work.as_nanos();
        let work = (exponential(draws) * mean as f64) as u64;
        // In whole microseconds, so that a saved plan is no wall of digits.
        let work = work.min(mean.saturating_mul(LONGEST)) / 1_000 * 1_000;
        RequestOp::Serve { work: Duration::from_nanos(work) }
    }
}

fn manage(draws: &mut Draws) -> RequestOp {
    let server = draws.below(NUMBERS);
    match draws.below(4) {
        0 => RequestOp::Drain { server },
        1 => RequestOp::Restore { server },
        _ => RequestOp::Weigh { server, weight: WEIGHTS[draws.below(WEIGHTS.len() as u64) as usize] },
    }
}

impl Operations for RequestOp {
    const WORKLOAD: &'static str = "requests";

    fn draw(workload: &Workload, schedule: &mut Schedule<'_, RequestOp>) -> Result<(), Problem> {
        let Workload::Requests(requests) = workload else {
            return Err(Problem::wrong_workload(Self::WORKLOAD, workload.name()));
        };
        schedule.traffic(requests.rate, |_, draws| requests.draw_op(draws));
        let clients = u64::from(schedule.clients());
        let client = |number: u64| ClientId((number % clients.max(1)) as u32);
        let last: Vec<(ClientId, RequestOp)> = (0..TALLIES)
            .map(|balancer| (client(balancer), RequestOp::Tally { balancer }))
            .chain([(client(0), RequestOp::Restore { server: 0 })])
            .collect();
        schedule.last(last.into_iter());
        Ok(())
    }

    fn kind(&self) -> &'static str {
        match self {
            RequestOp::Serve { .. } => "serve",
            RequestOp::Drain { .. } | RequestOp::Restore { .. } | RequestOp::Weigh { .. } => "manage",
            RequestOp::Tally { .. } => "tally",
        }
    }
}

#[cfg(test)]
mod tests {
    use stormglass_core::random::Seed;

    use super::*;
    use crate::plan::Plan;
    use crate::scenario::Scenario;

    fn drawn(seed: u64) -> Plan<RequestOp> {
        let scenario = Scenario::named("requests")
            .about("Requests are served.")
            .system("any")
            .workload(Requests { rate: 1_000, ..Requests::default() });
        crate::plan(&scenario, Seed(seed)).unwrap()
    }

    /// Shares and the mean are as asked for, and every kind comes at the end too.
    #[test]
    fn requests_are_as_long_and_operators_as_busy_as_asked() {
        let operations = drawn(7).operations;
        let work: Vec<u64> = operations
            .iter()
            .filter_map(|planned| match planned.op {
                RequestOp::Serve { work } => Some(work.as_nanos()),
                _ => None,
            })
            .collect();
        let mean = work.iter().sum::<u64>() / work.len() as u64;
        assert!((9_500_000..10_500_000).contains(&mean), "{mean}");
        assert!(work.iter().all(|&work| work <= 80_000_000 && work % 1_000 == 0));
        let managed = operations.iter().filter(|planned| planned.op.kind() == "manage").count();
        assert!((60..170).contains(&managed), "{managed} of {}", operations.len());
        let last = &operations[operations.len() - 5..];
        assert_eq!(last.iter().filter(|planned| planned.op.kind() == "tally").count(), 4);
    }
}
