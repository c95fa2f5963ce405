//! How histories of this lock are judged: sessions end by themselves, so being granted is not being held for ever.

use std::collections::BTreeMap;

use stormglass_check::histories::locks::{Holding, mutex};
use stormglass_core::history::{History, Operation, Outcome};
use stormglass_core::id::ClientId;
use stormglass_core::op::lock::{LockOp, LockRet};
use stormglass_core::time::Duration;
use stormglass_core::verdict::{Verdict, Violation};

type LockHistory = History<LockOp, LockRet>;
type LockOperation = Operation<LockOp, LockRet>;

/// Who acquires a lock has it for so long at least: his session was promised its whole time afterwards.
const PROMISED: Duration = Duration::from_secs(1);
const HELD: &str = "held-until-released";

/// Nobody gets a lock within a second of somebody else's getting it, unless that one gave it back.
pub(super) fn exclusive(history: &LockHistory) -> Verdict {
    mutex(history, Holding::AtMost(PROMISED))
}

/// Who is told that he has given a lock back has held it all the while: nobody else got it in between.
pub(super) fn held_until_released(history: &LockHistory) -> Verdict {
    let mut held: BTreeMap<(u64, ClientId), &LockOperation> = BTreeMap::new();
    for release in history.operations() {
        match (release.op, &release.outcome) {
            (LockOp::Acquire { lock }, Outcome::Ok(_)) => {
                held.insert((lock, release.client), release);
            }
            (LockOp::Release { lock }, outcome) => {
                let Some(acquire) = held.remove(&(lock, release.client)) else { continue };
                if outcome.ok().is_some()
                    && let Some(thief) =
                        history.operations().iter().find(|one| is_between(one, lock, acquire, release))
                {
                    return Verdict::Violated(thieved(lock, acquire, thief, release));
                }
            }
            _ => {}
        }
    }
    Verdict::Ok
}

/// Whether another client got the lock after it was acquired here and before it was given back here.
fn is_between(one: &LockOperation, lock: u64, acquire: &LockOperation, release: &LockOperation) -> bool {
    let (Some(acquired), Some(got)) = (acquire.completed, one.completed) else { return false };
    one.client != release.client
        && one.op == LockOp::Acquire { lock }
        && one.outcome.ok().is_some()
        && acquired < one.invoked
        && got < release.invoked
}

fn thieved(lock: u64, acquire: &LockOperation, thief: &LockOperation, release: &LockOperation) -> Violation {
    let summary = format!(
        "{} was told that it had given lock {lock} back, and {} had got it in between",
        release.client, thief.client
    );
    Violation {
        subject: Some(format!("lock {lock}")),
        at: release.completed.map(|moment| moment.at),
        evidence: [acquire, thief, release].map(ToString::to_string).to_vec(),
        ..Violation::new(HELD, summary)
    }
}
