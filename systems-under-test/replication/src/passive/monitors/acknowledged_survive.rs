//! No promotion loses what was acknowledged above the level of the primary alone: the log of the primary of the latest
//! epoch holds all of it, from its first moment on.
//!
//! What was acknowledged at that level may be lost; how much is measured over what clients saw, not here.

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::{log_of, violated};
use crate::passive::types::{Epoch, Level, Lsn};
use crate::passive::{Event, Passive};

/// Remembers who served last, and the furthest acknowledgement: the log up to there holds all others.
#[derive(Clone, Debug, Default)]
pub(super) struct AcknowledgedSurvive {
    latest: Option<(Epoch, NodeId)>,
    furthest: Option<Promise>,
}

#[derive(Clone, Copy, Debug)]
struct Promise {
    lsn: Lsn,
    digest: u64,
    level: Level,
    by: NodeId,
    epoch: Epoch,
    at: Time,
}

impl AcknowledgedSurvive {
    fn judge(&self, at: Time, promise: Option<Promise>, world: &dyn View<Passive>) -> Verdict {
        let (Some((latest, primary)), Some(promise)) = (self.latest, promise) else {
            return Verdict::Ok;
        };
        let Some(log) = log_of(world, primary) else { return Verdict::Ok };
        let Promise { lsn, digest, level, by, epoch, at: when } = promise;
        let instead = match log.digest(lsn) {
            Some(held) if held == digest => return Verdict::Ok,
            Some(_) => "has another log up to there".to_owned(),
            None => format!("has a log that ends at {}", log.last_index()),
        };
        let summary = format!(
            "entry {lsn}, which {by} acknowledged in epoch {epoch} at {when} as {level}, is lost: {primary}, the primary \
             of epoch {latest}, {instead}"
        );
        violated(self.name(), at, format!("lsn {lsn}"), summary, Vec::new())
    }
}

impl Monitor<Passive> for AcknowledgedSurvive {
    fn name(&self) -> &'static str {
        "acknowledged-survive"
    }

    fn about(&self) -> &'static str {
        "every primary holds all that was acknowledged before above the level of a primary alone"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, world: &dyn View<Passive>) -> Verdict {
        match *event {
            Event::BecamePrimary { epoch } if self.latest.is_none_or(|(latest, _)| epoch > latest) => {
                self.latest = Some((epoch, node));
                self.judge(at, self.furthest, world)
            }
            Event::Acknowledged { epoch, lsn, digest, level, .. } if level > Level::Primary => {
                let promise = Promise { lsn, digest, level, by: node, epoch, at };
                if self.furthest.is_none_or(|furthest| lsn > furthest.lsn) {
                    self.furthest = Some(promise);
                }
                self.judge(at, Some(promise), world)
            }
            Event::Rewound { .. } | Event::Started { .. } => self.judge(at, self.furthest, world),
            _ => Verdict::Ok,
        }
    }

    fn on_end(&mut self, at: Time, world: &dyn View<Passive>) -> Verdict {
        self.judge(at, self.furthest, world)
    }
}
