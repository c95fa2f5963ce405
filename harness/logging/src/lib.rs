//! What systems and libraries log with `tracing`, heard for the trace of a run.
//!
//! ```text
//!  node's step ── tracing::info! ──▶ [`Heard`] ──▶ lines ──▶ whoever keeps the trace: which moment, whose step
//! ```
//!
//! A log knows no virtual time and no node; the engine that lets a node take its step does. So a line waits here until the
//! engine asks for it, through [`Logs`]. Each run hears on its own thread alone, so runs at once do not mix; while nobody
//! listens, a log costs what `tracing` makes it cost: a look at one number.
//!
//! Nothing here knows an engine, a clock or a terminal.
//!
//! ```
//! use stormglass_logging::{Directives, Listener};
//!
//! let directives: Directives = "info,my_store=debug".parse()?;
//! let listener = Listener::new(&directives);
//! listener.hear(|| tracing::info!(term = 3, "became leader"));
//! assert!(listener.logs().take()[0].ends_with("became leader term=3"));
//! # Ok::<(), stormglass_logging::Senseless>(())
//! ```

mod attention;
mod layer;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use stormglass_core::trace::Logs;
use tracing::Dispatch;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{EnvFilter, Registry};

use attention::Attention;
pub use layer::{Heard, Lines};

/// What is to be heard: `info`, `my_store=debug,warn`, `[election]=trace`, as in `RUST_LOG`. Read them before the first run:
/// from then on every line of code is ready to be heard, on whichever thread it runs first.
#[derive(Clone, Debug)]
pub struct Directives {
    text: String,
    _attention: Attention,
}

/// Why directives make no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Senseless(String);

/// Hears what the code logs that it runs.
pub struct Listener {
    dispatch: Dispatch,
    lines: Arc<Lines>,
}

impl Directives {
    fn filter(&self) -> EnvFilter {
        EnvFilter::builder().parse(&self.text).expect("directives were read before")
    }
}

impl FromStr for Directives {
    type Err = Senseless;

    fn from_str(text: &str) -> Result<Directives, Senseless> {
        let senseless = |why: String| {
            Senseless(format!("`{text}` are no directives: {why}; write info, or my_store=debug,warn"))
        };
        if text.trim().is_empty() {
            return Err(senseless("nothing would be heard".to_owned()));
        }
        EnvFilter::builder().parse(text).map_err(|error| senseless(error.to_string()))?;
        Ok(Directives { text: text.to_owned(), _attention: Attention::new() })
    }
}

impl fmt::Display for Directives {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Directives {
    fn eq(&self, other: &Directives) -> bool {
        self.text == other.text
    }
}

impl Eq for Directives {}

impl fmt::Display for Senseless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Senseless {}

impl Listener {
    /// One that hears what these directives let through.
    #[must_use]
    pub fn new(directives: &Directives) -> Listener {
        let lines = Arc::new(Lines::default());
        let subscriber = Registry::default().with(Heard::new(lines.clone())).with(directives.filter());
        Listener { dispatch: Dispatch::new(subscriber), lines }
    }

    /// Runs the code, and hears what it logs on this thread.
    pub fn hear<R>(&self, code: impl FnOnce() -> R) -> R {
        tracing::dispatcher::with_default(&self.dispatch, code)
    }

    /// What was heard, for whoever keeps a trace.
    #[must_use]
    pub fn logs(&self) -> Arc<dyn Logs> {
        self.lines.clone()
    }
}
