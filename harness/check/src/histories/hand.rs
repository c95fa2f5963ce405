//! Histories by hand, for the tests of this folder.

use stormglass_core::history::{History, OperationId, Outcome};
use stormglass_core::id::{ClientId, ProcessId};
use stormglass_core::time::Time;

/// A process, what it asked and what came of it, and the milliseconds of its invocation and completion.
pub(super) type Line<O, R> = (u64, O, Outcome<R>, u64, u64);

/// A history; lines stand in order of invocation. At equal times invocations come first. A completion at `u64::MAX` never
/// comes.
pub(super) fn history<O: Clone, R: Clone>(lines: &[Line<O, R>]) -> History<O, R> {
    let mut moments = Vec::new();
    for (index, (_, _, _, invoked, completed)) in lines.iter().enumerate() {
        moments.push((*invoked, false, index));
        if *completed != u64::MAX {
            moments.push((*completed, true, index));
        }
    }
    moments.sort_unstable();
    let mut history = History::new();
    for (at, completes, index) in moments {
        let (process, op, outcome, ..) = lines[index].clone();
        let at = Time::from_nanos(at * 1_000_000);
        if completes {
            history.complete(OperationId(index), outcome, None, at);
        } else {
            let id = history.invoke(ProcessId(process), ClientId(process as u32), op, at);
            assert_eq!(id.0, index, "list lines in order of invocation");
        }
    }
    history
}

/// Lines one after another, a millisecond each.
pub(super) fn serial<O: Clone, R: Clone>(lines: &[(u64, O, Outcome<R>)]) -> History<O, R> {
    let line = |(index, (process, op, outcome)): (usize, &(u64, O, Outcome<R>))| {
        (*process, op.clone(), outcome.clone(), 2 * index as u64, 2 * index as u64 + 1)
    };
    history(&lines.iter().enumerate().map(line).collect::<Vec<_>>())
}

/// Of unknown outcome.
pub(super) fn info<R>() -> Outcome<R> {
    Outcome::Info("timed out".into())
}

/// Failed.
pub(super) fn fail<R>() -> Outcome<R> {
    Outcome::Fail("refused".into())
}
