//! One line of a history: who, invoke or how it ended, what, with which value, when.
//!
//! EDN and JSON name the parts alike, so both end here. What the operation means is a vocabulary's business.

use crate::mistake::{Mistake, Place};
use crate::node::{Data, Node};

/// One event of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Where it stands.
    pub place: Place,
    /// Whose it is.
    pub process: Process,
    /// Whether an operation begins or how it ended.
    pub kind: Kind,
    /// The operation's name, such as `read`; histories of transactions may leave it out.
    pub f: Option<String>,
    /// What the operation is about, where that does not stand in the value.
    pub key: Option<Node>,
    /// Its argument or its result; nil if there is none.
    pub value: Node,
    /// Nanoseconds since the run began.
    pub time: Option<u64>,
    /// The event's number.
    pub index: Option<i128>,
    /// Why it failed or is unknown, in the system's words.
    pub error: Option<String>,
    /// The fencing token of an operation on a lock.
    pub token: Option<Node>,
}

/// The name of a sequential thread of operations.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Process {
    /// A number, as a workload's processes have.
    Number(u64),
    /// A word.
    Name(String),
}

/// What an event says of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It begins.
    Invoke,
    /// It happened.
    Ok,
    /// It certainly did not happen.
    Fail,
    /// Nobody knows whether it happens.
    Info,
}

/// What is done with parts of an event that no reader knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strange {
    /// Other tools write what they like.
    Ignored,
    /// In our own format it is a typing mistake.
    Refused,
}

const PARTS: &str = "one of process, type, f, key, value, time, index, error, token";

impl Event {
    /// The event that a map says; `None` if it is the nemesis's.
    pub(crate) fn from_map(map: Node, strange: Strange) -> Result<Option<Event>, Mistake> {
        let Data::Map(entries) = map.data else {
            return Err(map.expected("an event: a map such as {:process 0, :type :invoke, :f :read}"));
        };
        let mut parts = Parts::default();
        for (key, value) in entries {
            let Some(part) = key.word().and_then(|word| parts.named(word)) else {
                match strange {
                    Strange::Ignored => continue,
                    Strange::Refused => return Err(key.expected(PARTS)),
                }
            };
            if part.is_some() {
                return Err(key.expected("each part of an event once"));
            }
            *part = Some(value);
        }
        parts.event(map.place)
    }
}

/// The parts of an event as they stand.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) process: Option<Node>,
    pub(crate) kind: Option<Node>,
    pub(crate) f: Option<Node>,
    pub(crate) key: Option<Node>,
    pub(crate) value: Option<Node>,
    pub(crate) time: Option<Node>,
    pub(crate) index: Option<Node>,
    pub(crate) error: Option<Node>,
    pub(crate) token: Option<Node>,
}

impl Parts {
    fn named(&mut self, word: &str) -> Option<&mut Option<Node>> {
        Some(match word {
            "process" => &mut self.process,
            "type" => &mut self.kind,
            "f" => &mut self.f,
            "key" => &mut self.key,
            "value" => &mut self.value,
            "time" => &mut self.time,
            "index" => &mut self.index,
            "error" => &mut self.error,
            "token" => &mut self.token,
            _ => return None,
        })
    }

    /// The event at `place`; `None` if it is the nemesis's.
    pub(crate) fn event(self, place: Place) -> Result<Option<Event>, Mistake> {
        let some = |node: Option<Node>| node.filter(|node| !node.is_nil());
        // Histories of a single thread need not name it.
        let process = match some(self.process) {
            None => Process::Number(0),
            Some(node) => process(&node)?,
        };
        if process == Process::Name("nemesis".to_owned()) {
            return Ok(None);
        }
        let kinds = "one of invoke, ok, fail, info";
        let Some(kind) = some(self.kind) else {
            let expected = format!("its type: {kinds}");
            return Err(Mistake { place, found: "an event without a type".to_owned(), expected });
        };
        let kind = match kind.word() {
            Some("invoke") => Kind::Invoke,
            Some("ok") => Kind::Ok,
            Some("fail") => Kind::Fail,
            Some("info") => Kind::Info,
            _ => return Err(kind.expected(kinds)),
        };
        let f = some(self.f).map(|f| match f.word() {
            Some(word) => Ok(word.to_owned()),
            None => Err(f.expected("the name of an operation")),
        });
        let time = some(self.time).map(|time| time.integer("nanoseconds since the run began"));
        let index = some(self.index).map(|index| index.integer("the number of the event"));
        Ok(Some(Event {
            place,
            process,
            kind,
            f: f.transpose()?,
            key: some(self.key),
            value: self.value.unwrap_or(Node { place, data: Data::Nil }),
            time: time.transpose()?,
            index: index.transpose()?,
            error: some(self.error).map(|error| said(&error)),
            token: some(self.token),
        }))
    }
}

fn process(node: &Node) -> Result<Process, Mistake> {
    match &node.data {
        Data::Integer(number) => {
            let number = u64::try_from(*number);
            number.map(Process::Number).map_err(|_| node.expected("the number or name of a process"))
        }
        Data::Keyword(name) | Data::Text(name) => Ok(Process::Name(name.clone())),
        _ => Err(node.expected("the number or name of a process")),
    }
}

/// A reason in words.
pub(crate) fn said(node: &Node) -> String {
    node.word().map_or_else(|| node.data.to_string(), str::to_owned)
}
