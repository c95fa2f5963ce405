//! The key-value store of texts that can be appended to: every key begins as the empty text.

use stormglass_core::op::append_kv::{AppendKvOp, AppendKvRet};

use crate::generate::Perform;
use crate::model::{Effect, Model};

/// A text per key with get, put and append.
#[derive(Clone, Copy, Debug, Default)]
pub struct AppendKvModel;

impl Model for AppendKvModel {
    type Op = AppendKvOp;
    type Ret = AppendKvRet;
    type State = String;
    type Key = String;

    fn key(&self, op: &AppendKvOp) -> String {
        op.key().to_owned()
    }

    fn initial(&self, _key: &String) -> String {
        String::new()
    }

    fn step(&self, state: &String, op: &AppendKvOp, ret: Option<&AppendKvRet>) -> Option<String> {
        let legal = match (op, ret) {
            (_, None) => true,
            (AppendKvOp::Get { .. }, Some(AppendKvRet::Text(text))) => text == state,
            (AppendKvOp::Put { .. } | AppendKvOp::Append { .. }, Some(AppendKvRet::Done)) => true,
            _ => false,
        };
        legal.then(|| self.perform(state, op).0)
    }

    fn subject(&self, key: &String) -> Option<String> {
        Some(format!("key {key}"))
    }

    fn effect(&self, op: &AppendKvOp, ret: Option<&AppendKvRet>) -> Effect {
        match (op, ret) {
            (AppendKvOp::Get { .. }, _) => Effect::ReadOnly,
            (AppendKvOp::Put { .. }, None | Some(AppendKvRet::Done)) => Effect::Overwrites,
            _ => Effect::Any,
        }
    }

    fn feasible(&self, state: &String, _op: &AppendKvOp, ret: Option<&AppendKvRet>) -> bool {
        match ret {
            // Without a put a text only grows at its end.
            Some(AppendKvRet::Text(text)) => text.starts_with(state.as_str()),
            _ => true,
        }
    }
}

impl Perform for AppendKvModel {
    fn perform(&self, state: &String, op: &AppendKvOp) -> (String, AppendKvRet) {
        match op {
            AppendKvOp::Get { .. } => (state.clone(), AppendKvRet::Text(state.clone())),
            AppendKvOp::Put { value, .. } => (value.clone(), AppendKvRet::Done),
            AppendKvOp::Append { value, .. } => (format!("{state}{value}"), AppendKvRet::Done),
        }
    }
}
