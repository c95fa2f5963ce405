//! How wrong clocks become.

use stormglass_core::random::Draws;
use stormglass_core::time::Skew;

use super::{Scene, Strength, any_node, ms};
use crate::fault::{Clock, Fault};
use crate::keyed::{log_uniform, log_uniform_span};
use crate::kind::Kind;
use crate::nemesis::ClockBounds;

pub(super) fn fault(kind: Kind, scene: Scene, draws: &mut Draws) -> Fault {
    let Scene { strength, clocks, .. } = scene;
    match kind {
        Kind::ClockJump => clock_jump(strength, clocks, draws),
        Kind::ClockDrift => clock_drift(strength, clocks, draws),
        Kind::ClockOffset => {
            Fault::ClockOffset { target: any_node(draws), by: skew(strength, clocks, draws) }
        }
        // The wall clock alone: a monotonic clock that stands still is a broken machine, and only asked for by name.
        Kind::ClockFreeze => Fault::ClockFreeze { target: any_node(draws), clock: Clock::Wall },
        other => unreachable!("{other} is not a fault of clocks"),
    }
}

fn clock_jump(strength: Strength, clocks: ClockBounds, draws: &mut Draws) -> Fault {
    Fault::ClockJump { target: any_node(draws), by: skew(strength, clocks, draws) }
}

/// How far a wall clock is off, within the bound.
fn skew(strength: Strength, clocks: ClockBounds, draws: &mut Draws) -> Skew {
    let longest = strength.of_span(ms(1), clocks.jump_max).min(clocks.jump_max);
    let by = log_uniform_span(draws, ms(1).min(longest), longest);
    match draws.below(2) {
        0 => Skew::ahead(by),
        _ => Skew::behind(by),
    }
}

fn clock_drift(strength: Strength, clocks: ClockBounds, draws: &mut Draws) -> Fault {
    let target = any_node(draws);
    let most = strength.of(1, u64::from(clocks.drift_ppm_max));
    let most = most.min(u64::from(clocks.drift_ppm_max)).min(1_000_000);
    let ppm = log_uniform(draws, 1, most) as i32;
    let ppm = match draws.below(2) {
        0 => ppm,
        _ => -ppm,
    };
    Fault::ClockDrift { target, ppm, clock: Clock::Both }
}
