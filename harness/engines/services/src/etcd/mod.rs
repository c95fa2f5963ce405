//! A distributed lock on etcd, and a resource that it guards.
//!
//! ```text
//! holder                         etcd (n1)                         resource (n2 …)
//!   │── lease grant, 3 s ─────────▶│   the session
//!   │── keep alive ───────────────▶│   every 500 ms
//!   │── put lock/1/<lease> ───────▶│   a place in the queue: who was created first holds the lock
//!   │── get lock/1/ ──────────────▶│   again and again, until that is the own key
//!   │── use 1 17 ─────────────────────────────────────────────────────▶│  17: the key's create revision. Refused, if a
//!   │◀──────────────────────────────────────────────────── used ───────│  greater one has been seen
//!   │── delete lock/1/<lease> ────▶│
//! ```
//!
//! **Promises.** *Resource safety*, whatever stands still, is cut off or restarts: nobody is let in with a token after somebody was
//! with a greater one. *Exclusion*: who has acquired a lock holds it for at least a second, if he does not give it back, and
//! who is told that he has given it back has held it all the while.
//!
//! **Why this recipe.** The simulator has no lock API and no watches. A transaction that creates a key under a lease
//! that has run out makes the simulator panic, and its election API answers a repeated campaign with a revision that is not the
//! key's; so the queue of keys is kept with put, get and delete, as etcd's own clients do it, and waiting is polling.
//!
//! Sources: etcd's `concurrency` package, for the queue of keys under leases; Burrows, *The Chubby lock service* (OSDI 2006), for
//! sessions; Kleppmann, *How to do distributed locking* (2016), for fencing.
//!
//! Reading order: `session`, `queue`, `holder`, `resource`, `server`, `application`; then `bugs` and `judges`.

mod settings;
mod bugs;
mod session;
mod queue;
mod holder;
mod resource;
mod server;
mod application;
mod judges;
mod subject;

pub use application::EtcdLock;
pub use bugs::EtcdBug;
pub use settings::Settings;
pub use subject::subject;
