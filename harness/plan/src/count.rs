//! How many of something: a number, or a range from which each seed draws.

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// From `min` to `max`, both included. In files a number (`5`) or a range (`{ min = 3, max = 7 }`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The fewest.
    pub min: u32,
    /// The most.
    pub max: u32,
}

impl From<u32> for Count {
    fn from(count: u32) -> Count {
        Count { min: count, max: count }
    }
}

impl From<RangeInclusive<u32>> for Count {
    fn from(range: RangeInclusive<u32>) -> Count {
        Count { min: *range.start(), max: *range.end() }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.min == self.max {
            true => self.min.fmt(f),
            false => write!(f, "{}–{}", self.min, self.max),
        }
    }
}

/// The table form.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Range {
    /// The fewest.
    min: u32,
    /// The most.
    max: u32,
}

impl JsonSchema for Count {
    fn schema_name() -> Cow<'static, str> {
        "Count".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "How many: a number, or a range from which each seed draws.",
            "examples": [5, { "min": 3, "max": 7 }],
            "anyOf": [generator.subschema_for::<u32>(), Range::json_schema(generator)],
        })
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Count { min, max } = *self;
        match min == max {
            true => min.serialize(serializer),
            false => Range { min, max }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Count, D::Error> {
        deserializer.deserialize_any(NumberOrRange)
    }
}

struct NumberOrRange;

impl<'de> Visitor<'de> for NumberOrRange {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number such as 5, or a range such as { min = 3, max = 7 }")
    }

    fn visit_i64<E: de::Error>(self, count: i64) -> Result<Count, E> {
        let wrong = || E::custom(format!("{count} is not between 0 and {}", u32::MAX));
        u32::try_from(count).map(Count::from).map_err(|_| wrong())
    }

    fn visit_u64<E: de::Error>(self, count: u64) -> Result<Count, E> {
        let wrong = || E::custom(format!("{count} is not between 0 and {}", u32::MAX));
        u32::try_from(count).map(Count::from).map_err(|_| wrong())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Count, A::Error> {
        let Range { min, max } = Range::deserialize(de::value::MapAccessDeserializer::new(map))?;
        Ok(Count { min, max })
    }
}
