//! A disk with a page cache: what is written is seen at once and survives a crash only after a sync.
//!
//! Every file has a *cached* content, which reads see, and a *durable* one, which a crash leaves. Between them
//! stands the ordered list of changes not yet synced. A sync takes effect when the engine says that it has
//! completed: it carries all changes made before it was asked for into the durable content. A crash does the
//! same to an arbitrary subset of the changes, cut at sector boundaries: pages reach a platter in any order,
//! and a write that spans sectors can tear. Names follow the same rule, but in order, as journalling file
//! systems keep it: a crash leaves a prefix of the un-synced creations, renames and removals.
//!
//! The disk knows no time: how long a sync takes is the engine's business. It is a plain value: clone it, and
//! there are two disks.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::random::{Draws, Ratio};

use file::File;

mod ailment;
mod file;
#[cfg(test)]
mod tests;

pub use ailment::{Ailment, Malady};
pub use file::SECTOR;

/// An open file of one disk; good for ever, across restarts and renames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// One sync of one disk, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SyncId(u64);

/// A place in the order of all changes of one disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WriteMark(u64);

/// What a sync makes durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncTarget {
    /// The content of one file.
    File(FileId),
    /// The names of all files.
    Directory,
}

/// Why the disk refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiskError {
    /// There is no file of this name.
    NotFound,
    /// The device answered with an input/output error; what it holds of the last writes is unknown.
    Io,
    /// There is no space left.
    Full,
}

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DiskError::NotFound => "no such file",
            DiskError::Io => "input/output error",
            DiskError::Full => "no space left on the disk",
        })
    }
}

impl std::error::Error for DiskError {}

/// What a crash does to changes that no sync has covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(extend("examples" = ["nothing", "everything", { "sectors": 0.5 }])))]
pub enum CrashLoss {
    /// Only the process died: the operating system writes everything back.
    Nothing,
    /// Power was lost before anything was written back.
    Everything,
    /// Power was lost in the middle: each sector of each change is kept with this probability.
    Sectors(Ratio),
}

/// How a sync ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncFate {
    /// What it covers is durable.
    Durable,
    /// It reports an error, and what it covers is dropped from the list of what is still to be written: a
    /// later sync that succeeds does not bring it back (as on Linux, Rebello et al., ATC 2020).
    Failed,
    /// It reports success, and what it covers is still in the device's cache: a later honest sync makes it durable, a
    /// power loss before takes it.
    Lied,
}

/// How much a crash took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CrashDamage {
    /// Bytes written but neither synced nor kept.
    pub bytes_lost: u64,
    /// Changes of which a part was kept and a part lost.
    pub torn: u64,
}

/// One machine's disk.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    files: Vec<File>,
    names: BTreeMap<String, FileId>,
    durable_names: BTreeMap<String, FileId>,
    pending_names: Vec<(WriteMark, NameChange)>,
    syncs: Vec<Sync>,
    changes: u64,
    syncs_begun: u64,
    /// What is wrong with it for the time being.
    ailments: Vec<Ailment>,
}

#[derive(Clone, Debug)]
enum NameChange {
    Create(String, FileId),
    Rename(String, String),
    Remove(String),
}

#[derive(Clone, Copy, Debug)]
struct Sync {
    id: SyncId,
    target: SyncTarget,
    /// Changes made at or after this mark are not covered.
    before: WriteMark,
}

impl Disk {
    /// Whether nothing has ever been done with it, nor to it: one such disk is as good as another.
    #[inline]
    pub(crate) fn is_pristine(&self) -> bool {
        self.changes == 0
            && self.syncs_begun == 0
            && self.files.is_empty()
            && self.names.is_empty()
            && self.ailments.is_empty()
    }

    /// An empty disk.
    #[must_use]
    pub fn new() -> Disk {
        Disk::default()
    }

    /// The file of this name, created if missing; then also the mark of its creation.
    pub fn open(&mut self, name: &str) -> Result<(FileId, Option<WriteMark>), DiskError> {
        if let Some(&file) = self.names.get(name) {
            return Ok((file, None));
        }
        if self.is_full() {
            return Err(DiskError::Full);
        }
        let file = FileId(u32::try_from(self.files.len()).map_err(|_| DiskError::Full)?);
        self.files.push(File::default());
        let mark = self.change_names(NameChange::Create(name.to_owned(), file));
        Ok((file, Some(mark)))
    }

    /// Whether a file of this name exists, durably or not.
    #[must_use]
    pub fn exists(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// The names of all files, durable or not, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// The cached content of a file.
    pub fn read(&mut self, file: FileId) -> Result<&[u8], DiskError> {
        let fails = |malady: &Malady| match malady {
            Malady::Unreadable(rate) => Some(*rate),
            _ => None,
        };
        if !self.ailments.is_empty() && self.shows(fails).is_some() {
            return Err(DiskError::Io);
        }
        Ok(self.files[file.0 as usize].cached())
    }

    /// The cached length of a file, in bytes.
    #[must_use]
    pub fn len(&self, file: FileId) -> u64 {
        self.files[file.0 as usize].cached().len() as u64
    }

    /// What a crash that keeps nothing un-synced would leave in the file of this name, if it left the name.
    #[must_use]
    pub fn durable(&self, name: &str) -> Option<&[u8]> {
        self.durable_names.get(name).map(|file| self.files[file.0 as usize].durable())
    }

    /// What a reader sees in the file of this name.
    #[must_use]
    pub fn cached(&self, name: &str) -> Option<&[u8]> {
        self.names.get(name).map(|file| self.files[file.0 as usize].cached())
    }

    /// Puts `bytes` at `offset` of the cached content.
    pub fn write(&mut self, file: FileId, offset: u64, bytes: &[u8]) -> Result<WriteMark, DiskError> {
        let offset = usize::try_from(offset).map_err(|_| DiskError::Full)?;
        let lands = self.lands(file, offset, bytes.len())?;
        let mark = self.next_mark();
        self.files[file.0 as usize].write(mark, offset, lands, bytes);
        Ok(mark)
    }

    /// Where on the disk a write will land: where it should, unless it is led astray.
    fn lands(&mut self, file: FileId, offset: usize, len: usize) -> Result<usize, DiskError> {
        if self.ailments.is_empty() {
            return Ok(offset);
        }
        if (offset + len) as u64 > self.len(file) && self.is_full() {
            return Err(DiskError::Full);
        }
        let astray = |malady: &Malady| match malady {
            Malady::Astray(rate) => Some(*rate),
            _ => None,
        };
        // One sector more than the file has, so that there always is another than the right one.
        let right = (offset / SECTOR) as u64;
        let sectors = (self.len(file) / SECTOR as u64 + 2).max(right + 1);
        Ok(match self.shows(astray) {
            Some(mut draws) => {
                let drawn = draws.below(sectors - 1);
                let wrong = drawn + u64::from(drawn >= right);
                wrong as usize * SECTOR + offset % SECTOR
            }
            None => offset,
        })
    }

    /// Cuts the cached content to `len` bytes, or fills it up with zeros.
    pub fn set_len(&mut self, file: FileId, len: u64) -> Result<WriteMark, DiskError> {
        if len > self.len(file) && self.is_full() {
            return Err(DiskError::Full);
        }
        let mark = self.next_mark();
        let len = usize::try_from(len).map_err(|_| DiskError::Full)?;
        self.files[file.0 as usize].set_len(mark, len);
        Ok(mark)
    }

    /// Renames a file over any other of the new name.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<WriteMark, DiskError> {
        if !self.exists(from) {
            return Err(DiskError::NotFound);
        }
        Ok(self.change_names(NameChange::Rename(from.to_owned(), to.to_owned())))
    }

    /// Removes a name.
    pub fn remove(&mut self, name: &str) -> Result<WriteMark, DiskError> {
        if !self.exists(name) {
            return Err(DiskError::NotFound);
        }
        Ok(self.change_names(NameChange::Remove(name.to_owned())))
    }

    /// Asks for a sync of everything changed so far in `target`; [`Disk::finish_sync`] ends it.
    pub fn begin_sync(&mut self, target: SyncTarget) -> SyncId {
        self.syncs_begun += 1;
        let id = SyncId(self.syncs_begun);
        self.syncs.push(Sync { id, target, before: WriteMark(self.changes) });
        id
    }

    /// Ends a sync. `None` if the disk knows nothing of it: a crash came between.
    pub fn finish_sync(&mut self, id: SyncId, fate: SyncFate) -> Option<Result<(), DiskError>> {
        let place = self.syncs.iter().position(|sync| sync.id == id)?;
        let Sync { target, before, .. } = self.syncs.remove(place);
        match target {
            SyncTarget::File(file) => {
                let file = &mut self.files[file.0 as usize];
                match fate {
                    SyncFate::Durable => file.settle(before),
                    SyncFate::Failed => file.forget(before),
                    SyncFate::Lied => {}
                }
            }
            SyncTarget::Directory => {
                let covered = self.pending_names.partition_point(|(mark, _)| *mark < before);
                if fate == SyncFate::Durable {
                    for (_, change) in self.pending_names.drain(..covered) {
                        apply_name(&mut self.durable_names, &change);
                    }
                }
            }
        }
        Some(match fate {
            SyncFate::Durable | SyncFate::Lied => Ok(()),
            SyncFate::Failed => Err(DiskError::Io),
        })
    }

    /// Undoes every change at or after `mark`, for a crash that fell before them. The cache is stale until
    /// [`Disk::crash`], which must follow.
    pub fn cut(&mut self, mark: WriteMark) {
        for file in &mut self.files {
            file.cut(mark);
        }
        self.pending_names.truncate(self.pending_names.partition_point(|(at, _)| *at < mark));
    }

    /// The machine goes down: un-synced changes are kept or lost as `loss` says, and caches are cold.
    pub fn crash(&mut self, loss: CrashLoss, draws: &mut Draws) -> CrashDamage {
        let mut damage = CrashDamage::default();
        self.syncs.clear();
        for file in &mut self.files {
            file.crash(loss, draws, &mut damage);
        }
        let kept = match loss {
            CrashLoss::Nothing => self.pending_names.len(),
            CrashLoss::Everything => 0,
            CrashLoss::Sectors(_) => draws.between(0, self.pending_names.len() as u64) as usize,
        };
        for (_, change) in self.pending_names.drain(..).take(kept) {
            apply_name(&mut self.durable_names, &change);
        }
        self.names.clone_from(&self.durable_names);
        damage
    }

    /// Everything on it is gone, for good; the machine must be down. Answers how many durable bytes that were.
    pub fn wipe(&mut self) -> u64 {
        let bytes = self.files.iter().map(|file| file.durable().len() as u64).sum();
        self.names.clear();
        self.durable_names.clear();
        self.pending_names.clear();
        self.syncs.clear();
        // The places of files stay: an open file is never another one.
        for file in &mut self.files {
            *file = File::default();
        }
        bytes
    }

    fn next_mark(&mut self) -> WriteMark {
        let mark = WriteMark(self.changes);
        self.changes += 1;
        mark
    }

    fn change_names(&mut self, change: NameChange) -> WriteMark {
        let mark = self.next_mark();
        apply_name(&mut self.names, &change);
        self.pending_names.push((mark, change));
        mark
    }
}

fn apply_name(names: &mut BTreeMap<String, FileId>, change: &NameChange) {
    match change {
        NameChange::Create(name, file) => {
            names.insert(name.clone(), *file);
        }
        NameChange::Rename(from, to) => {
            if let Some(file) = names.remove(from) {
                names.insert(to.clone(), file);
            }
        }
        NameChange::Remove(name) => {
            names.remove(name);
        }
    }
}
