//! One scenario for each kind of fault, with that one fault, hard enough that it must do something.

use std::fmt::Write as _;

use stormglass_plan::kind::{Family, Kind};

/// The scenario of one kind.
#[must_use]
pub fn scenario(kind: Kind) -> String {
    let mut text = format!(
        "name = \"conformance/{kind}\"\nabout = \"{}: Raft holds.\"\nsystem = \"raft\"\nwire = true\n",
        kind.about().replace('"', "'")
    );
    if kind.destroys() {
        // Raft survives the loss of no copy: within its budget these would spare everybody.
        text.push_str("budget = \"unlimited\"\n");
    }
    text.push_str(members(kind));
    text.push_str(
        "[workload.kv]\nrate = 150\n\n[phases]\nwarm-up = \"800ms\"\nchaos = \"1500ms\"\nidle = \"100ms\"\nsettle = \
         \"1s\"\nfinish = \"300ms\"\n",
    );
    let (times, inject) = strike(kind);
    write!(text, "\n[[fault]]\n{times}\ninject = {inject}\n").expect("text takes what is written");
    if kind == Kind::ReadError {
        // A replica reads its disk when it starts.
        let crash = "{ crash = { target = \"n1\", unsynced = \"nothing\" } }";
        write!(text, "\n[[fault]]\nat = \"1s\"\nlasts = \"100ms\"\ninject = {crash}\n")
            .expect("text takes what is written");
    }
    text
}

fn members(kind: Kind) -> &'static str {
    match (kind, kind.family()) {
        (_, Family::Region) => {
            "\n[topology]\nregions = [\n  { name = \"east\", zones = 2, nodes = 2, clients = 1 },\n  { name = \"west\", nodes = 2, \
             clients = 1 },\n  { name = \"north\", nodes = 1, clients = 1 },\n]\nlatency.east.west = \"4ms\"\nlatency.east.north = \
             \"6ms\"\nlatency.west.north = \"5ms\"\n\n"
        }
        // Of three, all are neighbours.
        (Kind::Ring, _) => "\n[cluster]\nnodes = 5\nclients = 3\n\n",
        _ => "\n[cluster]\nnodes = 3\nclients = 3\n\n",
    }
}

/// When it strikes, and with what.
fn strike(kind: Kind) -> (&'static str, &'static str) {
    const LONG: &str = "at = \"900ms\"\nlasts = \"900ms\"";
    const OFTEN: &str = "at = \"900ms\"\nlasts = \"5ms\"\nrepeat = { every = \"20ms\", times = 40 }";
    const SHORT: &str = "at = \"900ms\"\nlasts = \"300ms\"";
    let inject = match kind {
        Kind::Loss => r#"{ loss = { rate = 0.2, from = "all", to = "all" } }"#,
        Kind::Duplicate => r#"{ duplicate = { rate = 0.3, from = "all", to = "all" } }"#,
        Kind::Corrupt => r#"{ corrupt = { rate = 0.2, bits = 3, from = "all", to = "all" } }"#,
        Kind::Bandwidth => {
            r#"{ bandwidth = { bytes-per-second = 20000, queue-bytes = 2000, from = "all", to = "all" } }"#
        }
        Kind::SlowLink => r#"{ slow-link = { factor = 5, from = "all", to = "all" } }"#,
        Kind::Reset => return (OFTEN, r#"{ reset = { from = "all", to = "all" } }"#),
        Kind::RegionOutage => r#"{ region-outage = { region = "west", unsynced = { sectors = 0.5 } } }"#,
        Kind::ZoneOutage => r#"{ zone-outage = { zone = "east/a", unsynced = { sectors = 0.5 } } }"#,
        Kind::WanCut => r#"{ wan-cut = { region = "west", way = "both" } }"#,
        Kind::RollingRestart => {
            r#"{ rolling-restart = { target = "all", down = "100ms", gap = "150ms", unsynced = "nothing" } }"#
        }
        Kind::CrashInRecovery => {
            r#"{ crash-in-recovery = { target = "one", after-effects = 1, down = "50ms", times = 3, unsynced = { sectors = 0.5 } } }"#
        }
        Kind::Wipe => return (SHORT, r#"{ wipe = { target = "one" } }"#),
        Kind::FailSync => r#"{ fail-sync = { target = "one", rate = 0.5 } }"#,
        Kind::MisdirectedWrite => r#"{ misdirected-write = { target = "one", rate = 0.5 } }"#,
        Kind::ReadError => r#"{ read-error = { target = "n1", rate = 0.9 } }"#,
        Kind::ClockDrift => r#"{ clock-drift = { target = "one", ppm = 100000, clock = "both" } }"#,
        Kind::ClientDeath => r#"{ client-death = { clients = 2 } }"#,
        // Clients talk to the leader: who reaches it alone misses nobody.
        Kind::StaleClient => r#"{ stale-client = { clients = 2, node = "follower" } }"#,
        usual => usual.example(),
    };
    (LONG, inject)
}
