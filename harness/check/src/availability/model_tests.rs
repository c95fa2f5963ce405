//! The formulas against values computed by hand, against one another, and against simulated missions.

use stormglass_core::random::Seed;

use super::*;
use crate::availability::renewal::survived;

fn near(value: f64, expected: f64) {
    assert!((value - expected).abs() <= 1e-12 * expected.abs(), "{value}, not {expected}");
}

fn p(yes: f64) -> Probability {
    Probability::new(yes).unwrap()
}

/// 720 h up and 1 h down are 720/721; nothing at all is nothing.
#[test]
fn steady_availability_is_the_share_of_time_up() {
    let a = steady(Span::from_hours(720), Span::from_hours(1)).unwrap();
    near(a.yes(), 720.0 / 721.0);
    near(a.no(), 1.0 / 721.0);
    assert!(steady(Span::ZERO, Span::ZERO).is_err());
}

/// By hand: 0.9 · 0.8 · 0.5 = 0.36 in series; 1 − 0.1 · 0.2 · 0.5 = 0.99 in parallel.
#[test]
fn series_and_parallel_agree_with_hand_computed_values() {
    let parts = [p(0.9), p(0.8), p(0.5)];
    near(series(&parts).yes(), 0.36);
    near(series(&parts).no(), 0.64);
    near(parallel(&parts).yes(), 0.99);
    near(parallel(&parts).no(), 0.01);
    assert_eq!((series(&[]), parallel(&[])), (Probability::CERTAIN, Probability::IMPOSSIBLE));
}

/// Three regions of 1/721 unavailability are down together for 1/721³, to the last digits.
#[test]
fn small_unavailabilities_keep_their_digits() {
    let region = steady(Span::from_hours(720), Span::from_hours(1)).unwrap();
    near(parallel(&[region; 3]).no(), 1.0 / (721.0 * 721.0 * 721.0));
    near(series(&[Probability::without(1e-13); 3]).no(), 3e-13);
}

/// By hand: 2 of 3 with 0.9 each is 3 · 0.81 · 0.1 + 0.729 = 0.972; with 0.9, 0.8, 0.5 it is 0.85.
#[test]
fn k_out_of_n_agrees_with_hand_computed_values() {
    near(k_out_of_n_alike(2, 3, p(0.9)).yes(), 0.972);
    near(k_out_of_n(2, &[p(0.9); 3]).no(), 0.028);
    near(k_out_of_n(2, &[p(0.9), p(0.8), p(0.5)]).yes(), 0.85);
}

/// One of n is parallel, n of n is series, none of n is certain, more than n is impossible; alike or not, they agree.
#[test]
fn k_out_of_n_contains_the_other_structures() {
    let parts = [p(0.9), p(0.8), p(0.5), p(0.99)];
    near(k_out_of_n(1, &parts).no(), parallel(&parts).no());
    near(k_out_of_n(4, &parts).yes(), series(&parts).yes());
    assert_eq!(k_out_of_n(0, &parts), Probability::CERTAIN);
    assert_eq!(k_out_of_n(5, &parts), Probability::IMPOSSIBLE);
    for k in 0..=7 {
        near(k_out_of_n_alike(k, 7, p(0.93)).yes(), k_out_of_n(k, &[p(0.93); 7]).yes());
    }
}

/// Brute force: adding up all 2ⁿ states of parts that differ gives the same.
#[test]
fn k_out_of_n_agrees_with_all_states_added_up() {
    let parts = [0.9, 0.35, 0.5, 0.99, 0.7].map(p);
    for k in 0..=5u32 {
        let state = |state: u32| -> f64 {
            let part = |(place, part): (usize, &Probability)| match state >> place & 1 {
                1 => part.yes(),
                _ => part.no(),
            };
            parts.iter().enumerate().map(part).product()
        };
        let enough: f64 = (0..32u32).filter(|state| state.count_ones() >= k).map(state).sum();
        near(k_out_of_n(k as usize, &parts).yes(), enough);
    }
}

/// By hand, λt = 1: e⁻¹ without a spare, 2 e⁻¹ with one, 2.5 e⁻¹ with two; and no mission is survived for certain.
#[test]
fn standby_agrees_with_hand_computed_values() {
    let year = Span::from_years(1);
    let e = std::f64::consts::E;
    for (spares, times) in [(0, 1.0), (1, 2.0), (2, 2.5)] {
        near(standby(year, spares, year).unwrap().yes(), times / e);
    }
    assert_eq!(standby(year, 2, Span::ZERO).unwrap(), Probability::CERTAIN);
    assert!(standby(Span::ZERO, 1, year).is_err());
    assert_eq!(standby_life(year, 2), Span::from_years(3));
    // e^(−1/100) Σ over i > 2 of (1/100)ⁱ/i! = 1.6542·10⁻⁷: a tail far below the digits of 1 − R.
    near(standby(year * 100, 2, year).unwrap().no(), 1.654_216_528_074_876e-7);
    assert_eq!(standby(year, 3, year * u64::MAX).unwrap(), Probability::IMPOSSIBLE);
}

/// Which of the two is the survival: of 20,000 simulated missions with two spares as many survive as the sum says
/// (± 4 σ), and nothing like as many as its complement says.
#[test]
fn simulated_missions_survive_as_often_as_the_sum_says_and_not_its_complement() {
    let (mtbf, mission, spares, missions) = (Span::from_hours(1_000), Span::from_hours(1_500), 2, 20_000);
    let survived = survived(mtbf, spares, mission, Seed(1), missions) as f64 / missions as f64;
    let sum = standby(mtbf, spares, mission).unwrap();
    let deviation = libm::sqrt(sum.yes() * sum.no() / missions as f64);
    near(sum.yes(), 3.625 * libm::exp(-1.5)); // 1 + 1.5 + 1.5²/2
    assert!((survived - sum.yes()).abs() < 4.0 * deviation, "{survived}, not {}", sum.yes());
    assert!((survived - sum.no()).abs() > 100.0 * deviation, "{survived} is the complement {}", sum.no());
}

/// 30 s of RTO, and 10 s of lost work redone at double speed, are 35 s.
#[test]
fn recovery_takes_the_rto_and_the_lost_work_again() {
    let seconds = Duration::from_secs;
    assert_eq!(recovery_time(seconds(30), seconds(10), 0.5), Ok(seconds(35)));
    assert!(recovery_time(seconds(30), seconds(10), -1.0).is_err());
    assert!(recovery_time(seconds(30), seconds(10), f64::NAN).is_err());
}

/// 2 copies of 3 ms, 1 round of 20 ms and 4 choices of 500 µs are 28 ms.
#[test]
fn latencies_of_stages_add_up() {
    let stage = |times, micros| Stage { times, each: Duration::from_micros(micros) };
    assert_eq!(total_latency(stage(2, 3_000), stage(1, 20_000), stage(4, 500)), Duration::from_millis(28));
}

/// Structures are read by name; what cannot be is answered with what could.
#[test]
fn a_structure_is_read_by_name() {
    assert_eq!(Structure::read("parallel", 3), Ok(Structure::Parallel));
    assert_eq!(Structure::read("2-of-3", 3), Ok(Structure::AtLeast(2)));
    for (text, why) in [
        ("ring", "write parallel, series, or K-of-N"),
        ("two-of-3", "write parallel, series, or K-of-N"),
        ("2-of-5", "speaks of 5 parts, but there are 3"),
        ("0-of-3", "nothing can fail"),
        ("4-of-3", "4 of only 3"),
    ] {
        let error = Structure::read(text, 3).unwrap_err().to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
}
