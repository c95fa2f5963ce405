//! The trace-event form that Perfetto and Chrome's tracing page open: a track for each host, arrows for messages.
//!
//! Messages are instants on their hosts with a flow from sender to receiver; operations and faults, which overlap, are
//! asynchronous spans; the time a node is down is a span on its own track. Times are microseconds of virtual time, with
//! their nanoseconds behind the point.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};
use stormglass_core::id::Address;
use stormglass_core::time::Time;
use stormglass_core::trace::{Kind, Record, Trace};

use super::word;

/// The processes of the page, from top to bottom.
const NODES: u64 = 1;
const CLIENTS: u64 = 2;
const WORLD: u64 = 3;

/// Writes one JSON document.
///
/// # Errors
/// If `out` takes no more.
pub fn perfetto(trace: &Trace, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page {
        out,
        first: true,
        spans: 0,
        faults: BTreeMap::new(),
        operations: BTreeMap::new(),
        down: BTreeMap::new(),
    };
    page.out.write_all(b"{\"displayTimeUnit\":\"ns\",\"traceEvents\":[")?;
    page.tracks(trace)?;
    for record in &trace.records {
        page.record(record)?;
    }
    page.close(trace.records.last().map_or(Time::ZERO, |record| record.at))?;
    page.out.write_all(b"\n]}\n")
}

struct Page<'o> {
    out: &'o mut dyn Write,
    first: bool,
    /// Asynchronous spans so far: each has a number of its own.
    spans: u64,
    /// Faults that have struck, and not ended, by name: their spans.
    faults: BTreeMap<String, Vec<u64>>,
    /// Operations under way: their spans, and what was asked.
    operations: BTreeMap<Address, (u64, String)>,
    /// Nodes that are down, and since when.
    down: BTreeMap<Address, Time>,
}

impl Page<'_> {
    fn event(&mut self, event: &Value) -> io::Result<()> {
        self.out.write_all(if std::mem::take(&mut self.first) { b"\n" } else { b",\n" })?;
        Ok(serde_json::to_writer(&mut *self.out, event)?)
    }

    /// Names for whoever has a track.
    fn tracks(&mut self, trace: &Trace) -> io::Result<()> {
        for (pid, name) in [(NODES, "nodes"), (CLIENTS, "clients"), (WORLD, "world")] {
            self.event(&json!({ "ph": "M", "name": "process_name", "pid": pid, "args": { "name": name } }))?;
            self.event(&json!({ "ph": "M", "name": "process_sort_index", "pid": pid, "args": { "sort_index": pid } }))?;
        }
        let hosts: std::collections::BTreeSet<Address> =
            trace.records.iter().filter_map(|record| record.whom).collect();
        for host in hosts {
            let (pid, tid) = track(Some(host));
            self.event(&json!({ "ph": "M", "name": "thread_name", "pid": pid, "tid": tid, "args": { "name": host.to_string() } }))?;
        }
        Ok(())
    }

    fn record(&mut self, record: &Record) -> io::Result<()> {
        let (pid, tid) = track(record.whom);
        let ts = micros(record.at);
        let id = format!("{:016x}", record.id.as_u64());
        match record.kind {
            Kind::Fault => return self.fault(record),
            Kind::Invoke => {
                if let Some(client) = record.whom {
                    let span = self.begin("operation", &record.text, record.at, record.whom)?;
                    self.operations.insert(client, (span, record.text.clone()));
                }
                return Ok(());
            }
            Kind::Complete => {
                if let Some((span, text)) = record.whom.and_then(|client| self.operations.remove(&client)) {
                    self.end("operation", span, &text, record.at, record.whom, &record.text)?;
                }
                return Ok(());
            }
            Kind::Crash => _ = record.whom.map(|node| self.down.insert(node, record.at)),
            Kind::Start => self.up(record.whom, record.at)?,
            _ => {}
        }
        let peer = record.peer.map(|peer| peer.to_string());
        let args = json!({ "text": record.text, "peer": peer, "id": id });
        let name = name(record);
        // Flows bind to spans: a message is one of a nanosecond.
        self.event(&json!({ "ph": "X", "name": name, "cat": word(record.kind), "pid": pid, "tid": tid, "ts": ts, "dur": 0.001, "args": args }))?;
        let flow = match record.kind {
            Kind::Send => "s",
            Kind::Deliver => "f",
            _ => return Ok(()),
        };
        self.event(&json!({ "ph": flow, "bp": "e", "name": "message", "cat": "message", "id": id, "pid": pid, "tid": tid, "ts": ts }))
    }

    /// `pause strikes n5 (leader)`, `pause ends`.
    fn fault(&mut self, record: &Record) -> io::Result<()> {
        let name = record.text.split_whitespace().next().unwrap_or("fault").to_owned();
        if record.text.ends_with(" ends") {
            let open = self.faults.get_mut(&name).filter(|open| !open.is_empty()).map(|open| open.remove(0));
            return open.map_or(Ok(()), |span| self.end("fault", span, &name, record.at, None, &record.text));
        }
        let span = self.begin("fault", &name, record.at, None)?;
        self.faults.entry(name).or_default().push(span);
        let (pid, tid) = track(None);
        self.event(&json!({ "ph": "i", "s": "g", "name": record.text, "cat": "fault", "pid": pid, "tid": tid, "ts": micros(record.at) }))
    }

    fn begin(&mut self, cat: &str, name: &str, at: Time, whom: Option<Address>) -> io::Result<u64> {
        self.spans += 1;
        let (pid, tid) = track(whom);
        self.event(&json!({ "ph": "b", "cat": cat, "name": name, "id": self.spans, "pid": pid, "tid": tid, "ts": micros(at) }))?;
        Ok(self.spans)
    }

    fn end(
        &mut self,
        cat: &str,
        span: u64,
        name: &str,
        at: Time,
        whom: Option<Address>,
        how: &str,
    ) -> io::Result<()> {
        let (pid, tid) = track(whom);
        self.event(&json!({ "ph": "e", "cat": cat, "name": name, "id": span, "pid": pid, "tid": tid, "ts": micros(at), "args": { "ended": how } }))
    }

    fn up(&mut self, node: Option<Address>, at: Time) -> io::Result<()> {
        let Some((node, since)) = node.and_then(|node| self.down.remove_entry(&node)) else { return Ok(()) };
        let (pid, tid) = track(Some(node));
        let dur = nanos_as_micros(at.since(since).as_nanos());
        self.event(&json!({ "ph": "X", "name": "down", "cat": "crash", "pid": pid, "tid": tid, "ts": micros(since), "dur": dur }))
    }

    /// Ends what the end of the run cut off.
    fn close(&mut self, at: Time) -> io::Result<()> {
        for (name, spans) in std::mem::take(&mut self.faults) {
            for span in spans {
                self.end("fault", span, &name, at, None, "the run ended")?;
            }
        }
        for (client, (span, text)) in std::mem::take(&mut self.operations) {
            self.end("operation", span, &text, at, Some(client), "the run ended")?;
        }
        for node in self.down.keys().copied().collect::<Vec<_>>() {
            self.up(Some(node), at)?;
        }
        Ok(())
    }
}

/// Process and thread of a host; without one, of the world.
fn track(whom: Option<Address>) -> (u64, u64) {
    match whom {
        Some(Address::Node(node)) => (NODES, u64::from(node.0) + 1),
        Some(Address::Client(client)) => (CLIENTS, u64::from(client.0) + 1),
        None => (WORLD, 1),
    }
}

/// What stands on the span: the first word of a message tells which it is.
fn name(record: &Record) -> String {
    let first = record.text.split([' ', '(', '{']).next().unwrap_or_default();
    match (record.kind, first) {
        (Kind::Send | Kind::Deliver | Kind::Event | Kind::Timer, first) if !first.is_empty() => {
            format!("{} {first}", word(record.kind))
        }
        (kind, _) => word(kind).to_owned(),
    }
}

fn micros(at: Time) -> f64 {
    nanos_as_micros(at.as_nanos())
}

/// Exact for a century of virtual time to the nanosecond is more than a double holds; for a month it holds it.
fn nanos_as_micros(nanos: u64) -> f64 {
    nanos as f64 / 1_000.0
}
