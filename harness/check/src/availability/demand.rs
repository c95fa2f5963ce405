//! When somebody was asking, and for how long nobody was served.
//!
//! ```text
//! asked     ├──┤ ├─┤   ├──────┤├───┤            ├─┤
//! served       ✓   ✓                ✓             ✓
//! asking    ╞══════════════════════╡            ╞═╡     pauses up to `quiet` are bridged
//! gap                  ├────────────┤                   from the first unanswered question to the next answer
//! ```
//!
//! The idea is the user-uptime of Hauer, Hoffmann, Lunney, Ardelean and Diwan, *Meaningful Availability* (NSDI 2020):
//! time counts while users ask, and the state lasts from one answer to the next. It knows no faults and no limits.

use stormglass_core::time::{Duration, Time};

use super::sample::Sample;

/// How a gap in service ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// An operation was served.
    Served,
    /// Nobody asked any more; later somebody did and was served.
    Silence,
    /// It did not: nothing was served after it.
    Never,
}

/// A span in which somebody asked and nobody was served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) from: Time,
    pub(super) until: Time,
    pub(super) ended: Ended,
}

impl Gap {
    pub(super) fn length(&self) -> Duration {
        self.until.since(self.from)
    }
}

/// A span in which somebody was always asking, but for short pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asking {
    pub(super) from: Time,
    pub(super) until: Time,
}

/// The demand of some operations, and how it was met.
#[derive(Clone, Debug, Default)]
pub(super) struct Demand {
    /// When somebody was asking, in order and apart.
    pub(super) asking: Vec<Asking>,
    /// When operations were served, in order.
    pub(super) served: Vec<Time>,
    /// Every gap in service, ordinary latencies too, in order.
    pub(super) gaps: Vec<Gap>,
}

impl Demand {
    /// Of samples in order of invocation, in a history that ended at `end`.
    pub(super) fn of<'s>(
        samples: impl Iterator<Item = &'s Sample> + Clone,
        quiet: Duration,
        end: Time,
    ) -> Demand {
        let mut served: Vec<Time> = samples.clone().filter_map(Sample::served).collect();
        served.sort_unstable();
        let questions: Vec<Asking> = samples.map(|sample| question(sample, &served, end)).collect();
        let mut asking: Vec<Asking> = Vec::new();
        for question in &questions {
            match asking.last_mut() {
                Some(last) if question.from <= last.until + quiet => {
                    last.until = last.until.max(question.until);
                }
                _ => asking.push(*question),
            }
        }
        let gaps = gaps(&asking, &questions, &served);
        Demand { asking, served, gaps }
    }

    /// How long somebody was asking.
    pub(super) fn watched(&self) -> Duration {
        self.asking.iter().fold(Duration::ZERO, |sum, span| sum + span.until.since(span.from))
    }
}

/// For how long an operation asks: until its completion; if it has none, until anybody else was served. Its client may
/// be dead, and a question that nobody waits for any more must not make every later pause look like an outage.
fn question(sample: &Sample, served: &[Time], end: Time) -> Asking {
    let until = sample.completed.unwrap_or_else(|| {
        let next = served.partition_point(|&at| at < sample.invoked);
        served.get(next).copied().unwrap_or(end)
    });
    Asking { from: sample.invoked, until }
}

fn gaps(asking: &[Asking], questions: &[Asking], served: &[Time]) -> Vec<Gap> {
    // The latest moment at which any of the first n questions still stood.
    let standing: Vec<Time> = questions
        .iter()
        .scan(Time::ZERO, |latest, question| {
            *latest = (*latest).max(question.until);
            Some(*latest)
        })
        .collect();
    let mut gaps = Vec::new();
    for span in asking {
        let inside =
            served.partition_point(|&at| at < span.from)..served.partition_point(|&at| at <= span.until);
        let nothing_after = inside.end == served.len();
        let mut open_since = Some(span.from);
        for &at in &served[inside] {
            if let Some(from) = open_since.filter(|&from| from < at) {
                gaps.push(Gap { from, until: at, ended: Ended::Served });
            }
            open_since = next_question(at, questions, &standing);
        }
        if let Some(from) = open_since.filter(|&from| from < span.until) {
            let ended = if nothing_after { Ended::Never } else { Ended::Silence };
            gaps.push(Gap { from, until: span.until, ended });
        }
    }
    gaps
}

/// From when on, after an answer at `at`, somebody waited again: at once if another question stood.
fn next_question(at: Time, questions: &[Asking], standing: &[Time]) -> Option<Time> {
    let asked = questions.partition_point(|question| question.from <= at);
    if asked > 0 && standing[asked - 1] > at {
        return Some(at);
    }
    questions.get(asked).map(|question| question.from)
}

#[cfg(test)]
mod tests {
    use stormglass_core::history::OperationId;
    use stormglass_core::id::ClientId;

    use super::*;
    use crate::availability::sample::Label;

    fn ms(millis: u64) -> Time {
        Time::ZERO + Duration::from_millis(millis)
    }

    /// Demand of operations given as (invoked, completed, served) in milliseconds, with pauses of 100 ms bridged.
    fn demand(operations: &[(u64, Option<u64>, bool)]) -> Demand {
        let sample = |(place, &(invoked, completed, ok)): (usize, &(u64, Option<u64>, bool))| Sample {
            id: OperationId(place),
            client: ClientId(0),
            label: Label { region: String::new(), kind: String::new() },
            invoked: ms(invoked),
            completed: completed.map(ms),
            ok,
        };
        let samples: Vec<Sample> = operations.iter().enumerate().map(sample).collect();
        Demand::of(samples.iter(), Duration::from_millis(100), ms(10_000))
    }

    fn gap(from: u64, until: u64, ended: Ended) -> Gap {
        Gap { from: ms(from), until: ms(until), ended }
    }

    /// A gap begins with the first question that was not answered, not with the last answer, and ends with the next.
    #[test]
    fn a_gap_lasts_from_the_first_unanswered_question_to_the_next_answer() {
        let seen = demand(&[
            (0, Some(5), true),
            (50, Some(60), false),
            (130, Some(150), false),
            (200, Some(205), true),
        ]);
        assert_eq!(seen.gaps, [gap(0, 5, Ended::Served), gap(50, 205, Ended::Served)]);
        assert_eq!(seen.asking, [Asking { from: ms(0), until: ms(205) }]);
    }

    /// Another client's open question makes the gap begin at the last answer.
    #[test]
    fn a_question_that_stands_keeps_the_gap_open() {
        let seen = demand(&[(0, Some(300), true), (1, Some(10), true)]);
        assert_eq!(seen.gaps, [gap(0, 10, Ended::Served), gap(10, 300, Ended::Served)]);
    }

    /// Where nobody asks, nobody goes unserved: silence ends a gap, and the end of the history leaves it open.
    #[test]
    fn silence_is_no_gap() {
        let seen = demand(&[(0, Some(20), false), (5_000, Some(5_005), true), (9_000, Some(9_050), false)]);
        let expected =
            [gap(0, 20, Ended::Silence), gap(5_000, 5_005, Ended::Served), gap(9_000, 9_050, Ended::Never)];
        assert_eq!(seen.gaps, expected);
        assert_eq!(seen.watched(), Duration::from_millis(75));
    }

    /// An operation without an end asks until somebody else is served, not for ever; alone, until the history ends.
    #[test]
    fn an_abandoned_question_does_not_haunt_the_rest() {
        let seen = demand(&[(0, None, false), (50, Some(60), true), (5_000, Some(5_010), true)]);
        assert_eq!(seen.gaps, [gap(0, 60, Ended::Served), gap(5_000, 5_010, Ended::Served)]);
        let alone = demand(&[(0, Some(1), true), (9_000, None, false)]);
        assert_eq!(alone.gaps.last(), Some(&gap(9_000, 10_000, Ended::Never)));
    }
}
