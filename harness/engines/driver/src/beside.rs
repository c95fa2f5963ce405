//! Two futures in one task, so that neither can fail unseen.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// Runs `side` beside `main` until `main` has ended. A panic of either is the task's.
pub async fn beside<T>(main: impl Future<Output = T>, side: impl Future<Output = ()>) -> T {
    let (mut main, mut side) = (pin!(main), pin!(side));
    let mut side_ended = false;
    poll_fn(|cx| {
        if let Poll::Ready(done) = main.as_mut().poll(cx) {
            return Poll::Ready(done);
        }
        side_ended = side_ended || side.as_mut().poll(cx).is_ready();
        Poll::Pending
    })
    .await
}
