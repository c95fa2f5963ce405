//! From events to a history: each completion finds its invocation.
//!
//! It knows the order of events and nothing of what operations mean.

use std::collections::BTreeMap;

use stormglass_core::history::{History, OperationId, Outcome, Reason};
use stormglass_core::id::{ClientId, ProcessId};
use stormglass_core::time::Time;

use crate::event::{Event, Kind, Process};
use crate::mistake::{Mistake, Place};
use crate::names::Names;
use crate::vocabulary::Vocabulary;

/// A history under construction.
pub(crate) struct Assembler<V: Vocabulary> {
    vocabulary: V,
    names: Names,
    history: History<V::Op, V::Ret>,
    threads: BTreeMap<Process, Thread>,
    processes: u64,
    time: (u64, Option<Place>),
    index: Option<(i128, Place)>,
}

/// What a process of the file is doing.
struct Thread {
    client: ClientId,
    process: ProcessId,
    open: Option<Open>,
}

struct Open {
    id: OperationId,
    f: Option<String>,
    place: Place,
}

/// The first client number for processes that are words; numbers stay what they are below it.
const WORDS: u32 = 4_000_000_000;

impl<V: Vocabulary> Assembler<V> {
    pub(crate) fn new(vocabulary: V) -> Assembler<V> {
        Assembler {
            vocabulary,
            names: Names::default(),
            history: History::new(),
            threads: BTreeMap::new(),
            processes: 0,
            time: (0, None),
            index: None,
        }
    }

    /// Adds one event.
    pub(crate) fn add(&mut self, event: &Event) -> Result<(), Mistake> {
        let at = self.moment(event)?;
        match event.kind {
            Kind::Invoke => self.invoke(event, at),
            Kind::Ok | Kind::Fail | Kind::Info => self.complete(event, at),
        }
    }

    pub(crate) fn finish(self) -> (History<V::Op, V::Ret>, Names) {
        (self.history, self.names)
    }

    /// The event's time, which must not be before that of the one above it. Without a time of its own it happened
    /// when that one did.
    fn moment(&mut self, event: &Event) -> Result<Time, Mistake> {
        if let Some(index) = event.index {
            if let Some((last, place)) = self.index.filter(|&(last, _)| index <= last) {
                let expected = format!("an index above {last}, which stands at {place}");
                return Err(Mistake { place: event.place, found: format!("index {index}"), expected });
            }
            self.index = Some((index, event.place));
        }
        if let Some(time) = event.time {
            if let (last, Some(place)) = self.time
                && time < last
            {
                let expected = format!("a time not before {last}, the one at {place}");
                return Err(Mistake { place: event.place, found: format!("time {time}"), expected });
            }
            self.time = (time, Some(event.place));
        }
        Ok(Time::from_nanos(self.time.0))
    }

    fn invoke(&mut self, event: &Event, at: Time) -> Result<(), Mistake> {
        let words = self.threads.len();
        let fresh = ProcessId(self.processes);
        let thread = self.threads.entry(event.process.clone()).or_insert_with(|| {
            self.processes += 1;
            let client = match event.process {
                Process::Number(number) => u32::try_from(number).ok().filter(|&number| number < WORDS),
                Process::Name(_) => None,
            };
            let client = client.unwrap_or(WORDS.saturating_add(u32::try_from(words).unwrap_or(u32::MAX)));
            Thread { client: ClientId(client), process: fresh, open: None }
        });
        if let Some(open) = &thread.open {
            let found = format!("a second invocation by process {}", event.process);
            let expected = format!("the completion of its operation invoked at {}", open.place);
            return Err(Mistake { place: event.place, found, expected });
        }
        let op = self.vocabulary.op(&mut self.names, event)?;
        let id = self.history.invoke(thread.process, thread.client, op, at);
        thread.open = Some(Open { id, f: event.f.clone(), place: event.place });
        Ok(())
    }

    fn complete(&mut self, event: &Event, at: Time) -> Result<(), Mistake> {
        let thread = self.threads.get_mut(&event.process);
        let Some((thread, open)) = thread.and_then(|thread| thread.open.take().map(|open| (thread, open)))
        else {
            return Err(Mistake {
                place: event.place,
                found: format!("a completion by process {}", event.process),
                expected: "an invocation by it first".to_owned(),
            });
        };
        if let (Some(asked), Some(ended)) = (&open.f, &event.f)
            && asked != ended
        {
            return Err(Mistake {
                place: event.place,
                found: format!("the completion of `{ended}`"),
                expected: format!(
                    "that of `{asked}`, which process {} invoked at {}",
                    event.process, open.place
                ),
            });
        }
        let op = &self.history.operation(open.id).op;
        let why = |otherwise: &'static str| event.error.clone().map_or(otherwise.into(), Reason::from);
        let outcome = match event.kind {
            Kind::Ok => Outcome::Ok(self.vocabulary.ret(&mut self.names, op, event)?),
            Kind::Fail => match self.vocabulary.refused(&mut self.names, op, event)? {
                Some(ret) => Outcome::Ok(ret),
                None => Outcome::Fail(why("failed")),
            },
            Kind::Info | Kind::Invoke => Outcome::Info(why("of unknown outcome")),
        };
        if event.kind == Kind::Info {
            // The process is for ever inside that operation; what follows under its name is a new one.
            thread.process = ProcessId(self.processes);
            self.processes += 1;
        }
        self.history.complete(open.id, outcome, None, at);
        Ok(())
    }
}

impl std::fmt::Display for Process {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Process::Number(number) => write!(f, "{number}"),
            Process::Name(name) => f.write_str(name),
        }
    }
}
