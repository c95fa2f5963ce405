//! Waiting for several things at once.
//!
//! The first of them that is ready wins, and among several the one that was named first: nothing is drawn.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

/// Which of two came first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Either<A, B> {
    /// The first, or both at once.
    Left(A),
    /// The second.
    Right(B),
}

pin_project! {
    /// What [`race`] makes.
    #[must_use = "a race that nobody awaits does not begin"]
    pub struct Race<A, B> {
        #[pin]
        left: A,
        #[pin]
        right: B,
    }
}

/// Waits until one of two is ready and drops the other. A receive that is dropped takes no message with it.
pub fn race<A: Future, B: Future>(left: A, right: B) -> Race<A, B> {
    Race { left, right }
}

impl<A: Future, B: Future> Future for Race<A, B> {
    type Output = Either<A::Output, B::Output>;
    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let race = self.project();
        if let Poll::Ready(left) = race.left.poll(cx) {
            return Poll::Ready(Either::Left(left));
        }
        race.right.poll(cx).map(Either::Right)
    }
}

/// Waits until one of several is ready, drops the others and goes on with its branch.
///
/// The branches are tried from top to bottom: which of several that are ready wins is never drawn.
///
/// ```
/// # use stormglass_async::{AsyncContext, select};
/// # use stormglass_core::prelude::*;
/// async fn until_told<S: System>(cx: AsyncContext<S>) -> u32 {
///     let mut beats = 0;
///     loop {
///         select! {
///             (_from, _message) = cx.recv() => return beats,
///             () = cx.sleep(Duration::from_millis(50)) => beats += 1,
///         }
///     }
/// }
/// ```
#[macro_export]
macro_rules! select {
    (@race $first:expr) => { $first };
    (@race $first:expr, $($rest:expr),+) => { $crate::race($first, $crate::select!(@race $($rest),+)) };
    (@branch $came:expr; $pattern:pat => $body:expr) => {
        match $came { $pattern => $body }
    };
    (@branch $came:expr; $pattern:pat => $body:expr, $($rest:tt)+) => {
        match $came {
            $crate::Either::Left($pattern) => $body,
            $crate::Either::Right(other) => $crate::select!(@branch other; $($rest)+),
        }
    };
    ($($pattern:pat = $future:expr => $body:expr),+ $(,)?) => {
        $crate::select!(@branch $crate::select!(@race $($future),+).await; $($pattern => $body),+)
    };
}
