//! What all engines with a scheduler, a clock and sockets of their own share.
//!
//! ```text
//!  Plan ──▶ Theatre (a Stage that an engine's tasks share) ◀── attend(lane): one task for each host, one for the nemesis
//!             ▲                │
//!             └── hear(bytes) ─┴─▶ bytes to post        the engine's sockets are between the two
//! ```
//!
//! An adapter binds sockets, spawns tasks, kills and restarts hosts. What faults, the network and disks do is the [`Stage`]'s, one
//! for all engines, so that a fault means the same everywhere. This crate opens no socket and reads no clock.

mod clock;
mod beside;
mod application;
mod hosted;
mod host;
mod disk;
mod backstage;
mod parcel;
mod theatre;
mod thread;

pub use application::{Application, BoxError};
pub use backstage::{Backstage, ip};
pub use beside::beside;
pub use clock::{Clock, PROLOGUE};
pub use disk::HostDisk;
pub use host::{ClientHost, Host, ServerHost};
pub use hosted::{Caller, Hosted, Never, Resident};
pub use parcel::{decode, encode};
pub use stormglass_kernel::{Carriage, Parcel, Reset, Stage};
pub use theatre::Theatre;
pub use thread::{PATIENCE, Work, on_its_own_thread};
