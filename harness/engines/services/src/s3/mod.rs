//! A key-value store that backs itself up to S3, and that comes back from there when its disk is lost.
//!
//! ```text
//! client ── write 3 17 ──▶ store (n2) ── state, on its disk before the answer
//!                            │
//!                            ├── backup/7.<boot>/part/0 … 3      ──▶ S3 (n1): the state at one revision
//!                            ├── backup/7.<boot>/manifest        ──▶ from now on this backup counts
//!                            └── backup/7.<boot>/increment/0 …   ──▶ what was written since
//! ```
//!
//! **Promises.** A crash loses nothing that was acknowledged. The loss of the disk loses at most what was acknowledged since the last
//! increment (the recovery point), as long as S3 can be reached; and the store is back as soon as it has read the newest backup (the
//! recovery time).
//!
//! **Assumptions.** S3 itself loses nothing and does not go down: the simulator keeps objects in memory, so its host refuses to come
//! up a second time. It may be cut off and stand still like any other.
//!
//! Reading order: `table`, `bucket`, `backup`, `restore`, `store`, `application`; then `bugs`.

mod settings;
mod bugs;
mod table;
mod bucket;
mod backup;
mod restore;
mod store;
mod application;
mod subject;

pub use application::S3Backup;
pub use bugs::BackupBug;
pub use settings::Settings;
pub use subject::subject;
