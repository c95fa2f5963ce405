//! The words of a panic in an application's task, which tokio keeps to itself when it shuts a runtime down.
//!
//! A panic hook is the process's: the one here is set once, hears only threads that listen, and hands everything else to the hook
//! that was there before.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use stormglass_core::verdict::place;
use tokio::runtime::{Handle, Id};

const WORDLESS: &str = "a panic without words";

static HOOK: Once = Once::new();

thread_local! {
    static HEARD: RefCell<Option<Heard>> = const { RefCell::new(None) };
}

#[derive(Default)]
struct Heard {
    /// Whose runtime is whose.
    hosts: BTreeMap<String, usize>,
    /// The first panic.
    first: Option<Panic>,
}

/// A panic in one host's task.
#[derive(Default)]
pub(crate) struct Panic {
    /// Whose it was, if that is known.
    pub(crate) host: Option<usize>,
    /// What it said.
    pub(crate) words: String,
    /// Where in the code.
    pub(crate) place: Option<String>,
}

/// As long as it lives, panics of this thread are kept and not printed.
#[must_use]
pub(crate) struct Ear(());

impl Drop for Ear {
    fn drop(&mut self) {
        HEARD.with_borrow_mut(|heard| *heard = None);
    }
}

/// Listens to the panics of this thread.
pub(crate) fn listen() -> Ear {
    HOOK.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |info| {
            if !hear(info) {
                before(info);
            }
        }));
    });
    HEARD.with_borrow_mut(|heard| *heard = Some(Heard::default()));
    Ear(())
}

/// Runs `work`; what anybody panicked with meanwhile is answered, in the words of whoever was first, and whoever caught it: tokio keeps
/// the panics of tasks to itself.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, Panic> {
    let done = catch_unwind(AssertUnwindSafe(work));
    match (done, heard()) {
        (_, Some(first)) => Err(first),
        (Ok(done), None) => Ok(done),
        (Err(_), None) => Err(Panic { words: WORDLESS.to_owned(), ..Panic::default() }),
    }
}

/// Forgets what was panicked with until now: what a program does while its engine takes it away, a machine without power does not.
pub(crate) fn forget() {
    drop(heard());
}

fn heard() -> Option<Panic> {
    HEARD.with_borrow_mut(|heard| heard.as_mut()?.first.take())
}

/// The host whose task calls runs on this runtime from now on.
pub(crate) fn here(host: usize) {
    let id = name(Handle::current().id());
    HEARD.with_borrow_mut(|heard| heard.get_or_insert_default().hosts.insert(id, host));
}

fn name(id: Id) -> String {
    id.to_string()
}

/// Keeps the first panic of a thread that listens.
fn hear(info: &PanicHookInfo<'_>) -> bool {
    let runtime = Handle::try_current().ok().map(|handle| name(handle.id()));
    let hears = HEARD.try_with(|heard| {
        let mut heard = heard.try_borrow_mut().ok()?;
        let heard = heard.as_mut()?;
        if heard.first.is_none() {
            let host = runtime.and_then(|runtime| heard.hosts.get(&runtime).copied());
            let words = info.payload_as_str().unwrap_or(WORDLESS).to_owned();
            let place = info.location().map(place);
            heard.first = Some(Panic { host, words, place });
        }
        Some(())
    });
    matches!(hears, Ok(Some(())))
}
