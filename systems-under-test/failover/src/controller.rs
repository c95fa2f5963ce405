//! The controller: one loop that looks at what a majority of observers reports, and appoints a primary.
//!
//! An epoch and its primary are on the disk before anybody is told. Whoever is appointed is told again in every round
//! until a majority sees it serve; if it does not in time, the next epoch begins.

use std::collections::{BTreeMap, VecDeque};

use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::id::{Address, NodeId};
use stormglass_core::system::Awaited;
use stormglass_core::time::Time;
use stormglass_core::words::{Unread, Words};

use crate::Failover;
use crate::bugs::FailoverBug;
use crate::event::Event;
use crate::message::{Epoch, Message, Opinion, Timer};
use crate::parts::Parts;

/// Where epoch and primary stand on the disk: in one word, so that neither is ever without the other.
const REIGN: u64 = 0;
/// So many replicas can be told apart in that word.
const REPLICAS: u64 = 256;

/// The controller.
#[derive(Clone, Debug)]
pub(crate) struct Controller {
    system: Failover,
    parts: Parts,
    words: Words,
    reports: BTreeMap<NodeId, Report>,
    /// The reign as memory has it.
    reign: Reign,
    /// Whether it has been announced.
    announced: bool,
    /// Since when a majority has not seen the primary serve.
    idle: Option<Time>,
    /// When the last failovers were.
    failovers: VecDeque<Time>,
}

#[derive(Clone, Debug)]
struct Report {
    /// The poll that it answers: the opinions are not older.
    polled: Time,
    opinions: Vec<Opinion>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reign {
    epoch: Epoch,
    primary: NodeId,
}

impl Controller {
    pub(crate) fn recover(
        system: Failover,
        parts: Parts,
        cx: &mut Context<'_, Failover>,
    ) -> Result<Controller, Unread> {
        let words = Words::open(cx)?;
        let first = parts.replicas.first().copied().unwrap_or(parts.controller);
        let word = if system.has(FailoverBug::EpochVolatile) { 0 } else { words.get(REIGN) };
        let primary = parts.replicas.get((word % REPLICAS) as usize).copied().unwrap_or(first);
        let reign = Reign { epoch: Epoch(word / REPLICAS), primary };
        cx.set_timer(Timer::Round, system.settings().heartbeat);
        Ok(Controller {
            system,
            parts,
            words,
            reports: BTreeMap::new(),
            reign,
            announced: reign.epoch > Epoch::default(),
            idle: None,
            failovers: VecDeque::new(),
        })
    }

    fn has(&self, bug: FailoverBug) -> bool {
        self.system.has(bug)
    }

    pub(crate) fn on_message(&mut self, from: Address, message: Message, cx: &mut Context<'_, Failover>) {
        match (from, message) {
            (Address::Node(observer), Message::Report { polled, opinions })
                if self.parts.observers.contains(&observer) =>
            {
                let older = self.reports.get(&observer).is_some_and(|report| report.polled > polled);
                if !older {
                    self.reports.insert(observer, Report { polled, opinions });
                }
            }
            (Address::Client(client), Message::Where) if self.announced => {
                let Reign { epoch, primary } = self.reign;
                cx.send(client, Message::Route { epoch, primary });
            }
            _ => {}
        }
    }

    /// One round of the loop.
    pub(crate) fn on_timer(&mut self, cx: &mut Context<'_, Failover>) {
        cx.set_timer(Timer::Round, self.system.settings().heartbeat);
        for &observer in &self.parts.observers {
            cx.send(observer, Message::Poll { at: cx.elapsed() });
        }
        if self.reign.epoch == Epoch::default() {
            return self.appoint(self.reign.primary, cx);
        }
        if !self.announced {
            return self.announce(cx);
        }
        let now = cx.elapsed();
        let primary = self.reign.primary;
        if self.believed_dead(primary, now)
            && let Some(next) = self.successor(primary, now)
            && self.may_fail_over(now)
        {
            self.failovers.push_back(now);
            tracing::warn!(from = %primary, to = %next, "the primary is believed to be dead");
            cx.emit(Event::FailingOver { from: primary, to: next });
            return self.appoint(next, cx);
        }
        if self.seen_serving(now) {
            self.idle = None;
            return;
        }
        let since = *self.idle.get_or_insert(now);
        if self.has(FailoverBug::PromotedOnce) {
            return;
        }
        if now >= since + self.system.settings().takeover && self.believed_alive(primary, now) {
            // It lives and does not serve: it has restarted since it took over, or was fenced. Its epoch is used up.
            return self.appoint(primary, cx);
        }
        self.tell(cx);
    }

    /// The opinions that count: of observers who have reported lately.
    fn opinions_of(&self, replica: NodeId, now: Time) -> impl Iterator<Item = &Opinion> {
        let valid = self.system.settings().report_valid;
        let fresh = self.reports.values().filter(move |report| now < report.polled + valid);
        fresh.flat_map(|report| &report.opinions).filter(move |opinion| opinion.replica == replica)
    }

    fn believed_dead(&self, replica: NodeId, now: Time) -> bool {
        let dead = self.opinions_of(replica, now).filter(|opinion| !opinion.alive).count();
        if self.has(FailoverBug::SingleObserver) {
            return dead > 0;
        }
        dead >= self.parts.majority()
    }

    fn believed_alive(&self, replica: NodeId, now: Time) -> bool {
        self.opinions_of(replica, now).filter(|opinion| opinion.alive).count() >= self.parts.majority()
    }

    fn seen_serving(&self, now: Time) -> bool {
        let serves = |opinion: &&Opinion| opinion.status.serves == Some(self.reign.epoch);
        self.opinions_of(self.reign.primary, now).any(|opinion| serves(&opinion))
    }

    /// Another replica that a majority sees alive.
    fn successor(&self, dead: NodeId, now: Time) -> Option<NodeId> {
        let others = self.parts.replicas.iter().copied().filter(|&replica| replica != dead);
        others.into_iter().find(|&replica| self.believed_alive(replica, now))
    }

    /// Whether the group has not failed over too often lately.
    fn may_fail_over(&mut self, now: Time) -> bool {
        if self.has(FailoverBug::NoCooldown) {
            return true;
        }
        let settings = self.system.settings();
        while self.failovers.front().is_some_and(|&at| now >= at + settings.flap_window) {
            self.failovers.pop_front();
        }
        self.failovers.len() < settings.flap_limit as usize
    }

    /// Begins the next epoch: first on the disk.
    fn appoint(&mut self, primary: NodeId, cx: &mut Context<'_, Failover>) {
        self.reign = Reign { epoch: Epoch(self.reign.epoch.0 + 1), primary };
        self.announced = false;
        self.idle = None;
        let word = self.word();
        // If the disk refuses, the next round tries again.
        let _ = self.words.raise(REIGN, word, cx);
        cx.point("before-announcement");
        self.announce(cx);
    }

    /// The reign as the disk has it.
    fn word(&self) -> u64 {
        let place = self.parts.replicas.iter().position(|&replica| replica == self.reign.primary);
        self.reign.epoch.0 * REPLICAS + place.unwrap_or(0) as u64
    }

    /// What it waits for: that somebody serves.
    pub(crate) fn awaits(&self) -> Option<Awaited> {
        let Reign { epoch, primary } = self.reign;
        let what = format!("waits for an observer to see {primary} serve in epoch {}", epoch.0);
        Some(Awaited { what, since: self.idle? })
    }

    /// Tells the world, once the reign is on the disk.
    fn announce(&mut self, cx: &mut Context<'_, Failover>) {
        let word = self.word();
        let hasty = self.has(FailoverBug::AnnouncedFirst) || self.has(FailoverBug::EpochVolatile);
        if self.words.durable(REIGN) < word && !hasty {
            if self.words.get(REIGN) < word {
                let _ = self.words.raise(REIGN, word, cx);
            }
            return;
        }
        self.announced = true;
        let Reign { epoch, primary } = self.reign;
        tracing::info!(?epoch, %primary, "appoints");
        cx.emit(Event::Appointed { epoch, primary });
        self.tell(cx);
    }

    fn tell(&mut self, cx: &mut Context<'_, Failover>) {
        cx.send(self.reign.primary, Message::Promote { epoch: self.reign.epoch });
    }

    pub(crate) fn on_synced(
        &mut self,
        sync: SyncId,
        result: &Result<(), DiskError>,
        cx: &mut Context<'_, Failover>,
    ) {
        if self.words.on_synced(sync, result, cx) && !self.announced && self.reign.epoch > Epoch::default() {
            self.announce(cx);
        }
    }
}
