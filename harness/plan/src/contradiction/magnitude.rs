//! Magnitudes that cannot be: factors below one, empty spans, delays longer than any run, faults that would do nothing.

use stormglass_core::random::Ratio;
use stormglass_core::time::{Duration, Skew};

use super::RUN_MAX;
use crate::fault::Fault;
use crate::latency::Latency;
use crate::plan::Network;
use crate::problem::Problem;

/// More times than this is a slip of the keyboard.
const FACTOR_MAX: u32 = 1_000_000;
/// So many bits flip at most.
const BITS_MAX: u32 = 1_000_000;

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
        Fault::SlowLink { factor: 1, .. }
        | Fault::WanBrownOut { factor: 1, loss: Ratio::ZERO }
        | Fault::Surge { factor: 1 } => {
            problems.push(idle(format!("{path}.factor"), "once as much is as it was", "at least 2"));
        }
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
            if *factor == 1 && step.is_zero() {
                let what = "once as long and nothing on top is as it was";
                problems.push(idle(path, what, "a `factor` of at least 2, or a `step`"));
            }
        }
        Fault::Loss { rate, .. }
        | Fault::Duplicate { rate, .. }
        | Fault::FailSync { rate, .. }
        | Fault::LyingSync { rate, .. }
        | Fault::MisdirectedWrite { rate, .. }
        | Fault::ReadError { rate, .. }
        | Fault::Hold { rate, .. }
            if rate.is_zero() =>
        {
            problems.push(idle(format!("{path}.rate"), "a rate of 0 strikes nothing", "more than 0"));
        }
        Fault::HotKey { share } if share.is_zero() => {
            problems.push(idle(format!("{path}.share"), "a share of 0 gathers nothing", "more than 0"));
        }
        Fault::ClockJump { by, .. } | Fault::ClockOffset { by, .. } if *by == Skew::ZERO => {
            problems.push(idle(
                format!("{path}.by"),
                "a clock moved by nothing is right",
                "such as \"-150ms\"",
            ));
        }
        Fault::ClockDrift { ppm: 0, .. } => {
            problems.push(idle(
                format!("{path}.ppm"),
                "a clock that drifts by 0 ppm does not",
                "such as 200",
            ));
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

/// A fault that would do nothing: a storm of it proves nothing.
fn idle(path: String, what: &str, expected: &str) -> Problem {
    Problem::new(path, what).expected(expected)
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
