//! Where a share that grows over time becomes certain: by bisection, as if it never fell.

/// What a search has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// From this place on it is certain.
    At(usize),
    /// It never is.
    Never,
    /// There was no time: it is not certain before the first of these places, and certain from the second on, if ever.
    Between(usize, usize),
}

/// The first of `count` places from which on it is certain. `certain` says `None` if there is no time to find out.
pub(crate) fn first_certain(count: usize, mut certain: impl FnMut(usize) -> Option<bool>) -> Found {
    let (mut low, mut high) = (0, count);
    // The last place is asked first: if not even that one is certain, none is.
    let mut place = match count.checked_sub(1) {
        Some(last) => last,
        None => return Found::Never,
    };
    loop {
        match certain(place) {
            None => return Found::Between(low, high.min(count - 1)),
            Some(true) => high = place,
            Some(false) => low = place + 1,
        }
        match (low == high, high == count) {
            (true, true) => return Found::Never,
            (true, false) => return Found::At(high),
            (false, _) => place = low + (high - low) / 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each first place is found, in few questions.
    #[test]
    fn the_first_certain_place_is_found() {
        for first in [0, 1, 37, 98, 99, 100] {
            let mut asked = 0;
            let found = first_certain(100, |place| {
                asked += 1;
                Some(place >= first)
            });
            assert_eq!(found, if first == 100 { Found::Never } else { Found::At(first) });
            assert!(asked <= 8, "{first}: {asked}");
        }
        assert_eq!(first_certain(0, |_| Some(true)), Found::Never);
    }

    /// Who has no time says what is known by then.
    #[test]
    fn a_search_without_time_is_between() {
        for (allowed, found) in [(0, (0, 99)), (1, (0, 99)), (2, (50, 99)), (3, (50, 74))] {
            let mut asked = 0;
            let search = first_certain(100, |place| {
                asked += 1;
                (asked <= allowed).then_some(place >= 60)
            });
            assert_eq!(search, Found::Between(found.0, found.1), "{allowed}");
        }
    }
}
