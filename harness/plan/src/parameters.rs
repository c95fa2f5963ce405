//! The settings of faults and workloads as rows to print: name, unit, default, meaning.
//!
//! They are read from the schema of scenario files, and so from the types that parse them: a table of them cannot
//! drift from what a file may say.

use serde_json::Value;

use crate::kind::Kind;
use crate::schema;

/// The key under which the schema of a number says what it counts.
const UNIT: &str = "x-unit";

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// As files write it.
    pub name: String,
    /// What it is given in: `Duration`, `number`, or the words it may be.
    pub unit: String,
    /// What it is if nothing is said, as files write it; nothing, if it may be absent.
    pub default: Option<String>,
    /// Whether a file must say it.
    pub required: bool,
    /// What it means.
    pub meaning: String,
}

/// A unit that many settings are given in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// As the settings call it.
    pub name: String,
    /// What it is.
    pub meaning: String,
    /// How it is written.
    pub examples: Vec<String>,
}

/// The parameters of a kind of fault, in the order of their names.
#[must_use]
pub fn of_fault(kind: Kind) -> Vec<Parameter> {
    of_variant(&schema::scenario(), "Fault", kind.name())
}

/// The settings of a kind of workload; none, if only the system knows them.
#[must_use]
pub fn of_workload(name: &str) -> Vec<Parameter> {
    of_variant(&schema::scenario(), "Workload", name)
}

/// The units that faults are measured in, in the order of their names.
#[must_use]
pub fn units() -> Vec<Unit> {
    let root = schema::scenario();
    let named = |name: &str| {
        let definition = &root["definitions"][name];
        let examples = definition["examples"].as_array().into_iter().flatten().map(written).collect();
        Unit { name: name.to_owned(), meaning: text_of(definition), examples }
    };
    let mut names: Vec<String> =
        Kind::ALL.iter().flat_map(|&kind| of_fault(kind)).map(|parameter| parameter.unit).collect();
    names.sort();
    names.dedup();
    names.iter().filter(|name| root["definitions"].get(name).is_some()).map(|name| named(name)).collect()
}

/// The settings inside one variant of an externally tagged type.
fn of_variant(root: &Value, definition: &str, variant: &str) -> Vec<Parameter> {
    let variants = root["definitions"][definition]["oneOf"].as_array();
    let table = variants
        .into_iter()
        .flatten()
        .find_map(|choice| choice["properties"].get(variant))
        .map(|table| resolved(root, table));
    let Some(table) = table else { return Vec::new() };
    let required =
        |name: &str| table["required"].as_array().is_some_and(|all| all.iter().any(|it| it == name));
    let Some(settings) = table["properties"].as_object() else { return Vec::new() };
    settings
        .iter()
        .map(|(name, setting)| Parameter {
            name: name.clone(),
            unit: unit(root, setting),
            default: setting.get("default").map(written),
            required: required(name),
            meaning: text_of(setting),
        })
        .collect()
}

/// What a setting is given in: the words it may be, or the name of its type.
fn unit(root: &Value, setting: &Value) -> String {
    if let Some(name) = reference(setting) {
        let words: Option<Vec<&str>> = root["definitions"][name]["oneOf"]
            .as_array()
            .and_then(|choices| choices.iter().map(|choice| choice["const"].as_str()).collect());
        return words.map_or_else(|| name.to_owned(), |words| words.join(" | "));
    }
    if let Some(unit) = setting[UNIT].as_str() {
        return unit.to_owned();
    }
    match setting["type"].as_str() {
        Some("integer" | "number") => "number",
        Some("boolean") => "true | false",
        Some("array") => "list",
        Some("string") => "text",
        _ => "table",
    }
    .to_owned()
}

/// The name behind a reference, if this is one.
fn reference(schema: &Value) -> Option<&str> {
    let direct = schema.get("$ref").or_else(|| schema["allOf"].get(0).and_then(|only| only.get("$ref")));
    direct.and_then(Value::as_str).and_then(|path| path.rsplit('/').next())
}

fn resolved<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    reference(schema).map_or(schema, |name| &root["definitions"][name])
}

fn text_of(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or_default().to_owned()
}

/// A value of the schema as a scenario file writes it.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) => toml::Value::from(text.as_str()).to_string(),
        Value::Array(values) => {
            format!("[{}]", values.iter().map(written).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            let pairs: Vec<String> =
                map.iter().map(|(key, value)| format!("{key} = {}", written(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing that a fault may say is without a word about what it means and what it is given in.
    #[test]
    fn every_parameter_of_every_fault_says_its_unit_and_its_meaning() {
        for &kind in Kind::ALL {
            for parameter in of_fault(kind) {
                assert!(!parameter.meaning.is_empty(), "{kind}: {}", parameter.name);
                assert!(
                    !["table", "list", "number"].contains(&&parameter.unit[..]),
                    "{kind}: {}",
                    parameter.name
                );
            }
        }
    }

    /// A default that the table shows is the one that an absent setting gets.
    #[test]
    fn a_parameter_left_out_is_what_the_table_says() {
        use crate::fault::Fault;
        #[derive(serde::Deserialize)]
        struct File {
            inject: Fault,
        }
        let read = |text: &str| toml::from_str::<File>(text).unwrap().inject;
        let short = read(r#"inject = { crash = { target = "one" } }"#);
        let unsynced = of_fault(Kind::Crash)
            .into_iter()
            .find_map(|parameter| parameter.default.filter(|_| parameter.name == "unsynced"))
            .unwrap();
        let long = read(&format!(r#"inject = {{ crash = {{ target = "one", unsynced = {unsynced} }} }}"#));
        assert_eq!(short, long);
    }
}
