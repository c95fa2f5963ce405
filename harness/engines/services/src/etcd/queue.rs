//! The queue of keys before a lock: who was created first holds it.
//!
//! A key is put under its client's lease, so it goes when its session ends; its name contains the lease, so nobody else's is ever
//! mistaken for it. The create revision of the first key is the fencing token: etcd's revisions only grow.

use madsim_etcd_client::{Client, Error, GetOptions, PutOptions};

use super::bugs::EtcdBug;

/// A place in the queue before one lock.
#[derive(Clone, Debug)]
pub(super) struct Place {
    queue: String,
    key: String,
    lease: i64,
    bug: Option<EtcdBug>,
}

/// Where a place stands.
pub(super) enum Standing {
    /// First, with this token.
    First(u64),
    /// Behind others.
    Behind,
    /// There is no such place: its session has ended, or it was never taken.
    Gone,
}

impl Place {
    pub(super) fn new(lock: u64, lease: i64, bug: Option<EtcdBug>) -> Place {
        let queue = format!("lock/{lock}/");
        Place { key: format!("{queue}{lease:016x}"), queue, lease, bug }
    }

    /// Takes the place. A second time changes nothing: a key that is there keeps its create revision.
    pub(super) async fn take(&self, client: &Client) -> Result<(), Error> {
        let under = PutOptions::new().with_lease(self.lease);
        client.kv_client().put(self.key.clone(), "", Some(under)).await.map(drop)
    }

    pub(super) async fn look(&self, client: &Client) -> Result<Standing, Error> {
        let all = client.kv_client().get(self.queue.clone(), Some(GetOptions::new().with_prefix())).await?;
        let first = all.kvs().iter().min_by_key(|kv| kv.create_revision());
        Ok(match first {
            Some(first) if first.key() == self.key.as_bytes() => {
                Standing::First(self.token(first.create_revision()))
            }
            Some(_) if all.kvs().iter().any(|kv| kv.key() == self.key.as_bytes()) => Standing::Behind,
            Some(_) | None => Standing::Gone,
        })
    }

    /// Leaves the queue; whether it stood there until now.
    pub(super) async fn leave(&self, client: &Client) -> Result<bool, Error> {
        let key = match self.bug {
            Some(EtcdBug::ReleaseUnowned) => self.holder(client).await?,
            _ => self.key.clone().into_bytes(),
        };
        Ok(client.kv_client().delete(key, None).await?.deleted() > 0)
    }

    /// The key of whoever holds the lock.
    async fn holder(&self, client: &Client) -> Result<Vec<u8>, Error> {
        let all = client.kv_client().get(self.queue.clone(), Some(GetOptions::new().with_prefix())).await?;
        let first = all.kvs().iter().min_by_key(|kv| kv.create_revision());
        Ok(first.map_or_else(|| self.key.clone().into_bytes(), |kv| kv.key().to_vec()))
    }

    fn token(&self, create_revision: i64) -> u64 {
        let number = match self.bug {
            Some(EtcdBug::TokenIsLease) => self.lease,
            _ => create_revision,
        };
        number.unsigned_abs()
    }
}
