//! One machine of the world: what few messages touch of it, and the small things that say how inputs reach it.
//!
//! The world keeps gates, nodes, timers and the rest in lists of their own: most messages touch only a gate
//! and a node, and with ten thousand machines what is touched decides the speed.

use std::collections::VecDeque;

use stormglass_core::clock::LocalClock;
use stormglass_core::disk::{CrashLoss, Disk, DiskError, SyncId};
use stormglass_core::history::OperationId;
use stormglass_core::id::{Address, ClientId, NodeId, ProcessId};
use stormglass_core::random::{CausalId, Ratio};
use stormglass_core::system::System;
use stormglass_core::time::{Duration, Time};
use stormglass_plan::fault::Clock;
use stormglass_plan::latency::Latency;

use crate::queue::Key;

/// All of a machine that most messages do not touch.
#[derive(Clone)]
pub(crate) struct Host<S: System> {
    pub(crate) clock: LocalClock,
    pub(crate) disk: Disk,
    /// What arrived while the gate was shut, in order of arrival.
    pub(crate) inbox: VecDeque<(CausalId, Input<S>)>,
    /// The faults that hold it still.
    pub(crate) pauses: Vec<usize>,
    /// The faults that slow it down: how many times as long its work takes, and what each step takes on top.
    pub(crate) slow: Vec<(usize, u32, Duration)>,
    /// The fault under which it goes down again and again.
    pub(crate) relapse: Option<Relapse>,
    /// The fault that took it down last.
    pub(crate) downed_by: usize,
    /// Until when the last step's work takes.
    pub(crate) busy_until: Time,
    /// The crash that waits for the next step with effects.
    pub(crate) fuse: Option<Fuse>,
    /// Syncs that would be complete but for a fault.
    pub(crate) stalled: Vec<(SyncId, CausalId)>,
    /// Disk faults in force.
    pub(crate) disk_weather: Vec<DiskWeather>,
    /// The faults that drive its clocks off true pace, each with its millionths: together they add up.
    pub(crate) drifts: Vec<(usize, i32, Clock)>,
    /// The faults that hold its wall clock still.
    pub(crate) frozen: Vec<usize>,
    /// The faults that hold it down: it restarts when the last of them ends.
    pub(crate) held_down: Vec<usize>,
}

#[derive(Clone)]
pub(crate) struct ClientState<S: System> {
    pub(crate) client: S::Client,
    pub(crate) process: ProcessId,
    pub(crate) open: Option<OperationId>,
    /// Places in the plan of operations whose time has come.
    pub(crate) waiting: VecDeque<u32>,
}

/// Whether inputs reach the host at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    Open,
    /// Inputs wait in the inbox: the host is paused, at work, or has not caught up yet.
    Shut,
    /// Inputs are lost.
    Down,
}

/// A crash that falls between two effects of a step.
#[derive(Clone, Debug)]
pub(crate) struct Fuse {
    pub(crate) fault: usize,
    pub(crate) burns: Burns,
    pub(crate) unsynced: CrashLoss,
}

/// Where a fuse ends.
#[derive(Clone, Debug)]
pub(crate) enum Burns {
    /// Behind so many effects of the next step that has any.
    Effects(u32),
    /// At a point, by its label or any, after so many visits.
    Point(Option<String>, u32),
}

/// Crashes that are still to come, each in the recovery from the one before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Relapse {
    pub(crate) fault: usize,
    pub(crate) left: u32,
    pub(crate) effects: u32,
    pub(crate) down: Duration,
    pub(crate) unsynced: CrashLoss,
}

/// One disk fault in force.
#[derive(Clone, Debug)]
pub(crate) struct DiskWeather {
    /// The fault's place in the plan, by which it is lifted.
    pub(crate) fault: usize,
    pub(crate) kind: DiskWeatherKind,
}

#[derive(Clone, Debug)]
pub(crate) enum DiskWeatherKind {
    SlowSync(Latency),
    FailSync(Ratio),
    /// So many of the next syncs fail.
    FailNext(u32),
    /// Syncs are held back by up to so long.
    Reorder(Duration),
    /// Syncs do not complete.
    Stall,
    /// So many syncs report success and make nothing durable.
    Lie(Ratio),
}

/// What can happen to a host.
#[derive(Clone)]
pub(crate) enum Input<S: System> {
    Start,
    Message { from: Address, message: S::Message },
    Timer(S::Timer, Key),
    Synced(SyncId, Result<(), DiskError>),
    Invoke(S::Op),
}

/// What monitors hear of.
#[derive(Clone)]
pub(crate) enum Notice<S: System> {
    Said(NodeId, S::Event),
    Crashed(NodeId),
}

impl<S: System> Host<S> {
    pub(crate) fn new() -> Host<S> {
        Host {
            clock: LocalClock::new(),
            disk: Disk::new(),
            inbox: VecDeque::new(),
            pauses: Vec::new(),
            slow: Vec::new(),
            relapse: None,
            downed_by: 0,
            busy_until: Time::ZERO,
            fuse: None,
            stalled: Vec::new(),
            disk_weather: Vec::new(),
            drifts: Vec::new(),
            frozen: Vec::new(),
            held_down: Vec::new(),
        }
    }
}

impl<S: System> ClientState<S> {
    pub(crate) fn new(id: ClientId, client: S::Client) -> ClientState<S> {
        ClientState { client, process: ProcessId(u64::from(id.0)), open: None, waiting: VecDeque::new() }
    }
}
