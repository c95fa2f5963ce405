//! States of members over time, each as what changed since the one before: lines kept in front, lines kept behind, and
//! what stands between. Lines are numbered, because most of them come again.
//!
//! What is written stays small: if it does not, every second state is left out, and so on.

use std::collections::BTreeMap;

use serde::Serialize;
use stormglass_core::id::Address;
use stormglass_explore::recording::State;

/// So many numbers of lines are written at most.
const LINES: usize = 150_000;
/// So many bytes of lines.
const BYTES: usize = 1 << 20;

/// The states of a run.
#[derive(Debug, Default, Serialize)]
pub(super) struct States<'s> {
    /// Every line that any state has.
    lines: Vec<&'s str>,
    /// In order of time.
    shots: Vec<Shot>,
    /// One of so many states that were seen is written.
    thinned: usize,
}

/// Records before it, the member, lines kept in front, lines kept behind, and the lines between; none while it is down.
#[derive(Debug, Serialize)]
struct Shot(usize, usize, usize, usize, Option<Vec<u32>>);

impl<'s> States<'s> {
    /// All states, or as many of them as there is room for. `member` numbers members.
    pub(super) fn of(states: &'s [State], member: &impl Fn(Address) -> Option<usize>) -> States<'s> {
        let mut thinned = 1;
        loop {
            if let Some(states) = States::thinned(states, member, thinned) {
                return states;
            }
            thinned *= 2;
        }
    }

    fn thinned(
        states: &'s [State],
        member: &impl Fn(Address) -> Option<usize>,
        thinned: usize,
    ) -> Option<States<'s>> {
        let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
        let mut all = States { thinned, ..States::default() };
        let mut before: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
        let (mut written, mut bytes) = (0, 0);
        for State { after, whom, text } in states.iter().step_by(thinned) {
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
