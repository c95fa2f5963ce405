//! Raft on madsim, on datagrams and on connections: the same run for the same seed, and sound.
#![cfg(madsim)]
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../../common/raft.rs"]
mod common;

common::virtual_engine!(stormglass_madsim::Madsim);

mod on_connections {
    use super::common;

    common::virtual_engine!(stormglass_madsim::MadsimConnections);
}
