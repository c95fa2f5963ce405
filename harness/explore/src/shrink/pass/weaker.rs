//! Faults that do less than a given one, each by one step: half as much, on one node fewer, without a peculiarity, or
//! without chance.

use stormglass_core::disk::CrashLoss;
use stormglass_core::id::NodeId;
use stormglass_core::random::Ratio;
use stormglass_core::time::{Duration, Skew};
use stormglass_plan::fault::{Clients, Clock, Fault, Target};
use stormglass_plan::latency::Latency;

/// Spans are halved down to this.
const SPAN: Duration = Duration::from_millis(1);

/// Faults that do less than this one, in a cluster of these nodes, the plainest first. No step leads back, so that
/// repeated steps come to an end.
pub(super) fn weaker(fault: &Fault, nodes: &[NodeId]) -> Vec<Fault> {
    let mut found = plainer(fault);
    found.extend(narrower(fault, nodes));
    found.extend(certain(fault));
    for place in 0..fault.targets().len() {
        let Target::Nodes(nodes) = fault.targets()[place] else { continue };
        let fewer = (0..nodes.len()).filter(|_| nodes.len() > 1).map(|gone| {
            let mut less = fault.clone();
            let mut left = nodes.clone();
            left.remove(gone);
            *less.targets_mut().swap_remove(place) = Target::Nodes(left);
            less
        });
        found.extend(fewer);
    }
    found.extend(halved(fault));
    found
}

/// The same fault without one of its peculiarities, or a plainer fault in its place.
fn plainer(fault: &Fault) -> Vec<Fault> {
    let mut found = Vec::new();
    let mut step = |change: &dyn Fn(&mut Fault)| {
        let mut plainer = fault.clone();
        change(&mut plainer);
        if plainer != *fault {
            found.push(plainer);
        }
    };
    match fault {
        Fault::Flap { target, way, clients, .. } => {
            let isolate = Fault::Isolate { target: target.clone(), way: *way, clients: *clients };
            step(&|fault| *fault = isolate.clone());
        }
        Fault::CrashInRecovery { target, unsynced, .. } | Fault::CrashAtPoint { target, unsynced, .. } => {
            let crash = Fault::Crash { target: target.clone(), after_effects: None, unsynced: *unsynced };
            step(&|fault| *fault = crash.clone());
        }
        _ => {}
    }
    step(&|fault| {
        if let Fault::Partition { clients, .. }
        | Fault::Isolate { clients, .. }
        | Fault::Flap { clients, .. } = fault
        {
            *clients = Clients::Reach;
        }
    });
    step(&|fault| {
        if let Fault::Crash { after_effects, .. } = fault {
            *after_effects = None;
        }
    });
    // What is lost: all of it or nothing is plainer than some of it, and nothing is less.
    for loss in [CrashLoss::Nothing, CrashLoss::Everything] {
        step(&|fault| {
            let Some(unsynced) = unsynced_mut(fault) else { return };
            if matches!(
                (&*unsynced, loss),
                (CrashLoss::Sectors(_), _) | (CrashLoss::Everything, CrashLoss::Nothing)
            ) {
                *unsynced = loss;
            }
        });
    }
    step(&|fault| {
        if let Fault::ClockFreeze { clock, .. } | Fault::ClockDrift { clock, .. } = fault
            && *clock == Clock::Both
        {
            *clock = Clock::Wall;
        }
    });
    found
}

/// The same fault on the messages of one node, or to one.
fn narrower(fault: &Fault, nodes: &[NodeId]) -> Vec<Fault> {
    let wide = fault.fields().into_iter().enumerate();
    let wide = wide.filter(|(_, (field, target))| ["from", "to"].contains(field) && **target == Target::All);
    let places: Vec<usize> = wide.map(|(place, _)| place).collect();
    let one = |place: usize, node: NodeId| {
        let mut one = fault.clone();
        *one.targets_mut().swap_remove(place) = Target::Nodes(vec![node]);
        one
    };
    places
        .into_iter()
        .flat_map(|place| nodes.iter().map(move |&node| (place, node)))
        .map(|(place, node)| one(place, node))
        .collect()
}

/// The same fault without chance: whatever it may do it does. That is more of it, and less to explain.
fn certain(fault: &Fault) -> Option<Fault> {
    let mut certain = fault.clone();
    if let Fault::Loss { rate, .. }
    | Fault::Duplicate { rate, .. }
    | Fault::Delay { rate, .. }
    | Fault::Corrupt { rate, .. }
    | Fault::Hold { rate, .. }
    | Fault::FailSync { rate, .. }
    | Fault::LyingSync { rate, .. }
    | Fault::MisdirectedWrite { rate, .. }
    | Fault::ReadError { rate, .. } = &mut certain
    {
        *rate = Ratio::ONE;
    }
    (certain != *fault).then_some(certain)
}

fn unsynced_mut(fault: &mut Fault) -> Option<&mut CrashLoss> {
    match fault {
        Fault::Crash { unsynced, .. }
        | Fault::RegionOutage { unsynced, .. }
        | Fault::ZoneOutage { unsynced, .. }
        | Fault::CrashAtPoint { unsynced, .. }
        | Fault::CrashInRecovery { unsynced, .. }
        | Fault::RollingRestart { unsynced, .. } => Some(unsynced),
        _ => None,
    }
}

/// The same fault, half as hard in one respect.
fn halved(fault: &Fault) -> Vec<Fault> {
    let mut found = Vec::new();
    let mut step = |change: &dyn Fn(&mut Fault)| {
        let mut half = fault.clone();
        change(&mut half);
        if half != *fault {
            found.push(half);
        }
    };
    step(&|fault| {
        if let Fault::SlowLink { factor, .. }
        | Fault::Slow { factor, .. }
        | Fault::WanBrownOut { factor, .. } = fault
        {
            *factor = (*factor / 2).max(2).min(*factor);
        }
    });
    step(&|fault| {
        if let Fault::Delay { add: latency, .. } | Fault::SlowDisk { sync: latency, .. } = fault {
            *latency = half_latency(latency);
        }
    });
    step(&|fault| {
        if let Fault::ClockJump { by, .. } | Fault::ClockOffset { by, .. } = fault {
            *by = half_skew(*by);
        }
    });
    step(&|fault| match fault {
        Fault::ClockDrift { ppm, .. } if ppm.unsigned_abs() >= 200 => *ppm /= 2,
        Fault::BitRot { bits, .. } | Fault::Corrupt { bits, .. } => *bits = (*bits / 2).max(1).min(*bits),
        Fault::CrashInRecovery { times, .. } => *times = (*times / 2).max(1).min(*times),
        Fault::FailSyncOnce { times, .. } => *times = (*times / 2).max(1).min(*times),
        Fault::ClientDeath { clients } | Fault::StaleClient { clients, .. } => {
            *clients = (*clients / 2).max(1).min(*clients);
        }
        Fault::ReorderSyncs { within: span, .. }
        | Fault::Slow { step: span, .. }
        | Fault::RollingRestart { down: span, .. } => *span = half_span(*span),
        _ => {}
    });
    found
}

/// Half of it in whole milliseconds; as it is if that is not less.
fn half_span(span: Duration) -> Duration {
    let half = Duration::from_millis(span.as_millis() / 2);
    if half < SPAN { span } else { half }
}

/// A distribution becomes the constant that no delay of it exceeds; a constant is halved.
fn half_latency(latency: &Latency) -> Latency {
    Latency::Constant(match latency {
        Latency::Constant(delay) => half_span(*delay),
        other => other.longest(),
    })
}

fn half_skew(by: Skew) -> Skew {
    let half = half_span(Duration::from_nanos(by.as_nanos().unsigned_abs()));
    match by.as_nanos() {
        ahead if ahead.unsigned_abs() / 2 < SPAN.as_nanos() => by,
        ahead if ahead > 0 => Skew::ahead(half),
        _ => Skew::behind(half),
    }
}
