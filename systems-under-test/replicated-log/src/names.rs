//! Whether the files' names are durable: a new file whose directory was not synced is gone after a crash, with
//! everything that was synced into it.

use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::system::System;

/// The directory of a node. Its files are made at the first boot and never after.
#[derive(Clone, Debug)]
pub struct Names {
    durable: bool,
    sync: Option<SyncId>,
}

impl Names {
    /// Begins to make the names durable that exist now.
    pub fn sync<S: System>(cx: &mut Context<'_, S>) -> Names {
        Names { durable: false, sync: Some(cx.disk().sync_directory()) }
    }

    /// Whether they are.
    #[inline]
    pub fn durable(&self) -> bool {
        self.durable
    }

    /// A sync has ended; if it was this one and failed, the next begins.
    pub fn on_synced<S: System>(
        &mut self,
        sync: SyncId,
        result: &Result<(), DiskError>,
        cx: &mut Context<'_, S>,
    ) {
        if self.sync != Some(sync) {
            return;
        }
        match result {
            Ok(()) => {
                self.durable = true;
                self.sync = None;
            }
            Err(_) => *self = Names::sync(cx),
        }
    }
}
