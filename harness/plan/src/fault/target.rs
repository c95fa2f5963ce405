//! Whom a fault strikes: nodes or clients, by name or by what they are at that moment.
//!
//! Who is meant is settled by the engine when the fault strikes; here it is a word.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use stormglass_core::id::NodeId;

/// Whom a fault strikes. In files a text (`"leader"`, `"n3"`), or a list of nodes (`["n1", "n2"]`), or a table
/// with one of `role`, `random`, `region`, `zone`, `clients`: `{ random = 2 }`.
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
    /// All nodes of one region, drawn.
    OneRegion,
    /// All nodes of this region.
    Region(String),
    /// All nodes of one zone, drawn.
    OneZone,
    /// All nodes of this zone, named `region/zone`.
    Zone(String),
    /// So many clients, drawn, and no node.
    Clients(u32),
}

impl Target {
    /// The texts that a file may say, for messages.
    pub const WORDS: [&str; 8] =
        ["all", "leader", "follower", "one", "minority", "majority", "one-region", "one-zone"];

    pub(crate) fn all() -> Target {
        Target::All
    }

    pub(crate) fn leader() -> Target {
        Target::Leader
    }

    pub(crate) fn is_leader(&self) -> bool {
        *self == Target::Leader
    }

    pub(crate) fn is_all(&self) -> bool {
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
            "one-region" => Target::OneRegion,
            "one-zone" => Target::OneZone,
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
            Target::OneRegion => f.write_str("one-region"),
            Target::OneZone => f.write_str("one-zone"),
            Target::Region(name) => write!(f, "region {name}"),
            Target::Zone(name) => write!(f, "zone {name}"),
            Target::Clients(1) => f.write_str("a client"),
            Target::Clients(count) => write!(f, "{count} clients"),
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
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum TargetTable {
    /// All nodes that play this part at the moment.
    Role(String),
    /// So many nodes, drawn.
    Random(u32),
    /// All nodes of this region.
    Region(String),
    /// All nodes of this zone, named `region/zone`.
    Zone(String),
    /// So many clients, drawn, and no node.
    Clients(u32),
}

impl JsonSchema for Target {
    fn schema_name() -> Cow<'static, str> {
        "Target".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let node = generator.subschema_for::<NodeId>();
        let table = TargetTable::json_schema(generator);
        json_schema!({
            "description": "Whom a fault strikes: a word, a node, a list of nodes, or a table such as { random = 2 }.",
            "examples": ["leader", "n1", ["n1", "n2"], { "random": 2 }],
            "anyOf": [
                { "type": "string", "enum": Target::WORDS, "description": "Who is meant is settled when the fault strikes." },
                node,
                { "type": "array", "items": node, "description": "These nodes." },
                table,
            ],
        })
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Target::Nodes(nodes) if nodes.len() == 1 => serializer.collect_str(&nodes[0]),
            Target::Nodes(nodes) => serializer.collect_seq(nodes.iter().map(ToString::to_string)),
            Target::Role(role) => TargetTable::Role(role.clone()).serialize(serializer),
            Target::Random(count) => TargetTable::Random(*count).serialize(serializer),
            Target::Region(name) => TargetTable::Region(name.clone()).serialize(serializer),
            Target::Zone(name) => TargetTable::Zone(name.clone()).serialize(serializer),
            Target::Clients(count) => TargetTable::Clients(*count).serialize(serializer),
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
            "a target: \"leader\", \"minority\", a node such as \"n3\", a list of nodes, { role = \"…\" }, { random = 2 }, { region = \"…\" }, { zone = \"…\" } or { clients = 1 }",
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
            TargetTable::Region(name) => Target::Region(name),
            TargetTable::Zone(name) => Target::Zone(name),
            TargetTable::Clients(count) => Target::Clients(count),
        })
    }
}
