//! A new scenario as a text to begin with: it runs as it is, and says what else could be said.

use std::fmt::Write as _;

use stormglass_core::bug::Bug;

use crate::parameters;

/// What a new scenario is about.
#[derive(Clone, Debug)]
pub struct Draft<'d> {
    /// What commands will call it.
    pub name: &'d str,
    /// The system to try.
    pub system: &'d str,
    /// Its planted bugs.
    pub bugs: &'d [Bug],
    /// The kind of its operations; `None` if it has no clients, and so no weather either.
    pub workload: Option<&'d str>,
    /// Its settings, as they are if nothing is said.
    pub settings: &'d toml::Table,
    /// The line that leads editors to the schema.
    pub schema: &'d str,
}

impl Draft<'_> {
    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text).expect("a text can be written to");
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let Draft { name, system, workload, schema, .. } = *self;
        writeln!(text, "{schema}")?;
        writeln!(text, "# Run it:             stormglass run {name}")?;
        writeln!(text, "# See what it draws:  stormglass explain {name} --seed 0")?;
        writeln!(text, "name = {}", quoted(name))?;
        writeln!(text, "# What must hold, in one sentence.")?;
        writeln!(text, "about = {}", quoted(&format!("Whatever the weather: {system} keeps its promises.")))?;
        writeln!(text, "system = {}", quoted(system))?;
        writeln!(text, "# How many seeds `stormglass run` tries: each is another run.")?;
        writeln!(text, "seeds = 100")?;
        if let Some(bug) = self.bugs.first() {
            let caught: Vec<String> = bug.caught_by.iter().map(|check| quoted(check)).collect();
            writeln!(
                text,
                "\n# A defect to plant, which the runs should then find: `stormglass list bugs`."
            )?;
            writeln!(text, "# bug = {}", quoted(bug.name))?;
            writeln!(text, "# expect = {{ violated-by = [{}] }}", caught.join(", "))?;
        }
        if !self.settings.is_empty() {
            writeln!(text, "\n# The system's settings, as they are if nothing is said.\n# [params]")?;
            for (key, value) in self.settings {
                writeln!(text, "# {key} = {value}")?;
            }
        }
        let Some(workload) = workload else { return Ok(()) };
        writeln!(text, "\n# Who takes part. Each seed draws from a range.")?;
        writeln!(text, "[cluster]\nnodes = {{ min = 3, max = 5 }}\nclients = 3")?;
        writeln!(text, "\n# What clients ask for.\n[workload.{workload}]")?;
        for setting in parameters::of_workload(workload) {
            writeln!(text, "# {}", setting.meaning)?;
            writeln!(text, "# {} = {}", setting.name, setting.default.as_deref().unwrap_or("…"))?;
        }
        text.push_str(REST);
        Ok(())
    }
}

/// What is the same for every system.
const REST: &str = r#"
# How long each phase takes: good weather, faults and traffic, faults alone, time to recover, a last look.
# [phases]
# warm-up = "1s"
# chaos = "20s"
# idle = "2s"
# settle = "5s"
# finish = "2s"

# A fault at a fixed time: `stormglass list faults` names them all, with their parameters.
[[fault]]
at = "3s"
lasts = "1s"
inject = { pause = { target = "one" } }

# Further faults, drawn from each seed: `stormglass list profiles` names the weathers.
[nemesis]
profile = "everything"
# intensity = "moderate"
# Only these kinds: faults = ["partition", "crash"]

# What must hold of its availability.
# [availability]
# availability = 0.9
# unavailable-at-most = "10s"
"#;

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
