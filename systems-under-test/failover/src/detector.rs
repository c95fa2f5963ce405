//! Failure detection by silence: a replica is alive as long as something of it was heard lately, pushed or pulled.

use std::collections::BTreeMap;

use stormglass_core::context::Context;
use stormglass_core::id::{Address, NodeId};
use stormglass_core::time::Time;

use crate::Failover;
use crate::event::Event;
use crate::message::{Message, Opinion, Status, Timer};
use crate::parts::Parts;
use crate::settings::Settings;

/// One of the observers.
#[derive(Clone, Debug)]
pub(crate) struct Observer {
    settings: Settings,
    parts: Parts,
    heard: BTreeMap<NodeId, Heard>,
    /// The controller's latest poll.
    polled: Option<Time>,
}

#[derive(Clone, Copy, Debug)]
struct Heard {
    at: Time,
    status: Status,
    alive: bool,
}

impl Observer {
    pub(crate) fn begin(settings: Settings, parts: Parts, cx: &mut Context<'_, Failover>) -> Observer {
        // Nobody is dead at first: silence counts from now.
        let heard = Heard { at: cx.elapsed(), status: Status::default(), alive: true };
        let heard = parts.replicas.iter().map(|&replica| (replica, heard)).collect();
        cx.set_timer(Timer::Round, settings.heartbeat);
        Observer { settings, parts, heard, polled: None }
    }

    pub(crate) fn on_message(&mut self, from: Address, message: &Message, cx: &mut Context<'_, Failover>) {
        if let Message::Poll { at } = message {
            self.polled = self.polled.max(Some(*at));
        }
        let (Some(replica), Message::Heartbeat { status }) = (from.node(), message) else { return };
        let Some(heard) = self.heard.get_mut(&replica) else { return };
        heard.at = cx.elapsed();
        heard.status = *status;
        if !heard.alive {
            heard.alive = true;
            cx.emit(Event::Trusted { replica });
        }
    }

    /// Looks who has been silent for too long, asks everybody, and reports.
    pub(crate) fn on_timer(&mut self, cx: &mut Context<'_, Failover>) {
        let now = cx.elapsed();
        for (&replica, heard) in &mut self.heard {
            let silence = now.since(heard.at);
            if heard.alive && silence >= self.settings.detection {
                heard.alive = false;
                cx.emit(Event::Suspected { replica, silence });
            }
            cx.send(replica, Message::Probe);
        }
        let opinion = |(&replica, heard): (&NodeId, &Heard)| {
            let Heard { alive, status, .. } = *heard;
            Opinion { replica, alive, status }
        };
        let opinions = self.heard.iter().map(opinion).collect();
        if let Some(polled) = self.polled {
            cx.send(self.parts.controller, Message::Report { polled, opinions });
        }
        cx.set_timer(Timer::Round, self.settings.heartbeat);
    }
}
