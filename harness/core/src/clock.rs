//! A machine's two clocks, as functions of true time.
//!
//! The monotonic clock runs at a pace that a fault may change, and never goes back. The wall clock
//! has a pace of its own too, and an offset that a fault may move either way. Timers follow the monotonic clock.

use crate::time::{Skew, Time};

/// What every wall clock shows when a run begins: far from zero, so that a clock can be behind.
pub const EPOCH: Time = Time::from_nanos(1_600_000_000_000_000_000);

/// One machine's clocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalClock {
    monotonic: Pace,
    /// The wall clock, without its offset.
    wall: Pace,
    wall_offset: Skew,
    /// What the wall clock shows while it stands still.
    frozen: Option<Time>,
}

/// A clock that runs at a pace of its own since some moment.
#[derive(Clone, Copy, Debug, Default)]
struct Pace {
    /// True time of the last change of pace, and what the clock showed then.
    since: Time,
    shown: Time,
    /// Millionths by which it runs fast (+) or slow (−).
    ppm: i32,
}

impl Pace {
    const TRUE: Pace = Pace { since: Time::ZERO, shown: Time::ZERO, ppm: 0 };

    #[inline]
    fn shows(&self, now: Time) -> Time {
        let passed = now.since(self.since).as_nanos();
        let local =
            if self.ppm == 0 { passed } else { scale(passed, 1_000_000 + i64::from(self.ppm), 1_000_000) };
        Time::from_nanos(self.shown.as_nanos() + local)
    }

    /// At least a millionth of true pace is kept, so that no timer waits for ever.
    fn set(&mut self, ppm: i32, now: Time) {
        *self = Pace { shown: self.shows(now), since: now, ppm: ppm.max(STILL_PPM) };
    }
}

/// As good as standing still: a millionth of true pace.
pub const STILL_PPM: i32 = -999_999;

impl LocalClock {
    /// Clocks that are right.
    #[must_use]
    pub const fn new() -> LocalClock {
        LocalClock { monotonic: Pace::TRUE, wall: Pace::TRUE, wall_offset: Skew::ZERO, frozen: None }
    }

    /// What the wall clock shows at true time `now`.
    #[inline]
    #[must_use]
    pub fn wall(&self, now: Time) -> Time {
        if let Some(still) = self.frozen {
            return still;
        }
        Time::from_nanos(EPOCH.as_nanos() + self.wall.shows(now).as_nanos()) + self.wall_offset
    }

    /// What the monotonic clock shows at true time `now`.
    #[inline]
    #[must_use]
    pub fn elapsed(&self, now: Time) -> Time {
        self.monotonic.shows(now)
    }

    /// The first true moment at which the monotonic clock shows `local` or more.
    #[inline]
    #[must_use]
    pub fn when(&self, local: Time) -> Time {
        let Pace { since, shown, ppm } = self.monotonic;
        let ahead = local.since(shown.min(local)).as_nanos();
        let passed = if ppm == 0 {
            ahead
        } else {
            // Rounded up: a timer never runs out early by its own clock.
            scale(ahead, 1_000_000, 1_000_000 + i64::from(ppm)) + 1
        };
        Time::from_nanos(since.as_nanos().saturating_add(passed))
    }

    /// From `now` on both clocks run `ppm` millionths fast.
    pub fn set_pace(&mut self, ppm: i32, now: Time) {
        self.set_paces(ppm, ppm, now);
    }

    /// From `now` on each clock runs at its own pace, in millionths fast.
    pub fn set_paces(&mut self, monotonic: i32, wall: i32, now: Time) {
        self.monotonic.set(monotonic, now);
        self.wall.set(wall, now);
    }

    /// The wall clock moves by `by`.
    pub fn jump(&mut self, by: Skew) {
        self.wall_offset = self.wall_offset + by;
    }

    /// The wall clock stands still from `now` on, or goes on from where it would be had it not.
    pub fn freeze_wall(&mut self, still: bool, now: Time) {
        self.frozen = None;
        self.frozen = still.then(|| self.wall(now));
    }
}

fn scale(span: u64, numerator: i64, denominator: i64) -> u64 {
    u64::try_from(i128::from(span) * i128::from(numerator) / i128::from(denominator)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;

    fn secs(secs: u64) -> Time {
        Time::ZERO + Duration::from_secs(secs)
    }

    /// A fast clock shows more, runs timers out earlier, and never goes back when its pace changes.
    #[test]
    fn pace_changes_both_clocks_and_timers() {
        let mut clock = LocalClock::new();
        clock.set_pace(500_000, secs(10));
        assert_eq!(clock.elapsed(secs(12)), secs(13));
        assert_eq!(clock.when(secs(13)).since(secs(12)), Duration::from_nanos(1));
        clock.set_pace(0, secs(12));
        assert_eq!(clock.elapsed(secs(13)), secs(14));
    }

    /// A jump moves the wall clock alone, either way.
    #[test]
    fn a_jump_moves_only_the_wall_clock() {
        let mut clock = LocalClock::new();
        clock.jump(Skew::behind(Duration::from_secs(3)));
        assert_eq!(clock.elapsed(secs(5)), secs(5));
        assert_eq!(clock.wall(secs(5)).since(EPOCH), Duration::from_secs(2));
    }

    /// At the moment `when` names, the clock shows at least what was asked for, at any pace.
    #[test]
    fn a_timer_is_never_early_by_its_own_clock() {
        for ppm in [-900_000, -200, 0, 1, 333, 400_000] {
            let mut clock = LocalClock::new();
            clock.set_pace(ppm, Time::from_nanos(17));
            for local in [18, 1_000, 999_999_937] {
                assert!(clock.elapsed(clock.when(Time::from_nanos(local))) >= Time::from_nanos(local));
            }
        }
    }
}
