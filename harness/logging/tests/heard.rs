//! What is heard, of whom, and of whom not.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Barrier;
use std::thread;

use stormglass_logging::{Directives, Listener};

fn listener(directives: &str) -> Listener {
    Listener::new(&directives.parse::<Directives>().unwrap())
}

/// A line says how grave it is, who says it, in which spans, what, and with which values.
#[test]
fn a_line_is_an_event_with_its_spans() {
    let listener = listener("debug");
    listener.hear(|| {
        let span = tracing::info_span!("election", term = 3, won = tracing::field::Empty);
        let _inside = span.enter();
        tracing::debug!(from = "n2", "a vote");
        span.record("won", true);
        tracing::info!(target: "raft", votes = 2);
        tracing::trace!("too quiet");
    });
    let lines = listener.logs().take();
    assert_eq!(
        lines,
        [
            "DEBUG heard: election{term=3}: a vote from=\"n2\"",
            "INFO raft: election{term=3 won=true}: votes=2"
        ]
    );
    assert_eq!(listener.logs().take(), Vec::<String>::new());
}

/// Directives let through what they say, by module and level.
#[test]
fn directives_are_kept() {
    for (directives, heard) in
        [("warn", 1), ("raft=info", 1), ("raft=info,warn", 2), ("trace", 3), ("off", 0)]
    {
        let listener = listener(directives);
        listener.hear(|| {
            tracing::info!(target: "raft", "one");
            tracing::warn!(target: "disk", "two");
            tracing::trace!(target: "net", "three");
        });
        assert_eq!(listener.logs().take().len(), heard, "{directives}");
    }
    for wrong in ["", "raft=loud", "a=b=c"] {
        let why = wrong.parse::<Directives>().unwrap_err().to_string();
        assert!(why.contains("are no directives"), "{why}");
    }
}

/// Listeners of threads that run at once, with other directives for the same lines of code, hear their own and all of it;
/// whoever does not listen is not heard.
#[test]
fn listeners_on_threads_do_not_mix() {
    const LINES: u64 = 2_000;
    let barrier = Barrier::new(3);
    let run = |directives: Option<&str>| {
        let say = || {
            for line in 0..LINES {
                tracing::info!(line, "said");
                tracing::debug!(line, "murmured");
            }
        };
        let listener = listener(directives.unwrap_or("off"));
        barrier.wait();
        match directives {
            Some(_) => listener.hear(say),
            None => say(),
        }
        listener.logs().take()
    };
    let run = &run;
    let [quiet, loud, deaf] = thread::scope(|scope| {
        let all = [Some("info"), Some("debug"), None].map(|directives| scope.spawn(move || run(directives)));
        all.map(|one| one.join().unwrap())
    });
    assert_eq!((quiet.len() as u64, loud.len() as u64, deaf.len()), (LINES, LINES * 2, 0));
    assert!(quiet.iter().all(|line| line.contains("said")));
}
