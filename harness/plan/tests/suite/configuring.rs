//! A scenario's `[params]` and `bug` become a system, or an answer at their place in the file.

use insta::assert_snapshot;
use serde::{Deserialize, Serialize};
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::prelude::*;
use stormglass_plan::configure::configure;
use stormglass_plan::source::Source;

stormglass_core::bugs! {
    /// What may be wrong with it.
    pub enum MuteBug {
        /// It forgets what it was never told.
        Forgetful {
            name: "forgetful",
            defect: "nothing is written down",
            mirrors: "no incident",
            schedule: "any",
            caught_by: ["linearizable"],
        }
    }
}

/// A system that has settings and does nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Mute {
    heartbeat: Duration,
    batch: u32,
    timeouts: Timeouts,
    #[serde(skip)]
    bug: Option<MuteBug>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Timeouts {
    election: Duration,
}

impl Default for Mute {
    fn default() -> Mute {
        Mute { heartbeat: Duration::from_millis(50), batch: 1, timeouts: Timeouts::default(), bug: None }
    }
}

#[derive(Clone, Debug)]
struct Nobody;

impl Node<Mute> for Nobody {
    fn on_start(&mut self, _cx: &mut Context<'_, Mute>) {}
    fn on_message(&mut self, _from: Address, _message: (), _cx: &mut Context<'_, Mute>) {}
    fn on_timer(&mut self, _timer: u8, _cx: &mut Context<'_, Mute>) {}
}

impl Client<Mute> for Nobody {
    fn on_invoke(&mut self, _op: KvOp, _cx: &mut Context<'_, Mute>) {}
    fn on_message(&mut self, _from: Address, _message: (), _cx: &mut Context<'_, Mute>) {}
}

impl System for Mute {
    const NAME: &'static str = "mute";
    type Node = Nobody;
    type Client = Nobody;
    type Message = ();
    type Timer = u8;
    type Event = ();
    type Op = KvOp;
    type Ret = KvRet;
    fn node(&self, _id: NodeId, _cluster: &Cluster) -> Nobody {
        Nobody
    }
    fn client(&self, _id: ClientId, _cluster: &Cluster) -> Nobody {
        Nobody
    }
    fn bugs() -> &'static [Bug] {
        MuteBug::TABLE
    }
    fn plant(&mut self, bug: &str) -> bool {
        self.bug = MuteBug::named(bug);
        self.bug.is_some()
    }
}

/// The system as a file with these lines configures it, or what is said of the file.
fn configured(lines: &str) -> Result<Mute, String> {
    let text = format!("name = \"a\"\nabout = \"b\"\nsystem = \"mute\"\n{lines}\n");
    let source = Source::new("mute.toml", text);
    let scenario = source.scenario(&["mute"]).map_err(|mistakes| mistakes.to_string())?;
    configure(&scenario.params, scenario.bug.as_deref())
        .map_err(|problem| source.diagnose(&problem).to_string())
}

/// Settings and bug arrive in the system; what is not said has its default.
#[test]
fn settings_and_bug_arrive_in_the_system() {
    assert_eq!(configured(""), Ok(Mute::default()));
    let set = configured("bug = \"forgetful\"\n[params]\nbatch = 7\ntimeouts = { election = \"1s\" }");
    let expected = Mute {
        batch: 7,
        timeouts: Timeouts { election: Duration::from_secs(1) },
        bug: Some(MuteBug::Forgetful),
        ..Mute::default()
    };
    assert_eq!(set, Ok(expected));
}

/// A setting that the system does not have.
#[test]
fn an_unknown_setting_is_answered_with_the_nearest_one() {
    assert_snapshot!(configured("[params]\nheartbeet = \"50ms\"").unwrap_err(), @r#"
        error: unknown field `heartbeet`
         --> mute.toml:5:1
          |
        5 | heartbeet = "50ms"
          | ^^^^^^^^^ expected one of `heartbeat`, `batch`, `timeouts`
          |
          = help: did you mean `heartbeat`?
        "#);
    assert_snapshot!(configured("[params.timeouts]\nelektion = \"50ms\"").unwrap_err(), @r#"
        error: unknown field `elektion`
         --> mute.toml:5:1
          |
        5 | elektion = "50ms"
          | ^^^^^^^^ expected `election`
          |
          = help: did you mean `election`?
        "#);
}

/// A setting of the wrong kind.
#[test]
fn a_wrong_setting_is_answered_with_what_is_expected() {
    assert_snapshot!(configured("[params]\nheartbeat = 50").unwrap_err(), @r#"
        error: integer `50` cannot stand here
         --> mute.toml:5:13
          |
        5 | heartbeat = 50
          |             ^^ expected a duration in quotes with its unit, such as "150ms"
        "#);
    assert_snapshot!(configured("[params]\ntimeouts = { election = \"5\" }").unwrap_err(), @r#"
        error: `5` is not a duration: it has no unit
         --> mute.toml:5:25
          |
        5 | timeouts = { election = "5" }
          |                         ^^^ expected a number and a unit of ns, us, ms, s, min, h, d, such as "150ms"
        "#);
    assert_snapshot!(configured("[params]\nbatch = -3").unwrap_err(), @r#"
        error: integer `-3` cannot stand here
         --> mute.toml:5:9
          |
        5 | batch = -3
          |         ^^ expected a whole number from 0 to 4294967295
        "#);
}

/// A bug that the system does not have.
#[test]
fn an_unknown_bug_is_answered_with_the_nearest_one() {
    assert_snapshot!(configured("bug = \"forgetfull\"").unwrap_err(), @r#"
        error: unknown bug of mute `forgetfull`
         --> mute.toml:4:7
          |
        4 | bug = "forgetfull"
          |       ^^^^^^^^^^^^ expected `forgetful`
          |
          = help: did you mean `forgetful`?
        "#);
}
