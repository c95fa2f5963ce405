//! A client: it takes locks, uses what they guard, and gives them back.
//!
//! What it cannot be sure of it lets go with its whole session: a place in a queue that nobody knows of would block all others for as
//! long as the session is kept alive.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use madsim::time::{TimeHandle, sleep, timeout};
use madsim_etcd_client::{Client, Error};
use stormglass_core::history::Outcome;
use stormglass_core::op::lock::{LockOp, LockRet};
use tokio::io::BufStream;

use super::bugs::EtcdBug;
use super::queue::{Place, Standing};
use super::session::Session;
use super::settings::Settings;
use crate::{ask, span};

/// A client of the lock and of what it guards.
pub(super) struct Holder {
    settings: Settings,
    bug: Option<EtcdBug>,
    etcd: SocketAddr,
    resources: Vec<SocketAddr>,
    session: Option<Session>,
    /// One at most.
    held: BTreeMap<u64, Held>,
}

struct Held {
    place: Place,
    token: u64,
}

/// Why a lock was not acquired.
enum Missed {
    /// It was not, and will not be.
    Certainly(&'static str),
    /// Nobody knows.
    Perhaps(&'static str),
}

impl Holder {
    /// A client of the etcd and the resources at these addresses. It connects when it has something to do.
    pub(super) const fn new(
        settings: Settings,
        bug: Option<EtcdBug>,
        etcd: SocketAddr,
        resources: Vec<SocketAddr>,
    ) -> Holder {
        Holder { settings, bug, etcd, resources, session: None, held: BTreeMap::new() }
    }

    /// Carries out one operation.
    pub(super) async fn carry_out(&mut self, op: LockOp) -> Outcome<LockRet> {
        match op {
            LockOp::Acquire { lock } => match self.acquire(lock).await {
                Ok(token) => Outcome::Ok(LockRet::Acquired(Some(token))),
                Err(Missed::Certainly(why)) => Outcome::Fail(why.into()),
                Err(Missed::Perhaps(why)) => Outcome::Info(why.into()),
            },
            LockOp::Release { lock } => self.release(lock).await,
            LockOp::Use { lock, .. } => self.use_once(lock).await,
        }
    }

    async fn acquire(&mut self, lock: u64) -> Result<u64, Missed> {
        self.attend_to_session().await?;
        // Letting its session go must not cost it a lock that it was never asked to give back.
        if !self.held.is_empty() {
            return Err(Missed::Certainly("it holds a lock already"));
        }
        let Some(session) = &self.session else { return Err(Missed::Certainly("no session")) };
        let (client, place) = (session.client(), Place::new(lock, session.lease(), self.bug));
        match timeout(span(self.settings.attempt_timeout), place.take(&client)).await {
            Ok(Ok(())) => {}
            Ok(Err(Error::GRpcStatus(_))) => {
                self.let_go();
                return Err(Missed::Certainly("its session had ended"));
            }
            // A place that is taken when nobody expects it any more would block all others.
            Ok(Err(_)) | Err(_) => {
                self.abandon().await;
                return Err(Missed::Perhaps("etcd does not answer"));
            }
        }
        match come_first(session, &place, self.settings).await {
            Some(token) => {
                self.held.insert(lock, Held { place, token });
                Ok(token)
            }
            None => self.withdraw(&place).await,
        }
    }

    /// A session that lives, as far as anybody knows: the one there is, or a new one.
    async fn attend_to_session(&mut self) -> Result<(), Missed> {
        if self.session.as_ref().is_some_and(Session::is_alive) {
            return Ok(());
        }
        self.let_go();
        let open = async {
            let client = Client::connect([self.etcd.to_string()], None).await?;
            Session::open(client, self.settings, self.bug).await
        };
        match timeout(span(self.settings.attempt_timeout), open).await {
            Ok(Ok(session)) => {
                self.session = Some(session);
                Ok(())
            }
            Ok(Err(_)) => Err(Missed::Certainly("etcd opens no session")),
            Err(_) => Err(Missed::Certainly("no session in time")),
        }
    }

    /// Gives up a place in the queue.
    async fn withdraw(&mut self, place: &Place) -> Result<u64, Missed> {
        let Some(session) = &self.session else { return Err(Missed::Certainly("no session")) };
        let client = session.client();
        match timeout(span(self.settings.attempt_timeout), place.leave(&client)).await {
            Ok(Ok(_)) => Err(Missed::Certainly("it did not come first in time")),
            Ok(Err(_)) | Err(_) => {
                self.abandon().await;
                Err(Missed::Perhaps("etcd does not answer"))
            }
        }
    }

    async fn release(&mut self, lock: u64) -> Outcome<LockRet> {
        let (Some(Held { place, .. }), Some(session)) = (self.held.remove(&lock), &self.session) else {
            return Outcome::Fail("it holds no such lock".into());
        };
        let client = session.client();
        match timeout(span(self.settings.attempt_timeout), place.leave(&client)).await {
            Ok(Ok(stood)) if stood || self.bug == Some(EtcdBug::RenewalUnchecked) => {
                Outcome::Ok(LockRet::Released)
            }
            Ok(Ok(_)) => {
                self.let_go();
                Outcome::Fail("its session had ended".into())
            }
            Ok(Err(_)) | Err(_) => {
                self.abandon().await;
                Outcome::Info("etcd does not answer".into())
            }
        }
    }

    async fn use_once(&mut self, lock: u64) -> Outcome<LockRet> {
        let Some(Held { token, .. }) = self.held.get(&lock) else {
            return Outcome::Fail("it holds no such lock".into());
        };
        let (token, resource) = (*token, self.resources[(lock % self.resources.len() as u64) as usize]);
        let asked = async {
            let stream = madsim::net::TcpStream::connect(resource).await?;
            ask(&mut BufStream::new(stream), &format!("use {lock} {token}")).await
        };
        match timeout(span(self.settings.attempt_timeout), asked).await {
            Ok(Ok(answer)) if answer == "used" => Outcome::Ok(LockRet::UsedWith(token)),
            Ok(Ok(answer)) => {
                self.let_go();
                Outcome::Fail(answer.into())
            }
            Ok(Err(error)) => Outcome::Info(error.to_string().into()),
            Err(_) => Outcome::Info("the resource does not answer".into()),
        }
    }

    /// Holds nothing any more, and opens a new session next time.
    fn let_go(&mut self) {
        self.held.clear();
        self.session = None;
    }

    async fn abandon(&mut self) {
        self.held.clear();
        if let Some(session) = self.session.take() {
            session.close().await;
        }
    }
}

/// Waits in the queue until the deadline; answers the token, once it has come first and etcd has promised the session its whole time.
async fn come_first(session: &Session, place: &Place, settings: Settings) -> Option<u64> {
    let (client, attempt) = (session.client(), span(settings.attempt_timeout));
    let time = TimeHandle::current();
    let deadline = time.elapsed() + span(settings.acquire_deadline);
    while session.is_alive() && time.elapsed() < deadline {
        match timeout(attempt, place.look(&client)).await {
            Ok(Ok(Standing::First(token))) if session.confirm().await => return Some(token),
            // The session has ended, and with it the place.
            Ok(Ok(Standing::Gone)) => return None,
            Ok(Ok(Standing::First(_) | Standing::Behind) | Err(_)) | Err(_) => {}
        }
        sleep(span(settings.look)).await;
    }
    None
}
