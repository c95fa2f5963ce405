//! A judge of histories, with its name and what it is there for.

use std::collections::BTreeSet;

use stormglass_core::history::{History, OperationId};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

/// From a history to a verdict.
pub type Check<O, R> = dyn Fn(&History<O, R>) -> Verdict + Send + Sync;

/// Which acknowledged writes were lost, judged by what was read from a moment on.
pub type Losses<O, R> = dyn Fn(&History<O, R>, Time) -> BTreeSet<OperationId> + Send + Sync;

/// One check over what the clients saw.
pub struct Judge<O, R> {
    /// What `list checks` and `checks = […]` call it; its verdicts carry the same name.
    pub name: &'static str,
    /// What must hold, in one sentence.
    pub about: &'static str,
    /// The check itself.
    pub judge: Box<Check<O, R>>,
}

/// A check as lists show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckInfo {
    /// What scenarios call it.
    pub name: &'static str,
    /// What must hold, in one sentence.
    pub about: &'static str,
}
