//! What the page's scripts draw, as JSON: a column for each property of events and operations, and texts by number.
//!
//! Times are nanoseconds; those of events are differences to the event before. Members are numbers too, -1 for nobody.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;
use stormglass_core::id::Address;
use stormglass_core::time::{Duration, Time};
use stormglass_explore::blame::{Chance, Later};
use stormglass_explore::recording::{Asked, Member, Part, Reading, Recording, State, Struck};

use super::Page;
use super::causes::parents;
use super::outages::{Outage, outages};
use super::states::States;
use super::texts::Texts;
use crate::traces::word;

/// All of it.
#[derive(Serialize)]
pub(super) struct Data<'d> {
    end: u64,
    phases: Vec<(&'static str, u64)>,
    members: Vec<Named>,
    texts: Vec<&'d str>,
    events: Events,
    faults: Vec<FaultBand<'d>>,
    operations: Asks,
    /// When, who, and the part; none while it is down.
    parts: Vec<(u64, i64, Option<&'static str>)>,
    /// When, whose, and by how much its wall clock and its monotonic clock are wrong.
    clocks: Vec<(u64, i64, i64, i64)>,
    states: States<'d>,
    /// One step in so many was looked at.
    every: u64,
    outages: Vec<Outage>,
    /// When the break was certain.
    violated: Option<u64>,
    decided: Option<Decision>,
    /// When, how many fail, of how many.
    curve: Vec<(u64, u64, u64)>,
}

#[derive(Serialize)]
struct Named {
    name: String,
    node: bool,
    region: Option<String>,
}

/// Columns of the trace.
#[derive(Default, Serialize)]
struct Events {
    at: Vec<u64>,
    /// By place in `kinds`.
    kind: Vec<usize>,
    kinds: Vec<&'static str>,
    whom: Vec<i64>,
    peer: Vec<i64>,
    text: Vec<u32>,
    /// How many events before it the one lies that it came of; 0 if nobody knows.
    parent: Vec<usize>,
}

/// Columns of the operations.
#[derive(Default, Serialize)]
struct Asks {
    client: Vec<i64>,
    op: Vec<u32>,
    at: Vec<u64>,
    /// How long it took; -1 if it never ended.
    took: Vec<i64>,
    /// The first letter of `ok`, `fail` or `info`, all in one text.
    outcome: String,
    result: Vec<u32>,
    server: Vec<i64>,
    /// Places of those that together are impossible.
    guilty: Vec<usize>,
}

#[derive(Serialize)]
struct FaultBand<'d> {
    name: &'d str,
    plan: &'d str,
    at: u64,
    until: u64,
    on: Vec<i64>,
    effect: &'d str,
}

#[derive(Serialize)]
struct Decision {
    at: u64,
    fails: u64,
    of: u64,
    later: &'static str,
    /// Whether anything happened before it.
    before: bool,
    what: Vec<String>,
}

impl<'d> Data<'d> {
    pub(super) fn of(page: &Page<'d>) -> Data<'d> {
        let recording = page.recording;
        let places: BTreeMap<Address, usize> =
            recording.members.iter().enumerate().map(|(place, member)| (member.whom, place)).collect();
        let member = |whom: Address| places.get(&whom).copied();
        let number = |whom: Option<Address>| whom.and_then(member).map_or(-1, |place| place as i64);
        let mut texts = Texts::default();
        let end = recording.report.stats.ended.max(last(recording));
        let phases = recording.phases;
        let named = |Member { whom, region }: &Member| Named {
            name: whom.to_string(),
            node: whom.node().is_some(),
            region: region.clone(),
        };
        let band = |fault: &'d Struck| FaultBand {
            name: &fault.name,
            plan: &fault.plan,
            at: fault.at.as_nanos(),
            until: fault.until.unwrap_or(end).as_nanos(),
            on: fault.on.iter().map(|&whom| number(Some(whom))).collect(),
            effect: &fault.effect,
        };
        let part = |part: &Part| (part.at.as_nanos(), number(Some(part.whom)), part.role);
        let reading = |reading: &Reading| {
            (reading.at.as_nanos(), number(Some(reading.whom)), reading.wall, reading.monotonic)
        };
        let chance = |chance: &Chance| (chance.after.as_nanos(), chance.fails, chance.of);
        Data {
            end: end.as_nanos(),
            phases: vec![
                ("warm-up", phases.warm_up.as_nanos()),
                ("chaos", phases.chaos.as_nanos()),
                ("silence", phases.heal.as_nanos()),
                ("settle", phases.settle.as_nanos()),
                ("final", phases.end.as_nanos()),
            ],
            members: recording.members.iter().map(named).collect(),
            events: events(recording, &mut texts, &number),
            faults: recording.faults.iter().map(band).collect(),
            operations: operations(&recording.operations, &mut texts, &number),
            parts: recording.parts.iter().map(part).collect(),
            clocks: recording.clocks.iter().map(reading).collect(),
            states: States::of(&recording.states, &member, &|state| near_the_break(recording, state)),
            every: recording.every,
            outages: outages(&recording.report),
            violated: violated(recording).map(Time::as_nanos),
            decided: decision(page),
            curve: page.blame.map(|blame| blame.curve.iter().map(chance).collect()).unwrap_or_default(),
            texts: texts.into_texts(),
        }
    }

    /// As text that can stand inside a script element: nothing in it looks like markup.
    pub(super) fn json(&self) -> io::Result<String> {
        Ok(serde_json::to_string(self)?.replace('<', "\\u003c"))
    }
}

fn last(recording: &Recording) -> Time {
    recording.trace.records.last().map_or(Time::ZERO, |record| record.at)
}

/// Whether a state is one of the last second before the break.
fn near_the_break(recording: &Recording, state: &State) -> bool {
    let seen = state.after.checked_sub(1).and_then(|last| recording.trace.records.get(last));
    let broke = violated(recording);
    seen.zip(broke)
        .is_some_and(|(seen, broke)| seen.at <= broke && broke.since(seen.at) <= Duration::from_secs(1))
}

/// The moment of the break: what the verdict says, or the end of the last operation that is part of it.
fn violated(recording: &Recording) -> Option<Time> {
    let violation = recording.report.verdict.violation()?;
    let guilty = recording.operations.iter().filter(|asked| asked.guilty);
    violation.at.or_else(|| guilty.filter_map(|asked| asked.until).max())
}

fn decision(page: &Page<'_>) -> Option<Decision> {
    let blamed = page.blame.map(|blame| &blame.moment);
    let decided = blamed.or(page.failure.shrunk.and_then(|shrunk| shrunk.moment.as_ref()))?.decided()?;
    Some(Decision {
        at: decided.after.after.as_nanos(),
        fails: decided.after.fails,
        of: decided.after.of,
        later: later(decided.later),
        before: decided.before.is_some(),
        what: decided.what.iter().take(4).cloned().collect(),
    })
}

/// What had been another one after a moment, as an ending of the sentence that says how many fail.
const fn later(later: Later) -> &'static str {
    match later {
        Later::Chances => "",
        Later::ChancesWithoutFaults => ", without any further fault",
    }
}

fn events<'d>(
    recording: &'d Recording,
    texts: &mut Texts<'d>,
    number: &impl Fn(Option<Address>) -> i64,
) -> Events {
    let records = &recording.trace.records;
    let mut events = Events::default();
    let mut before = 0;
    for record in records {
        let at = record.at.as_nanos();
        events.at.push(at - before);
        before = at;
        let word = word(record.kind);
        let known = events.kinds.iter().position(|&kind| kind == word);
        events.kind.push(known.unwrap_or(events.kinds.len()));
        events.kinds.extend(known.is_none().then_some(word));
        events.whom.push(number(record.whom));
        events.peer.push(number(record.peer));
        events.text.push(texts.place(&record.text));
    }
    let parents = parents(records).into_iter().enumerate();
    events.parent = parents.map(|(place, parent)| parent.map_or(0, |parent| place - parent)).collect();
    events
}

fn operations<'d>(
    asked: &'d [Asked],
    texts: &mut Texts<'d>,
    number: &impl Fn(Option<Address>) -> i64,
) -> Asks {
    let mut asks = Asks::default();
    for (place, asked) in asked.iter().enumerate() {
        asks.client.push(number(Some(asked.client)));
        asks.op.push(texts.place(&asked.op));
        asks.at.push(asked.at.as_nanos());
        asks.took.push(asked.until.map_or(-1, |until| until.since(asked.at).as_nanos() as i64));
        asks.outcome.push_str(&asked.outcome[..1]);
        asks.result.push(texts.place(&asked.result));
        asks.server.push(number(asked.server.map(Address::from)));
        if asked.guilty {
            asks.guilty.push(place);
        }
    }
    asks
}
