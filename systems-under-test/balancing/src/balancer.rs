//! A fleet: balancers that spread clients' requests over servers, which queue and serve them.
//!
//! ```text
//!  client ──Request──▶ balancer ──Work──▶ server       the road of a request, and back
//!         ◀──Reply────          ◀──Done──
//!                      balancer ──Probe─▶ server       active health checks: alive? draining? which weight?
//!                               ◀─Health─
//!                               ◀──Load──  server       load exchange: how much is waiting there
//!  operator ─────────────────────Order──▶ server       drain, restore, weigh
//! ```
//!
//! **Promise.** A server that has been down or draining for longer than the *detection bound* (`fall` probes and one
//! time-out) is sent nothing, however late messages are and however long the balancer itself stood still; only when fewer
//! servers than the panic threshold seem healthy are health checks disbelieved, and nobody is refused because all seem
//! dead. Every server that is chosen from gets its share, by its weight, also while others come and go. What is
//! counted as under way is under way.
//!
//! **Assumptions.** Monotonic clocks run at about the same pace (200 ppm). Nothing is durable and nothing needs to be:
//! a request may be served twice or not at all, and who asked is told what is known.
//!
//! **Sources.** The policies: random and round robin; smooth weighted round robin (nginx 1.3.1, 2012); least outstanding of
//! two random choices (Mitzenmacher, *The Power of Two Choices in Randomized Load Balancing*, IEEE TPDS 2001).
//! Rise, fall and panic threshold as in HAProxy and Envoy.
//!
//! | part | where |
//! |---|---|
//! | who is a balancer, who a server | `fleet` |
//! | probes, rise and fall | `health` |
//! | whom to choose from; panic | `table` |
//! | whom to choose | `policy` |
//! | what is waiting at the servers | `load` |
//! | what is under way | `flights` |
//! | the balancer as a whole | `dispatcher` |
//! | a server | `server` |
//! | a client, who is an operator too | `client` |
//! | deliberate defects | `bugs` |
//! | invariants, watched | `monitors` |
//!
//! Not here yet: slow start, outlier ejection, retry budgets, migration of queued requests between servers.

mod system;
mod settings;
mod fleet;
mod message;
mod event;
mod node;
mod dispatcher;
mod health;
mod table;
mod policy;
mod load;
mod flights;
mod server;
mod client;
mod bugs;
mod monitors;

pub use bugs::BalancingBug;
pub use client::FleetClient;
pub use event::Event;
pub use message::{Answer, AttemptId, Message, Order, Timer};
pub use node::FleetNode;
pub use settings::{Policy, Settings};
pub use system::Balancing;
