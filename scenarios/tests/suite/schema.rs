//! Editors are led to the schema, and it is the one that the types say.

use stormglass::plan::schema;
use stormglass_scenarios::library;

/// The file beside the folders is what `stormglass schema` prints: renew it with `just schema`.
#[test]
fn the_schema_beside_the_scenarios_is_the_present_one() {
    let file = library().folder().join(schema::FILE);
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text == schema::text(), "the schema has changed: renew its file with `just schema`");
}

/// Whoever opens a shipped scenario is helped by the schema.
#[test]
fn every_scenario_names_the_schema_in_its_first_line() {
    for name in library().names().unwrap() {
        let text = std::fs::read_to_string(library().folder().join(format!("{name}.toml"))).unwrap();
        let line = schema::line(name.matches('/').count());
        assert_eq!(text.lines().next(), Some(&line[..]), "{name}");
    }
}
