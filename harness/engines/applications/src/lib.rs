//! Ordinary tokio applications, unchanged but for the types of their sockets, under the harness's faults.
//!
//! | application | what it is | what can be wrong with it |
//! |---|---|---|
//! | [`axum`] | a key-value store over HTTP with copies to read from | it answers before its sync; a copy answers alone |
//! | [`openraft`] | a replicated key-value store | a leader reads alone; its log is reported as flushed before it is |
//! | [`tonic`] | a key-value store over gRPC, in parts, whose clients ask again | a change that is asked for again happens again |
//!
//! They depend on the engines' driver for their hosts' disks and operations, and on turmoil for sockets. No check, no scenario and
//! no fault is known here.

pub mod axum;
mod journal;
pub mod openraft;
pub mod tonic;

/// Work that has begun is carried to its end, even if its client hangs up, which drops the handler in the middle.
async fn to_its_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    tokio::spawn(work).await.expect("nobody aborts it, and it does not panic")
}
