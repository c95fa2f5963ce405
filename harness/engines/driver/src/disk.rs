//! A program's disk: the plan's, behind futures for its syncs.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use stormglass_core::context::DiskHandle;
use stormglass_core::disk::{DiskError, FileId, SyncId};

use crate::application::Application;
use crate::host::Handle;
use crate::hosted::Hosted;

/// A server's disk: files whose content a crash takes back to what was last synced, or to something between.
pub struct HostDisk<A: Application> {
    handle: Handle<A>,
}

impl<A: Application> Clone for HostDisk<A> {
    fn clone(&self) -> Self {
        HostDisk { handle: self.handle.clone() }
    }
}

impl<A: Application> HostDisk<A> {
    pub(crate) fn of(handle: Handle<A>) -> HostDisk<A> {
        HostDisk { handle }
    }

    /// Does something with the disk at once: opens, reads, writes, renames. The closure sees all earlier writes; only a completed
    /// [`sync`](HostDisk::sync) makes them durable.
    ///
    /// # Errors
    /// What the closure answers.
    pub fn with<T>(
        &self,
        work: impl FnOnce(&mut DiskHandle<'_, Hosted<A>>) -> Result<T, DiskError>,
    ) -> Result<T, DiskError> {
        self.handle.acts(|cx| work(&mut cx.disk())).unwrap_or(Err(DiskError::Io))
    }

    /// Makes the content of `file` durable as it is now.
    ///
    /// # Errors
    /// If the disk says so: then nothing may be assumed durable.
    pub fn sync(&self, file: FileId) -> impl Future<Output = Result<(), DiskError>> + Send + use<A> {
        let sync = self.handle.acts(|cx| cx.disk().sync(file));
        Syncing { handle: self.handle.clone(), sync }
    }

    /// Makes all names durable as they are now.
    ///
    /// # Errors
    /// As of [`HostDisk::sync`].
    pub fn sync_directory(&self) -> impl Future<Output = Result<(), DiskError>> + Send + use<A> {
        let sync = self.handle.acts(|cx| cx.disk().sync_directory());
        Syncing { handle: self.handle.clone(), sync }
    }
}

/// A sync that has begun.
struct Syncing<A: Application> {
    handle: Handle<A>,
    sync: Option<SyncId>,
}

impl<A: Application> Future for Syncing<A> {
    type Output = Result<(), DiskError>;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let (backstage, host) = (self.handle.backstage(), self.handle.place());
        let result = backstage.theatre.node_in(host, |node| {
            let place = node.synced.iter().position(|&(other, _)| Some(other) == self.sync)?;
            node.synced.remove(place).map(|(_, result)| result)
        });
        match result.flatten() {
            Some(result) => Poll::Ready(result),
            None => backstage.wait(host, cx),
        }
    }
}
