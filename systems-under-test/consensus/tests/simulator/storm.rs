//! A storm: faults drawn from the seed, then calm, then a look at what is left.

use stormglass_consensus::raft::Raft;
use stormglass_core::prelude::*;

use super::{Weather, World};

/// Which storm.
#[derive(Clone, Copy, Debug)]
pub struct Storm {
    pub nodes: u32,
    pub clients: u32,
    pub span: Duration,
    pub weather: Weather,
    /// How long it is between two faults.
    pub pause: (Duration, Duration),
    /// Whether nodes crash, are cut off, and have their wall clocks set.
    pub crashes: bool,
    pub cuts: bool,
    pub clock_steps: bool,
}

impl Storm {
    /// Everything at once, on a cluster whose size depends on the seed.
    pub fn of(seed: u64) -> Storm {
        Storm {
            nodes: 1 + (seed % 7) as u32,
            clients: 3,
            span: Duration::from_secs(8),
            weather: if seed.is_multiple_of(2) { Weather::ROUGH } else { Weather::CALM },
            pause: (Duration::from_millis(50), Duration::from_millis(700)),
            crashes: true,
            cuts: true,
            clock_steps: true,
        }
    }

    /// Runs the storm, then three seconds of calm, and answers the world as it is then.
    pub fn run(&self, raft: Raft, seed: u64) -> World {
        // Ids with gaps: nobody may use one as an index.
        let ids = (0..self.nodes).map(|place| NodeId(3 + 7 * place));
        let mut world = World::new(raft, Cluster::new(ids, self.clients), self.weather, seed);
        world.start_clients();
        world.run_for(Duration::from_secs(1));
        if self.crashes && seed.is_multiple_of(3) {
            world.crash_in_step = Ratio::from_ppm(300);
        }
        let end = world.now + self.span;
        while world.now < end && world.verdict.is_ok() && world.workload.wrong.is_empty() {
            self.fault(&mut world);
            let (least, most) = self.pause;
            let pause = world.draws(Purpose::Nemesis).between(least.as_nanos(), most.as_nanos());
            world.run_for(Duration::from_nanos(pause));
        }
        world.crash_in_step = Ratio::ZERO;
        world.weather = Weather::CALM;
        world.heal();
        world.run_for(Duration::from_secs(3));
        world.finish();
        world
    }

    fn fault(&self, world: &mut World) {
        let mut draws = world.draws(Purpose::Nemesis);
        let mut nodes = world.cluster.nodes().to_vec();
        draws.shuffle(&mut nodes);
        // Half of the faults meet a leader.
        if let Some(&leader) = world.leaders().first()
            && draws.below(2) == 0
        {
            nodes.retain(|&id| id != leader);
            nodes.insert(0, leader);
        }
        let (some, others) = nodes.split_at(draws.below(nodes.len() as u64 + 1) as usize);
        let back = Duration::from_millis(draws.between(10, 800));
        match draws.below(6) {
            0 if self.crashes => world.crash(nodes[0], back),
            1 if self.crashes => some.iter().for_each(|&id| world.crash(id, back)),
            2 if self.cuts => {
                world.cut(some, others);
                world.cut(others, some);
            }
            3 if self.cuts => world.cut(some, others),
            4 if self.clock_steps => {
                let by = Duration::from_millis(draws.between(0, 2_000));
                let by = if draws.below(2) == 0 { Skew::ahead(by) } else { Skew::behind(by) };
                world.jump_wall_clock(nodes[0], by);
            }
            _ => world.heal(),
        }
    }
}
