//! A node of a fleet: a balancer or a server.

use stormglass_core::cluster::Cluster;
use stormglass_core::context::Context;
use stormglass_core::id::{Address, NodeId};
use stormglass_core::system::{Awaited, Node, Role};

use super::dispatcher::Dispatcher;
use super::fleet::Fleet;
use super::message::{Message, Timer};
use super::server::Server;
use super::system::Balancing;

/// A balancer or a server.
#[derive(Clone, Debug)]
pub struct FleetNode {
    part: Part,
}

#[derive(Clone, Debug)]
enum Part {
    Balancer(Box<Dispatcher>),
    Server(Box<Server>),
}

impl FleetNode {
    pub(super) fn new(system: Balancing, id: NodeId, cluster: &Cluster) -> FleetNode {
        let fleet = Fleet::new(system.settings(), cluster);
        let part = match fleet.balancer(id) {
            Some(number) => Part::Balancer(Box::new(Dispatcher::new(system, id, number, &fleet))),
            None => {
                let weight = fleet.weight(system.settings(), id);
                Part::Server(Box::new(Server::new(system, fleet.balancers, weight)))
            }
        };
        FleetNode { part }
    }

    /// The balancer, if it is one, for monitors.
    pub(super) fn balancer(&self) -> Option<&Dispatcher> {
        match &self.part {
            Part::Balancer(balancer) => Some(balancer),
            Part::Server(_) => None,
        }
    }

    /// The server, if it is one, for monitors.
    pub(super) fn server(&self) -> Option<&Server> {
        match &self.part {
            Part::Server(server) => Some(server),
            Part::Balancer(_) => None,
        }
    }
}

impl Node<Balancing> for FleetNode {
    fn on_start(&mut self, cx: &mut Context<'_, Balancing>) {
        match &mut self.part {
            Part::Balancer(balancer) => balancer.on_start(cx),
            Part::Server(server) => server.on_start(cx),
        }
    }

    fn on_message(&mut self, from: Address, message: Message, cx: &mut Context<'_, Balancing>) {
        match &mut self.part {
            Part::Balancer(balancer) => balancer.on_message(from, message, cx),
            Part::Server(server) => server.on_message(from, &message, cx),
        }
    }

    fn on_timer(&mut self, timer: Timer, cx: &mut Context<'_, Balancing>) {
        match &mut self.part {
            Part::Balancer(balancer) => balancer.on_timer(timer, cx),
            Part::Server(server) => server.on_timer(timer, cx),
        }
    }

    fn role(&self) -> Role {
        match &self.part {
            Part::Balancer(_) => Role("balancer"),
            Part::Server(_) => Role("server"),
        }
    }

    fn awaits(&self) -> Option<Awaited> {
        self.balancer().and_then(Dispatcher::awaits)
    }
}
