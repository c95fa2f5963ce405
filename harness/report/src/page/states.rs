//! States of members over time, each as what changed since the one before: lines kept in front, lines kept behind, and
//! what stands between. Lines are numbered, because most of them come again.
//!
//! What is written stays small: if it does not, every second state is left out, and so on; those near the break last.

use std::collections::BTreeMap;

use serde::Serialize;
use stormglass_core::id::Address;
use stormglass_explore::recording::State;

/// So many numbers of lines are written at most.
const LINES: usize = 150_000;
/// So many bytes of lines.
const BYTES: usize = 1 << 20;
/// Only if so few of the others are left do states near the break become fewer too.
const FEWEST: usize = 64;

/// The states of a run.
#[derive(Debug, Default, Serialize)]
pub(super) struct States<'s> {
    /// Every line that any state has.
    lines: Vec<&'s str>,
    /// In order of time.
    shots: Vec<Shot>,
    /// One of so many states that were seen is written, of those that are not near the break.
    thinned: usize,
}

/// Records before it, the member, lines kept in front, lines kept behind, and the lines between; none while it is down.
#[derive(Debug, Serialize)]
struct Shot(usize, usize, usize, usize, Option<Vec<u32>>);

impl<'s> States<'s> {
    /// All states, or as many of them as there is room for. `member` numbers members, `near` says which states are those
    /// near the break.
    pub(super) fn of(
        states: &'s [State],
        member: &impl Fn(Address) -> Option<usize>,
        near: &impl Fn(&State) -> bool,
    ) -> States<'s> {
        let mut thinned = 1;
        loop {
            let kept = |(place, state): (usize, &'s State)| {
                let kept = place.is_multiple_of(thinned) || (thinned <= FEWEST && near(state));
                kept.then_some(state)
            };
            let states = states.iter().enumerate().filter_map(kept);
            if let Some(states) = States::within_limits(states, member, thinned) {
                return states;
            }
            thinned *= 2;
        }
    }

    fn within_limits(
        states: impl Iterator<Item = &'s State>,
        member: &impl Fn(Address) -> Option<usize>,
        thinned: usize,
    ) -> Option<States<'s>> {
        let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
        let mut all = States { thinned, ..States::default() };
        let mut before: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
        let (mut written, mut bytes) = (0, 0);
        for State { after, whom, text } in states {
            let Some(member) = member(*whom) else { continue };
            let Some(text) = text else {
                before.remove(&member);
                all.shots.push(Shot(*after, member, 0, 0, None));
                continue;
            };
            let number = |line: &'s str| {
                *numbers.entry(line).or_insert_with(|| {
                    bytes += line.len() + 3;
                    all.lines.push(line);
                    all.lines.len() as u32 - 1
                })
            };
            let lines: Vec<u32> = text.lines().map(number).collect();
            let old = before.get(&member).map_or(&[][..], Vec::as_slice);
            let front = lines.iter().zip(old).take_while(|(new, old)| new == old).count();
            let rest = lines.len().min(old.len()) - front;
            let tail = lines.iter().rev().zip(old.iter().rev()).take(rest);
            let back = tail.take_while(|(new, old)| new == old).count();
            let between = lines[front..lines.len() - back].to_vec();
            written += between.len() + 4;
            all.shots.push(Shot(*after, member, front, back, Some(between)));
            before.insert(member, lines);
            if written > LINES || bytes > BYTES {
                return None;
            }
        }
        Some(all)
    }
}
