//! The newest backup, read back: the parts for which its manifest stands, and then its increments in order.

use super::bucket::Bucket;
use super::bugs::BackupBug;
use super::table::{Table, numbers, read_changes};

/// What was found in the bucket.
pub(super) struct Found {
    /// The state of the newest backup; none, if there was never any.
    pub(super) table: Option<Table>,
    /// The number of the next backup.
    pub(super) next: u64,
}

/// Looks for the newest backup, and reads it.
pub(super) async fn newest(bucket: &Bucket, bug: Option<BackupBug>) -> Found {
    let all = bucket.list("backup/").await;
    let next = all.iter().map(|key| number(key)).max().map_or(0, |last| last + 1);
    let manifests = all.iter().filter(|key| key.ends_with("/manifest"));
    let newest = match bug {
        Some(BackupBug::NewestByName) => manifests.max(),
        _ => manifests.max_by_key(|key| number(key)),
    };
    let Some(manifest) = newest else { return Found { table: None, next } };
    let backup = manifest.trim_end_matches("manifest");
    let revision = bucket.get(manifest).await;
    let parts = read_all(bucket, &all, &format!("{backup}part/")).await;
    let revision = numbers(&revision).first().copied().unwrap_or_default();
    let mut table = Table::from_parts(revision, parts.iter().map(String::as_str));
    for increment in read_all(bucket, &all, &format!("{backup}increment/")).await {
        read_changes(&increment).into_iter().for_each(|change| table.apply(change));
    }
    Found { table: Some(table), next }
}

/// The objects under a prefix, in the order of the numbers that their names end with.
async fn read_all(bucket: &Bucket, all: &[String], prefix: &str) -> Vec<String> {
    let mut keys: Vec<&String> = all.iter().filter(|key| key.starts_with(prefix)).collect();
    keys.sort_by_key(|key| key[prefix.len()..].parse::<u64>().unwrap_or(u64::MAX));
    let mut texts = Vec::new();
    for key in keys {
        texts.push(bucket.get(key).await);
    }
    texts
}

/// The number of the backup that an object belongs to.
fn number(key: &str) -> u64 {
    let digits = key.trim_start_matches("backup/").split('.').next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
}
