//! `model availability`: predictions, simulations beside them, and answers to bad input.

use stormglass_cli::exit::Ending;
use stormglass_cli::{App, Library};
use stormglass_explore::Registry;

fn model(arguments: &str) -> Result<(Ending, String), String> {
    let mut out = Vec::new();
    let app = App::new(Registry::new(), Library::in_folder("nowhere"));
    let line = ["stormglass", "model", "availability"].into_iter().chain(arguments.split_whitespace());
    let ending = app.call(line, &mut out).map_err(|mistake| mistake.to_string())?;
    Ok((ending, String::from_utf8(out).expect("text")))
}

/// The prediction alone: each region and the whole, to all their nines.
#[test]
fn a_prediction_is_a_page() {
    let (ending, page) = model("--regions 3 --mtbf 720h --mttr 1h --structure parallel").unwrap();
    assert_eq!(ending, Ending::Ok);
    assert!(page.starts_with("3 regions, MTBF 720h, MTTR 1h: in parallel, one is enough\n"), "{page}");
    assert!(page.contains("0.998613") && page.contains("0.999999997332"), "{page}");
    assert!(!page.contains("simulated"), "{page}");
}

/// A thousand years beside it agree, in every structure, and the standby's missions with them; twice the same page.
#[test]
fn a_simulation_agrees_with_the_prediction() {
    for structure in ["parallel", "series", "2-of-3"] {
        let line = format!("--structure {structure} --spares 2 --mission 2160h --simulate 1000 --seed 7");
        let (ending, page) = model(&line).unwrap();
        assert_eq!(ending, Ending::Ok, "{page}");
        assert!(page.ends_with("ok: the measurement agrees with the prediction\n"), "{page}");
        assert!(
            page.contains("survives 2160h with probability 0.423190 (and fails with 0.576810)"),
            "{page}"
        );
        assert_eq!(model(&line).unwrap().1, page);
    }
}

/// What makes no sense is answered with what would.
#[test]
fn bad_input_is_answered() {
    for (arguments, why) in [
        ("--structure ring", "`ring` is no structure: write parallel, series, or K-of-N such as 2-of-3"),
        ("--structure 2-of-5", "`2-of-5` speaks of 5 parts, but there are 3"),
        ("--mtbf 0h", "the MTBF is zero"),
        ("--mttr 0h", "the MTTR is zero"),
        ("--mtbf 720", "it has no unit"),
        ("--regions 0", "0 is not in 1..=1000"),
        ("--spares 2", "--mission <TIME>"),
        ("--seed 3", "--simulate <YEARS>"),
        ("--confidence 99", "99 is no confidence"),
        ("--mttr 1000h --simulate 1", "too short to judge such regions"),
        ("--mtbf 1s --mttr 1s --simulate 1000000", "simulate less time"),
    ] {
        let error = model(arguments).unwrap_err();
        assert!(error.contains(why), "{arguments}: {error}");
    }
}
