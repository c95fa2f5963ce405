//! What keeps `tracing` from forgetting that somebody may listen.
//!
//! `tracing` remembers of each line of code, once for the whole process, whether anybody wants to hear it. With a single
//! subscriber it asks the thread that comes to the line first: one without a listener answers never, and a run on another
//! thread goes unheard. While two subscribers live that want to be asked each time, nothing is remembered.

use std::fmt;

use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Dispatch, Event, Metadata, Subscriber};

/// Two who hear nothing and want to be asked always, for as long as this lives.
#[derive(Clone)]
pub(crate) struct Attention {
    _pair: [Dispatch; 2],
}

impl Attention {
    pub(crate) fn new() -> Attention {
        Attention { _pair: [Dispatch::new(Undecided), Dispatch::new(Undecided)] }
    }
}

impl fmt::Debug for Attention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attention")
    }
}

struct Undecided;

impl Subscriber for Undecided {
    fn register_callsite(&self, _metadata: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        false
    }
    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _span: &Id, _values: &Record<'_>) {}
    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}
    fn event(&self, _event: &Event<'_>) {}
    fn enter(&self, _span: &Id) {}
    fn exit(&self, _span: &Id) {}
}
