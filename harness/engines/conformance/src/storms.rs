//! Storms: what the swarm draws, over the systems that every engine runs.

/// A storm of one system in a moderate span of time.
#[derive(Clone, Copy, Debug)]
pub struct Storm {
    /// What tables call it.
    pub name: &'static str,
    /// Its scenario.
    pub text: &'static str,
}

/// The storms that the command ships.
pub const SHIPPED: [Storm; 2] = [
    Storm { name: "raft/storm", text: include_str!("../../../../scenarios/raft/storm.toml") },
    Storm { name: "failover/storm", text: include_str!("../../../../scenarios/failover/storm.toml") },
];
