//! One who listens, and one who does not and comes first: alone in its process, because what `tracing` remembers of a line of
//! code is the process's.

use std::thread;

use stormglass_logging::{Directives, Listener};

fn say() {
    tracing::info!("said");
}

/// A line that a thread without a listener came to first is heard by the one listener there is.
#[test]
fn a_line_that_somebody_deaf_came_to_first_is_heard() {
    let directives: Directives = "info".parse().expect("these are directives");
    let listener = Listener::new(&directives);
    listener.hear(|| {
        thread::scope(|scope| scope.spawn(say).join()).expect("nothing panics");
        say();
    });
    assert_eq!(listener.logs().take().len(), 1);
}
