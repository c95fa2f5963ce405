//! The JSON Schema of scenario files, from the types that parse them.
//!
//! Editors complete and check a file by it. It says what a file may say, not what makes sense: contradictions are
//! found when the file is read, and a system's own settings are known to the system alone.

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use crate::scenario::Scenario;

/// The file's name, beside the folders of scenarios.
pub const FILE: &str = "scenario.schema.json";

/// The schema of scenario files.
#[must_use]
pub fn scenario() -> Value {
    let mut value = of::<Scenario>();
    if let Some(object) = value.as_object_mut() {
        object.insert("title".to_owned(), "A Stormglass scenario".into());
    }
    value
}

/// The schema of scenario files as a text, with a line break at its end.
#[must_use]
pub fn text() -> String {
    format!("{:#}\n", scenario())
}

/// The line by which a scenario names its schema, if its file is so many folders below the schema's.
#[must_use]
pub fn line(depth: usize) -> String {
    let up = if depth == 0 { "./".to_owned() } else { "../".repeat(depth) };
    format!("#:schema {up}{FILE}")
}

/// The schema of one type, as files are read. Draft 7: what the checkers of TOML know best.
pub(crate) fn of<T: JsonSchema>() -> Value {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<T>();
    Plain.transform(&mut schema);
    schema.to_value()
}

/// Takes out what no file can say, and breaks of lines that only the source code needs.
struct Plain;

impl Transform for Plain {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(object) = schema.as_object_mut() {
            // The formats of Rust's numbers: no checker knows them, some warn of them. The bounds stay.
            if let Some(format) = object.remove("format") {
                if format == "uint32" {
                    object.insert("maximum".to_owned(), u32::MAX.into());
                } else if format == "int32" {
                    object.insert("minimum".to_owned(), i32::MIN.into());
                    object.insert("maximum".to_owned(), i32::MAX.into());
                }
            }
            // TOML has no null: a setting that may be left out is of its one type, and has no default to write.
            if object.get("default").is_some_and(Value::is_null) {
                object.remove("default");
            }
            without_null(object);
            if let Some(Value::String(text)) = object.get_mut("description") {
                *text = unlinked(&text.replace('\n', " "));
            }
        }
        transform_subschemas(self, schema);
    }
}

/// A type or nothing becomes the type.
fn without_null(object: &mut serde_json::Map<String, Value>) {
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = &types[..] {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    let Some(Value::Array(choices)) = object.get_mut("anyOf") else { return };
    let null = |choice: &Value| choice.get("type").is_some_and(|kind| kind == "null");
    if choices.iter().any(null) {
        choices.retain(|choice| !null(choice));
        if let [only] = &choices[..] {
            let only = only.clone();
            object.remove("anyOf");
            // Draft 7 reads nothing beside a reference: it goes into a list of one.
            object.insert("allOf".to_owned(), Value::Array(vec![only]));
        }
    }
}

/// Links of the source code, as in [`Target`], without their brackets.
fn unlinked(text: &str) -> String {
    text.replace("[`", "`").replace("`]", "`")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key that no type knows is refused everywhere: in every table of every kind.
    #[test]
    fn every_table_with_named_settings_refuses_other_names() {
        fn visit(value: &Value, path: &str, open: &mut Vec<String>) {
            if value.get("properties").is_some_and(Value::is_object)
                && value.get("type").is_some_and(|kind| kind == "object")
                && value.get("additionalProperties") != Some(&Value::Bool(false))
            {
                open.push(path.to_owned());
            }
            match value {
                Value::Object(map) => {
                    map.iter().for_each(|(key, inner)| visit(inner, &format!("{path}/{key}"), open));
                }
                Value::Array(list) => {
                    list.iter()
                        .enumerate()
                        .for_each(|(at, inner)| visit(inner, &format!("{path}/{at}"), open));
                }
                _ => {}
            }
        }
        let mut open = Vec::new();
        visit(&scenario(), "", &mut open);
        assert_eq!(open, Vec::<String>::new());
    }

    /// The line leads from a scenario's folder up to the schema.
    #[test]
    fn the_line_leads_up_to_the_schema() {
        assert_eq!(line(0), "#:schema ./scenario.schema.json");
        assert_eq!(line(1), "#:schema ../scenario.schema.json");
        assert_eq!(line(2), "#:schema ../../scenario.schema.json");
    }
}
