//! The lock as an application: what each host runs.

use std::cell::RefCell;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

use madsim::net::{TcpListener, TcpStream};
use serde::{Deserialize, Serialize};
use stormglass_core::bug::Bug;
use stormglass_core::op::lock::{LockOp, LockRet};
use stormglass_core::settings::SettingsError;
use stormglass_engine_driver::{Application, BoxError, ClientHost, ServerHost};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::sync::Mutex;

use super::bugs::EtcdBug;
use super::holder::Holder;
use super::resource::{Answer, Resource};
use super::server;
use super::settings::Settings;
use crate::document::Document;

/// Where resources listen.
const PORT: u16 = 700;

/// A lock on etcd. The first node is etcd, the others are resources that locks guard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Settings", into = "Settings")]
pub struct EtcdLock {
    settings: Settings,
    planted: Option<EtcdBug>,
}

impl TryFrom<Settings> for EtcdLock {
    type Error = SettingsError;

    fn try_from(settings: Settings) -> Result<EtcdLock, SettingsError> {
        settings.check()?;
        Ok(EtcdLock { settings, planted: None })
    }
}

impl From<EtcdLock> for Settings {
    fn from(lock: EtcdLock) -> Settings {
        lock.settings
    }
}

impl Application for EtcdLock {
    const NAME: &'static str = "etcd-lock";
    type Op = LockOp;
    type Ret = LockRet;

    fn serve(&self, host: ServerHost<Self>) -> impl Future<Output = Result<(), BoxError>> + 'static {
        let bug = self.planted;
        async move {
            let is_etcd = host.servers().first().is_some_and(|&(first, _)| first == host.id());
            if is_etcd { server::serve(host, bug).await } else { guard(host, bug).await }
        }
    }

    fn client(&self, host: ClientHost<Self>) -> impl Future<Output = Result<(), BoxError>> + 'static {
        let EtcdLock { settings, planted } = *self;
        async move {
            let addresses: Vec<IpAddr> = host.servers().into_iter().map(|(_, address)| address).collect();
            let Some((&etcd, resources @ [_, ..])) = addresses.split_first() else {
                return Err("the cluster needs two nodes at least: etcd, and a resource".into());
            };
            let resources = resources.iter().map(|&address| SocketAddr::new(address, PORT)).collect();
            let mut holder = Holder::new(settings, planted, SocketAddr::new(etcd, server::PORT), resources);
            loop {
                let op = host.next().await;
                let outcome = holder.carry_out(op).await;
                host.complete(outcome);
            }
        }
    }

    fn bugs() -> &'static [Bug] {
        EtcdBug::TABLE
    }

    fn plant(&mut self, bug: &str) -> bool {
        self.planted = EtcdBug::named(bug);
        self.planted.is_some()
    }
}

/// A resource's life: a token is on its disk before its bearer is let in.
async fn guard(host: ServerHost<EtcdLock>, bug: Option<EtcdBug>) -> Result<(), BoxError> {
    let document = Document::new(host.disk(), "tokens");
    let written = document.load()?.unwrap_or_default();
    let listener = TcpListener::bind(SocketAddr::new(host.address(), PORT)).await?;
    let guard = Rc::new(Guard {
        resource: RefCell::new(Resource::remember(bug, &written)),
        document,
        stored: Mutex::new(written),
    });
    loop {
        let (stream, _) = listener.accept().await?;
        let guard = guard.clone();
        madsim::task::spawn_local(async move {
            // Whoever asks may go at any time.
            drop(guard.attend(stream).await);
        });
    }
}

struct Guard {
    resource: RefCell<Resource>,
    document: Document<EtcdLock>,
    /// What is on the disk. Whoever stores the next state holds it.
    stored: Mutex<String>,
}

impl Guard {
    async fn attend(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufStream::new(stream);
        let mut line = String::new();
        while stream.read_line(&mut line).await? > 0 {
            let answer = self.resource.borrow_mut().hear(&line);
            if answer == Answer::Used {
                self.make_durable().await;
            }
            stream.write_all(format!("{answer}\n").as_bytes()).await?;
            stream.flush().await?;
            line.clear();
        }
        Ok(())
    }

    async fn make_durable(&self) {
        let mut stored = self.stored.lock().await;
        let text = self.resource.borrow().write_down();
        if text != *stored {
            self.document.store(&text).await;
            *stored = text;
        }
    }
}
