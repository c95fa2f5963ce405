//! Transactions: the value is their steps, `[[:r key nil] [:append key value]]` or `[[:r key nil] [:w key value]]`; an ok
//! completion repeats them with what the reads returned.

use stormglass_core::op::txn::{
    ListOp, ListReads, ListTxn, Reads, RegisterOp, RegisterReads, RegisterTxn, Txn,
};

use super::Vocabulary;
use crate::event::Event;
use crate::mistake::Mistake;
use crate::names::Names;
use crate::node::Node;

/// Transactions over lists that are appended to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListTxns;

/// Transactions over registers. Also what reads groups of registers at once, as `:f :read`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RegisterTxns;

/// A step as it is written.
struct Step<'a> {
    node: &'a Node,
    f: &'a str,
    key: &'a Node,
    value: &'a Node,
}

const STEPS: &str = "the steps of a transaction: [[:r key nil] …]";

/// The steps in the value of an event; `write` is the word for what is no read.
fn steps<'a>(event: &'a Event, write: &str) -> Result<Vec<Step<'a>>, Mistake> {
    let step = |node: &'a Node| {
        let expected = || format!("a step of a transaction: [:r key nil] or [:{write} key value]");
        let Ok([f, key, value]) = node.sequence("") else {
            return Err(node.expected(expected()));
        };
        match f.word() {
            Some(word) if word == "r" || word == write => Ok(Step { node, f: word, key, value }),
            _ => Err(f.expected(format!("one of r, {write}"))),
        }
    };
    event.value.sequence(STEPS)?.iter().map(step).collect()
}

/// The reads among the steps of a completion, which must be those that were asked for.
fn reads<'a, M>(
    asked: &[M],
    ended: &'a [Step<'a>],
    event: &Event,
    mut same: impl FnMut(&M, &Step<'a>) -> bool,
) -> Result<Vec<&'a Step<'a>>, Mistake> {
    if asked.len() != ended.len() {
        return Err(event.value.expected(format!("the {} steps that were asked for", asked.len())));
    }
    for (asked, ended) in asked.iter().zip(ended) {
        if !same(asked, ended) {
            return Err(ended.node.expected("the step that was asked for"));
        }
    }
    Ok(ended.iter().filter(|step| step.f == "r").collect())
}

impl Vocabulary for ListTxns {
    type Op = ListTxn;
    type Ret = ListReads;

    fn op(&mut self, names: &mut Names, event: &Event) -> Result<ListTxn, Mistake> {
        let step = |step: &Step<'_>| match step.f {
            "r" => ListOp::Read { key: names.number(step.key) },
            _ => ListOp::Append { key: names.number(step.key), value: names.number(step.value) },
        };
        Ok(Txn(steps(event, "append")?.iter().map(step).collect()))
    }

    fn ret(&mut self, names: &mut Names, op: &ListTxn, event: &Event) -> Result<ListReads, Mistake> {
        let ended = steps(event, "append")?;
        let reads = reads(&op.0, &ended, event, |asked, ended| match *asked {
            ListOp::Read { key } => ended.f == "r" && key == names.number(ended.key),
            ListOp::Append { key, value } => {
                ended.f != "r" && key == names.number(ended.key) && value == names.number(ended.value)
            }
        })?;
        let mut list = |step: &&Step<'_>| match step.value.is_nil() {
            // A list that was never appended to.
            true => Ok(Vec::new()),
            false => {
                let values = step.value.sequence("the list that was read, or nil")?;
                Ok(values.iter().map(|value| names.number(value)).collect())
            }
        };
        reads.iter().map(&mut list).collect::<Result<_, _>>().map(Reads)
    }
}

impl Vocabulary for RegisterTxns {
    type Op = RegisterTxn;
    type Ret = RegisterReads;

    fn op(&mut self, names: &mut Names, event: &Event) -> Result<RegisterTxn, Mistake> {
        let step = |step: &Step<'_>| match step.f {
            "r" => Ok(RegisterOp::Read { key: names.number(step.key) }),
            _ if step.value.is_nil() => Err(step.value.expected("the value to write")),
            _ => Ok(RegisterOp::Write { key: names.number(step.key), value: names.number(step.value) }),
        };
        steps(event, "w")?.iter().map(step).collect::<Result<_, _>>().map(Txn)
    }

    fn ret(&mut self, names: &mut Names, op: &RegisterTxn, event: &Event) -> Result<RegisterReads, Mistake> {
        let ended = steps(event, "w")?;
        let reads = reads(&op.0, &ended, event, |asked, ended| match *asked {
            RegisterOp::Read { key } => ended.f == "r" && key == names.number(ended.key),
            RegisterOp::Write { key, value } => {
                ended.f != "r" && key == names.number(ended.key) && value == names.number(ended.value)
            }
        })?;
        let value = |step: &&Step<'_>| (!step.value.is_nil()).then(|| names.number(step.value));
        Ok(Reads(reads.iter().map(value).collect()))
    }
}
