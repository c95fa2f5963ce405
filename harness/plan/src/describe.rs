//! Faults, links and clusters in words, for the plan's page and for timelines.

use std::fmt;

use stormglass_core::cluster::Cluster;
use stormglass_core::disk::CrashLoss;
use stormglass_core::random::Ratio;

use crate::fault::{Clients, Fault, Target, Way};
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
                match unsynced {
                    CrashLoss::Nothing => write!(f, ", the process only"),
                    CrashLoss::Everything => write!(f, ", all un-synced writes lost"),
                    CrashLoss::Sectors(kept) => write!(f, ", {kept} of un-synced sectors kept"),
                }
            }
            Fault::Pause { target } => write!(f, " {target}"),
            Fault::SlowDisk { target, sync } => write!(f, " {target}, sync takes {sync}"),
            Fault::FailSync { target, rate } => write!(f, " {target}, {rate} of syncs"),
            Fault::ClockJump { target, by } => write!(f, " {target} by {by}"),
            Fault::ClockDrift { target, ppm } => write!(f, " {target} by {ppm:+} ppm"),
        }
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
