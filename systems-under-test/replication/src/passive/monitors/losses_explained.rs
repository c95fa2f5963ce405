//! What was acknowledged by a primary alone is lost only by a promotion in which that primary took no part.
//!
//! So a loss always has its cause: the primary could not be asked. How many writes and how much time that costs is
//! measured over what clients saw.

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::op::kv::KvOp;
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::{log_of, violated};
use crate::passive::members::{Group, Members};
use crate::passive::types::{Epoch, Level, Lsn};
use crate::passive::{Event, Passive};

/// Remembers what has been acknowledged at the lowest level and is not lost, and the last promotion.
#[derive(Clone, Debug, Default)]
pub(super) struct LossesExplained {
    kept: Vec<Promise>,
    latest: Option<(Epoch, Group)>,
}

#[derive(Clone, Copy, Debug)]
struct Promise {
    lsn: Lsn,
    digest: u64,
    op: KvOp,
    by: NodeId,
    epoch: Epoch,
}

fn unexplained(check: &str, at: Time, promise: &Promise, promotion: Epoch) -> Verdict {
    let Promise { lsn, op, by, epoch, .. } = promise;
    let summary = format!(
        "`{op}`, entry {lsn}, which {by} acknowledged in epoch {epoch}, is lost in epoch {promotion} although {by} took \
         part in that promotion"
    );
    violated(check, at, format!("lsn {lsn}"), summary, Vec::new())
}

impl LossesExplained {
    /// Another primary has been appointed: what its log does not have is lost.
    fn promoted(
        &mut self,
        at: Time,
        (epoch, primary, answered): (Epoch, NodeId, Group),
        world: &dyn View<Passive>,
    ) -> Verdict {
        // An arbiter that crashes right after an appointment says nothing of it: whoever promised before that epoch may have
        // lost in it what nobody can tell any more.
        let unseen = self.latest.is_none_or(|(latest, _)| latest.0 + 1 < epoch.0);
        self.kept.retain(|promise| !unseen || promise.epoch.0 + 1 >= epoch.0);
        self.latest = Some((epoch, answered));
        let Some(log) = log_of(world, primary) else { return Verdict::Ok };
        let members = Members::new(primary, world.cluster());
        let took_part = |id| members.only(id).without(answered) == Group::default();
        let lost = |promise: &Promise| log.digest(promise.lsn) != Some(promise.digest);
        let wrong = self.kept.iter().find(|promise| lost(promise) && took_part(promise.by)).copied();
        self.kept.retain(|promise| !lost(promise));
        wrong.map_or(Verdict::Ok, |promise| unexplained(self.name(), at, &promise, epoch))
    }
}

impl Monitor<Passive> for LossesExplained {
    fn name(&self) -> &'static str {
        "losses-explained"
    }

    fn about(&self) -> &'static str {
        "what a primary alone acknowledged is lost only by a promotion in which it took no part"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, world: &dyn View<Passive>) -> Verdict {
        match *event {
            Event::Appointed { epoch, primary, answered } => {
                self.promoted(at, (epoch, primary, answered), world)
            }
            Event::Acknowledged { epoch, lsn, digest, level: Level::Primary, op } => {
                let promise = Promise { lsn, digest, op, by: node, epoch };
                match self.latest {
                    // It has been replaced and goes on: that is lost from the first.
                    Some((latest, answered)) if latest > epoch => {
                        let own = Members::new(node, world.cluster()).only(node);
                        match own.without(answered) == Group::default() {
                            true => unexplained(self.name(), at, &promise, latest),
                            false => Verdict::Ok,
                        }
                    }
                    _ => {
                        self.kept.push(promise);
                        Verdict::Ok
                    }
                }
            }
            _ => Verdict::Ok,
        }
    }
}
