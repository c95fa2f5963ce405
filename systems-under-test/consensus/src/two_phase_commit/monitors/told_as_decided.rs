//! Clients are told what was decided: a commit only once it is on the coordinator's disk, and an abort only of what never
//! commits, whether before or after they are told.

use std::collections::BTreeSet;

use stormglass_core::id::{ClientId, NodeId};
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::{Verdict, Violation};

use super::journals::Journals;
use crate::two_phase_commit::record::Record;
use crate::two_phase_commit::types::{Decision, Sequence};
use crate::two_phase_commit::{Event, TwoPhaseCommit};

/// A client's request.
type Request = (ClientId, Sequence);

/// Remembers which requests have committed, and of which a client was told that they have not.
#[derive(Clone, Debug, Default)]
pub(super) struct ToldAsDecided {
    journals: Journals,
    committed: BTreeSet<Request>,
    told_aborted: BTreeSet<Request>,
}

impl Monitor<TwoPhaseCommit> for ToldAsDecided {
    fn name(&self) -> &'static str {
        "told-as-decided"
    }

    fn about(&self) -> &'static str {
        "a client is told of a commit only once it is on disk, and of an abort only if the transaction never commits"
    }

    fn on_event(
        &mut self,
        at: Time,
        node: NodeId,
        event: &Event,
        world: &dyn View<TwoPhaseCommit>,
    ) -> Verdict {
        if node != world.cluster().nodes()[0] {
            return Verdict::Ok;
        }
        for record in self.journals.news(node, world) {
            if let Record::Commit { client, sequence, .. } = record {
                self.committed.insert((client, sequence));
                if self.told_aborted.contains(&(client, sequence)) {
                    return violated(at, client, "was told of an abort, and then the transaction committed");
                }
            }
        }
        let &Event::Told { client, sequence, decision } = event else {
            return Verdict::Ok;
        };
        let committed = self.committed.contains(&(client, sequence));
        match decision {
            Decision::Commit if !committed => {
                violated(at, client, "was told of a commit that is not on the coordinator's disk")
            }
            Decision::Abort if committed => {
                violated(at, client, "was told that what has committed was aborted")
            }
            Decision::Commit => Verdict::Ok,
            Decision::Abort => {
                self.told_aborted.insert((client, sequence));
                Verdict::Ok
            }
        }
    }
}

fn violated(at: Time, client: ClientId, what: &str) -> Verdict {
    let subject = Some(client.to_string());
    Violation { subject, at: Some(at), ..Violation::new("told-as-decided", format!("{client} {what}")) }
        .into()
}
