//! A balancer as a whole: it takes requests, chooses servers, waits for them, asks another one once, and answers.

use std::collections::BTreeMap;

use stormglass_core::context::Context;
use stormglass_core::id::{Address, NodeId};
use stormglass_core::op::request::Tally;
use stormglass_core::system::Awaited;
use stormglass_core::time::Time;

use super::bugs::BalancingBug;
use super::event::Event;
use super::fleet::Fleet;
use super::flights::{Attempt, Flights, Request};
use super::health::Health;
use super::load::Loads;
use super::message::{Answer, AttemptId, Message, Timer};
use super::policy::Chooser;
use super::system::Balancing;
use super::table::Table;

/// A balancer.
#[derive(Clone, Debug)]
pub(super) struct Dispatcher {
    system: Balancing,
    id: NodeId,
    /// When it booted, by its monotonic clock: a number that only grows.
    boot: Time,
    health: Health,
    table: Table,
    generation: u64,
    chooser: Chooser,
    pub(super) loads: Loads,
    pub(super) flights: Flights,
    /// First attempts by server, in this generation.
    tally: BTreeMap<NodeId, u64>,
    /// When it last chose.
    chose: Time,
}

impl Dispatcher {
    pub(super) fn new(system: Balancing, id: NodeId, number: usize, fleet: &Fleet) -> Dispatcher {
        let settings = system.settings();
        let servers = fleet.servers.iter().map(|&server| (server, fleet.weight(settings, server)));
        Dispatcher {
            system,
            id,
            boot: Time::ZERO,
            health: Health::new(system, servers),
            table: Table::default(),
            generation: 0,
            chooser: Chooser::new(settings.policy.of(number)),
            loads: Loads::new(system),
            flights: Flights::default(),
            tally: BTreeMap::new(),
            chose: Time::ZERO,
        }
    }

    /// Whether a server was known to have nothing to do when this balancer last chose, for monitors.
    pub(super) fn found_idle(&self, server: NodeId) -> bool {
        self.loads.waiting(server, self.chose) == Some(0)
    }

    /// Whom it chooses from, for monitors.
    pub(super) fn table(&self) -> &Table {
        &self.table
    }

    /// How it chooses, for monitors.
    pub(super) fn chooser(&self) -> &Chooser {
        &self.chooser
    }

    pub(super) fn on_start(&mut self, cx: &mut Context<'_, Balancing>) {
        self.boot = cx.elapsed();
        self.flights = Flights::new(self.boot);
        cx.emit(Event::Started);
        self.probe(cx);
        self.review(cx);
    }

    pub(super) fn on_message(&mut self, from: Address, message: Message, cx: &mut Context<'_, Balancing>) {
        match (message, from.node()) {
            (Message::Request { sequence, work }, _) => {
                self.dispatch(Request { client: from, sequence, work }, None, cx);
            }
            (Message::AskTally { sequence }, _) => {
                let answer = Answer::Tally(self.tally());
                cx.send(from, Message::Reply { sequence, answer });
            }
            (Message::Served { attempt }, Some(server)) => self.served(attempt, server, cx),
            (Message::Busy { attempt }, Some(_)) => self.failed(attempt, cx),
            (Message::Health { probe, draining, weight }, Some(server)) => {
                self.health.answered(server, probe, draining, weight, cx);
                self.review(cx);
            }
            (Message::Load { boot, sequence, waiting }, Some(server)) => {
                self.loads.reported(server, boot, sequence, waiting, cx.elapsed());
            }
            _ => {}
        }
    }

    pub(super) fn on_timer(&mut self, timer: Timer, cx: &mut Context<'_, Balancing>) {
        match timer {
            Timer::Probe => self.probe(cx),
            Timer::ProbeTimeout => {
                self.health.time_out(cx);
                self.review(cx);
            }
            Timer::Attempt(attempt) => self.timed_out(attempt, cx),
            _ => {}
        }
    }

    fn probe(&mut self, cx: &mut Context<'_, Balancing>) {
        self.health.probe(self.boot.as_nanos(), cx);
        cx.set_timer(Timer::ProbeTimeout, self.system.settings().probe_timeout);
        cx.set_timer(Timer::Probe, self.system.settings().probe_interval);
    }

    /// Looks again whom to choose from; time alone changes it, too.
    fn review(&mut self, cx: &mut Context<'_, Balancing>) {
        let table = Table::of(&self.health, &self.system, &self.table, cx.elapsed());
        if table.differs(&self.table) {
            self.generation += 1;
            self.tally.clear();
            self.chooser.changed(&table.among, &self.system);
            cx.emit(table.event(self.generation));
        }
        self.table = table;
    }

    /// Sends a request to a server: the first one that the policy chooses, or another one than the one it failed at.
    fn dispatch(&mut self, request: Request, after: Option<NodeId>, cx: &mut Context<'_, Balancing>) {
        self.review(cx);
        let chosen = match after {
            None => {
                self.chose = cx.elapsed();
                self.chooser.choose(&self.table.among, &self.loads, self.chose, &self.system, cx.rng())
            }
            Some(failed) => self.another(failed),
        };
        let Some(to) = chosen else {
            cx.emit(Event::NobodyToChoose);
            return refuse(&request, cx);
        };
        if after.is_none() {
            *self.tally.entry(to).or_default() += 1;
        }
        let attempt = self.flights.begin(Attempt { request, to, after });
        self.loads.sent(to);
        cx.emit(Event::Sent { to, after });
        let (work, patience) = (request.work, self.system.settings().attempt_timeout);
        cx.set_timer(Timer::Attempt(attempt), patience);
        cx.send(to, Message::Work { attempt, work, patience });
    }

    /// The next server by id after the one that failed; that one again only if there is no other.
    fn another(&self, failed: NodeId) -> Option<NodeId> {
        let among = &self.table.among;
        if self.system.has(BalancingBug::RetrySameServer) && among.iter().any(|&(one, _)| one == failed) {
            return Some(failed);
        }
        let next = among.partition_point(|&(server, _)| server <= failed);
        among.get(next).or(among.first()).map(|&(server, _)| server)
    }

    fn served(&mut self, id: AttemptId, server: NodeId, cx: &mut Context<'_, Balancing>) {
        let Some(attempt) = self.flights.end(id) else { return };
        self.loads.ended(attempt.to);
        cx.cancel_timer(Timer::Attempt(id));
        let Request { client, sequence, .. } = attempt.request;
        cx.send(client, Message::Reply { sequence, answer: Answer::Served(server) });
    }

    /// The server has not answered in time.
    fn timed_out(&mut self, id: AttemptId, cx: &mut Context<'_, Balancing>) {
        let Some(attempt) = self.flights.end(id) else { return };
        if !self.system.has(BalancingBug::InFlightLeak) {
            self.loads.ended(attempt.to);
        }
        self.again(&attempt, cx);
    }

    /// The server has no room.
    fn failed(&mut self, id: AttemptId, cx: &mut Context<'_, Balancing>) {
        let Some(attempt) = self.flights.end(id) else { return };
        self.loads.ended(attempt.to);
        cx.cancel_timer(Timer::Attempt(id));
        self.again(&attempt, cx);
    }

    /// One more server is tried, and no third one.
    fn again(&mut self, attempt: &Attempt, cx: &mut Context<'_, Balancing>) {
        match attempt.after {
            None => self.dispatch(attempt.request, Some(attempt.to), cx),
            Some(_) => refuse(&attempt.request, cx),
        }
    }

    fn tally(&self) -> Tally {
        let sent = |&(server, weight): &(NodeId, u64)| {
            let got = self.tally.get(&server).copied().unwrap_or_default();
            (server, self.chooser.weight(weight), got)
        };
        Tally {
            balancer: self.id,
            boot: self.boot.as_nanos(),
            generation: self.generation,
            by_weight: self.chooser.is_by_weight(),
            sent: self.table.among.iter().map(sent).collect(),
        }
    }

    /// What it waits for: servers that do not answer probes.
    pub(super) fn awaits(&self) -> Option<Awaited> {
        let silent: Vec<String> = self
            .health
            .watches()
            .filter(|(_, watch)| !watch.up)
            .map(|(server, _)| server.to_string())
            .collect();
        let since = self.health.watches().filter_map(|(_, watch)| watch.down_since()).min();
        (!silent.is_empty()).then(|| Awaited {
            what: format!("good probes of {}", silent.join(", ")),
            since: since.unwrap_or(self.boot),
        })
    }
}

fn refuse(request: &Request, cx: &mut Context<'_, Balancing>) {
    let Request { client, sequence, .. } = *request;
    cx.send(client, Message::Reply { sequence, answer: Answer::Refused });
}
