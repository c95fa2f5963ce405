//! etcd's host: the simulator, and in front of it what makes it durable.
//!
//! ```text
//! client ──▶ :2379 the gate ──▶ 127.0.0.1:2380 the simulator, in memory
//!        ◀── answer ── disk ◀── answer, dump
//! ```
//!
//! The simulator forgets everything when its node dies, and etcd does not: no answer leaves before the state that it came from, or a
//! later one, is on the host's disk. The gate passes on what it does not understand; a restarted host begins with what was
//! stored last. Leases live on with at least the time they had when they were stored, less a second for each restart.

use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use madsim::net::{Endpoint, Receiver, Sender};
use madsim_etcd_client::{Client, SimServer};
use stormglass_engine_driver::{BoxError, ServerHost};
use tokio::sync::Mutex;

use super::application::EtcdLock;
use super::bugs::EtcdBug;
use crate::document::Document;

/// etcd's own port.
pub(super) const PORT: u16 = 2379;
const INSIDE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 2380);

struct Gate {
    document: Document<EtcdLock>,
    /// What is on the disk. Whoever stores the next state holds it.
    stored: Mutex<String>,
    inside: RefCell<Option<Client>>,
    bug: Option<EtcdBug>,
}

/// The host's life.
pub(super) async fn serve(host: ServerHost<EtcdLock>, bug: Option<EtcdBug>) -> Result<(), BoxError> {
    let document = Document::new(host.disk(), "dump");
    let mut simulator = SimServer::builder();
    let stored = document.load()?.unwrap_or_default();
    if !stored.is_empty() {
        simulator = simulator.load(stored.clone());
    }
    madsim::task::spawn(simulator.serve(INSIDE));
    let endpoint = Endpoint::bind(SocketAddr::new(host.address(), PORT)).await?;
    let gate = Rc::new(Gate { document, stored: Mutex::new(stored), inside: RefCell::new(None), bug });
    host.say(if gate.stored.lock().await.is_empty() { "etcd is new" } else { "etcd is back" });
    loop {
        let (answers, questions, _) = endpoint.accept1().await?;
        let gate = gate.clone();
        madsim::task::spawn_local(async move {
            // A conversation ends when either end has gone.
            drop(gate.pass(answers, questions).await);
        });
    }
}

impl Gate {
    /// Carries one conversation, until either end has gone.
    async fn pass(&self, answers: Sender, mut questions: Receiver) -> std::io::Result<()> {
        let inside = Endpoint::connect(INSIDE).await?;
        let (ask, mut answered) = inside.connect1(INSIDE).await?;
        madsim::task::spawn_local(async move {
            while let Ok(question) = questions.recv().await {
                if ask.send(question).await.is_err() {
                    return;
                }
            }
        });
        loop {
            let answer = answered.recv().await?;
            if self.bug != Some(EtcdBug::EtcdOnTmpfs) {
                self.make_durable().await;
            }
            answers.send(answer).await?;
        }
    }

    /// When this is done, the state that any earlier answer came from is on the disk.
    async fn make_durable(&self) {
        let mut stored = self.stored.lock().await;
        loop {
            if let Some(dump) = self.dump().await {
                if dump != *stored {
                    self.document.store(&dump).await;
                    *stored = dump;
                }
                return;
            }
            // The simulator may still be coming up.
            madsim::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn dump(&self) -> Option<String> {
        let known = self.inside.borrow().clone();
        let mut client = match known {
            Some(client) => client,
            None => Client::connect([INSIDE.to_string()], None).await.ok()?,
        };
        *self.inside.borrow_mut() = Some(client.clone());
        client.dump().await.ok()
    }
}
