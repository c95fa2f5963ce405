//! The hosts as madsim has them, brought into line with the plan whenever something has befallen them.

use std::cell::RefCell;

use madsim::net::NetSim;
use madsim::runtime::Handle;
use madsim::task::NodeId;
use stormglass_core::system::System;
use stormglass_core::time::Time;
use stormglass_engine_driver::Theatre;

/// madsim's nodes by place in the cluster, and how they stand.
pub(super) struct Hosts<S: System> {
    theatre: Theatre<S>,
    nodes: Vec<NodeId>,
    /// How many of them are the cluster's nodes: the others are clients.
    servers: usize,
    standing: RefCell<Standing>,
}

/// What has been done to them.
struct Standing {
    killed: Vec<bool>,
    held: Vec<bool>,
    /// By place of the sender and of the receiver.
    clogged: Vec<Vec<bool>>,
}

impl<S: System> Hosts<S> {
    pub(super) fn new(theatre: Theatre<S>, nodes: Vec<NodeId>, servers: usize) -> Hosts<S> {
        let none = vec![false; nodes.len()];
        let clogged = vec![none.clone(); nodes.len()];
        let standing = RefCell::new(Standing { killed: none.clone(), held: none, clogged });
        Hosts { theatre, nodes, servers, standing }
    }

    /// Kills, restarts, holds and cuts off whom the plan does.
    pub(super) fn follow(&self, now: Time) {
        let mut standing = self.standing.borrow_mut();
        for host in self.theatre.fallen() {
            // It may have come back in the meantime.
            if self.theatre.is_down(host) {
                self.kill(host, &mut standing);
            }
        }
        for host in self.theatre.risen() {
            if standing.killed[host] {
                self.restart(host, &mut standing);
            } else {
                self.theatre.nudge(host);
            }
        }
        for client in self.servers..self.nodes.len() {
            match (self.theatre.is_gone(client), standing.killed[client]) {
                (true, false) => self.kill(client, &mut standing),
                (false, true) => self.restart(client, &mut standing),
                // Nobody else takes the turns of a client that is dead.
                (true, true) => {
                    let nothing = self.theatre.turn(client, now);
                    debug_assert!(nothing.is_empty(), "programs send by sockets of their own");
                }
                (false, false) => {}
            }
        }
        self.hold(&mut standing);
        self.clog(&mut standing, now);
    }

    pub(super) fn kill_all(&self) {
        self.nodes.iter().for_each(|&node| Handle::current().kill(node));
    }

    fn kill(&self, host: usize, standing: &mut Standing) {
        if !std::mem::replace(&mut standing.killed[host], true) {
            Handle::current().kill(self.nodes[host]);
        }
    }

    fn restart(&self, host: usize, standing: &mut Standing) {
        standing.killed[host] = false;
        // Who is restarted runs, whoever held it before.
        standing.held[host] = false;
        Handle::current().restart(self.nodes[host]);
    }

    fn hold(&self, standing: &mut Standing) {
        for (host, &node) in self.nodes.iter().enumerate().filter(|&(host, _)| !standing.killed[host]) {
            let held = self.theatre.is_held_still(host);
            match (held, std::mem::replace(&mut standing.held[host], held)) {
                (true, false) => Handle::current().pause(node),
                (false, true) => Handle::current().resume(node),
                _ => {}
            }
        }
    }

    fn clog(&self, standing: &mut Standing, now: Time) {
        let net = NetSim::current();
        for (from, &source) in self.nodes.iter().enumerate() {
            for (to, &sink) in self.nodes.iter().enumerate().filter(|&(to, _)| to != from) {
                let cut = self.theatre.is_cut(from, to);
                match (cut, std::mem::replace(&mut standing.clogged[from][to], cut)) {
                    (true, false) => {
                        net.clog_link(source, sink);
                        // So the fault knows that it has cut something: a connection's messages are not asked about.
                        let _cut = self.theatre.carry(from, to, 0, now);
                    }
                    (false, true) => net.unclog_link(source, sink),
                    _ => {}
                }
            }
        }
    }
}
