//! How the values of this crate are written in scenario files, as JSON Schemas.
//!
//! Each schema stands for a text form whose parser stands beside its type; a test holds the two together. It does
//! not know which files use them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::id::{Address, NodeId};
use crate::random::Ratio;
use crate::time::{Duration, Skew, Time};

/// One schema by hand: its type, its name, and its JSON.
macro_rules! written_as {
    ($($name:ty, $called:literal, $schema:tt;)+) => {$(
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                $called.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )+};
}

written_as! {
    Duration, "Duration", {
        "type": "string",
        "description": "A span of time: a number and a unit of ns, us, ms, s, min, h, d.",
        "pattern": r"^\s*([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*(ns|us|ms|s|min|h|d)\s*$",
        "examples": ["150ms", "1.5s", "2min"],
    };
    Time, "Time", {
        "type": "string",
        "description": "A moment: the span from the beginning of the run, with its unit.",
        "pattern": r"^\s*([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*(ns|us|ms|s|min|h|d)\s*$",
        "examples": ["3s", "2.5s"],
    };
    Skew, "Skew", {
        "type": "string",
        "description": "How far a clock is off: a span with its sign, + for ahead and - for behind.",
        "pattern": r"^\s*[-−+]?\s*([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*(ns|us|ms|s|min|h|d)\s*$",
        "examples": ["-150ms", "+2s"],
    };
    Ratio, "Ratio", {
        "type": "number",
        "description": "A share or a probability: a number from 0 to 1.",
        "minimum": 0,
        "maximum": 1,
        "examples": [0.05, 0.5],
    };
    NodeId, "NodeId", {
        "type": "string",
        "description": "A node by its name.",
        "pattern": "^n(0|[1-9][0-9]*)$",
        "examples": ["n1"],
    };
    Address, "Address", {
        "type": "string",
        "description": "A node or a client by its name.",
        "pattern": "^[nc](0|[1-9][0-9]*)$",
        "examples": ["n1", "c0"],
    };
}
