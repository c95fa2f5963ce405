//! The `stormglass` command as a library, for any crate with systems of its own.
//!
//! ```no_run
//! use stormglass_cli::{App, Library};
//! use stormglass_explore::Registry;
//!
//! fn main() -> std::process::ExitCode {
//!     let registry = Registry::new(); // .with(linearizable_kv::<MySystem>())
//!     App::new(registry, Library::in_folder("scenarios")).main()
//! }
//! ```
//!
//! `app` reads like a table of contents; each command is a file. Nothing below this crate prints.

mod app;
pub mod args;
pub mod exit;
pub mod library;
pub mod run;
pub mod replay;
pub mod keep;
pub mod blame;
pub mod kept;
mod walk;
mod page;
pub mod zoo;
pub mod check;
pub mod model;
pub mod list;
pub mod new;
pub mod schema;
mod progress;
mod stop;
pub mod shrinking;
mod shrink_table;

pub use app::{App, keep_vigil};
pub use library::Library;
