//! The trace: what is written down when one is kept. None of it touches what happens.

use stormglass_core::context::Effect;
use stormglass_core::id::Address;
use stormglass_core::random::CausalId;
use stormglass_core::system::System;
use stormglass_core::trace::{Kind, Record};

use crate::world::World;

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
        if let Some(trace) = &mut self.trace {
            trace.records.push(record);
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
