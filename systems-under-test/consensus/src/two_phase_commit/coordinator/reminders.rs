//! What the coordinator does about silence: it aborts what lacks votes, and repeats commits that nobody has acknowledged.

use stormglass_core::context::Context;
use stormglass_core::system::Awaited;
use stormglass_core::time::Duration;

use super::{Coordinator, Running};
use crate::two_phase_commit::TwoPhaseCommit;
use crate::two_phase_commit::bugs::CommitBug;
use crate::two_phase_commit::message::Timer;
use crate::two_phase_commit::placement::Places;
use crate::two_phase_commit::types::{Decision, Refusal, TxnId};

impl Coordinator {
    pub(in crate::two_phase_commit) fn on_timer(
        &mut self,
        timer: Timer,
        cx: &mut Context<'_, TwoPhaseCommit>,
    ) {
        if timer == Timer::Tick {
            self.ticking = false;
            self.give_up_on_votes(cx);
            self.repeat_commits(cx);
        }
        self.settle(cx);
    }

    /// Looks again soon, as long as there is something to wait for. A timer that is set is not set again, or steady
    /// traffic would put it off for ever.
    pub(super) fn keep_ticking(&mut self, cx: &mut Context<'_, TwoPhaseCommit>) {
        let idle = self.running.is_empty() && self.committed.is_empty();
        if !self.ticking && !idle {
            self.ticking = true;
            cx.set_timer(Timer::Tick, self.tick());
        }
    }

    /// Often enough to be at most a quarter late.
    fn tick(&self) -> Duration {
        let settings = self.bank.settings();
        settings.vote_timeout.min(settings.resend_interval) / 4
    }

    fn give_up_on_votes(&mut self, cx: &mut Context<'_, TwoPhaseCommit>) {
        let (now, patience) = (cx.elapsed(), self.bank.settings().vote_timeout);
        let late =
            |(_, running): &(&TxnId, &Running)| !running.deciding && now.since(running.since) >= patience;
        let late: Vec<TxnId> = self.running.iter().filter(late).map(|(&txn, _)| txn).collect();
        for txn in late {
            if self.bank.has(CommitBug::SilenceIsYes) {
                self.decide_commit(txn, cx);
            } else {
                self.abort(txn, Refusal::Busy, cx);
            }
        }
    }

    fn repeat_commits(&mut self, cx: &mut Context<'_, TwoPhaseCommit>) {
        let (now, interval) = (cx.elapsed(), self.bank.settings().resend_interval);
        let mut due = Vec::new();
        for (&txn, committed) in &mut self.committed {
            if now.since(committed.sent) >= interval {
                committed.sent = now;
                due.push((txn, committed.unacknowledged));
            }
        }
        for (txn, unacknowledged) in due {
            self.send_outcome(txn, unacknowledged, Decision::Commit, cx);
        }
    }

    pub(in crate::two_phase_commit) fn awaits(&self) -> Option<Awaited> {
        let votes = self.running.iter().min_by_key(|(_, running)| running.since).map(|(txn, running)| {
            let missing = Places(running.participants.0 & !running.yes.0);
            let what = match running.deciding {
                true => format!("its own disk to hold the commit of {txn}"),
                false => format!("votes on {txn} of {}", self.in_words(missing)),
            };
            Awaited { what, since: running.since }
        });
        let acknowledgement = || {
            let (txn, committed) = self.committed.first_key_value()?;
            let from = self.in_words(committed.unacknowledged);
            Some(Awaited { what: format!("acknowledgements of {txn} by {from}"), since: committed.sent })
        };
        votes.or_else(acknowledgement)
    }

    fn in_words(&self, places: Places) -> String {
        let names: Vec<String> = self.placement.names(places).map(|name| name.to_string()).collect();
        names.join(" and ")
    }
}
