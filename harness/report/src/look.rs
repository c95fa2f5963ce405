//! How one member of a cluster stands at one moment, as a page.

use std::fmt::Write;

use stormglass_core::clock::EPOCH;
use stormglass_core::time::Time;
use stormglass_kernel::{FileLook, Look, Standing};

/// One line: who, as what, what waits.
#[must_use]
pub fn look_line(look: &Look) -> String {
    let part = look.role.map(|role| format!("{}, ", role.0)).unwrap_or_default();
    let standing = match look.standing {
        Standing::Awake => "awake",
        Standing::Still => "paused or at work",
        Standing::Down => "down",
    };
    let mut line = format!("{:<5} {part}{standing}", look.whom.to_string());
    if let Some((since, op)) = &look.open {
        write!(line, "; waits for {op} since {since}").expect(INFALLIBLE);
    }
    for (count, what) in [
        (look.inbox.len(), "in its inbox"),
        (look.coming.len(), "on the way"),
        (look.held.len(), "held back"),
    ] {
        if count > 0 {
            write!(line, "; {count} {what}").expect(INFALLIBLE);
        }
    }
    line
}

/// All of it, without a newline at its end.
#[must_use]
pub fn look_page(look: &Look, now: Time) -> String {
    let mut page = format!("{}\n", look_line(look));
    let since_epoch = Time::ZERO + look.wall.since(EPOCH);
    if (look.monotonic, since_epoch) != (now, now) {
        writeln!(page, "  clocks   monotonic {}, wall {since_epoch}", look.monotonic).expect(INFALLIBLE);
    }
    list(&mut page, "inbox", look.inbox.iter().cloned());
    list(&mut page, "on the way", look.coming.iter().map(timed));
    list(&mut page, "held back", look.held.iter().cloned());
    list(&mut page, "timers", look.timers.iter().map(timed));
    list(&mut page, "disk", look.files.iter().map(file));
    if let Some(state) = &look.state {
        list(&mut page, "state", state.lines().map(str::to_owned));
    }
    page.truncate(page.trim_end().len());
    page
}

fn list(page: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    for (place, line) in lines.enumerate() {
        if place == 0 {
            writeln!(page, "  {title}").expect(INFALLIBLE);
        }
        writeln!(page, "    {line}").expect(INFALLIBLE);
    }
}

fn timed((at, what): &(Time, String)) -> String {
    format!("{at:>10}  {what}")
}

fn file(file: &FileLook) -> String {
    let FileLook { name, cached, durable } = file;
    match durable {
        Some(durable) if durable == cached => format!("{name}: {cached} bytes, all durable"),
        Some(durable) => {
            format!("{name}: {cached} bytes, of which a crash would leave {durable} for certain")
        }
        None => format!("{name}: {cached} bytes, and its name is not durable"),
    }
}

const INFALLIBLE: &str = "a string takes every text";
