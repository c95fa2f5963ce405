//! Where in the code a panic was, which what it throws does not say.
//!
//! A panic hook is the process's: the one here is set once, notes the place for the thread that panics, and leaves everything else to the
//! hook that was there before.

use std::cell::RefCell;
use std::panic::{set_hook, take_hook};
use std::sync::Once;

use stormglass_core::verdict::place;

static HOOK: Once = Once::new();

thread_local! {
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From now on places are noted; what was noted before on this thread is forgotten.
pub(crate) fn note() {
    HOOK.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| {
            let here = panic.location().map(place);
            // A thread that ends may have no place for it any more.
            let _unnoted = PLACE.try_with(|noted| *noted.borrow_mut() = here);
            before(panic);
        }));
    });
    drop(noted());
}

/// Where this thread panicked last, if it did since places are noted.
pub(crate) fn noted() -> Option<String> {
    PLACE.with_borrow_mut(Option::take)
}
