//! A primary sends its log to the backups: one message under way to each, repeated until it is answered.

use stormglass_core::context::Context;
use stormglass_core::id::NodeId;

use super::Passive;
use super::message::Message;
use super::primary::Primary;
use super::replica::{Part, Replica};
use super::types::{Lsn, Position};

/// What a primary knows of one backup.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    pub(super) id: NodeId,
    pub(super) rank: usize,
    /// What to send next.
    next: Lsn,
    /// How far the backup's log is known to be equal, on its disk.
    pub(super) matched: Lsn,
    /// The end of what is under way, if anything is.
    under_way: Option<Lsn>,
}

impl Stream {
    /// Of a new epoch: the backup's log may be equal up to the epoch's opening.
    pub(super) fn new(id: NodeId, rank: usize, opening: Lsn) -> Stream {
        Stream { id, rank, next: opening, matched: Lsn::ZERO, under_way: None }
    }
}

impl Replica {
    /// Sends what is new to every backup that has answered what was sent before.
    pub(super) fn send_news(&mut self, cx: &mut Context<'_, Passive>) {
        let last = self.log.last_index();
        self.send_where(|stream| stream.under_way.is_none() && stream.next <= last, cx);
    }

    /// A primary speaks up: it sends again what has not been answered.
    pub(super) fn speak_up(&mut self, cx: &mut Context<'_, Passive>) {
        self.tend_in_sync(cx);
        self.send_where(|_| true, cx);
    }

    fn send_where(&mut self, due: impl Fn(&Stream) -> bool, cx: &mut Context<'_, Passive>) {
        let (epoch, count) = (self.epoch(), self.passive.settings().max_entries_per_append);
        let Part::Primary(primary) = &mut self.part else { return };
        for stream in primary.streams.iter_mut().filter(|stream| due(stream)) {
            let lsn = stream.next.previous();
            let before = self.log.term_at(lsn).expect("what comes next follows something in the log");
            let previous = Position { epoch: before, lsn };
            let entries = self.log.entries(stream.next, u64::from(count));
            let count = entries.as_slice().len() as u64;
            stream.under_way = (count > 0).then_some(lsn.plus(count));
            cx.send(stream.id, Message::Append { epoch, previous, entries });
        }
    }

    /// A backup holds the log up to there.
    pub(super) fn on_appended(&mut self, from: NodeId, matched: Lsn, cx: &mut Context<'_, Passive>) {
        let last = self.log.last_index();
        let Some(stream) = self.stream(from) else { return };
        stream.matched = stream.matched.max(matched).min(last);
        stream.next = stream.next.max(stream.matched.next());
        // A doubled answer does not make the next message double.
        if stream.under_way.is_some_and(|end| end <= stream.matched) {
            stream.under_way = None;
        }
        self.send_news(cx);
    }

    /// A backup's log differs: its end is another one's, or it lacks some.
    pub(super) fn on_mismatched(
        &mut self,
        from: NodeId,
        previous: Lsn,
        until: Lsn,
        cx: &mut Context<'_, Passive>,
    ) {
        let Some(stream) = self.stream(from) else { return };
        let next = until.next().max(stream.matched.next());
        // An old answer, or a doubled one, says nothing of what is asked now.
        if stream.next.previous() == previous && next < stream.next {
            stream.next = next;
            stream.under_way = None;
            self.send_news(cx);
        }
    }

    fn stream(&mut self, id: NodeId) -> Option<&mut Stream> {
        let Part::Primary(Primary { streams, .. }) = &mut self.part else { return None };
        streams.iter_mut().find(|stream| stream.id == id)
    }
}
