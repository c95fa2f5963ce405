//! How histories of the lock service are judged; what needs the server's own order is watched by its monitors.

use stormglass::SystemUnderTest;
use stormglass::check::histories::locks::{Holding, fenced_resource, fencing_tokens};
use stormglass_lock::Lock;

/// The lock service with its judges.
pub(crate) fn subject() -> SystemUnderTest<Lock> {
    SystemUnderTest::unjudged()
        .judged_by(
            "fencing-tokens",
            "of two acquisitions one after the other the later has the greater token, and no two have the same",
            fencing_tokens,
        )
        .judged_by(
            "fenced-resource",
            "nobody is let in with a token after somebody was with a greater one",
            // Every use that is let in shows a token, so how long a lock is held does not matter.
            |history| fenced_resource(history, Holding::UntilReleased),
        )
}
