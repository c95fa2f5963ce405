//! What a newcomer writes: a store on one node that keeps everything in memory, and acknowledges it.

#![allow(dead_code, unreachable_pub, reason = "every test uses a part of it")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stormglass::core::op::kv::{KvOp, KvRet};
use stormglass::prelude::*;
use stormglass::{Registry, linearizable_kv};

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Shop {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Message {
    Ask(u64, KvOp),
    Answer(u64, KvRet),
}

#[derive(Clone, Debug, Default)]
pub struct Store {
    values: BTreeMap<u64, u64>,
}

impl Node<Shop> for Store {
    fn on_start(&mut self, _cx: &mut Context<'_, Shop>) {}
    fn on_timer(&mut self, _timer: u8, _cx: &mut Context<'_, Shop>) {}
    fn on_message(&mut self, from: Address, message: Message, cx: &mut Context<'_, Shop>) {
        let Message::Ask(request, op) = message else { return };
        let ret = op.apply(&mut self.values);
        cx.send(from, Message::Answer(request, ret));
    }
}

#[derive(Clone, Debug)]
pub struct Asker {
    server: NodeId,
    request: u64,
}

impl Client<Shop> for Asker {
    fn on_invoke(&mut self, op: KvOp, cx: &mut Context<'_, Shop>) {
        self.request += 1;
        cx.send(self.server, Message::Ask(self.request, op));
        cx.set_timer(0, Duration::from_millis(300));
    }
    fn on_message(&mut self, _from: Address, message: Message, cx: &mut Context<'_, Shop>) {
        if let Message::Answer(request, ret) = message
            && request == self.request
        {
            self.request += 1;
            cx.cancel_timer(0);
            cx.complete(Outcome::Ok(ret));
        }
    }
    fn on_timer(&mut self, _timer: u8, cx: &mut Context<'_, Shop>) {
        self.request += 1;
        cx.complete(Outcome::Info("no answer".into()));
    }
}

impl System for Shop {
    const NAME: &'static str = "shop";
    type Node = Store;
    type Client = Asker;
    type Message = Message;
    type Timer = u8;
    type Event = ();
    type Op = KvOp;
    type Ret = KvRet;
    fn node(&self, _id: NodeId, _cluster: &Cluster) -> Store {
        Store::default()
    }
    fn client(&self, _id: ClientId, cluster: &Cluster) -> Asker {
        Asker { server: cluster.nodes()[0], request: 0 }
    }
}

pub fn registry() -> Registry {
    Registry::new().with(linearizable_kv::<Shop>())
}
