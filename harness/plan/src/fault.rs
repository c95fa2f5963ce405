//! The weather: every fault by name, and whom it strikes.
//!
//! A fault here is data. Its magnitudes are settled when the plan is made; whom a late [`Target`] such as
//! `leader` means is settled when it strikes. What a fault *does* is the engine's business.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use stormglass_core::disk::CrashLoss;
use stormglass_core::id::NodeId;
use stormglass_core::random::Ratio;
use stormglass_core::time::Skew;

use crate::latency::Latency;

/// Something that goes wrong. In files externally tagged: `isolate = { target = "leader" }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// Messages between the nodes of `side` and all other nodes are lost.
    Partition {
        /// The nodes on one side.
        side: Target,
        /// Which direction is cut, as seen from `side`.
        #[serde(default, skip_serializing_if = "is_usual")]
        way: Way,
        /// Whether the clients are cut off from `side` as well.
        #[serde(default, skip_serializing_if = "is_usual")]
        clients: Clients,
    },
    /// Each target is cut off from every other node.
    Isolate {
        /// Whom.
        target: Target,
        /// Which direction is cut, as seen from the target.
        #[serde(default, skip_serializing_if = "is_usual")]
        way: Way,
        /// Whether the clients are cut off from the target as well.
        #[serde(default, skip_serializing_if = "is_usual")]
        clients: Clients,
    },
    /// Messages are lost at random.
    Loss {
        /// How many of them.
        rate: Ratio,
        /// Messages of these nodes …
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        from: Target,
        /// … to these.
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        to: Target,
    },
    /// Messages arrive twice, the second time later.
    Duplicate {
        /// How many of them.
        rate: Ratio,
        /// Messages of these nodes …
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        from: Target,
        /// … to these.
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        to: Target,
    },
    /// Messages take longer: `add` is drawn for each and added to the link's own latency.
    Delay {
        /// How much longer.
        add: Latency,
        /// How many of them: the others overtake.
        #[serde(default = "Fault::every", skip_serializing_if = "Fault::is_every")]
        rate: Ratio,
        /// Messages of these nodes …
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        from: Target,
        /// … to these.
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        to: Target,
    },
    /// The node goes down, and restarts when the fault ends.
    Crash {
        /// Whom.
        target: Target,
        /// If given, the crash waits for the target's next step that has effects, and lets only so many of
        /// them happen: a crash between two system calls.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after_effects: Option<u32>,
        /// What becomes of writes that no sync has covered.
        #[serde(default = "Fault::power_loss")]
        unsynced: CrashLoss,
    },
    /// The node stands still: inputs wait, timers run out late. Its clocks go on.
    Pause {
        /// Whom.
        target: Target,
    },
    /// Syncs take longer.
    SlowDisk {
        /// Whose.
        target: Target,
        /// How long a sync takes.
        sync: Latency,
    },
    /// Syncs fail with an input/output error, and what they covered is lost at the next crash.
    FailSync {
        /// Whose.
        target: Target,
        /// How many of them.
        rate: Ratio,
    },
    /// The wall clock jumps, once; the end of the fault does not jump it back.
    ClockJump {
        /// Whose.
        target: Target,
        /// How far: `+` forward, `-` backward.
        by: Skew,
    },
    /// Both clocks, and so all timers, run at another pace.
    ClockDrift {
        /// Whose.
        target: Target,
        /// By how many millionths faster (+) or slower (−).
        ppm: i32,
    },
}

impl Fault {
    /// What `list faults` calls it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.kind().name()
    }

    /// Every target the fault names.
    #[must_use]
    pub fn targets(&self) -> Vec<&Target> {
        self.fields().into_iter().map(|(_, target)| target).collect()
    }

    /// Every target the fault names, each behind the name of its field.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, &Target)> {
        match self {
            Fault::Loss { from, to, .. }
            | Fault::Duplicate { from, to, .. }
            | Fault::Delay { from, to, .. } => {
                vec![("from", from), ("to", to)]
            }
            Fault::Partition { side, .. } => vec![("side", side)],
            Fault::Isolate { target, .. }
            | Fault::Crash { target, .. }
            | Fault::Pause { target }
            | Fault::SlowDisk { target, .. }
            | Fault::FailSync { target, .. }
            | Fault::ClockJump { target, .. }
            | Fault::ClockDrift { target, .. } => vec![("target", target)],
        }
    }

    pub(crate) fn every() -> Ratio {
        Ratio::ONE
    }

    fn is_every(rate: &Ratio) -> bool {
        *rate == Ratio::ONE
    }

    pub(crate) fn power_loss() -> CrashLoss {
        CrashLoss::Sectors(Ratio::from_percent(50))
    }
}

/// What a file need not say.
fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Which messages a cut stops, as seen from the nodes it names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// In both directions.
    #[default]
    Both,
    /// Only what they send: they still hear the others.
    Out,
    /// Only what is sent to them: the others still hear them.
    In,
}

/// What a cut means for clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clients {
    /// They reach both sides.
    #[default]
    Reach,
    /// They do not reach the nodes that the cut names.
    Cut,
}

/// Whom a fault strikes. In files a text (`"leader"`, `"n3"`), or a list of nodes (`["n1", "n2"]`), or
/// `{ role = "…" }`, or `{ random = 2 }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Every node.
    All,
    /// A node that believes itself leader; if several do, one of them. Falls on nobody if none does.
    Leader,
    /// One node that is not a leader.
    Follower,
    /// One node.
    One,
    /// Fewer than half of the nodes, as many as can be.
    Minority,
    /// More than half of the nodes, as few as can be.
    Majority,
    /// So many nodes.
    Random(u32),
    /// All nodes that play this part at the moment.
    Role(String),
    /// These nodes.
    Nodes(Vec<NodeId>),
}

impl Target {
    /// The texts that a file may say, for messages.
    pub const WORDS: [&str; 6] = ["all", "leader", "follower", "one", "minority", "majority"];

    fn all() -> Target {
        Target::All
    }

    fn is_all(&self) -> bool {
        *self == Target::All
    }

    fn from_word(word: &str) -> Option<Target> {
        Some(match word {
            "all" => Target::All,
            "leader" => Target::Leader,
            "follower" => Target::Follower,
            "one" => Target::One,
            "minority" => Target::Minority,
            "majority" => Target::Majority,
            _ => Target::Nodes(vec![word.parse().ok()?]),
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::All => f.write_str("all"),
            Target::Leader => f.write_str("leader"),
            Target::Follower => f.write_str("follower"),
            Target::One => f.write_str("one"),
            Target::Minority => f.write_str("minority"),
            Target::Majority => f.write_str("majority"),
            Target::Random(count) => write!(f, "{count} at random"),
            Target::Role(role) => write!(f, "role {role}"),
            Target::Nodes(nodes) => {
                for (place, node) in nodes.iter().enumerate() {
                    write!(f, "{}{node}", if place > 0 { " " } else { "" })?;
                }
                Ok(())
            }
        }
    }
}

/// The table form of a target.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum TargetTable {
    Role(String),
    Random(u32),
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Target::Nodes(nodes) if nodes.len() == 1 => serializer.collect_str(&nodes[0]),
            Target::Nodes(nodes) => serializer.collect_seq(nodes.iter().map(ToString::to_string)),
            Target::Role(role) => TargetTable::Role(role.clone()).serialize(serializer),
            Target::Random(count) => TargetTable::Random(*count).serialize(serializer),
            word => serializer.collect_str(word),
        }
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Target, D::Error> {
        deserializer.deserialize_any(TargetVisitor)
    }
}

struct TargetVisitor;

impl<'de> Visitor<'de> for TargetVisitor {
    type Value = Target;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a target: \"leader\", \"minority\", a node such as \"n3\", a list of nodes, { role = \"…\" } or { random = 2 }",
        )
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Target, E> {
        // The answer has serde's own shape, so that whoever reports it can suggest the nearest word.
        Target::from_word(word).ok_or_else(|| E::unknown_variant(word, &Target::WORDS))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Target, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = seq.next_element()? {
            nodes.push(node);
        }
        Ok(Target::Nodes(nodes))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Target, A::Error> {
        Ok(match TargetTable::deserialize(de::value::MapAccessDeserializer::new(map))? {
            TargetTable::Role(role) => Target::Role(role),
            TargetTable::Random(count) => Target::Random(count),
        })
    }
}
