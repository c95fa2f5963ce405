//! A thousand virtual years of failing and recovering regions, held beside the formulas.

use stormglass_check::availability::model::Structure;
use stormglass_check::availability::prediction::Prediction;
use stormglass_check::availability::probability::Confidence;
use stormglass_check::availability::renewal::{Renewal, simulate};
use stormglass_check::availability::span::Span;
use stormglass_core::random::Seed;

fn agrees(count: usize, mtbf: u64, mttr: u64, structure: Structure, seed: u64) {
    let region =
        Renewal::new(Span::from_hours(mtbf), Span::from_hours(mttr)).expect("a model that makes sense");
    let years = Span::from_years(1_000);
    let seen =
        simulate(&vec![region; count], structure, Seed(seed), years).expect("a model that makes sense");
    let alone = Prediction::new(1, region, Structure::Series).expect("a model that makes sense");
    let each = alone.measured(years, Confidence::USUAL).expect("a model that makes sense");
    for (place, seen) in seen.regions.iter().enumerate() {
        let availability = seen.availability();
        assert!(each.contains(availability), "region {place}: {availability} is not in {each:?}");
        // And the other way round: the measurement's own interval contains the formula.
        let own = seen.cycles.exponential(Confidence::USUAL).expect("a model that makes sense");
        assert!(own.contains(alone.availability), "region {place}: {} is not in {own:?}", alone.availability);
    }
    let whole = Prediction::new(count, region, structure).expect("a model that makes sense");
    let interval = whole.measured(years, Confidence::USUAL).expect("a model that makes sense");
    let availability = seen.whole.availability();
    assert!(interval.contains(availability), "{structure}: {availability} is not in {interval:?}");
}

/// Three regions with an MTBF of 720 h and an MTTR of 1 h, for a thousand years: each region, and the whole in every
/// structure, is measured within the 99 % interval of its formula.
#[test]
fn a_thousand_years_of_three_regions_agree_with_the_formulas() {
    for structure in [Structure::Parallel, Structure::Series, Structure::AtLeast(2)] {
        agrees(3, 720, 1, structure, 1);
    }
}

/// The same where regions fail so often that all of them are down together a hundred times.
#[test]
fn a_thousand_years_of_bad_regions_agree_with_the_formulas() {
    for structure in [Structure::Parallel, Structure::Series, Structure::AtLeast(2)] {
        agrees(3, 60, 1, structure, 1);
    }
}

/// The simulation is bit for bit the same everywhere: its digits are part of the contract.
#[test]
fn a_simulation_is_the_same_on_every_platform() {
    let region = Renewal::new(Span::from_hours(60), Span::from_hours(1)).unwrap();
    let seen = simulate(&[region; 3], Structure::Parallel, Seed(7), Span::from_years(100)).unwrap();
    let down: Vec<u128> = seen.regions.iter().chain([&seen.whole]).map(|seen| seen.down.as_nanos()).collect();
    let expected =
        [51_845_735_525_239_081, 51_513_318_690_209_262, 51_202_318_698_445_881, 4_912_283_436_922];
    assert_eq!(down, expected);
}
