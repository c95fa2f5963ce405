//! What a replica holds that serves a session: with each write all that comes with it.
//!
//! Monotonic writes bring what the write's session had written before, writes-follow-reads what it had read before,
//! and so on from write to write. What comes with a write is always a beginning of each session, so it is a clock: how
//! many operations of each session it knows.

use super::Guarantee;
use super::log::Log;

/// How far into each session something reaches.
pub(super) type Clock = Vec<u32>;

/// More numbers than this in all clocks together, and the answer is unknown: a gibibyte.
const MOST: usize = 1 << 28;

/// What comes with each write.
pub(super) struct Holdings {
    with: Vec<Option<Clock>>,
    sessions: usize,
}

impl Holdings {
    /// Nothing comes with a write if neither of the two guarantees is asked for.
    pub(super) fn of(log: &Log<'_>, asked: &[Guarantee]) -> Result<Holdings, String> {
        let (own, read) = (Guarantee::MonotonicWrites, Guarantee::WritesFollowReads);
        let sessions = log.sessions.len();
        let mut holdings = Holdings { with: vec![None; log.history.len()], sessions };
        if !asked.contains(&own) && !asked.contains(&read) {
            return Ok(holdings);
        }
        let writes = (0..log.history.len()).filter(|&index| log.wrote(index).is_some()).count();
        let numbers = (writes + sessions).saturating_mul(sessions);
        if numbers > MOST {
            return Err(format!(
                "{writes} writes in {sessions} sessions need {numbers} numbers, more than {MOST}"
            ));
        }
        // Who reads what is asked for only later has to be gone through again.
        while holdings.pass(log, asked.contains(&read)) {}
        Ok(holdings)
    }

    /// Goes through the history once; whether that may not have been enough.
    fn pass(&mut self, log: &Log<'_>, follow: bool) -> bool {
        let mut known: Vec<Clock> = vec![vec![0; self.sessions]; self.sessions];
        let (mut changed, mut early) = (false, false);
        for (index, &(session, place)) in log.places.iter().enumerate() {
            if let Some(writer) = log.saw[index].filter(|_| follow) {
                self.add(&mut known[session], writer);
                early |= writer >= index;
            }
            if log.wrote(index).is_some() {
                let mut clock = known[session].clone();
                clock[session] = clock[session].max(place + 1);
                changed |= self.with[index].as_ref() != Some(&clock);
                self.with[index] = Some(clock);
            }
        }
        changed && early
    }

    /// Adds to a clock what comes with a write.
    pub(super) fn add(&self, clock: &mut Clock, write: usize) {
        if let Some(with) = &self.with[write] {
            clock.iter_mut().zip(with).for_each(|(mine, theirs)| *mine = (*mine).max(*theirs));
        }
    }

    /// A clock that reaches nowhere.
    pub(super) fn nothing(&self) -> Clock {
        vec![0; self.sessions]
    }
}
