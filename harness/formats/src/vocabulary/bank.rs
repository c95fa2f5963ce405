//! Banks: `transfer` `{:from 1 :to 2 :amount 5}`, `read` → `{account balance …}`.

use stormglass_core::op::bank::{BankOp, BankRet};

use super::{Vocabulary, f, unknown};
use crate::event::Event;
use crate::mistake::Mistake;
use crate::names::Names;
use crate::node::{Data, Node};

/// One bank; accounts may have any names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bank;

const TRANSFER: &str = "a transfer: {:from account, :to account, :amount number}";

fn entries<'a>(node: &'a Node, expected: &str) -> Result<&'a [(Node, Node)], Mistake> {
    match &node.data {
        Data::Map(entries) => Ok(entries),
        _ => Err(node.expected(expected)),
    }
}

/// The account that a key names; JSON has only texts for keys, so digits in one are a number.
fn account(names: &mut Names, key: &Node) -> u64 {
    let number = key.word().and_then(|word| word.parse().ok()).map(Data::Integer);
    names.number(&Node { place: key.place, data: number.unwrap_or_else(|| key.data.clone()) })
}

impl Vocabulary for Bank {
    type Op = BankOp;
    type Ret = BankRet;

    fn op(&mut self, names: &mut Names, event: &Event) -> Result<BankOp, Mistake> {
        match f(event) {
            "read" => Ok(BankOp::Read),
            "transfer" => {
                let entries = entries(&event.value, TRANSFER)?;
                let part = |name: &str| {
                    let found = entries.iter().find(|(key, _)| key.word() == Some(name));
                    found.map(|(_, part)| part).ok_or_else(|| event.value.expected(TRANSFER))
                };
                let (from, to) = (account(names, part("from")?), account(names, part("to")?));
                Ok(BankOp::Transfer { from, to, amount: part("amount")?.integer("a whole amount")? })
            }
            _ => Err(unknown(event, "transfer, read")),
        }
    }

    fn ret(&mut self, names: &mut Names, op: &BankOp, event: &Event) -> Result<BankRet, Mistake> {
        if matches!(op, BankOp::Transfer { .. }) {
            return Ok(BankRet::Transferred);
        }
        let mut balances = Vec::new();
        for (key, balance) in entries(&event.value, "the balances: {account balance, …}")? {
            let balance = match balance.is_nil() {
                true => None,
                false => Some(balance.integer("a whole balance, or nil")?),
            };
            balances.push((account(names, key), balance));
        }
        Ok(BankRet::Balances(balances))
    }
}
