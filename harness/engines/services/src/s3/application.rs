//! The store as an application: what each host runs.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use madsim::net::{TcpListener, TcpStream};
use madsim::time::timeout;
use madsim_aws_sdk_s3::server::SimServer;
use serde::{Deserialize, Serialize};
use stormglass_core::bug::Bug;
use stormglass_core::history::Outcome;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::settings::SettingsError;
use stormglass_core::system::Role;
use stormglass_engine_driver::{Application, BoxError, ClientHost, ServerHost};
use tokio::io::BufStream;

use super::backup::Keeper;
use super::bucket::{self, Bucket};
use super::bugs::BackupBug;
use super::restore;
use super::settings::Settings;
use super::store::{self, Store};
use super::table::Table;
use crate::document::Document;
use crate::{ask, span};

/// Where S3 listens, and where the store does.
const S3: u16 = 9000;
const STORE: u16 = 700;

/// A store that backs itself up. The first node is S3, the second is the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Settings", into = "Settings")]
pub struct S3Backup {
    settings: Settings,
    planted: Option<BackupBug>,
}

impl TryFrom<Settings> for S3Backup {
    type Error = SettingsError;

    fn try_from(settings: Settings) -> Result<S3Backup, SettingsError> {
        settings.check()?;
        Ok(S3Backup { settings, planted: None })
    }
}

impl From<S3Backup> for Settings {
    fn from(backup: S3Backup) -> Settings {
        backup.settings
    }
}

impl Application for S3Backup {
    const NAME: &'static str = "s3-backup";
    type Op = KvOp;
    type Ret = KvRet;

    fn serve(&self, host: ServerHost<Self>) -> impl Future<Output = Result<(), BoxError>> + 'static {
        let backup = *self;
        async move {
            let addresses: Vec<IpAddr> = host.servers().into_iter().map(|(_, address)| address).collect();
            let [s3, store] = addresses[..] else {
                return Err("the cluster needs two nodes: S3, and the store".into());
            };
            if host.address() == store {
                backup.keep(host, SocketAddr::new(s3, S3)).await
            } else {
                be_s3(host).await
            }
        }
    }

    fn client(&self, host: ClientHost<Self>) -> impl Future<Output = Result<(), BoxError>> + 'static {
        let patience = span(self.settings.attempt_timeout);
        async move {
            let store = host.servers().last().map(|&(_, address)| SocketAddr::new(address, STORE));
            let store = store.ok_or("the cluster has no nodes")?;
            loop {
                let op = host.next().await;
                let asked = async {
                    let stream = TcpStream::connect(store).await?;
                    ask(&mut BufStream::new(stream), &store::ask(op)).await
                };
                host.complete(match timeout(patience, asked).await {
                    Ok(Ok(answer)) => match store::hear(&answer) {
                        Some(ret) => Outcome::Ok(ret),
                        None => Outcome::Info(answer.into()),
                    },
                    Ok(Err(error)) => Outcome::Info(error.to_string().into()),
                    Err(_) => Outcome::Info("the store does not answer".into()),
                });
            }
        }
    }

    /// Its backups.
    fn survives(&self, _nodes: usize) -> usize {
        1
    }

    fn bugs() -> &'static [Bug] {
        BackupBug::TABLE
    }

    fn plant(&mut self, bug: &str) -> bool {
        self.planted = BackupBug::named(bug);
        self.planted.is_some()
    }
}

impl S3Backup {
    /// The store's life: it begins with what is on its disk, or else with the newest backup, or else with nothing.
    async fn keep(self, host: ServerHost<S3Backup>, s3: SocketAddr) -> Result<(), BoxError> {
        let document = Document::new(host.disk(), "state");
        let bucket = Bucket::at(s3, span(self.settings.attempt_timeout));
        let found = restore::newest(&bucket, self.planted).await;
        let table = match document.load()? {
            Some(text) => Table::read(&text).ok_or("what is on the disk is no state")?,
            None => {
                let restored = found.table.is_some();
                let table = found.table.unwrap_or_default();
                if restored {
                    host.say(format!("restored revision {} from its backups", table.revision()));
                }
                table
            }
        };
        let store = Store::beginning(table, document).await;
        let boot = format!("{:08x}", host.draws().below(1 << 32));
        let keeper = Keeper {
            store: store.clone(),
            bucket,
            settings: self.settings,
            bug: self.planted,
            boot,
            next: found.next,
            first: Duration::from_nanos(host.draws().below(self.settings.snapshot_every.as_nanos())),
        };
        madsim::task::spawn_local(keeper.keep());
        let listener = TcpListener::bind(SocketAddr::new(host.address(), STORE)).await?;
        host.plays(Role::LEADER);
        Ok(store.attend(listener).await?)
    }
}

/// S3's life. It does not end: who takes it down has made a mistake.
async fn be_s3(host: ServerHost<S3Backup>) -> Result<(), BoxError> {
    let been = Document::new(host.disk(), "been");
    if been.load()?.is_some() {
        return Err(
            "S3 loses nothing and does not go down, and its simulator forgets: no fault may crash its host"
                .into(),
        );
    }
    been.store("once").await;
    let simulator = SimServer::builder().with_bucket(bucket::NAME);
    Ok(simulator.serve(SocketAddr::new(host.address(), S3)).await?)
}
