//! Many forks of one run, counted, until they tell what is asked.
//!
//! Nothing here knows a run or a thread: whoever asks says how many of so many forks pass.

use super::bound;

/// So many times as many forks are run at most as were asked for, where fewer cannot tell.
const MORE: u64 = 16;

/// How many forks there are of each run, and how much time.
#[derive(Clone, Copy)]
pub struct Forks<'f> {
    /// Of each run; sixteen times as many where so many cannot tell.
    pub of: u64,
    /// How many run at once, which changes nothing but the time it takes.
    pub jobs: usize,
    /// Asked before each fork whether to leave it at what is known.
    pub stop: &'f (dyn Fn() -> bool + Sync),
}

/// How many forks pass, of those whose salt is more than the first and at most the second number; the third if so many do.
/// `None` if there is no time.
pub(crate) type Passes<'p> = &'p dyn Fn(u64, u64, u64) -> Option<u64>;

impl Forks<'_> {
    /// How many of how many forks fail; `None` if there is no time.
    pub(crate) fn count(&self, passes: Passes<'_>) -> Option<(u64, u64)> {
        Some((self.of - passes(0, self.of, u64::MAX)?, self.of))
    }

    /// The same, with more forks where these cannot tell whether it is certain.
    pub(crate) fn weighed(&self, passes: Passes<'_>) -> Option<(u64, u64)> {
        let (mut of, mut passed) = (self.of, passes(0, self.of, u64::MAX)?);
        while !told(of, passed) && of < self.of * MORE {
            passed += passes(of, of * 4, u64::MAX)?;
            of *= 4;
        }
        Some((of - passed, of))
    }

    /// Whether it is certain that forks fail; `None` if there is no time. Stops as soon as enough have passed.
    pub(crate) fn certain(&self, passes: Passes<'_>) -> Option<bool> {
        let (mut of, mut passed) = (0, 0);
        loop {
            let next = if of == 0 { self.of } else { of * 4 };
            passed += passes(of, next, bound::uncertain(next).saturating_sub(passed))?;
            of = next;
            if told(of, passed) || of >= self.of * MORE {
                return Some(bound::certain(of).is_some_and(|most| passed <= most));
            }
        }
    }
}

/// Whether so many forks can tell, of which so many pass.
fn told(of: u64, passed: u64) -> bool {
    passed >= bound::uncertain(of) || bound::certain(of).is_some_and(|most| passed <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One miss of 64 tells nothing: 256 are run, or 1,024.
    #[test]
    fn where_few_forks_cannot_tell_more_are_run() {
        let forks = Forks { of: 64, jobs: 1, stop: &|| false };
        for (every, of, certain) in [(u64::MAX, 64, true), (64, 256, true), (25, 1024, false), (8, 64, false)]
        {
            let passes = |from: u64, to: u64, enough: u64| Some((to / every - from / every).min(enough));
            let (fails, counted) = forks.weighed(&passes).expect("there is time");
            assert_eq!((counted, bound::certain(of).is_some_and(|most| of - fails <= most)), (of, certain));
            assert_eq!(forks.certain(&passes), Some(certain), "{every}");
        }
        assert_eq!(forks.count(&|_, to, _| Some(to / 4)), Some((48, 64)));
    }

    /// Who has no time counts nothing rather than something wrong.
    #[test]
    fn forks_without_time_are_not_counted() {
        let forks = Forks { of: 64, jobs: 1, stop: &|| true };
        assert_eq!((forks.count(&|_, _, _| None), forks.certain(&|_, _, _| None)), (None, None));
    }
}
