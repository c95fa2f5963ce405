//! Bounds that accept, reject and cannot decide.

use super::*;

/// A loss that is noticed too late is a violation, and one that nobody was seen to notice is unknown.
#[test]
fn a_detection_is_bounded() {
    let history = steady(outage);
    let bound = |millis| Bounds { detection: Some(ms(millis)), ..Bounds::default() };
    assert_eq!(judge(&history, &world(), &bound(398)), Verdict::Ok);
    violated_because(
        &judge(&history, &world(), &bound(397)),
        "the loss of n3 was noticed after 398ms, later than 397ms",
        "n3 was lost to isolate on n3 from 2.002s",
    );
    let mut world = world();
    world.leadership.truncate(1);
    world.downs = vec![Down { node: NodeId(3), from: at(8_000), until: None }];
    unknown_because(&judge(&history, &world, &bound(397)), "when the loss was noticed was not seen: n3");
}

/// An acknowledged write that is missing though no failover came after it breaks every bound on losses.
#[test]
fn a_write_lost_without_a_failover_is_a_violation() {
    let history = steady(outage);
    let world = Happenings { lost: [OperationId(4 * 90 + 1)].into(), ..world() };
    let bounds = Bounds { rpo: Some(Duration::from_secs(60)), ..Bounds::default() };
    let verdict = judge(&history, &world, &bounds);
    let violation = verdict.violation().unwrap();
    assert_eq!(violation.summary, "1 acknowledged writes were lost although no failover came after them");
    assert_eq!(violation.operations, [OperationId(361)]);
}

/// Each bound accepts what keeps it, exactly, and rejects a nanosecond or a millionth less.
#[test]
fn bounds_accept_up_to_their_edge_and_reject_beyond() {
    let (history, world) = (steady(outage), world());
    let just = |span: Duration| Duration::from_nanos(span.as_nanos() - 1);
    let none = Bounds::default;
    let edges = [
        (
            Bounds { availability: Some(Ratio::from_ppm(797_576)), ..none() },
            Bounds { availability: Some(Ratio::from_ppm(797_577)), ..none() },
        ),
        (
            Bounds { success: Some(Ratio::from_percent(80)), ..none() },
            Bounds { success: Some(Ratio::from_ppm(800_001)), ..none() },
        ),
        (
            Bounds { unavailable_at_most: Some(ms(2_005)), ..none() },
            Bounds { unavailable_at_most: Some(just(ms(2_005))), ..none() },
        ),
        (Bounds { rto: Some(ms(2_003)), ..none() }, Bounds { rto: Some(just(ms(2_003))), ..none() }),
        (Bounds { p99: Some(ms(5)), ..none() }, Bounds { p99: Some(just(ms(5))), ..none() }),
    ];
    for (kept, broken) in edges {
        assert_eq!(judge(&history, &world, &kept.clone()), Verdict::Ok, "{kept:?}");
        assert!(judge(&history, &world, &broken.clone()).violation().is_some(), "{broken:?}");
    }
}

/// Several broken bounds are one violation that tells of all of them.
#[test]
fn all_broken_bounds_are_told() {
    let bounds =
        Bounds { availability: Some(Ratio::ONE), rto: Some(ms(1)), p99: Some(ms(1)), ..Bounds::default() };
    let verdict = judge(&steady(outage), &world(), &bounds);
    violated_because(
        &verdict,
        "the whole was available for 79.7576% of 9.91s, less than 100%",
        "isolate on n3",
    );
    violated_because(
        &verdict,
        &verdict.violation().unwrap().summary.clone(),
        "also: after n3 was lost nobody",
    );
    violated_because(
        &verdict,
        &verdict.violation().unwrap().summary.clone(),
        "also: 99% of answers in region us",
    );
}

/// A history that says nothing is unknown, with the reason.
#[test]
fn a_degenerate_history_is_unknown() {
    let bounds = || Bounds { availability: Some(Ratio::from_percent(50)), ..Bounds::default() };
    let calm = Happenings::default();
    unknown_because(&judge(&Seen::new(), &calm, &bounds()), "no operation was ever invoked");
    unknown_because(
        &judge(&steady(|_, _| false), &calm, &bounds()),
        "no operation ever succeeded (400 invoked)",
    );
    let mut instant = Seen::new();
    let id = ask(&mut instant, 0, "read", 1_000);
    instant.complete(id, Outcome::Ok(()), None, at(1_000));
    unknown_because(&judge(&instant, &calm, &bounds()), "everything happened at one moment");
    let mut backwards = steady(|_, _| true);
    ask(&mut backwards, 0, "read", 1_000);
    unknown_because(&judge(&backwards, &calm, &bounds()), "time ran backwards: operation 400");
    let mut early = Seen::new();
    let id = ask(&mut early, 0, "read", 1_000);
    early.complete(id, Outcome::Ok(()), None, at(999));
    unknown_because(&judge(&early, &calm, &bounds()), "time ran backwards: operation 0");
    unknown_because(&judge(&steady(|_, _| true), &calm, &Bounds::default()), "no bound is asserted");
}

/// What the end of the history cut off is unknown while it might break the bound, and a violation once it has.
#[test]
fn what_the_history_leaves_open_is_unknown() {
    let history = steady(|_, now| now < 8_000);
    let bound = |millis| Bounds { unavailable_at_most: Some(ms(millis)), ..Bounds::default() };
    unknown_because(
        &judge(&history, &Happenings::default(), &bound(5_000)),
        "it had not ended when the history did",
    );
    assert!(judge(&history, &Happenings::default(), &bound(1_000)).violation().is_some());
    // The leader is lost at 8 s, and nobody follows.
    let mut world = world();
    world.leadership.truncate(1);
    world.downs = vec![Down { node: NodeId(3), from: at(8_000), until: None }];
    let rto = |millis| Bounds { rto: Some(ms(millis)), ..Bounds::default() };
    unknown_because(
        &judge(&history, &world, &rto(5_000)),
        "was not seen: n3 was lost to n3 down from 8.000s",
    );
    assert!(judge(&history, &world, &rto(1_000)).violation().is_some());
    world.leadership.clear();
    unknown_because(&judge(&history, &world, &rto(1_000)), "nobody ever led");
}

/// Where nobody asks, nobody sees when service came back: the recovery time is a span, and a bound within it unknown.
#[test]
fn a_recovery_in_silence_is_bracketed() {
    // Served until 2 s, in vain until 2.5 s, silence until 9 s.
    let mut history = Seen::new();
    for now in (0..100).map(|step| step * 100).filter(|now| !(2_500..9_000).contains(now)) {
        let id = ask(&mut history, 0, "read", now);
        let outcome =
            if !(2_000..9_000).contains(&now) { Outcome::Ok(()) } else { Outcome::Info("lost".into()) };
        history.complete(id, outcome, None, at(now + 5));
    }
    let failover = &measured(&history, &world()).failovers[0];
    assert_eq!((failover.rto.at_least, failover.rto.at_most), (ms(403), Some(ms(7_003))));
    let rto = |millis| judge(&history, &world(), &Bounds { rto: Some(ms(millis)), ..Bounds::default() });
    assert_eq!(rto(7_003), Verdict::Ok);
    unknown_because(&rto(1_000), "was not seen");
    assert!(rto(400).violation().is_some());
}

/// Bounds are data: in JSON, as in any format of scenarios, they read back as what was written; typos are refused.
#[test]
fn bounds_are_data() {
    let bounds = Bounds {
        availability: Some(Ratio::from_ppm(999_000)),
        unavailable_at_most: Some(ms(2_000)),
        of: Of::EachRegion,
        ..Bounds::default()
    };
    let text = serde_json::to_string(&bounds).unwrap();
    assert!(
        text.starts_with(r#"{"availability":0.999,"unavailable-at-most":"2s","of":"each-region""#),
        "{text}"
    );
    assert_eq!(serde_json::from_str::<Bounds>(&text).unwrap(), bounds);
    let typo = serde_json::from_str::<Bounds>(r#"{"avialability": 0.9}"#).unwrap_err().to_string();
    assert!(typo.contains("unknown field `avialability`"), "{typo}");
}
