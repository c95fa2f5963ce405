//! Parcels on connections: from each host to each, one direction only, opened by the first parcel and again after a crash.

use std::cell::RefCell;
use std::future::Future;
use std::mem::replace;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Waker};

use madsim::net::{Endpoint, Receiver, Sender};

use super::address;

/// The hosts' ends, by place; none while a host is down.
pub(crate) struct Connections {
    hosts: RefCell<Vec<Option<Host>>>,
}

struct Host {
    endpoint: Rc<Endpoint>,
    /// By receiver.
    lines: Vec<Line>,
}

enum Line {
    None,
    /// What is to be sent once it is open.
    Dialled(Vec<Vec<u8>>),
    Open(Sender),
}

impl Connections {
    pub(super) fn new(hosts: usize) -> Connections {
        Connections { hosts: RefCell::new((0..hosts).map(|_| None).collect()) }
    }

    pub(super) fn open(&self, host: usize, endpoint: Rc<Endpoint>) {
        let mut hosts = self.hosts.borrow_mut();
        let lines = hosts.iter().map(|_| Line::None).collect();
        hosts[host] = Some(Host { endpoint, lines });
    }

    pub(super) fn close(&self, host: usize) {
        self.hosts.borrow_mut()[host] = None;
    }

    pub(super) fn send(self: &Rc<Self>, from: usize, to: usize, bytes: Vec<u8>) {
        let mut hosts = self.hosts.borrow_mut();
        let Some(host) = &mut hosts[from] else { return };
        match &mut host.lines[to] {
            Line::Dialled(waiting) => waiting.push(bytes),
            Line::Open(sender) if !sender.is_closed() => give(sender, bytes),
            line => {
                *line = Line::Dialled(vec![bytes]);
                madsim::task::spawn_local(self.clone().dial(from, to, host.endpoint.clone()));
            }
        }
    }

    async fn dial(self: Rc<Self>, from: usize, to: usize, endpoint: Rc<Endpoint>) {
        let dialled = endpoint.connect1(address(to)).await;
        let mut hosts = self.hosts.borrow_mut();
        // It may have crashed in the meantime, and have come back.
        let Some(host) = hosts[from].as_mut().filter(|host| Rc::ptr_eq(&host.endpoint, &endpoint)) else {
            return;
        };
        let line = &mut host.lines[to];
        // Where a host is down nobody answers: what waited is lost.
        let (Line::Dialled(waiting), Ok((sender, _))) = (replace(line, Line::None), dialled) else { return };
        waiting.into_iter().for_each(|bytes| give(&sender, bytes));
        *line = Line::Open(sender);
    }
}

/// Nothing in madsim's sending waits: who is asked once has sent.
fn give(sender: &Sender, bytes: Vec<u8>) {
    let sent = pin!(sender.send(Box::new(bytes))).poll(&mut Context::from_waker(Waker::noop()));
    debug_assert!(sent.is_ready(), "madsim's connections send at once");
}

/// One of the tasks that accept for a host; each connection has a task that reads it.
pub(super) async fn accept(endpoint: Rc<Endpoint>, hear: impl Fn(&[u8]) + Clone + 'static) {
    while let Ok((_, receiver, _)) = endpoint.accept1().await {
        madsim::task::spawn_local(read(receiver, hear.clone()));
    }
}

async fn read(mut receiver: Receiver, hear: impl Fn(&[u8])) {
    while let Ok(payload) = receiver.recv().await {
        if let Ok(bytes) = payload.downcast::<Vec<u8>>() {
            hear(&bytes);
        }
    }
}
