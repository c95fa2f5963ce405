//! Ordinary tokio applications on turmoil: each server and each client a host of turmoil's, with sockets of its own.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use stormglass_core::cluster::Cluster;
use stormglass_core::time::Time;
use stormglass_core::verdict::Violation;
use stormglass_engine_driver::{
    Application, Backstage, Carriage, Hosted, PATIENCE, Theatre, ip, on_its_own_thread,
};
use stormglass_plan::engine::{EngineFor, Run, Tracing};
use stormglass_plan::kind::Kind;
use stormglass_plan::plan::Plan;

use crate::host::{TurmoilClock, plan_time};
use crate::net;
use crate::panics::{self, Panic};
use crate::roads::{Country, Roads};

/// The engine that runs [`Application`]s: the same turmoil, with the plan's network upon the applications' own segments.
#[derive(Clone, Copy, Debug, Default)]
pub struct TurmoilHosts;

/// The driver ends a run; turmoil's own limit is out of reach.
const NEVER: Duration = Duration::from_secs(u32::MAX as u64);
/// Segments that one side of a connection may have on their way, connections that may wait to be accepted, and datagrams that may
/// wait to be read.
const CAPACITY: usize = 1 << 10;

/// Why tokio's sockets find no reactor here.
const ELSEWHERE: &str = "a program on turmoil has the sockets of `stormglass_turmoil::net` or `turmoil::net`, not those of `tokio::net`, \
     which would reach out of the simulation";

impl<A: Application> EngineFor<Hosted<A>> for TurmoilHosts {
    const NAME: &'static str = "turmoil";

    fn lacks(&self, kind: Kind) -> Option<&'static str> {
        lacks(kind)
    }

    fn run(&self, system: &Hosted<A>, plan: &Arc<Plan<A::Op>>, tracing: Tracing) -> Run<A::Op, A::Ret> {
        on_its_own_thread("turmoil", system, plan, tracing, PATIENCE, run)
    }
}

/// Why no fault of this kind can befall an ordinary program.
fn lacks(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Pause | Kind::Slow => Some(
            "turmoil turns all hosts at every tick, and an ordinary program cannot be made to stand still",
        ),
        Kind::ClockDrift | Kind::ClockFreeze => {
            Some("an ordinary program sleeps by tokio's clock, which turmoil turns for all hosts alike")
        }
        Kind::Corrupt => {
            Some("TCP has checksums: what is garbled is lost and sent again, and `loss` does that")
        }
        Kind::Duplicate => {
            Some("TCP throws away what comes twice, and turmoil delivers no datagram a second time")
        }
        _ => None,
    }
}

/// One run.
struct Company<A: Application> {
    backstage: Rc<Backstage<A>>,
    cluster: Cluster,
    now: Rc<Cell<Time>>,
    hosts: BTreeMap<IpAddr, usize>,
    /// By place, how often it has gone down; and whether it is down now, by what turmoil was told.
    deaths: RefCell<Vec<u64>>,
    down: RefCell<Vec<bool>>,
}

fn run<A: Application>(system: &Hosted<A>, plan: &Arc<Plan<A::Op>>, tracing: Tracing) -> Run<A::Op, A::Ret> {
    let theatre = Theatre::of_programs(system, plan, tracing);
    let company = Company::new(&system.0, theatre.clone(), &plan.cluster);
    let ear = panics::listen();
    if let Err(panic) = company.play(plan.seed.0) {
        company.accuse(panic);
    }
    drop(ear);
    theatre.finish()
}

impl<A: Application> Company<A> {
    fn new(application: &A, theatre: Theatre<Hosted<A>>, cluster: &Cluster) -> Company<A> {
        let now = Rc::new(Cell::new(Time::ZERO));
        let clock = now.clone();
        // A program that is taken away looks at its clock outside of every host.
        let tells = move || turmoil::sim_elapsed().map_or_else(|| clock.get(), plan_time);
        let hosts = theatre.hosts();
        Company {
            backstage: Backstage::new(application, theatre, cluster, tells),
            cluster: cluster.clone(),
            now,
            hosts: (0..hosts).map(|host| (ip(host), host)).collect(),
            deaths: RefCell::new(vec![0; hosts]),
            down: RefCell::new(vec![false; hosts]),
        }
    }

    /// From the first tick to the end of the run, or to a panic.
    fn play(&self, seed: u64) -> Result<(), Panic> {
        let mut sim = turmoil::Builder::new()
            .rng_seed(seed)
            // Without this the day decides.
            .epoch(SystemTime::UNIX_EPOCH)
            .enable_random_order()
            .simulation_duration(NEVER)
            .tick_duration(Duration::from_millis(1))
            .tcp_capacity(CAPACITY)
            .udp_capacity(CAPACITY)
            .build();
        let addresses: Vec<IpAddr> = self.hosts.keys().copied().collect();
        for (&address, &host) in &self.hosts {
            let backstage = self.backstage.clone();
            sim.host(address, move || {
                let backstage = backstage.clone();
                async move {
                    panics::here(host);
                    backstage.live(host, &TurmoilClock).await;
                    Ok(())
                }
            });
        }
        for (place, &one) in addresses.iter().enumerate() {
            for &other in &addresses[place + 1..] {
                sim.hold(one, other);
            }
        }
        let mut roads = Roads::default();
        let theatre = &self.backstage.theatre;
        loop {
            self.now.set(plan_time(sim.elapsed()));
            let nothing = theatre.turn(theatre.nemesis(), self.now.get());
            debug_assert!(nothing.is_empty(), "programs send by sockets of their own");
            self.reset();
            self.bury_and_raise(&mut sim);
            panics::forget();
            if theatre.is_over() {
                return Ok(());
            }
            sim.links(|links| roads.look(links, self.now.get(), self));
            match panics::catch(|| sim.step()) {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => return Err(Panic { words: error.to_string(), ..Panic::default() }),
                // Between its death and the moment in which its tasks are taken away a program may stumble over what is gone.
                Err(Panic { host: Some(host), .. }) if theatre.is_gone(host) => {}
                Err(panic) => return Err(panic),
            }
        }
    }

    /// Breaks the connections that the plan resets.
    fn reset(&self) {
        for reset in self.backstage.theatre.resets() {
            let broken = net::reset(|one, other| match (self.hosts.get(&one), self.hosts.get(&other)) {
                (Some(&one), Some(&other)) => reset.strikes(one, other),
                _ => false,
            });
            self.backstage.theatre.broke(&reset, broken);
        }
    }

    /// Takes everything from those that went down, and lets those live that came up.
    fn bury_and_raise(&self, sim: &mut turmoil::Sim<'_>) {
        let theatre = &self.backstage.theatre;
        let nodes = self.cluster.nodes().len();
        let (fallen, risen) = (theatre.fallen(), theatre.risen());
        for host in 0..theatre.hosts() {
            let gone = theatre.is_gone(host);
            // A node may have gone down and come back since turmoil was told last.
            let fell = if host < nodes { fallen.contains(&host) } else { gone };
            if fell && !self.down.borrow()[host] {
                self.down.borrow_mut()[host] = true;
                self.deaths.borrow_mut()[host] += 1;
                sim.crash(ip(host));
            }
            // A node's first turn is its restart. A client is back when the plan says so, and until then nobody else takes its turns.
            let rises = !gone || risen.contains(&host);
            if self.down.borrow()[host] && rises {
                self.down.borrow_mut()[host] = false;
                sim.bounce(ip(host));
            } else if host >= nodes && gone {
                let nothing = theatre.turn(host, self.now.get());
                debug_assert!(nothing.is_empty(), "programs send by sockets of their own");
            }
        }
    }

    fn accuse(&self, panic: Panic) {
        let who =
            panic.host.map_or_else(|| "a host".to_owned(), |host| self.cluster.address_at(host).to_string());
        let summary = format!("{who} panicked: {}", panic.words);
        let mut evidence: Vec<String> = panic.place.into_iter().collect();
        if panic.words.contains("IO is disabled") {
            evidence.push(ELSEWHERE.to_owned());
        }
        let at = Some(self.now.get());
        self.backstage.theatre.accuse(Violation { at, evidence, ..Violation::new("panic", summary) }.into());
    }
}

impl<A: Application> Country for Company<A> {
    fn host(&self, address: IpAddr) -> usize {
        self.hosts[&address]
    }

    fn is_gone(&self, host: usize) -> bool {
        self.down.borrow()[host] || self.backstage.theatre.is_gone(host)
    }

    fn deaths(&self, host: usize) -> u64 {
        self.deaths.borrow()[host]
    }

    fn carry(&self, from: usize, to: usize, bytes: u64) -> Carriage {
        self.backstage.theatre.carry(from, to, bytes, self.now.get())
    }

    fn still_holds(&self, fault: usize) -> bool {
        self.backstage.theatre.still_holds(fault)
    }
}
