//! The lock with its judges, for whoever registers it.

use stormglass_check::histories::locks::{Holding, fenced_resource, fencing_tokens};
use stormglass_engine_driver::Hosted;
use stormglass_explore::SystemUnderTest;
use stormglass_madsim::MadsimHosts;

use super::application::EtcdLock;
use super::judges::{exclusive, held_until_released};

/// The lock on etcd, on madsim.
#[must_use]
pub fn subject() -> SystemUnderTest<Hosted<EtcdLock>> {
    SystemUnderTest::unjudged()
        .without_kernel()
        .engine(MadsimHosts)
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
        .judged_by("mutex", "nobody gets a lock within a second of another one's getting it", exclusive)
        .judged_by(
            "held-until-released",
            "who is told that he has given a lock back has held it all the while",
            held_until_released,
        )
}
