//! Everything a node or a client may do: read its clocks, draw, send, set timers, use its disk, say what it did.
//!
//! Nothing happens at once: a step leaves a list of [`Effect`]s in the order in which they were asked for, and
//! whoever drives the system carries them out. That order is what lets a crash fall *between* two effects.

use std::iter;

pub use owned::OwnedContext;

mod owned;

use crate::clock::LocalClock;
use crate::disk::{Disk, DiskError, FileId, SyncId, SyncTarget, WriteMark};
use crate::history::Outcome;
use crate::id::Address;
use crate::random::Draws;
use crate::system::System;
use crate::time::{Duration, Time};

/// One thing that a step wants done.
#[derive(Clone)]
pub enum Effect<S: System> {
    /// Send `message` to `to`.
    Send {
        /// Whom to.
        to: Address,
        /// What.
        message: S::Message,
    },
    /// Let `timer` run out `after` from now by the local monotonic clock, instead of when it was to before.
    SetTimer {
        /// Its name.
        timer: S::Timer,
        /// How long from now.
        after: Duration,
    },
    /// Let `timer` not run out.
    CancelTimer {
        /// Its name.
        timer: S::Timer,
    },
    /// The page cache was changed (it has been already: later reads of the same step see it).
    Write {
        /// The place of the change in the disk's order, so that a crash between two effects can undo it.
        mark: WriteMark,
    },
    /// Begin to make what was written durable; the answer comes to `on_synced`.
    Sync {
        /// Its name.
        sync: SyncId,
    },
    /// The node says something about itself.
    Emit(S::Event),
    /// The client's operation has ended.
    Complete(Outcome<S::Ret>),
    /// The node is busy for so long after this step: inputs wait.
    Work(Duration),
    /// A place with a name, where a plan may let the node crash.
    Point(&'static str),
}

/// What a step may see and do. Built by the engine for one step.
pub struct Context<'a, S: System> {
    now: Time,
    clock: &'a LocalClock,
    draws: Draws,
    disk: &'a mut Disk,
    effects: &'a mut Vec<Effect<S>>,
}

impl<'a, S: System> Context<'a, S> {
    /// A context for one step at true time `now`, for engines. A node sees only what its clock makes of it.
    #[inline]
    pub fn new(
        now: Time,
        clock: &'a LocalClock,
        draws: Draws,
        disk: &'a mut Disk,
        effects: &'a mut Vec<Effect<S>>,
    ) -> Self {
        Context { now, clock, draws, disk, effects }
    }

    /// The local time of day, in nanoseconds since 1970. It may be wrong, and may jump forward or backward.
    #[inline]
    #[must_use]
    pub fn wall_clock(&self) -> Time {
        self.clock.wall(self.now)
    }

    /// The local monotonic clock. It never goes back, but may run fast or slow; a crash does not reset it.
    #[inline]
    #[must_use]
    pub fn elapsed(&self) -> Time {
        self.clock.elapsed(self.now)
    }

    /// Random draws that belong to this step alone.
    #[inline]
    pub fn rng(&mut self) -> &mut Draws {
        &mut self.draws
    }

    /// Sends a message. It may be lost, doubled, delayed or overtaken.
    #[inline]
    pub fn send(&mut self, to: impl Into<Address>, message: S::Message) {
        put(self.effects, || Effect::Send { to: to.into(), message });
    }

    /// Lets `timer` run out `after` from now, by the local monotonic clock. Replaces its earlier setting.
    #[inline]
    pub fn set_timer(&mut self, timer: S::Timer, after: Duration) {
        put(self.effects, || Effect::SetTimer { timer, after });
    }

    /// Lets `timer` not run out; nothing happens if it is not set.
    #[inline]
    pub fn cancel_timer(&mut self, timer: S::Timer) {
        put(self.effects, || Effect::CancelTimer { timer });
    }

    /// The local disk. A client's disk works too, and outlives nothing.
    #[inline]
    pub fn disk(&mut self) -> DiskHandle<'_, S> {
        DiskHandle { disk: self.disk, effects: self.effects }
    }

    /// Tells monitors and timelines what the node has done. No node can hear it.
    #[inline]
    pub fn emit(&mut self, event: S::Event) {
        self.effects.push(Effect::Emit(event));
    }

    /// Ends the client's open operation.
    ///
    /// Only a client may call this, and only while an operation is open: the engine panics otherwise.
    #[inline]
    pub fn complete(&mut self, outcome: Outcome<S::Ret>) {
        self.effects.push(Effect::Complete(outcome));
    }

    /// Occupies the node for `span` after this step: further inputs wait in the order of their arrival.
    #[inline]
    pub fn work(&mut self, span: Duration) {
        self.effects.push(Effect::Work(span));
    }

    /// Names a place between two effects, where a plan may let the node crash.
    #[inline]
    pub fn point(&mut self, label: &'static str) {
        self.effects.push(Effect::Point(label));
    }
}

/// Adds an effect, built in the place where it will lie.
///
/// A pushed value is built on the stack and then copied, in wider pieces than it was stored in: the processor
/// cannot forward such stores and waits for them. That costs more than the rest of a small step.
#[inline]
fn put<S: System>(effects: &mut Vec<Effect<S>>, make: impl FnOnce() -> Effect<S>) {
    effects.extend(iter::once_with(make));
}

/// The disk as a step sees it. Reads see all earlier writes; only a completed sync makes them durable.
pub struct DiskHandle<'a, S: System> {
    disk: &'a mut Disk,
    effects: &'a mut Vec<Effect<S>>,
}

impl<S: System> DiskHandle<'_, S> {
    /// The file called `name`; created empty if there is none. The name of a new file is durable only after
    /// [`DiskHandle::sync_directory`].
    pub fn open(&mut self, name: &str) -> Result<FileId, DiskError> {
        let (file, mark) = self.disk.open(name)?;
        if let Some(mark) = mark {
            self.effects.push(Effect::Write { mark });
        }
        Ok(file)
    }

    /// Whether a file of this name exists.
    #[must_use]
    pub fn exists(&self, name: &str) -> bool {
        self.disk.exists(name)
    }

    /// The whole content of `file`.
    pub fn read(&mut self, file: FileId) -> Result<&[u8], DiskError> {
        self.disk.read(file)
    }

    /// The length of `file` in bytes.
    #[must_use]
    pub fn len(&self, file: FileId) -> u64 {
        self.disk.len(file)
    }

    /// Puts `bytes` at `offset`, over what is there and past the end if need be (a gap reads as zeros).
    pub fn write(&mut self, file: FileId, offset: u64, bytes: &[u8]) -> Result<(), DiskError> {
        let mark = self.disk.write(file, offset, bytes)?;
        self.effects.push(Effect::Write { mark });
        Ok(())
    }

    /// Puts `bytes` at the end; answers where they begin.
    pub fn append(&mut self, file: FileId, bytes: &[u8]) -> Result<u64, DiskError> {
        let offset = self.disk.len(file);
        self.write(file, offset, bytes)?;
        Ok(offset)
    }

    /// Cuts `file` to `len` bytes, or fills it up to them with zeros.
    pub fn set_len(&mut self, file: FileId, len: u64) -> Result<(), DiskError> {
        let mark = self.disk.set_len(file, len)?;
        self.effects.push(Effect::Write { mark });
        Ok(())
    }

    /// Calls the file `from` `to` from now on, in the place of any file of that name: all or nothing, and
    /// durable only after [`DiskHandle::sync_directory`].
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), DiskError> {
        let mark = self.disk.rename(from, to)?;
        self.effects.push(Effect::Write { mark });
        Ok(())
    }

    /// Forgets the name, and with it the file; durable only after [`DiskHandle::sync_directory`].
    pub fn remove(&mut self, name: &str) -> Result<(), DiskError> {
        let mark = self.disk.remove(name)?;
        self.effects.push(Effect::Write { mark });
        Ok(())
    }

    /// Begins to make the content of `file` durable as it is now. `on_synced` brings the answer.
    pub fn sync(&mut self, file: FileId) -> SyncId {
        self.begin(SyncTarget::File(file))
    }

    /// Begins to make all names durable as they are now. `on_synced` brings the answer.
    pub fn sync_directory(&mut self) -> SyncId {
        self.begin(SyncTarget::Directory)
    }

    fn begin(&mut self, target: SyncTarget) -> SyncId {
        let sync = self.disk.begin_sync(target);
        self.effects.push(Effect::Sync { sync });
        sync
    }
}
