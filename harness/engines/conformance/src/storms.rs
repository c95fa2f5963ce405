//! Storms: what the swarm draws, over the systems that every engine runs.

use stormglass_core::time::Duration;
use stormglass_explore::Case;
use stormglass_plan::scenario::{Phases, Scenario};

use crate::lineup::{On, case_of, registry, scenario};

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

macro_rules! shipped {
    ($($name:literal),+) => {
        [$(Storm { name: $name, text: include_str!(concat!("../../../../scenarios/", $name, ".toml")), phases: None }),+]
    };
}

/// The storms that the command ships: one for each system with nodes.
pub const SHIPPED: [Storm; 6] = shipped![
    "raft/storm",
    "failover/storm",
    "lock/storm",
    "two-phase-commit/storm",
    "balancing/storm",
    "replication/storm"
];

/// A shipped storm takes about so long.
pub const USUAL_SECONDS: u64 = 30;
/// No storm is over sooner.
pub const LEAST_SECONDS: u64 = 5;

/// The shipped storms, so that each takes so many seconds, if that is less than usual.
#[must_use]
pub fn lasting(seconds: u64) -> [Storm; 6] {
    if seconds >= USUAL_SECONDS {
        return SHIPPED;
    }
    let ms = Duration::from_millis;
    // What is around the chaos takes 3.8 seconds. It begins late: the lock's server grants nothing in its first second.
    let chaos = Duration::from_secs(seconds.max(LEAST_SECONDS)) - ms(3_800);
    let phases = Phases { warm_up: ms(1_500), chaos, idle: ms(100), settle: ms(1_400), finish: ms(800) };
    SHIPPED.map(|storm| Storm { phases: Some(phases), ..storm })
}

impl Storm {
    /// The storm on an engine.
    #[must_use]
    pub fn on(&self, on: On) -> Box<dyn Case> {
        case_of(&self.scenario(), on)
    }

    /// What it is made of.
    ///
    /// # Panics
    /// If it is wrong: it is a part of this project.
    #[must_use]
    pub fn scenario(&self) -> Scenario {
        let mut scenario = scenario(self.name, self.text);
        if let Some(phases) = self.phases {
            scenario.phases = phases;
            // In seconds an operation may be asked for once, and chance decides whether it succeeds: whoever soaks counts successes.
            let registry = registry();
            let subject = registry.get(&scenario.system).expect("the scenario names a system that there is");
            let checks = subject.checks().into_iter().map(|check| check.name.to_owned());
            scenario.checks = Some(checks.filter(|check| check != "vacuity").collect());
        }
        scenario
    }
}
