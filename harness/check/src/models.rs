//! Models of common objects. Each also [performs](crate::generate::Perform), so that random histories of it can be
//! made.

mod append_kv;
mod counter;
mod kv;
mod list;
mod lock;
mod queue;
mod set;
mod stack;
mod stale;
mod state_sets;

pub use append_kv::AppendKvModel;
pub use counter::CounterModel;
pub use kv::KvModel;
pub use list::{ListModel, ListOp, ListRet};
pub use lock::{Done, LockModel, LockOp};
pub use queue::{QueueModel, QueueOp, QueueRet};
pub use set::{GrowingSetModel, GrowingSetOp, GrowingSetRet, SetModel, SetOp, WasIn};
pub use stack::{StackModel, StackOp, StackRet};
pub use state_sets::{Nondeterministic, StateSets};
