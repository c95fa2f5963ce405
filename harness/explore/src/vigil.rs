//! Real time: names the seed of a run that takes far too long.
//!
//! A step that never ends cannot be ended from outside, and in CI nobody sees more of it than a job that was stopped. So whoever
//! runs seeds for people keeps a vigil: what is still running after a while is told, and told again each time it has doubled. It
//! decides nothing, and changes no result.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use stormglass_core::random::Seed;

/// So long a run may take until it is told of.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A run that is not at its end.
#[derive(Clone, Debug)]
pub struct Late {
    /// The scenario.
    pub scenario: String,
    /// What runs it.
    pub engine: &'static str,
    /// The seed.
    pub seed: Seed,
    /// How long it has run, in real time.
    pub for_so_long: Duration,
}

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Late { scenario, engine, seed, for_so_long } = self;
        write!(
            f,
            "{scenario}, seed {seed}, on {engine}: still not at its end after {for_so_long:.0?} of real time; a loop in a node or a \
             client that waits for a clock never ends, as time stands still while it runs: `stormglass replay {scenario} --seed {seed}`"
        )
    }
}

static VIGIL: OnceLock<Vigil> = OnceLock::new();

struct Vigil {
    patience: Duration,
    next: AtomicU64,
    running: Mutex<BTreeMap<u64, Running>>,
}

struct Running {
    since: Instant,
    /// When it is told of.
    patience: Duration,
    late: Late,
}

/// From now on, until the process ends, `tell` hears of every run that takes longer than `patience`. The first call counts.
pub fn keep(patience: Duration, tell: impl Fn(&Late) + Send + 'static) {
    let mut first = false;
    let vigil = VIGIL.get_or_init(|| {
        first = true;
        Vigil { patience, next: AtomicU64::new(0), running: Mutex::default() }
    });
    if first {
        let look = move || {
            loop {
                #[expect(clippy::disallowed_methods, reason = "it is real time that is watched, and no run")]
                thread::sleep(patience / 4);
                vigil.late().iter().for_each(&tell);
            }
        };
        // Without room for a thread there is nobody to watch: no reason to run nothing.
        drop(thread::Builder::new().name("stormglass-vigil".to_owned()).spawn(look));
    }
}

/// Watches a run until what this answers is dropped.
pub(crate) fn watch(scenario: &str, engine: &'static str, seed: Seed) -> Option<Watched> {
    let vigil = VIGIL.get()?;
    let number = vigil.next.fetch_add(1, Ordering::Relaxed);
    let late = Late { scenario: scenario.to_owned(), engine, seed, for_so_long: Duration::ZERO };
    vigil.running().insert(number, Running { since: now(), patience: vigil.patience, late });
    Some(Watched { vigil, number })
}

/// A run that goes on.
pub(crate) struct Watched {
    vigil: &'static Vigil,
    number: u64,
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.vigil.running().remove(&self.number);
    }
}

impl Vigil {
    fn running(&self) -> MutexGuard<'_, BTreeMap<u64, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What has taken too long, once for each doubling.
    fn late(&self) -> Vec<Late> {
        let now = now();
        let mut running = self.running();
        let late = running.values_mut().filter_map(|run| {
            let for_so_long = now.saturating_duration_since(run.since);
            (for_so_long >= run.patience).then(|| {
                run.patience = for_so_long * 2;
                Late { for_so_long, ..run.late.clone() }
            })
        });
        late.collect()
    }
}

#[expect(clippy::disallowed_methods, reason = "it is real time that is watched, and no run")]
fn now() -> Instant {
    Instant::now()
}
