//! A text on a host's disk that is replaced as a whole: after a crash it is the old one or the new one.

use std::time::Duration;

use madsim::time::sleep;
use stormglass_core::disk::DiskError;
use stormglass_engine_driver::{Application, HostDisk};

/// How long a disk that refused is left alone.
const RETRY: Duration = Duration::from_millis(50);

/// A document by its name.
pub(crate) struct Document<A: Application> {
    disk: HostDisk<A>,
    name: &'static str,
}

impl<A: Application> Document<A> {
    pub(crate) const fn new(disk: HostDisk<A>, name: &'static str) -> Document<A> {
        Document { disk, name }
    }

    /// What was stored last; `None` if nothing ever was.
    pub(crate) fn load(&self) -> Result<Option<String>, DiskError> {
        self.disk.with(|disk| {
            if !disk.exists(self.name) {
                return Ok(None);
            }
            let file = disk.open(self.name)?;
            Ok(Some(String::from_utf8_lossy(disk.read(file)?).into_owned()))
        })
    }

    /// Puts `text` in the place of what was there. When this is done, it is durable: a disk that refuses is asked again.
    pub(crate) async fn store(&self, text: &str) {
        while self.try_to_store(text).await.is_err() {
            sleep(RETRY).await;
        }
    }

    async fn try_to_store(&self, text: &str) -> Result<(), DiskError> {
        let draft = format!("{}.new", self.name);
        let file = self.disk.with(|disk| {
            let file = disk.open(&draft)?;
            disk.set_len(file, 0)?;
            disk.append(file, text.as_bytes())?;
            Ok(file)
        })?;
        self.disk.sync(file).await?;
        self.disk.with(|disk| disk.rename(&draft, self.name))?;
        self.disk.sync_directory().await
    }
}
