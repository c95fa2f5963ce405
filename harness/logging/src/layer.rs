//! The layer: each event becomes a line, with the spans that it stands in.

use std::fmt::{self, Write};
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use stormglass_core::trace::Logs;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, Scope};

const INFALLIBLE: &str = "a string takes every text";

/// Lines that nobody has asked for yet.
#[derive(Debug, Default)]
pub struct Lines(Mutex<Vec<String>>);

/// A layer that hears events. Put it on a registry of your own, if [`Listener`](crate::Listener) is not what you need.
#[derive(Clone, Debug)]
pub struct Heard {
    lines: Arc<Lines>,
}

/// What a span was opened with.
struct Opened(String);

impl Heard {
    /// A layer whose lines are left there.
    #[must_use]
    pub const fn new(lines: Arc<Lines>) -> Heard {
        Heard { lines }
    }
}

impl Logs for Lines {
    fn take(&self) -> Vec<String> {
        // Code that panicked while it logged has left its line or not: both are sound.
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<S> Layer<S> for Heard
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, cx: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = cx.span(id) {
            span.extensions_mut().insert(Opened(fields.others));
        }
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, cx: Context<'_, S>) {
        let mut fields = Fields::default();
        record.record(&mut fields);
        if let Some(span) = cx.span(id)
            && let Some(Opened(opened)) = span.extensions_mut().get_mut()
        {
            opened.push_str(&fields.others);
        }
    }

    fn on_event(&self, event: &Event<'_>, cx: Context<'_, S>) {
        let metadata = event.metadata();
        let mut line = format!("{} {}:", metadata.level(), metadata.target());
        for span in cx.event_scope(event).into_iter().flat_map(Scope::from_root) {
            write!(line, " {}", span.name()).expect(INFALLIBLE);
            if let Some(Opened(fields)) = span.extensions().get()
                && !fields.is_empty()
            {
                write!(line, "{{{}}}", fields.trim_start()).expect(INFALLIBLE);
            }
            line.push(':');
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        if !fields.message.is_empty() {
            write!(line, " {}", fields.message).expect(INFALLIBLE);
        }
        line.push_str(&fields.others);
        self.lines.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

/// Fields as text: the message apart, each of the others with a space before it.
#[derive(Default)]
struct Fields {
    message: String,
    others: String,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.others, " {name}={value:?}"),
        }
        .expect(INFALLIBLE);
    }
}
