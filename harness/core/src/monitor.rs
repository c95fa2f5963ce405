//! Judges that watch while the system runs: they hear what nodes say of themselves and may look inside.
//!
//! A monitor sees what no client can: two leaders that nobody asked anything of, a committed entry that only
//! one disk holds. It never acts on the system. What it needs of past events it keeps itself, in bounded space.

use crate::cluster::Cluster;
use crate::disk::Disk;
use crate::id::NodeId;
use crate::system::System;
use crate::time::Time;
use crate::verdict::Verdict;

/// The inside of the world at one moment.
pub trait View<S: System> {
    /// Who takes part.
    fn cluster(&self) -> &Cluster;

    /// The node's state; `None` while it is down.
    fn node(&self, id: NodeId) -> Option<&S::Node>;

    /// The node's disk, whether it is up or down.
    fn disk(&self, id: NodeId) -> &Disk;
}

/// One invariant, judged online. After its first answer that is not ok a monitor is asked
/// nothing more. It can be cloned with the world that it looks at, so that a run can go on in more than one way.
pub trait Monitor<S: System>: CloneMonitor<S> {
    /// What `list checks` calls it: `one-leader-per-term`.
    fn name(&self) -> &'static str;

    /// What must hold, in one sentence for `list checks`.
    fn about(&self) -> &'static str {
        "an invariant of the system's own"
    }

    /// A node said something; its step has ended.
    fn on_event(&mut self, at: Time, node: NodeId, event: &S::Event, world: &dyn View<S>) -> Verdict;

    /// A node has crashed; what its disk holds now is all it will find.
    fn on_crash(&mut self, _at: Time, _node: NodeId, _world: &dyn View<S>) -> Verdict {
        Verdict::Ok
    }

    /// The run has ended: judge what can be judged only then.
    fn on_end(&mut self, _at: Time, _world: &dyn View<S>) -> Verdict {
        Verdict::Ok
    }
}

/// How a monitor is cloned where only its box is known. Every monitor that is [`Clone`] has this.
pub trait CloneMonitor<S: System> {
    /// The same monitor once more, with all that it remembers.
    fn clone_monitor(&self) -> Box<dyn Monitor<S>>;
}

impl<S: System, M: Monitor<S> + Clone + 'static> CloneMonitor<S> for M {
    fn clone_monitor(&self) -> Box<dyn Monitor<S>> {
        Box::new(self.clone())
    }
}

impl<S: System> Clone for Box<dyn Monitor<S>> {
    fn clone(&self) -> Self {
        (**self).clone_monitor()
    }
}
