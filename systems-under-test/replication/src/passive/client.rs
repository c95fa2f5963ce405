//! A client: it finds the primary, asks until it is answered, and knows when to give up.
//!
//! Every operation has its own number, also one after an operation whose outcome is unknown, and every retry
//! carries the number of its first try; so the replicas carry it out once. A late or doubled answer carries a
//! number that is no longer open.

use stormglass_core::cluster::Cluster;
use stormglass_core::context::Context;
use stormglass_core::history::Outcome;
use stormglass_core::id::{Address, NodeId};
use stormglass_core::op::kv::KvOp;
use stormglass_core::system::Client;

use super::Passive;
use super::message::{Message, Timer};
use super::settings::Settings;
use super::types::Sequence;

/// How often a client follows a hint before it waits: two nodes may each believe the other to serve.
const HINTS_PER_ATTEMPT: u32 = 2;

/// A client of primary and backups. Its address is the name of its session.
#[derive(Clone, Debug)]
pub struct PassiveClient {
    settings: Settings,
    nodes: Vec<NodeId>,
    /// The node asked last: the believed primary, if the last answer was good.
    target: Option<NodeId>,
    /// The number of the latest operation.
    sequence: Sequence,
    /// That operation, while it is open.
    open: Option<KvOp>,
    hints_followed: u32,
    /// Attempts at it that nobody has answered.
    failures: u32,
    /// Whether it waits before the next attempt.
    resting: bool,
}

impl PassiveClient {
    pub(super) fn new(settings: Settings, cluster: &Cluster) -> PassiveClient {
        PassiveClient {
            settings,
            nodes: cluster.nodes().to_vec(),
            target: None,
            sequence: Sequence::default(),
            open: None,
            hints_followed: 0,
            failures: 0,
            resting: false,
        }
    }

    /// Asks the target, and waits.
    fn attempt(&mut self, cx: &mut Context<'_, Passive>) {
        self.resting = false;
        self.hints_followed = 0;
        cx.set_timer(Timer::Attempt, self.settings.client_attempt_timeout);
        self.ask(cx);
    }

    /// Nobody answered in time: the client turns elsewhere, at once or after a rest.
    fn retry(&mut self, cx: &mut Context<'_, Passive>) {
        self.failures = self.failures.saturating_add(1);
        let wait = self.settings.retry.wait(self.failures, cx.rng());
        if wait.is_zero() {
            self.turn_elsewhere(cx);
            self.attempt(cx);
        } else {
            self.resting = true;
            cx.set_timer(Timer::Attempt, wait);
        }
    }

    fn ask(&mut self, cx: &mut Context<'_, Passive>) {
        if let (Some(op), Some(target)) = (self.open, self.target) {
            let sequence = self.sequence;
            cx.send(target, Message::Request { sequence, op });
        }
    }

    /// Turns to another node than the last one, any of them.
    fn turn_elsewhere(&mut self, cx: &mut Context<'_, Passive>) {
        let others = self.nodes.len() - usize::from(self.target.is_some() && self.nodes.len() > 1);
        let chosen = cx.rng().below(others as u64) as usize;
        let mut candidates =
            self.nodes.iter().copied().filter(|&node| self.nodes.len() == 1 || Some(node) != self.target);
        self.target = candidates.nth(chosen);
    }

    fn complete(
        &mut self,
        outcome: Outcome<<Passive as stormglass_core::system::System>::Ret>,
        cx: &mut Context<'_, Passive>,
    ) {
        self.open = None;
        cx.cancel_timer(Timer::Attempt);
        cx.cancel_timer(Timer::Deadline);
        cx.complete(outcome);
    }
}

impl Client<Passive> for PassiveClient {
    /// A client that comes back under its old name remembers no number. The monotonic clock has gone on by more
    /// nanoseconds than there were operations, so from there on every number is new.
    fn on_start(&mut self, cx: &mut Context<'_, Passive>) {
        self.sequence = Sequence(cx.elapsed().as_nanos());
    }

    fn on_invoke(&mut self, op: KvOp, cx: &mut Context<'_, Passive>) {
        self.sequence = self.sequence.next();
        self.open = Some(op);
        self.failures = 0;
        cx.set_timer(Timer::Deadline, self.settings.client_deadline);
        if self.target.is_none() {
            self.turn_elsewhere(cx);
        }
        self.attempt(cx);
    }

    fn on_message(&mut self, from: Address, message: Message, cx: &mut Context<'_, Passive>) {
        match message {
            Message::Reply { sequence, answer } if self.open.is_some() && sequence == self.sequence => {
                self.target = from.node();
                self.complete(Outcome::Ok(answer), cx);
            }
            // Only the node asked last can say where to go; without a hint, time will tell. Nor does a hint that
            // comes late cut a rest short.
            Message::NotPrimary { sequence, primary: Some(primary) }
                if self.open.is_some()
                    && !self.resting
                    && sequence == self.sequence
                    && from.node() == self.target
                    && self.hints_followed < HINTS_PER_ATTEMPT =>
            {
                self.hints_followed += 1;
                self.target = Some(primary);
                self.ask(cx);
            }
            _ => {}
        }
    }

    fn on_timer(&mut self, timer: Timer, cx: &mut Context<'_, Passive>) {
        let Some(op) = self.open else {
            return;
        };
        match timer {
            Timer::Attempt if self.resting => {
                self.turn_elsewhere(cx);
                self.attempt(cx);
            }
            Timer::Attempt => self.retry(cx),
            Timer::Deadline => {
                self.target = None;
                let outcome = match op {
                    // A read changes nothing, so it has not happened if nobody was told its result.
                    KvOp::Read { .. } => Outcome::Fail("no answer in time".into()),
                    KvOp::Write { .. } | KvOp::Cas { .. } => Outcome::Info("no answer in time".into()),
                };
                self.complete(outcome, cx);
            }
            Timer::Heartbeat | Timer::Patience | Timer::Disk => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use stormglass_core::prelude::*;
    use stormglass_core::retry::Backoff;

    use super::*;

    /// What a client of three nodes asks for in one step, on its own.
    fn step(
        client: &mut PassiveClient,
        input: impl FnOnce(&mut PassiveClient, &mut Context<'_, Passive>),
    ) -> (usize, Vec<Duration>) {
        let (mut disk, mut effects) = (Disk::new(), Vec::new());
        let clock = LocalClock::new();
        let draws = Draws::new(CausalId::root(Seed(1), Purpose::Node), Purpose::Node);
        input(client, &mut Context::new(Time::ZERO, &clock, draws, &mut disk, &mut effects));
        let sent = effects.iter().filter(|effect| matches!(effect, Effect::Send { .. })).count();
        let waits = effects.iter().filter_map(|effect| match effect {
            Effect::SetTimer { timer: Timer::Attempt, after } => Some(*after),
            _ => None,
        });
        (sent, waits.collect())
    }

    fn client(retry: Backoff) -> PassiveClient {
        let mut client = PassiveClient::new(Settings { retry, ..Settings::default() }, &Cluster::dense(3, 1));
        let _ = step(&mut client, |client, cx| client.on_invoke(KvOp::Read { key: 0 }, cx));
        client
    }

    /// Without back-off a client that nobody answers asks again at once; with it, it rests first, longer each time,
    /// and its next operation begins anew.
    #[test]
    fn a_client_that_backs_off_rests_before_it_asks_again() {
        let ms = Duration::from_millis;
        let timeout = Settings::default().client_attempt_timeout;
        let late =
            |client: &mut PassiveClient| step(client, |client, cx| client.on_timer(Timer::Attempt, cx));
        assert_eq!(late(&mut client(Backoff::None)), (1, vec![timeout]));
        let retry = Backoff::Exponential { first: ms(50), cap: ms(150), jitter: Ratio::ZERO };
        let mut client = client(retry);
        for wait in [50, 100, 150, 150] {
            assert_eq!(late(&mut client), (0, vec![ms(wait)]), "it rests");
            assert_eq!(late(&mut client), (1, vec![timeout]), "it asks");
        }
        let _ = step(&mut client, |client, cx| client.on_timer(Timer::Deadline, cx));
        let _ = step(&mut client, |client, cx| client.on_invoke(KvOp::Read { key: 0 }, cx));
        assert_eq!(late(&mut client), (0, vec![ms(50)]));
    }

    /// A hint that comes late does not cut a rest short.
    #[test]
    fn a_hint_does_not_cut_a_rest_short() {
        let mut client = client(Backoff::Fixed(Duration::from_millis(50)));
        let _ = step(&mut client, |client, cx| client.on_timer(Timer::Attempt, cx));
        let (asked, sequence) = (client.target.unwrap(), client.sequence);
        let primary = Some(NodeId(if asked == NodeId(1) { 2 } else { 1 }));
        let hint = Message::NotPrimary { sequence, primary };
        assert_eq!(step(&mut client, |client, cx| client.on_message(asked.into(), hint, cx)).0, 0);
        assert!(client.open.is_some());
    }
}
