//! The trace: what is written down when one is kept. None of it touches what happens.

use std::sync::Arc;

use stormglass_core::context::Effect;
use stormglass_core::id::Address;
use stormglass_core::random::CausalId;
use stormglass_core::system::System;
use stormglass_core::time::Time;
use stormglass_core::trace::{Kind, Logs, Record, Trace};
use stormglass_plan::engine::Tracing;

use crate::world::World;

/// A trace that is being written.
#[derive(Clone)]
pub(crate) struct Notebook {
    trace: Trace,
    /// Not [`Tracing::Off`].
    wanted: Tracing,
    /// Where to ask what was logged.
    pub(crate) logs: Option<Arc<dyn Logs>>,
    /// Whose step it is at the moment, or was last: what was logged is its.
    step: Option<(Time, Address, CausalId)>,
}

impl Notebook {
    pub(crate) fn new(wanted: Tracing) -> Option<Notebook> {
        let notebook = Notebook { trace: Trace::default(), wanted, logs: None, step: None };
        (wanted != Tracing::Off).then_some(notebook)
    }

    /// What stands in it, which is then forgotten.
    pub(crate) fn take(&mut self) -> Vec<Record> {
        self.take_logs();
        std::mem::take(&mut self.trace.records)
    }

    pub(crate) fn into_trace(mut self) -> Trace {
        self.take_logs();
        self.trace
    }

    fn write(&mut self, record: Record) {
        self.take_logs();
        if is_input(record.kind)
            && let Some(whom) = record.whom
        {
            self.step = Some((record.at, whom, record.id));
        }
        if self.wanted == Tracing::On || is_told(record.kind) {
            self.trace.records.push(record);
        }
    }

    /// What has been logged since the last record was: a step's input is written down before the step, what comes of it
    /// after it.
    fn take_logs(&mut self) {
        let Some(logs) = &self.logs else { return };
        let (at, whom, id) = match self.step {
            Some((at, whom, id)) => (at, Some(whom), id),
            None => (Time::ZERO, None, CausalId::from_u64(0)),
        };
        let record = |text| Record { at, whom, peer: None, kind: Kind::Log, id, cause: id, text };
        self.trace.records.extend(logs.take().into_iter().map(record));
    }
}

/// Whether a step follows.
const fn is_input(kind: Kind) -> bool {
    matches!(kind, Kind::Start | Kind::Deliver | Kind::Timer | Kind::Sync | Kind::Invoke)
}

/// Whether stories speak of it.
const fn is_told(kind: Kind) -> bool {
    matches!(kind, Kind::Start | Kind::Crash | Kind::Fault | Kind::Phase | Kind::Event | Kind::Log)
}

impl<S: System> World<S> {
    /// Writes a record, if a trace is kept. The text is made only then.
    #[inline(always)]
    pub(crate) fn record(&mut self, note: impl FnOnce(&Self) -> Record) {
        if self.trace.is_some() {
            self.record_traced(note);
        }
    }

    #[cold]
    #[inline(never)]
    fn record_traced(&mut self, note: impl FnOnce(&Self) -> Record) {
        let record = note(self);
        if let Some(notebook) = &mut self.trace {
            notebook.write(record);
        }
    }

    /// A step of this host follows, of which no record tells.
    pub(crate) fn record_step(&mut self, host: u32, id: CausalId) {
        let (at, whom) = (self.now, self.address(host));
        if let Some(notebook) = &mut self.trace {
            notebook.take_logs();
            notebook.step = Some((at, whom, id));
        }
    }

    /// What a step asked for, where no other place writes it down.
    pub(crate) fn record_effect(&mut self, host: u32, cause: CausalId, id: CausalId, effect: &Effect<S>) {
        match effect {
            Effect::Send { to, message } => self.record(|world| Record {
                peer: Some(*to),
                ..world.about(host, Kind::Send, id, cause, format!("{message:?}"))
            }),
            Effect::Emit(event) => {
                self.record(|world| world.about(host, Kind::Event, id, cause, format!("{event:?}")));
            }
            Effect::SetTimer { timer, .. } if self.trace.is_some() => self.origins.set(host, *timer, cause),
            Effect::Sync { .. } if self.trace.is_some() => self.origins.come(id, cause),
            _ => {}
        }
    }

    /// A message is lost on its way to `to`, or before its gate.
    pub(crate) fn record_drop(&mut self, from: Address, to: u32, id: CausalId, cause: CausalId, why: &str) {
        self.record(|world| Record {
            whom: Some(from),
            peer: Some(world.address(to)),
            ..world.about(to, Kind::Drop, id, cause, why.to_owned())
        });
    }

    /// A record about one host.
    pub(crate) fn about(&self, host: u32, kind: Kind, id: CausalId, cause: CausalId, text: String) -> Record {
        Record { at: self.now, whom: Some(self.address(host)), peer: None, kind, id, cause, text }
    }

    /// A record about the world as a whole.
    pub(crate) fn note(&self, kind: Kind, id: CausalId, text: String) -> Record {
        Record { at: self.now, whom: None, peer: None, kind, id, cause: id, text }
    }
}
