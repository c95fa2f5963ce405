//! `replay --at` and `replay --step`: how everybody stands at a moment, and a run event by event.

use std::io::{BufRead, Write};

use stormglass_core::id::Address;
use stormglass_core::time::{Duration, Time};
use stormglass_explore::Walk;
use stormglass_report::{look_line, look_page};

use crate::exit::{Ending, Mistake};
use crate::replay::print;

const HELP: &str = "\
Enter: the next event      b: back by one       2.1s: to that moment     end: to the end
n3, c0: how it stands      all: everybody       q: leave";

/// Prints how members stand at a moment: those asked for in full, or else everybody in a line.
///
/// # Errors
/// If nobody has such an address, or nothing can be printed.
pub(crate) fn at(
    walk: &mut dyn Walk,
    at: Duration,
    whom: &[Address],
    out: &mut dyn Write,
) -> Result<Ending, Mistake> {
    walk.to(Time::ZERO + at);
    print(out, &format!("{} after {} events", walk.now(), walk.events()))?;
    if whom.is_empty() {
        everybody(walk, out)?;
        print(out, "\n--node n1 shows one of them whole")?;
    }
    for &whom in whom {
        print(out, &format!("\n{}", stands(walk, whom).map_err(Mistake::new)?))?;
    }
    Ok(Ending::Ok)
}

/// Walks through a run as `commands` say, a line each.
///
/// # Errors
/// If commands cannot be read, or nothing can be printed.
pub(crate) fn step(
    walk: &mut dyn Walk,
    commands: &mut dyn BufRead,
    out: &mut dyn Write,
) -> Result<Ending, Mistake> {
    print(out, HELP)?;
    loop {
        write!(out, "{} event {}> ", walk.now(), walk.events())
            .and_then(|()| out.flush())
            .map_err(|error| Mistake::new(format!("nothing can be printed: {error}")))?;
        let mut command = String::new();
        let read = commands.read_line(&mut command);
        let read = read.map_err(|error| Mistake::new(format!("no command can be read: {error}")))?;
        if read == 0 || command.trim() == "q" {
            print(out, "")?;
            return Ok(Ending::Ok);
        }
        obey(walk, command.trim(), out)?;
    }
}

fn obey(walk: &mut dyn Walk, command: &str, out: &mut dyn Write) -> Result<(), Mistake> {
    match command {
        "" | "n" => match walk.forward() {
            true => events(walk, out),
            false => print(out, "the run is over"),
        },
        "b" => match walk.back() {
            true => events(walk, out),
            false => print(out, "this is the beginning"),
        },
        "end" => {
            walk.to(Time::MAX);
            everybody(walk, out)
        }
        "all" => everybody(walk, out),
        "?" | "help" => print(out, HELP),
        other => match (other.parse::<Address>(), other.parse::<Duration>()) {
            (Ok(whom), _) => match stands(walk, whom) {
                Ok(page) | Err(page) => print(out, &page),
            },
            (_, Ok(at)) => {
                walk.to(Time::ZERO + at);
                everybody(walk, out)
            }
            _ => print(out, &format!("`{other}` is no command\n{HELP}")),
        },
    }
}

fn events(walk: &dyn Walk, out: &mut dyn Write) -> Result<(), Mistake> {
    for record in walk.last() {
        print(out, &record.to_string())?;
    }
    Ok(())
}

fn everybody(walk: &dyn Walk, out: &mut dyn Write) -> Result<(), Mistake> {
    for look in walk.members().into_iter().filter_map(|whom| walk.look(whom)) {
        print(out, &look_line(&look))?;
    }
    Ok(())
}

/// The page of one, or why there is none.
fn stands(walk: &dyn Walk, whom: Address) -> Result<String, String> {
    let Some(look) = walk.look(whom) else {
        let members: Vec<String> = walk.members().iter().map(ToString::to_string).collect();
        return Err(format!("there is no {whom} here; there are {}", members.join(", ")));
    };
    Ok(look_page(&look, walk.now()))
}
