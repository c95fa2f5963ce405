//! Faults, links and clusters in words, for the plan's page and for timelines.

use std::fmt;

use stormglass_core::cluster::Cluster;
use stormglass_core::disk::CrashLoss;
use stormglass_core::random::Ratio;

use crate::fault::{Clients, Clock, Fault, Release, Target, Way};
use crate::plan::Link;

/// One line without its time: `isolate leader, clients too`.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Fault::Partition { side, way, clients } => {
                write!(f, " {side} from the others{}{}", way_in_words(*way), clients_in_words(*clients))
            }
            Fault::Isolate { target, way, clients } => {
                write!(f, " {target}{}{}", way_in_words(*way), clients_in_words(*clients))
            }
            Fault::Loss { rate, from, to } | Fault::Duplicate { rate, from, to } => {
                write!(f, " {rate} of messages{}", Route(from, to))
            }
            Fault::Delay { add, rate, from, to } => {
                write!(f, " ")?;
                if *rate != Ratio::ONE {
                    write!(f, "{rate} of ")?;
                }
                write!(f, "messages{} by {add}", Route(from, to))
            }
            Fault::Crash { target, after_effects, unsynced } => {
                write!(f, " {target}")?;
                match after_effects {
                    None => {}
                    Some(1) => write!(f, " after 1 effect of a step")?,
                    Some(effects) => write!(f, " after {effects} effects of a step")?,
                }
                f.write_str(&unsynced_in_words(*unsynced))
            }
            Fault::Pause { target } => write!(f, " {target}"),
            Fault::SlowDisk { target, sync } => write!(f, " {target}, sync takes {sync}"),
            Fault::FailSync { target, rate } => write!(f, " {target}, {rate} of syncs"),
            Fault::ClockJump { target, by } => write!(f, " {target} by {by}"),
            Fault::ClockDrift { target, ppm, clock } => {
                write!(f, " {target} by {ppm:+} ppm{}", clock_in_words(*clock))
            }
            Fault::Sever { from, to, way } => write!(f, " {from} and {to}{}", way_in_words(*way)),
            Fault::Ring {} => Ok(()),
            Fault::Flap { target, period, share, way, clients } => write!(
                f,
                " {target}, {share} of every {period}{}{}",
                way_in_words(*way),
                clients_in_words(*clients)
            ),
            Fault::Corrupt { rate, bits, from, to } => {
                write!(f, " {} in {rate} of messages{}", counted(*bits, "bit"), Route(from, to))
            }
            Fault::Bandwidth { bytes_per_second, queue_bytes, from, to } => {
                write!(f, " {bytes_per_second} bytes/s, {queue_bytes} bytes waiting{}", Route(from, to))
            }
            Fault::Hold { rate, until, from, to } => {
                write!(f, " {rate} of messages{}", Route(from, to))?;
                match until {
                    Release::Lifted => Ok(()),
                    Release::Leader => f.write_str(" until the next leader"),
                    Release::Point(point) => write!(f, " until point {point}"),
                }
            }
            Fault::SlowLink { factor, from, to } => write!(f, " {factor} times as long{}", Route(from, to)),
            Fault::Reset { from, to } => Route(from, to).fmt(f),
            Fault::RegionOutage { region, unsynced } => {
                write!(f, " {}{}", drawn(region.as_deref(), "region"), unsynced_in_words(*unsynced))
            }
            Fault::ZoneOutage { zone, unsynced } => {
                write!(f, " {}{}", drawn(zone.as_deref(), "zone"), unsynced_in_words(*unsynced))
            }
            Fault::WanCut { region, way } => {
                write!(f, " {}{}", drawn(region.as_deref(), "region"), way_in_words(*way))
            }
            Fault::WanBrownOut { factor, loss } => {
                write!(f, " {factor} times as long, loses {loss}")
            }
            Fault::CrashAtPoint { target, point, nth, unsynced } => {
                let point =
                    point.as_ref().map_or_else(|| "any point".to_owned(), |label| format!("point {label}"));
                write!(f, " {target} at visit {nth} of {point}{}", unsynced_in_words(*unsynced))
            }
            Fault::CrashInRecovery { target, after_effects, down, times, unsynced } => write!(
                f,
                " {target}, {times} times, down {down}, again after {}{}",
                counted(*after_effects, "effect"),
                unsynced_in_words(*unsynced)
            ),
            Fault::RollingRestart { target, down, gap, unsynced } => {
                write!(f, " {target}, down {down}, {gap} apart{}", unsynced_in_words(*unsynced))
            }
            Fault::Slow { target, factor, step } => {
                write!(f, " {target}, work takes {factor} times as long, steps {step} more")
            }
            Fault::Wipe { target } | Fault::StallDisk { target } | Fault::FullDisk { target } => {
                write!(f, " {target}")
            }
            Fault::ReorderSyncs { target, within } => write!(f, " {target} within {within}"),
            Fault::FailSyncOnce { target, times } => write!(f, " {target}, {}", counted(*times, "sync")),
            Fault::LyingSync { target, rate } => write!(f, " {target}, {rate} of syncs"),
            Fault::BitRot { target, bits } => write!(f, " {target}, {}", counted(*bits, "bit")),
            Fault::MisdirectedWrite { target, rate } => write!(f, " {target}, {rate} of writes"),
            Fault::ReadError { target, rate } => write!(f, " {target}, {rate} of reads"),
            Fault::ClockOffset { target, by } => write!(f, " {target} by {by}"),
            Fault::ClockFreeze { target, clock } => write!(f, " {target}{}", clock_in_words(*clock)),
            Fault::Surge { factor } => write!(f, " of {factor} times the usual rate"),
            Fault::HotKey { share } => write!(f, " for {share} of operations"),
            Fault::ClientDeath { clients } => write!(f, " of {}", counted(*clients, "client")),
            Fault::StaleClient { clients, node } => {
                write!(f, ": {} reach only {node}", counted(*clients, "client"))
            }
        }
    }
}

/// `3 bits`.
fn counted(count: u32, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The name, or that there is none yet.
fn drawn(name: Option<&str>, what: &str) -> String {
    name.map_or_else(|| format!("one {what}"), str::to_owned)
}

fn unsynced_in_words(unsynced: CrashLoss) -> String {
    match unsynced {
        CrashLoss::Nothing => ", the process only".to_owned(),
        CrashLoss::Everything => ", all un-synced writes lost".to_owned(),
        CrashLoss::Sectors(kept) => format!(", {kept} of un-synced sectors kept"),
    }
}

const fn clock_in_words(clock: Clock) -> &'static str {
    match clock {
        Clock::Both => "",
        Clock::Wall => ", the wall clock only",
        Clock::Monotonic => ", the monotonic clock only",
    }
}

const fn way_in_words(way: Way) -> &'static str {
    match way {
        Way::Both => "",
        Way::Out => ", outward only",
        Way::In => ", inward only",
    }
}

const fn clients_in_words(clients: Clients) -> &'static str {
    match clients {
        Clients::Reach => "",
        Clients::Cut => ", clients too",
    }
}

/// From whom to whom; nothing if from everybody to everybody.
struct Route<'f>(&'f Target, &'f Target);

impl fmt::Display for Route<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Route(from, to) = self;
        if **from != Target::All {
            write!(f, " from {from}")?;
        }
        if **to != Target::All {
            write!(f, " to {to}")?;
        }
        Ok(())
    }
}

/// `1ms–10ms, loses 1%`.
impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.latency)?;
        for (does, rate) in [("loses", self.loss), ("doubles", self.duplicate), ("holds back", self.reorder)]
        {
            if !rate.is_zero() {
                write!(f, ", {does} {rate}")?;
            }
        }
        Ok(())
    }
}

/// `5 nodes n1–n5, 4 clients`.
pub(crate) struct WhoTakesPart<'c>(pub(crate) &'c Cluster);

impl fmt::Display for WhoTakesPart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nodes = self.0.nodes();
        let clients = self.0.clients().count();
        match nodes {
            [] => f.write_str("no nodes")?,
            [only] => write!(f, "1 node {only}")?,
            [first, .., last] if (last.0 - first.0) as usize + 1 == nodes.len() => {
                write!(f, "{} nodes {first}–{last}", nodes.len())?;
            }
            [first, .., last] if nodes.len() > 12 => {
                write!(f, "{} nodes from {first} to {last}", nodes.len())?;
            }
            sparse => {
                write!(f, "{} nodes", nodes.len())?;
                for node in sparse {
                    write!(f, " {node}")?;
                }
            }
        }
        write!(f, ", {clients} client{}", if clients == 1 { "" } else { "s" })
    }
}
