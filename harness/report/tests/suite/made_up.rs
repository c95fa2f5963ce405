//! A made-up run of any length for tests of the page: five nodes pass tokens round, one is cut off for a while, three
//! clients ask, and one of them reads what had been overwritten. No system and no kernel has a part in it.

use std::collections::BTreeMap;

use stormglass_core::history::OperationId;
use stormglass_core::id::{Address, ClientId, NodeId};
use stormglass_core::random::{CausalId, Seed, mix};
use stormglass_core::time::{Duration, Time};
use stormglass_core::trace::{Kind, Record, Trace};
use stormglass_core::verdict::{Verdict, Violation};
use stormglass_explore::recording::{Asked, Member, Part, Reading, Recording, State, Struck};
use stormglass_explore::report::{Line, Report};
use stormglass_plan::engine::{Digest, Stats};
use stormglass_plan::plan::Timeline;

const NODES: u32 = 5;
const CLIENTS: u32 = 3;
const CUT_OFF: u32 = 3;
/// A token is on its way for so many microseconds, and up to twice as many.
const DELAY: u64 = 2_000;

fn at(micros: u64) -> Time {
    Time::ZERO + Duration::from_micros(micros)
}

const fn node(number: u32) -> Address {
    Address::Node(NodeId(number))
}

/// What happens next: a token arrives, or a timer makes a new one.
enum Next {
    Arrives { from: u32, to: u32, sent: CausalId, text: String },
    Timer(u32),
}

struct Toy {
    records: Vec<Record>,
    states: Vec<State>,
    queue: BTreeMap<(u64, u64), Next>,
    ids: u64,
    payload: String,
    cut: (u64, u64),
    counts: [u64; NODES as usize + 1],
    lost: u64,
}

/// A run of about so many events, whose messages and operations carry this text.
pub(crate) fn recording(events: usize, payload: &str) -> Recording {
    // About a hundred events a millisecond pass between five tokens.
    let end = (events as u64 * 300).max(60_000);
    let mut toy = Toy {
        records: Vec::new(),
        states: Vec::new(),
        queue: BTreeMap::new(),
        ids: 0,
        payload: payload.to_owned(),
        cut: (end * 4 / 10, end * 6 / 10),
        counts: [0; NODES as usize + 1],
        lost: 0,
    };
    for number in 1..=NODES {
        toy.put(100 * u64::from(number), Next::Timer(number));
    }
    let operations = operations(payload, end);
    toy.run(end, &operations);
    whole(toy, operations, end)
}

impl Toy {
    fn put(&mut self, micros: u64, next: Next) {
        self.ids += 1;
        self.queue.insert((micros, self.ids), next);
    }

    fn note(&mut self, micros: u64, whom: Address, kind: Kind, id: CausalId, text: impl Into<String>) {
        let record =
            Record { at: at(micros), whom: Some(whom), peer: None, kind, id, cause: id, text: text.into() };
        self.records.push(record);
    }

    fn run(&mut self, end: u64, operations: &[Asked]) {
        let mut asked = BTreeMap::new();
        for (place, operation) in operations.iter().enumerate() {
            asked.insert((operation.at, place, Kind::Invoke), (operation.client, operation.op.clone()));
            if let Some(until) = operation.until {
                let how = format!("{} {}", operation.outcome, operation.result);
                asked.insert((until, place, Kind::Complete), (operation.client, how));
            }
        }
        while let Some(((micros, number), next)) = self.queue.pop_first() {
            if micros > end {
                break;
            }
            while let Some(first) = asked.first_entry().filter(|first| first.key().0 <= at(micros)) {
                let ((when, place, kind), (whom, text)) = first.remove_entry();
                let id = CausalId::from_u64(mix(place as u64, 77));
                self.records.push(Record {
                    at: when,
                    whom: Some(whom),
                    peer: None,
                    kind,
                    id,
                    cause: id,
                    text,
                });
            }
            self.step(micros, CausalId::from_u64(mix(number, 1)), next);
        }
    }

    fn step(&mut self, micros: u64, id: CausalId, next: Next) {
        let me = match next {
            Next::Timer(me) => {
                self.note(micros, node(me), Kind::Timer, id, "Tick");
                self.put(micros + DELAY * 4, Next::Timer(me));
                me
            }
            Next::Arrives { from, to, sent, text } => {
                self.note(micros, node(to), Kind::Deliver, sent, text);
                if let Some(record) = self.records.last_mut() {
                    record.peer = Some(node(from));
                }
                to
            }
        };
        let cause = self.records.last().map_or(id, |record| record.id);
        self.counts[me as usize] += 1;
        let count = self.counts[me as usize];
        if count.is_multiple_of(40) {
            self.note(micros, node(me), Kind::Event, id.child(9), format!("Passed {{ tokens: {count} }}"));
        }
        let state = format!(
            "Passer {{\n    passed: {count},\n    note: {:?},\n    peers: [\n        1,\n    ],\n}}",
            self.payload
        );
        self.states.push(State { after: self.records.len(), whom: node(me), text: Some(state) });
        let mut to = 1 + (mix(id.as_u64(), 5) % u64::from(NODES - 1)) as u32;
        to += u32::from(to >= me);
        self.send(micros, me, to, id.child(1), cause);
    }

    fn send(&mut self, micros: u64, from: u32, to: u32, id: CausalId, cause: CausalId) {
        let number = self.ids % 50;
        let text = format!(
            "Token {{ number: {number}, note: {:?}, entries: [Entry {{ term: 1, index: {number} }}] }}",
            self.payload
        );
        let send = Record {
            at: at(micros),
            whom: Some(node(from)),
            peer: Some(node(to)),
            kind: Kind::Send,
            id,
            cause,
            text: text.clone(),
        };
        self.records.push(send.clone());
        let cut = self.cut.0 <= micros && micros < self.cut.1 && (from == CUT_OFF || to == CUT_OFF);
        if cut {
            self.lost += 1;
            self.records.push(Record { kind: Kind::Drop, text: "the link is cut".to_owned(), ..send });
        } else if mix(id.as_u64(), 3) % 8 > 1 {
            let delay = DELAY + mix(id.as_u64(), 2) % DELAY;
            self.put(micros + delay, Next::Arrives { from, to, sent: id, text });
        }
    }
}

/// Every client asks every forty milliseconds; the last two operations of a read and a write contradict one another.
fn operations(payload: &str, end: u64) -> Vec<Asked> {
    let mut operations = Vec::new();
    for step in 0.. {
        let micros = 5_000 + step * 13_000;
        if micros + 40_000 > end {
            break;
        }
        let hanging = step % 17 == 9;
        operations.push(Asked {
            client: Address::Client(ClientId((step % u64::from(CLIENTS)) as u32)),
            op: format!("write {step} {payload}"),
            at: at(micros),
            until: Some(at(micros + if hanging { 38_000 } else { 7_000 + step % 5 * 2_000 })),
            outcome: if hanging { "info" } else { "ok" },
            result: String::new(),
            server: Some(NodeId(1)),
            guilty: false,
        });
    }
    let broken = end * 55 / 100;
    let mut guilty = operations.iter_mut().filter(|asked| asked.at >= at(broken) && asked.outcome == "ok");
    for op in ["write 0 ← 2", "read 0 → 1"] {
        if let Some(asked) = guilty.next() {
            asked.guilty = true;
            asked.op = format!("{op} {payload}").trim().to_owned();
        }
    }
    operations
}

fn whole(toy: Toy, operations: Vec<Asked>, end: u64) -> Recording {
    let payload = &toy.payload;
    let guilty = operations.iter().enumerate().filter(|(_, asked)| asked.guilty);
    let violation = Violation {
        at: guilty.clone().filter_map(|(_, asked)| asked.until).max(),
        operations: guilty.clone().map(|(place, _)| OperationId(place)).collect(),
        subject: Some(format!("key 0 {payload}")),
        evidence: vec![format!("Longest legal order: 2 of 3 operations. {payload}")],
        ..Violation::new("linearizable", format!("read 0 → 1, but 1 had been overwritten {payload}"))
    };
    let line = |at, text: &str, guilty| Line { at, text: text.to_owned(), guilty };
    let mut story = vec![line(at(toy.cut.0), &format!("fault isolate strikes n{CUT_OFF}"), false)];
    story.extend(guilty.map(|(_, asked)| line(asked.until.unwrap_or(asked.at), &asked.op, true)));
    let report = Report {
        seed: Seed(7),
        verdict: Verdict::from(violation.clone()),
        verdicts: vec![Verdict::from(violation)],
        digest: Digest(toy.ids),
        stats: Stats {
            events: toy.records.len() as u64,
            sent: toy.ids,
            dropped: toy.lost,
            ended: at(end),
            ..Stats::default()
        },
        invoked: operations.len(),
        succeeded: operations.iter().filter(|asked| asked.outcome == "ok").count(),
        effects: BTreeMap::new(),
        availability: None,
        expected_loss: None,
        strikes: 1,
        story,
        trace: None,
    };
    let nodes = (1..=NODES).map(node);
    let clients = (0..CLIENTS).map(|number| Address::Client(ClientId(number)));
    let part = |micros, number, role| Part { at: at(micros), whom: node(number), role: Some(role) };
    let reading = |micros, wall| Reading { at: at(micros), whom: node(2), wall, monotonic: 0 };
    Recording {
        report,
        members: nodes.chain(clients).map(|whom| Member { whom, region: None }).collect(),
        phases: Timeline {
            warm_up: at(end / 5),
            chaos: at(end * 7 / 10),
            heal: at(end * 8 / 10),
            settle: at(end * 9 / 10),
            end: at(end),
        },
        faults: vec![Struck {
            name: "isolate".to_owned(),
            plan: format!("isolate n{CUT_OFF} {payload}"),
            at: at(toy.cut.0),
            until: Some(at(toy.cut.1)),
            on: vec![node(CUT_OFF)],
            effect: format!("{} messages lost", toy.lost),
        }],
        operations,
        parts: vec![
            part(0, 1, "member"),
            part(0, CUT_OFF, "leader"),
            part(toy.cut.1, CUT_OFF, "member"),
            part(toy.cut.1, 1, "leader"),
        ],
        clocks: vec![reading(end / 4, 40_000_000), reading(end / 2, 0)],
        states: toy.states,
        every: 1,
        trace: Trace { records: toy.records },
    }
}
