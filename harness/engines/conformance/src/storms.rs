//! Storms: what the swarm draws, over the systems that every engine runs.

use stormglass_core::time::Duration;
use stormglass_explore::Case;
use stormglass_plan::scenario::Phases;

use crate::lineup::{On, case_of, scenario};

/// A storm of one system.
#[derive(Clone, Copy, Debug)]
pub struct Storm {
    /// What tables call it.
    pub name: &'static str,
    /// Its scenario.
    pub text: &'static str,
    /// How long its phases take, if not as long as the scenario says.
    pub phases: Option<Phases>,
}

/// The storms that the command ships.
pub const SHIPPED: [Storm; 2] = [
    Storm { name: "raft/storm", text: include_str!("../../../../scenarios/raft/storm.toml"), phases: None },
    Storm {
        name: "failover/storm",
        text: include_str!("../../../../scenarios/failover/storm.toml"),
        phases: None,
    },
];

/// A shipped storm takes about so long.
pub const USUAL_SECONDS: u64 = 30;
/// No storm is over sooner.
pub const LEAST_SECONDS: u64 = 5;

/// The shipped storms, so that each takes so many seconds, if that is less than usual.
#[must_use]
pub fn lasting(seconds: u64) -> [Storm; 2] {
    if seconds >= USUAL_SECONDS {
        return SHIPPED;
    }
    let ms = Duration::from_millis;
    // What is around the chaos takes three seconds.
    let chaos = Duration::from_secs(seconds.max(LEAST_SECONDS) - 3);
    let phases = Phases { warm_up: ms(800), chaos, idle: ms(200), settle: ms(1_500), finish: ms(500) };
    SHIPPED.map(|storm| Storm { phases: Some(phases), ..storm })
}

impl Storm {
    /// The storm on an engine.
    #[must_use]
    pub fn on(&self, on: On) -> Box<dyn Case> {
        let mut scenario = scenario(self.name, self.text);
        scenario.phases = self.phases.unwrap_or(scenario.phases);
        case_of(&scenario, on)
    }
}
