//! What a change of leader cost: how long until it was noticed, until clients were served again, and what was lost.
//!
//! ```text
//!      last ack that was lost    leader lost      noticed     new leader    first answer
//! ──────────────┼─────────────────────┼──────────────┼─────────────┼──────────────┼──▶
//!               ├───────── RPO ───────┤              ╎                            ╎
//!                                     ├─ detection ──┤                            ╎
//!                                     ├──────────────────── RTO ──────────────────┤
//! ```
//!
//! RTO and RPO are those of disaster recovery (ISO 22300), here as measured. It knows no protocol: who led when is told.

use stormglass_core::history::OperationId;
use stormglass_core::id::NodeId;
use stormglass_core::time::{Duration, Time};

use super::demand::Demand;
use super::happenings::{Cause, Happenings, Lead};
use super::sample::Sample;
use super::yardstick::Yardstick;

/// One change of leader, or the loss of one that nobody followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failover {
    /// Who led before.
    pub from: NodeId,
    /// Who led then; `None` if nobody did.
    pub to: Option<NodeId>,
    /// What befell the leader: the latest time it went down, else the latest fault that fell on it in its reign. `None`
    /// if nothing did: the change was somebody's wish, or an error.
    pub cause: Option<Cause>,
    /// When the leader was lost: when its cause began, else when the next one began to lead.
    pub lost: Time,
    /// When the next one began to lead.
    pub elected: Option<Time>,
    /// From the loss until another node noticed; `None` if nobody said so.
    pub detection: Option<Duration>,
    /// From the loss until clients were served again.
    pub rto: Rto,
    /// How far before the loss the oldest acknowledged write lies that was lost with it; zero if none was.
    pub rpo: Duration,
    /// The acknowledged writes that were lost with it.
    pub lost_writes: Vec<OperationId>,
}

/// A recovery time: a span, because where nobody asks, nobody sees a recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rto {
    /// So long nobody was served who asked.
    pub at_least: Duration,
    /// So long after the loss somebody was served; `None` if nobody was.
    pub at_most: Option<Duration>,
}

/// All failovers in order of loss, and the lost writes that no failover explains.
pub(super) fn failovers(
    samples: &[Sample],
    demand: &Demand,
    world: &Happenings,
    yardstick: &Yardstick,
) -> (Vec<Failover>, Vec<OperationId>) {
    let mut failovers: Vec<Failover> = changes(world)
        .into_iter()
        .map(|change| Failover {
            from: change.from,
            to: change.to.map(|(_, node)| node),
            cause: change.cause,
            lost: change.lost,
            elected: change.to.map(|(at, _)| at),
            detection: noticed(world, &change).map(|at| at.since(change.lost)),
            rto: recovery(samples, demand, yardstick, &change),
            rpo: Duration::ZERO,
            lost_writes: Vec::new(),
        })
        .collect();
    failovers.sort_by_key(|failover| failover.lost);
    let mut unexplained = Vec::new();
    for sample in samples.iter().filter(|sample| world.lost.contains(&sample.id)) {
        // A write that was never acknowledged may be lost.
        let Some(acknowledged) = sample.served() else { continue };
        // The old leader may acknowledge writes until the new one leads: these are lost with it, too.
        let explains = |failover: &&mut Failover| acknowledged <= failover.elected.unwrap_or(Time::MAX);
        match failovers.iter_mut().find(explains) {
            Some(failover) => {
                failover.rpo = failover.rpo.max(failover.lost.since(acknowledged));
                failover.lost_writes.push(sample.id);
            }
            None => unexplained.push(sample.id),
        }
    }
    (failovers, unexplained)
}

/// One reign's end.
struct Change {
    from: NodeId,
    to: Option<(Time, NodeId)>,
    cause: Option<Cause>,
    lost: Time,
}

fn changes(world: &Happenings) -> Vec<Change> {
    let begun = |lead: &super::happenings::Leadership| match lead.what {
        Lead::Begun(node) => Some((lead.at, node)),
        Lead::Suspected(_) => None,
    };
    let mut reigns: Vec<(Time, NodeId)> = world.leadership.iter().filter_map(begun).collect();
    reigns.sort_by_key(|&(at, _)| at);
    let change = |(place, &(since, from)): (usize, &(Time, NodeId))| {
        let to = reigns.get(place + 1).copied();
        let cause = undoing(world, from, since, to);
        let lost = cause.map(|cause| world.span(cause).0).or(to.map(|(at, _)| at))?;
        // Elected again although nothing happened to it: a new term of the same leader, and nobody noticed.
        let again = cause.is_none() && to.is_some_and(|(_, node)| node == from);
        (!again).then_some(Change { from, to, cause, lost })
    };
    reigns.iter().enumerate().filter_map(change).collect()
}

/// What ended the reign of `node`, begun at `since`.
fn undoing(world: &Happenings, node: NodeId, since: Time, to: Option<(Time, NodeId)>) -> Option<Cause> {
    let until = to.map_or(Time::MAX, |(at, _)| at);
    let in_reign = |cause: &Cause| (since..=until).contains(&world.span(*cause).0);
    let latest = |causes: &mut dyn Iterator<Item = Cause>| {
        causes.filter(in_reign).max_by_key(|&cause| world.span(cause).0)
    };
    let downs = (0..world.downs.len()).filter(|&place| world.downs[place].node == node).map(Cause::Down);
    let down = latest(&mut { downs });
    let faults = (0..world.faults.len()).filter(|&place| world.faults[place].victims.contains(&node));
    match (down, to) {
        // The fault that took it down, where it is known: its name says more.
        (Some(down), _) => {
            let began = world.span(down).0;
            faults.map(Cause::Fault).find(|&fault| world.span(fault).0 == began).or(Some(down))
        }
        // Not every fault unseats a leader: only a successor shows that one did.
        (None, Some(_)) => latest(&mut faults.map(Cause::Fault)),
        (None, None) => None,
    }
}

/// When another node first noticed the loss.
fn noticed(world: &Happenings, change: &Change) -> Option<Time> {
    let until = change.to.map_or(Time::MAX, |(at, _)| at);
    let suspicion = |lead: &super::happenings::Leadership| match lead.what {
        Lead::Suspected(by) if by != change.from && (change.lost..=until).contains(&lead.at) => Some(lead.at),
        _ => None,
    };
    world.leadership.iter().filter_map(suspicion).min()
}

fn recovery(samples: &[Sample], demand: &Demand, yardstick: &Yardstick, change: &Change) -> Rto {
    let restored = match change.to {
        Some((elected, _)) => demand.served.iter().copied().find(|&at| at >= elected),
        // Without a successor only an answer to a question asked after the loss shows that it is made good.
        None => {
            samples.iter().filter(|sample| sample.invoked >= change.lost).filter_map(Sample::served).min()
        }
    };
    let asking = |at: Time| demand.asking.iter().find(|span| (span.from..=span.until).contains(&at));
    let seen_since = match restored {
        None => Time::MAX,
        Some(at) => {
            let since = asking(at).map_or(at, |span| span.from);
            // Asked all the time since the loss, or in vain for a while: it was not there before.
            if since <= change.lost || at.since(since) >= yardstick.shortest {
                let exact = at.since(change.lost);
                return Rto { at_least: exact, at_most: Some(exact) };
            }
            since
        }
    };
    let before = demand.asking.iter().rev().find(|span| span.until < seen_since);
    Rto {
        at_least: before.map_or(Duration::ZERO, |span| span.until.since(change.lost)),
        at_most: restored.map(|at| at.since(change.lost)),
    }
}
