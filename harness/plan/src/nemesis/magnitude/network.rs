//! How hard faults of the network strike.

use stormglass_core::random::{Draws, Ratio};
use stormglass_core::time::Duration;

use super::{Scene, Strength, clients, cut_off, ms, rate, route, way};
use crate::fault::{Fault, Release, Target, Way};
use crate::keyed::{log_uniform, log_uniform_span, weighted};
use crate::kind::Kind;
use crate::latency::Latency;

pub(super) fn fault(kind: Kind, scene: Scene, draws: &mut Draws) -> Fault {
    let strength = scene.strength;
    match kind {
        Kind::Partition => partition(scene.nodes, draws),
        Kind::Isolate => Fault::Isolate { target: cut_off(draws), way: way(draws), clients: clients(draws) },
        Kind::Loss => {
            let (from, to) = route(draws);
            let rate = rate(draws, 10_000, strength.of(10_000, 500_000));
            Fault::Loss { rate, from, to }
        }
        Kind::Duplicate => {
            let (from, to) = route(draws);
            let rate = rate(draws, 10_000, strength.of(10_000, 500_000));
            Fault::Duplicate { rate, from, to }
        }
        Kind::Delay => delay(strength, draws),
        Kind::Sever => Fault::Sever { from: cut_off(draws), to: Target::Minority, way: way(draws) },
        Kind::Ring => Fault::Ring {},
        Kind::Flap => flap(draws),
        Kind::Corrupt => {
            let (from, to) = route(draws);
            let rate = rate(draws, 1_000, strength.of(1_000, 200_000));
            Fault::Corrupt { rate, bits: draws.between(1, 3) as u32, from, to }
        }
        Kind::Bandwidth => {
            let (from, to) = route(draws);
            // From a modem to a busy link: small enough to be felt by messages of a few dozen bytes.
            let bytes_per_second = log_uniform(draws, 2_000 / strength.quarters(), 200_000) / 100 * 100;
            let queue_bytes = log_uniform(draws, 512, 65_536);
            Fault::Bandwidth { bytes_per_second, queue_bytes, from, to }
        }
        Kind::Hold => {
            let (from, to) = route(draws);
            let until = weighted(draws, &[(1, Release::Lifted), (2, Release::Leader)]).clone();
            Fault::Hold { rate: rate(draws, 10_000, strength.of(10_000, 500_000)), until, from, to }
        }
        Kind::SlowLink => {
            let (from, to) = route(draws);
            Fault::SlowLink { factor: log_uniform(draws, 2, strength.of(4, 64)) as u32, from, to }
        }
        Kind::Reset => {
            let (from, to) = route(draws);
            Fault::Reset { from, to }
        }
        other => unreachable!("{other} is not a fault of the network"),
    }
}

fn partition(nodes: u32, draws: &mut Draws) -> Fault {
    let side = match draws.below(10) {
        0..=3 => Target::Minority,
        4..=5 => Target::Leader,
        6 => Target::One,
        _ => Target::Random(draws.between(1, u64::from(nodes.max(2)) - 1) as u32),
    };
    Fault::Partition { side, way: way(draws), clients: clients(draws) }
}

fn delay(strength: Strength, draws: &mut Draws) -> Fault {
    let (from, to) = route(draws);
    let longest = log_uniform_span(draws, ms(20), strength.of_span(ms(20), ms(1_000)));
    let rate = match draws.below(2) {
        0 => Ratio::ONE,
        _ => rate(draws, 20_000, 500_000),
    };
    Fault::Delay { add: Latency::Uniform { min: Duration::ZERO, max: longest }, rate, from, to }
}

fn flap(draws: &mut Draws) -> Fault {
    Fault::Flap {
        target: cut_off(draws),
        period: log_uniform_span(draws, ms(20), ms(1_000)),
        share: Ratio::from_percent(draws.between(2, 8) as u32 * 10),
        way: *weighted(draws, &[(3, Way::Both), (1, Way::Out), (1, Way::In)]),
        clients: clients(draws),
    }
}
