//! The log that ShiViz draws as a space-time diagram: each event, then its host and vector clock.
//!
//! ```text
//! sends Prepare { txn: 7 } to n2
//! n1 {"n1":4, "n3":2}
//! ```
//!
//! ShiViz's regular expression for it is `(?<event>.*)\n(?<host>\S*) (?<clock>{.*})`, which is its own default. Clocks
//! are those of Mattern, *Virtual Time and Global States of Distributed Systems* (1989): every record of a host counts,
//! and who takes a message knows what its sender knew. What happens to the world as a whole is on no host, and left out.

use std::collections::BTreeMap;
use std::io::{self, Write};

use stormglass_core::id::Address;
use stormglass_core::random::CausalId;
use stormglass_core::trace::{Kind, Record, Trace};

/// How many records of each host somebody knows of.
type Clock = BTreeMap<Address, u64>;

/// Writes the log.
///
/// # Errors
/// If `out` takes no more.
pub fn shiviz(trace: &Trace, out: &mut dyn Write) -> io::Result<()> {
    let mut hosts: BTreeMap<Address, Clock> = BTreeMap::new();
    let mut sent: BTreeMap<CausalId, Clock> = BTreeMap::new();
    for record in &trace.records {
        // A loss is noted where the network lost it: nobody there knows.
        let Some(host) = record.whom.filter(|_| !matches!(record.kind, Kind::Drop | Kind::Fault)) else {
            continue;
        };
        let clock = hosts.entry(host).or_default();
        if let Some(known) = sent.get(&record.id).filter(|_| record.kind == Kind::Deliver) {
            for (&other, &count) in known {
                let mine = clock.entry(other).or_default();
                *mine = count.max(*mine);
            }
        }
        *clock.entry(host).or_default() += 1;
        if record.kind == Kind::Send {
            sent.insert(record.id, clock.clone());
        }
        writeln!(out, "{}\n{host} {}", event(record), written(clock))?;
    }
    Ok(())
}

/// What happened, in one line.
fn event(record: &Record) -> String {
    let text = record.to_string();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn written(clock: &Clock) -> String {
    let entries: Vec<String> = clock.iter().map(|(host, count)| format!("\"{host}\":{count}")).collect();
    format!("{{{}}}", entries.join(", "))
}
