//! The store with its judges, for whoever registers it.

use stormglass_engine_driver::Hosted;
use stormglass_explore::{SystemUnderTest, linearizable_kv};
use stormglass_madsim::MadsimHosts;

use super::application::S3Backup;

/// The store that backs itself up to S3, on madsim. What the loss of a disk may lose is a scenario's to say, by its recovery point;
/// such a scenario does not count `linearizable` among its checks.
#[must_use]
pub fn subject() -> SystemUnderTest<Hosted<S3Backup>> {
    linearizable_kv::<Hosted<S3Backup>>().without_kernel().engine(MadsimHosts)
}
