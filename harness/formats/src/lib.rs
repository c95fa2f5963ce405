//! Histories from files: Jepsen's EDN, JSON lines, and logs that other checkers' test data come in.
//!
//! ```
//! use stormglass_formats::Format;
//! use stormglass_formats::vocabulary::Kv;
//!
//! let text = r#"
//! {"process": 0, "type": "invoke", "f": "write", "key": 1, "value": 41, "time": 0}
//! {"process": 0, "type": "ok", "f": "write", "time": 10}
//! {"process": 1, "type": "invoke", "f": "read", "key": 1, "time": 20}
//! {"process": 1, "type": "ok", "f": "read", "value": 41, "time": 30}
//! "#;
//! let loaded = Format::Json.read(text.as_bytes(), Kv::default())?;
//! assert_eq!(loaded.history.operations()[1].to_string(), "c1 ok read 1 → 41");
//! # Ok::<(), stormglass_formats::ReadError>(())
//! ```
//!
//! # An event
//!
//! Every notation says the same of an event. In EDN the names are keywords, in JSON texts:
//!
//! | part | meaning |
//! |---|---|
//! | `process` | a number or a word; without it, 0. Events of `:nemesis` are passed over |
//! | `type` | `invoke`, then one of `ok` (happened), `fail` (did not and never will), `info` (unknown) |
//! | `f` | the operation: the words of its [vocabulary] |
//! | `key` | what it is about: a register, a lock; without it there is one |
//! | `value` | its argument, and in the completion its result; see the vocabulary |
//! | `time` | nanoseconds; never smaller than the line above |
//! | `index` | its number, always greater than the one above |
//! | `error` | why it failed or is unknown, in any words |
//! | `token` | the fencing token of an operation on a lock, if `value` is not it |
//!
//! An operation without a completion is of unknown outcome. After `info` a process may go on: it is another one then.
//! Lines in EDN may have other parts too; in JSON, which is our own format, they are mistakes.
//!
//! | [`Format`] | looks like |
//! |---|---|
//! | `edn` | `{:process 0, :type :invoke, :f :read, :value nil}`, one by one or in one vector or list, with `;` comments |
//! | `json` | the example above |
//! | `etcd-log` | `INFO  jepsen.util - 0⇥:invoke⇥:read⇥nil` |
//!
//! Input is read as it comes and never held as a whole. Whatever is wrong with it is a [`Mistake`] with line, column,
//! what was found and what was expected. Nothing here opens a file or judges a history.

pub mod mistake;
pub mod node;
pub mod event;
pub mod names;
mod lines;
mod edn;
mod json;
mod etcd;
pub mod vocabulary;
mod assemble;
mod format;

pub use format::{Format, Loaded};
pub use mistake::{Mistake, Place, ReadError};
pub use vocabulary::Vocabulary;
