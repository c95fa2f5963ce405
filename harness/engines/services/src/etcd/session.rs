//! A session: a lease that is kept alive while its client lives, and that etcd ends when it has not heard of it for too long.

use std::cell::Cell;
use std::rc::Rc;

use madsim::task::JoinHandle;
use madsim::time::{sleep, timeout};
use madsim_etcd_client::{Client, Error};

use super::bugs::EtcdBug;
use super::settings::Settings;
use crate::span;

/// A lease and the task that keeps it alive. Dropped, it is not kept alive any more.
pub(super) struct Session {
    client: Client,
    lease: i64,
    settings: Settings,
    bug: Option<EtcdBug>,
    /// Whether etcd has said that it has ended.
    ended: Rc<Cell<bool>>,
    keeper: JoinHandle<()>,
}

/// What came of asking for a session's life.
enum Renewal {
    Alive,
    Ended,
    Unknown,
}

impl Session {
    /// Opens a session, and keeps it alive from now on.
    ///
    /// # Errors
    /// If etcd does not answer.
    pub(super) async fn open(
        client: Client,
        settings: Settings,
        bug: Option<EtcdBug>,
    ) -> Result<Session, Error> {
        let mut leases = client.lease_client();
        let granted = leases.grant(i64::from(settings.session_ttl_seconds), None).await?;
        let (lease, ended) = (granted.id(), Rc::new(Cell::new(false)));
        let keeper =
            madsim::task::spawn_local(keep_alive(client.clone(), lease, settings, bug, ended.clone()));
        Ok(Session { client, lease, settings, bug, ended, keeper })
    }

    /// The number of its lease.
    pub(super) const fn lease(&self) -> i64 {
        self.lease
    }

    /// What it talks to etcd with.
    pub(super) fn client(&self) -> Client {
        self.client.clone()
    }

    /// Whether nobody has said yet that it has ended.
    pub(super) fn is_alive(&self) -> bool {
        !self.ended.get()
    }

    /// Asks etcd to let it live for its whole time from now on; whether it will.
    pub(super) async fn confirm(&self) -> bool {
        matches!(renew(&self.client, self.lease, self.settings, self.bug).await, Renewal::Alive)
    }

    /// Ends it, as well as that can be done: etcd ends it anyway when it is not kept alive any more.
    pub(super) async fn close(self) {
        self.keeper.abort();
        let mut leases = self.client.lease_client();
        drop(timeout(span(self.settings.attempt_timeout), leases.revoke(self.lease)).await);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

async fn keep_alive(
    client: Client,
    lease: i64,
    settings: Settings,
    bug: Option<EtcdBug>,
    ended: Rc<Cell<bool>>,
) {
    loop {
        sleep(span(settings.keep_alive)).await;
        if let Renewal::Ended = renew(&client, lease, settings, bug).await {
            ended.set(true);
            return;
        }
    }
}

async fn renew(client: &Client, lease: i64, settings: Settings, bug: Option<EtcdBug>) -> Renewal {
    let mut leases = client.lease_client();
    let answer = timeout(span(settings.attempt_timeout), leases.keep_alive(lease)).await;
    if bug == Some(EtcdBug::RenewalUnchecked) {
        return Renewal::Alive;
    }
    match answer {
        Ok(Ok(_)) => Renewal::Alive,
        Ok(Err(Error::GRpcStatus(_))) => Renewal::Ended,
        Ok(Err(_)) | Err(_) => Renewal::Unknown,
    }
}
