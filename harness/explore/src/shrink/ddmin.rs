//! Delta debugging: from a list that fails to a part of it that fails, and from which no single element can go.
//!
//! After ddmin of Zeller and Hildebrandt (Simplifying and Isolating Failure-Inducing Input, IEEE TSE 28(2), 2002,
//! section 3): parts of ever finer grain are left out. Having left one out, it goes on with the next instead of beginning
//! again, and only the finest grain is repeated until a whole round of it finds nothing.

/// Shrinks a list of `count` elements. `first` is given lists of places to keep, in order of preference, and answers
/// which of them is the first that still fails.
///
/// Returns the places that are left, ascending. Every answer of `first` was taken, so whoever answers knows it as well.
pub(crate) fn minimize(
    count: usize,
    mut first: impl FnMut(&mut dyn Iterator<Item = Vec<usize>>) -> Option<usize>,
) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..count).collect();
    if kept.is_empty() || first(&mut std::iter::once(Vec::new())).is_some() {
        return Vec::new();
    }
    let mut grain = count.div_ceil(2).max(1);
    loop {
        let before = kept.len();
        let mut from = 0;
        while from < kept.len() {
            let without = |start: usize| {
                let end = (start + grain).min(kept.len());
                [&kept[..start], &kept[end..]].concat()
            };
            let starts: Vec<usize> = (from..kept.len()).step_by(grain).collect();
            // All of it has been tried already.
            let mut candidates =
                starts.iter().filter(|_| grain < before || from > 0).map(|&start| without(start));
            match first(&mut candidates) {
                Some(place) => {
                    let start = starts[place];
                    kept.drain(start..(start + grain).min(kept.len()));
                    from = start;
                }
                None => break,
            }
        }
        match grain {
            1 if kept.len() == before => return kept,
            1 => {}
            _ => grain = grain.div_ceil(2).min(kept.len().max(1)),
        }
        if kept.is_empty() {
            return kept;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Minimizes under a predicate over the kept places, and counts how often it was asked.
    fn minimized(count: usize, fails: impl Fn(&[usize]) -> bool) -> (Vec<usize>, usize) {
        let asked = Cell::new(0);
        let kept = minimize(count, |candidates| {
            for (place, kept) in candidates.enumerate() {
                asked.set(asked.get() + 1);
                if fails(&kept) {
                    return Some(place);
                }
            }
            None
        });
        (kept, asked.get())
    }

    /// Two of four hundred are found in far fewer than four hundred runs.
    #[test]
    fn two_needles_in_a_haystack_are_found_quickly() {
        let (kept, asked) = minimized(412, |kept| [17, 390].iter().all(|needle| kept.contains(needle)));
        assert_eq!(kept, [17, 390]);
        assert!(asked < 60, "{asked}");
    }

    /// If nothing is needed, one run shows it.
    #[test]
    fn a_failure_without_a_cause_keeps_nothing() {
        assert_eq!(minimized(1000, |_| true), (Vec::new(), 1));
        assert_eq!(minimized(0, |_| true), (Vec::new(), 0));
    }

    proptest! {
        /// With a predicate that is monotone: exactly what is needed is left.
        #[test]
        fn exactly_the_needed_elements_are_left(needed in prop::collection::btree_set(0_usize..80, 0..8), more in 0_usize..40) {
            let count = 80 + more;
            let (kept, _) = minimized(count, |kept| needed.iter().all(|one| kept.contains(one)));
            prop_assert_eq!(kept.into_iter().collect::<BTreeSet<_>>(), needed);
        }

        /// Whatever the predicate is, the result fails, is no larger, and no single element of it can go.
        #[test]
        fn the_result_fails_and_is_one_minimal(salt in any::<u64>(), count in 1_usize..40, hard in 1_u64..6) {
            let all = count;
            let fails = |kept: &[usize]| {
                let hash = kept.iter().fold(salt, |hash, &one| stormglass_core::random::mix(hash, one as u64));
                kept.len() == all || hash.is_multiple_of(hard + 1)
            };
            let (kept, _) = minimized(count, fails);
            prop_assert!(fails(&kept));
            prop_assert!(kept.len() <= count);
            for place in 0..kept.len() {
                let mut less = kept.clone();
                less.remove(place);
                prop_assert!(!fails(&less), "{:?} can do without {}", kept, kept[place]);
            }
        }
    }
}
