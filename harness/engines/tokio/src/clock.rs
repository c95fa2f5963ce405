//! The machine's clock, with the plan's time zero; and without what the machine did instead of this run.
//!
//! A machine with more to do than it has cores for stops a run for as long as it likes. To everybody in it a second would have
//! gone by in which nobody could act: elections, outages, operations out of time, and checks that alarm about what nobody did. So the
//! plan's clock is looked at all the time, by a ticker if by nobody else; and whatever passes between two looks counts as no more than
//! [`LONGEST`]. On a slow machine a run takes longer, and tells the same.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration as StdDuration;

use stormglass_core::time::Time;
use stormglass_engine_driver::{Clock, PROLOGUE};
use tokio::time::Instant;

/// Between two ticks.
const TICK: StdDuration = StdDuration::from_millis(5);
/// What passes between two looks at the clock counts as no more: nobody is later than that.
const LONGEST: StdDuration = StdDuration::from_millis(20);

/// The clock that all hosts of a run share.
#[derive(Clone)]
pub(crate) struct RealClock {
    began: Instant,
    count: Rc<RefCell<Count>>,
}

/// What has passed for the run, of what has passed in the machine.
#[derive(Debug, Default)]
struct Count {
    /// When somebody looked last, since the run began.
    looked: StdDuration,
    /// What passed while nobody looked.
    missed: StdDuration,
}

impl Count {
    /// So much has passed in the machine; answers how much that is for the run.
    fn look(&mut self, passed: StdDuration) -> StdDuration {
        self.missed += passed.saturating_sub(self.looked).saturating_sub(LONGEST);
        self.looked = self.looked.max(passed);
        self.looked.saturating_sub(self.missed)
    }
}

impl RealClock {
    /// Time zero is a prologue away.
    pub(crate) fn new() -> RealClock {
        RealClock { began: Instant::now(), count: Rc::default() }
    }

    fn passed(&self) -> StdDuration {
        self.count.borrow_mut().look(self.began.elapsed())
    }

    /// Looks at the clock, again and again.
    pub(crate) async fn tick(self) {
        loop {
            tokio::time::sleep(TICK).await;
            self.passed();
        }
    }
}

impl Clock for RealClock {
    fn now(&self) -> Time {
        let passed = self.passed().saturating_sub(StdDuration::from_nanos(PROLOGUE.as_nanos()));
        Time::from_nanos(u64::try_from(passed.as_nanos()).unwrap_or(u64::MAX))
    }

    fn sleep_until(&self, at: Time) -> impl Future<Output = ()> {
        let clock = self.clone();
        async move {
            let until = StdDuration::from_nanos(at.as_nanos().saturating_add(PROLOGUE.as_nanos()));
            // Others have to get their turn even if nothing is left to wait for.
            tokio::task::yield_now().await;
            // What is missed on the way has to be slept as well.
            while let Some(left) = until.checked_sub(clock.passed()).filter(|left| !left.is_zero()) {
                tokio::time::sleep(left).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Time goes on as it does in the machine, but for the long spans in which nobody could look.
    #[test]
    fn what_the_machine_did_instead_does_not_count() {
        let ms = StdDuration::from_millis;
        let mut count = Count::default();
        assert_eq!(count.look(ms(5)), ms(5));
        assert_eq!(count.look(ms(24)), ms(24));
        // Half a second in which somebody else had the processor.
        assert_eq!(count.look(ms(524)), ms(44));
        assert_eq!(count.look(ms(524)), ms(44));
        assert_eq!(count.look(ms(530)), ms(50));
    }
}
