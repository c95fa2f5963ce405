//! What clients of Raft ask and are told (§8). How they look for the leader is the same for every log: see
//! [`LogClient`](stormglass_replicated_log::LogClient).

use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_replicated_log::{Answer, LogSystem, Sequence};

use super::Raft;
use super::message::{Message, Timer};

impl LogSystem for Raft {
    const ATTEMPT: Timer = Timer::Attempt;
    const DEADLINE: Timer = Timer::Deadline;

    fn request(sequence: Sequence, op: KvOp) -> Message {
        Message::Request { sequence, op }
    }

    fn answer(message: Message) -> Option<Answer<KvRet>> {
        match message {
            Message::Reply { sequence, ret } => Some(Answer::Done(sequence, ret)),
            Message::NotLeader { sequence, leader } => Some(Answer::Elsewhere(sequence, leader)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use stormglass_core::prelude::*;
    use stormglass_core::retry::Backoff;
    use stormglass_replicated_log::{LogClient, Sequence};

    use super::*;
    use crate::raft::Settings;

    /// What was asked of whom, and how long the client waits.
    type Step = (Vec<(Address, Sequence)>, Vec<Duration>);

    /// What a client of three servers asks for in one step, on its own.
    fn step(client: &mut LogClient, input: impl FnOnce(&mut LogClient, &mut Context<'_, Raft>)) -> Step {
        let (mut disk, mut effects) = (Disk::new(), Vec::new());
        let clock = LocalClock::new();
        let draws = Draws::new(CausalId::root(Seed(1), Purpose::Node), Purpose::Node);
        input(client, &mut Context::new(Time::ZERO, &clock, draws, &mut disk, &mut effects));
        let asked = effects.iter().filter_map(|effect| match effect {
            Effect::Send { to, message: Message::Request { sequence, .. } } => Some((*to, *sequence)),
            _ => None,
        });
        let waits = effects.iter().filter_map(|effect| match effect {
            Effect::SetTimer { timer: Timer::Attempt, after } => Some(*after),
            _ => None,
        });
        (asked.collect(), waits.collect())
    }

    /// A client that has asked for something, and whom.
    fn client(retry: Backoff) -> (LogClient, NodeId, Sequence) {
        let raft = Raft::new(Settings { retry, ..Settings::default() }).unwrap();
        let mut client = raft.client(ClientId(0), &Cluster::dense(3, 1));
        let (asked, _) = step(&mut client, |client, cx| client.on_invoke(KvOp::Read { key: 0 }, cx));
        (client, asked[0].0.node().unwrap(), asked[0].1)
    }

    /// Without back-off a client that nobody answers asks again at once; with it, it rests first, longer each time,
    /// and its next operation begins anew.
    #[test]
    fn a_client_that_backs_off_rests_before_it_asks_again() {
        let ms = Duration::from_millis;
        let timeout = Settings::default().client_attempt_timeout;
        let late = |client: &mut LogClient| {
            let (asked, waits) = step(client, |client, cx| client.on_timer(Timer::Attempt, cx));
            (asked.len(), waits)
        };
        assert_eq!(late(&mut client(Backoff::None).0), (1, vec![timeout]));
        let retry = Backoff::Exponential { first: ms(50), cap: ms(150), jitter: Ratio::ZERO };
        let mut client = client(retry).0;
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
        let (mut client, asked, sequence) = client(Backoff::Fixed(Duration::from_millis(50)));
        let leader = Some(NodeId(if asked == NodeId(1) { 2 } else { 1 }));
        let hinted = |client: &mut LogClient| {
            let hint = Message::NotLeader { sequence, leader };
            step(client, |client, cx| client.on_message(asked.into(), hint, cx)).0
        };
        assert_eq!(hinted(&mut client.clone()).len(), 1, "a hint in time is followed");
        let _ = step(&mut client, |client, cx| client.on_timer(Timer::Attempt, cx));
        assert_eq!(hinted(&mut client), []);
    }
}
