//! One specimen of every anomaly: a history by hand that shows it and nothing else.

use stormglass_check::isolation::{Analysis, Anomaly, Class, Level, Ties, analyse};

use super::by_hand::{HistoryOf, history, names};

/// The transactions of a specimen, over lists or over registers.
enum Specimen {
    Lists(&'static [&'static str]),
    Registers(&'static [&'static str]),
}

use Specimen::{Lists, Registers};

/// Whoever adds an anomaly must add its specimen.
fn specimen(anomaly: Anomaly) -> Specimen {
    match anomaly {
        Anomaly::DuplicateElements => Lists(&["a x 1", "r x 1,1"]),
        Anomaly::UnwrittenRead => Lists(&["r x 9"]),
        Anomaly::CyclicVersions => Registers(&["r x 2; w x 1", "r x 1; w x 2"]),
        Anomaly::IncompatibleOrder => Lists(&["a x 1", "a x 2", "r x 1,2", "r x 2,1"]),
        Anomaly::G1a => Lists(&["fail a x 1", "r x 1"]),
        Anomaly::DirtyUpdate => Lists(&["fail a x 1", "a x 2", "r x 1,2"]),
        Anomaly::G1b => Lists(&["a x 1; a x 2", "r x 1"]),
        Anomaly::FutureRead => Lists(&["r x 1; a x 1"]),
        Anomaly::Internal => Lists(&["a x 1; r x -"]),
        Anomaly::LostUpdate => Lists(&["r x -; a x 1", "r x -; a x 2", "r x 1,2"]),
        Anomaly::Cycle(class, ties) => Lists(cycle(class, ties)),
        // With the order of processes or of time it is no class of its own: the same search, told more.
        Anomaly::NoOrder(_) => Registers(NO_ORDER),
        Anomaly::NonMonotonicView => {
            Registers(&["w x 1; w y 1", "w x 2; w y 2", "r x 1; r y 2", "r x 2; r y 1"])
        }
        Anomaly::FracturedRead => Registers(&["w x 1; w y 1", "w x 2; w y 2", "r x 1; r y 2"]),
        Anomaly::CausalityViolation => {
            Registers(&["w x 1", "w x 2", "r x 1; w y 1", "r x 2; w z 1", "r y 1; r x 2", "r z 1; r x 1"])
        }
    }
}

fn cycle(class: Class, ties: Ties) -> &'static [&'static str] {
    match (class, ties) {
        (Class::G0, Ties::Data) => &["a x 1; a y 1", "a x 2; a y 2", "r x 1,2; r y 2,1"],
        (Class::G0, Ties::Process) => &["p1 0-1 a x 1", "p1 2-3 a x 2", "5-6 r x 2,1"],
        (Class::G0, Ties::Realtime) => &["0-1 a x 1", "2-3 a x 2", "5-6 r x 2,1"],
        (Class::G1c, Ties::Data) => &["a x 1; r y 1", "a y 1; r x 1"],
        (Class::G1c, Ties::Process) => &["p1 0-1 r x 1", "p1 2-3 a x 1"],
        (Class::G1c, Ties::Realtime) => &["0-1 r x 1", "2-3 a x 1"],
        (Class::GSingle, Ties::Data) => &["a x 1; a y 1", "a y 2", "r x -; r y 1,2"],
        (Class::GSingle, Ties::Process) => {
            &["0-9 a x 1; a y 1", "p1 0-1 a y 2", "p1 2-9 r x -", "2-9 r y 1,2"]
        }
        (Class::GSingle, Ties::Realtime) => &["0-1 a x 1", "2-3 r x -"],
        (Class::GNonadjacent, Ties::Data) => &["a x 1", "a y 1", "r x 1; r y -", "r x -; r y 1"],
        (Class::GNonadjacent, Ties::Process) => {
            &["p1 0-5 a x 1", "0-9 a y 1", "0-9 r x -; r y 1", "p1 6-9 r y -"]
        }
        (Class::GNonadjacent, Ties::Realtime) => {
            &["p1 0-5 a x 1", "0-9 a y 1", "0-9 r x -; r y 1", "6-9 r y -"]
        }
        (Class::G2Item, Ties::Data) => &["r x -; a y 1", "r y -; a x 1"],
        (Class::G2Item, Ties::Process) => &["p1 0-2 a y 1", "0-9 r y -; a x 1", "p1 3-9 r x -"],
        (Class::G2Item, Ties::Realtime) => &["p1 0-2 a y 1", "0-9 r y -; a x 1", "3-9 r x -"],
    }
}

/// Two registers, written twice each in an unknown order, are seen in all four states: no serial order has more than
/// three of them.
const NO_ORDER: &[&str] =
    &["w x 1", "w x 2", "w y 1", "w y 2", "r x 1; r y 1", "r x 2; r y 2", "r x 1; r y 2", "r x 2; r y 1"];

fn every_anomaly() -> Vec<Anomaly> {
    let cycles = Class::ALL.into_iter().flat_map(|class| Ties::ALL.map(|ties| Anomaly::Cycle(class, ties)));
    [
        Anomaly::DuplicateElements,
        Anomaly::UnwrittenRead,
        Anomaly::CyclicVersions,
        Anomaly::IncompatibleOrder,
        Anomaly::G1a,
        Anomaly::DirtyUpdate,
        Anomaly::G1b,
        Anomaly::FutureRead,
        Anomaly::Internal,
        Anomaly::LostUpdate,
        Anomaly::NonMonotonicView,
        Anomaly::FracturedRead,
        Anomaly::CausalityViolation,
    ]
    .into_iter()
    .chain(cycles)
    .chain([Anomaly::NoOrder(Ties::Data)])
    .collect()
}

fn analysed(anomaly: Anomaly) -> Analysis {
    match specimen(anomaly) {
        Lists(lines) => {
            let history: HistoryOf<Vec<u64>> = history(lines);
            analyse(&history)
        }
        Registers(lines) => {
            let history: HistoryOf<Option<u64>> = history(lines);
            analyse(&history)
        }
    }
}

/// Each anomaly has a history that shows it and only it, and the verdict of every level that forbids it names it.
#[test]
fn every_anomaly_has_a_history_of_its_own_and_the_verdict_names_it() {
    for anomaly in every_anomaly() {
        let analysis = analysed(anomaly);
        let mut expected = vec![anomaly.to_string()];
        if anomaly == Anomaly::CausalityViolation {
            // Causes by reads alone also leave no serial order, which is no class of its own but the end of a search.
            expected.insert(0, "no-serial-order".to_owned());
        }
        assert_eq!(names(&analysis), expected);
        let verdict = analysis.verdict(Level::StrictSerializable);
        let violation = verdict.violation().expect("the strongest level forbids everything");
        assert!(expected.contains(&violation.subject.clone().expect("an anomaly")), "{anomaly}: {verdict}");
        let own = Level::ALL.into_iter().find(|level| level.forbids(anomaly)).expect("some level forbids it");
        let verdict = analysis.verdict(own);
        let violation = verdict.violation().expect("it is forbidden");
        assert_eq!(violation.subject, Some(anomaly.to_string()), "{own}");
        assert!(
            violation.summary.starts_with(anomaly.meaning()) || violation.summary.contains(anomaly.meaning())
        );
        assert!(!violation.operations.is_empty() && !violation.evidence.is_empty(), "{anomaly}");
    }
}
