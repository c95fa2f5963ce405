//! A journal on a host's disk: records that survive crashes, in the order in which they were written.
//!
//! ```text
//!  | length | checksum | bytes … | length | checksum | bytes … | what a crash left of the last one: cut off
//! ```
//!
//! A crash may tear what was not synced, so every record has a checksum and reading stops at the first that is wrong. After a sync
//! that failed nobody knows what the file holds, and syncing it again would not help (Rebello et al., *Can Applications Recover
//! from fsync Failures?*, ATC 2020): the records that count are written into a new file, which takes the old one's name.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use stormglass_core::disk::{DiskError, FileId};
use stormglass_engine_driver::{Application, ServerHost};

const HEADER: usize = 12;
/// So long a server waits before it asks a sick disk again.
const PATIENCE: Duration = Duration::from_millis(10);

/// An open journal of records of one type. Where it is neither before nor behind a record a plan may crash its server: at
/// `journal-read`, `journal-synced` and `journal-rewritten`.
pub(crate) struct Journal<A: Application> {
    host: ServerHost<A>,
    name: &'static str,
    file: FileId,
}

impl<A: Application> Journal<A> {
    /// Opens the journal of this name and reads what it holds. It is durable as it is read. A sick disk is asked until it answers.
    pub(crate) async fn open<R: DeserializeOwned>(
        host: ServerHost<A>,
        name: &'static str,
    ) -> (Journal<A>, Vec<R>) {
        loop {
            if let Ok((file, records)) = recover(&host, name).await {
                return (Journal { host, name, file }, records);
            }
            tokio::time::sleep(PATIENCE).await;
        }
    }

    /// Puts a record behind the others. It is durable after the next [`sync`](Journal::sync).
    pub(crate) fn append<R: Serialize>(&self, record: &R) -> Result<(), DiskError> {
        self.host.disk().with(|disk| disk.append(self.file, &framed(record)).map(drop))
    }

    /// Makes everything durable that was appended so far.
    pub(crate) fn sync(&self) -> impl Future<Output = Result<(), DiskError>> + Send + use<A> {
        let (host, syncing) = (self.host.clone(), self.host.disk().sync(self.file));
        async move {
            let synced = syncing.await;
            host.point("journal-synced").await;
            synced
        }
    }

    /// Lets the journal hold these records and no others, durably, however long that takes.
    pub(crate) async fn replace<R: Serialize>(&mut self, records: &[R]) {
        let bytes: Vec<u8> = records.iter().flat_map(framed).collect();
        loop {
            if let Ok(file) = written_anew(&self.host, self.name, &bytes).await {
                self.file = file;
                return;
            }
            tokio::time::sleep(PATIENCE).await;
        }
    }
}

async fn recover<A: Application, R: DeserializeOwned>(
    host: &ServerHost<A>,
    name: &str,
) -> Result<(FileId, Vec<R>), DiskError> {
    let disk = host.disk();
    let (file, bytes) = disk.with(|disk| {
        let file = disk.open(name)?;
        Ok((file, disk.read(file)?.to_vec()))
    })?;
    let (records, good) = parsed(&bytes);
    // What is behind the cut must not come back behind what is written there next.
    disk.with(|disk| disk.set_len(file, good as u64))?;
    host.point("journal-read").await;
    disk.sync(file).await?;
    disk.sync_directory().await?;
    Ok((file, records))
}

async fn written_anew<A: Application>(
    host: &ServerHost<A>,
    name: &str,
    bytes: &[u8],
) -> Result<FileId, DiskError> {
    let disk = host.disk();
    let new = format!("{name}.new");
    let file = disk.with(|disk| {
        if disk.exists(&new) {
            disk.remove(&new)?;
        }
        let file = disk.open(&new)?;
        disk.write(file, 0, bytes)?;
        Ok(file)
    })?;
    disk.sync(file).await?;
    host.point("journal-rewritten").await;
    disk.with(|disk| disk.rename(&new, name))?;
    disk.sync_directory().await?;
    Ok(file)
}

fn framed<R: Serialize>(record: &R) -> Vec<u8> {
    let bytes = postcard::to_stdvec(record).expect("records are plain data");
    let mut framed = (bytes.len() as u32).to_le_bytes().to_vec();
    framed.extend(checksum(&bytes).to_le_bytes());
    framed.extend(bytes);
    framed
}

/// The records up to the first that is not whole, and how many bytes they take.
fn parsed<R: DeserializeOwned>(bytes: &[u8]) -> (Vec<R>, usize) {
    let (mut records, mut good) = (Vec::new(), 0);
    while let Some((record, rest)) = first(&bytes[good..]) {
        records.push(record);
        good = bytes.len() - rest;
    }
    (records, good)
}

/// The first record, and how many bytes are behind it.
fn first<R: DeserializeOwned>(bytes: &[u8]) -> Option<(R, usize)> {
    let (header, rest) = bytes.split_at_checked(HEADER)?;
    let length = u32::from_le_bytes(header[..4].try_into().ok()?) as usize;
    let (record, rest) = rest.split_at_checked(length)?;
    let whole = checksum(record).to_le_bytes() == header[4..];
    // Zeros where nothing was written are no record.
    let record = postcard::from_bytes(record).ok().filter(|_| whole && length > 0)?;
    Some((record, rest.len()))
}

/// FNV-1a, 64 bits.
fn checksum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever a crash leaves of the last record, those before it are read, and it is not.
    #[test]
    fn a_torn_record_is_cut_off_and_those_before_it_are_kept() {
        let mut bytes = framed(&(1u64, 7u64));
        let whole = bytes.len();
        bytes.extend(framed(&(2u64, 8u64)));
        for torn in whole..bytes.len() {
            assert_eq!(parsed::<(u64, u64)>(&bytes[..torn]), (vec![(1, 7)], whole), "{torn}");
        }
        assert_eq!(parsed::<(u64, u64)>(&bytes).0.len(), 2);
        bytes[whole + HEADER] ^= 1;
        assert_eq!(parsed::<(u64, u64)>(&bytes).0.len(), 1);
        assert_eq!(parsed::<(u64, u64)>(&[0; 64]).0.len(), 0);
    }
}
