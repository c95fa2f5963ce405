//! Texts by key: `get` → text, `put` text, `append` text, with the key in `:key`.

use stormglass_core::op::append_kv::{AppendKvOp, AppendKvRet};

use super::{Vocabulary, f, unknown};
use crate::event::Event;
use crate::mistake::Mistake;
use crate::names::Names;
use crate::node::{Data, Node};

/// A store of texts that can be appended to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AppendKv;

/// A text in quotes, or a number as a text.
fn text(node: &Node, expected: &str) -> Result<String, Mistake> {
    match &node.data {
        Data::Text(text) => Ok(text.clone()),
        Data::Integer(number) => Ok(number.to_string()),
        _ => Err(node.expected(expected)),
    }
}

impl Vocabulary for AppendKv {
    type Op = AppendKvOp;
    type Ret = AppendKvRet;

    fn op(&mut self, _names: &mut Names, event: &Event) -> Result<AppendKvOp, Mistake> {
        if !matches!(f(event), "get" | "put" | "append") {
            return Err(unknown(event, "get, put, append"));
        }
        let key = event.key.as_ref().ok_or_else(|| event.value.expected("a :key beside the value"))?;
        let key = text(key, "a key: a text or a number")?;
        let value = || text(&event.value, "the text to store");
        Ok(match f(event) {
            "get" => AppendKvOp::Get { key },
            "put" => AppendKvOp::Put { key, value: value()? },
            _ => AppendKvOp::Append { key, value: value()? },
        })
    }

    fn ret(&mut self, _names: &mut Names, op: &AppendKvOp, event: &Event) -> Result<AppendKvRet, Mistake> {
        match op {
            AppendKvOp::Get { .. } if event.value.is_nil() => Ok(AppendKvRet::Text(String::new())),
            AppendKvOp::Get { .. } => text(&event.value, "the text that was found").map(AppendKvRet::Text),
            AppendKvOp::Put { .. } | AppendKvOp::Append { .. } => Ok(AppendKvRet::Done),
        }
    }
}
