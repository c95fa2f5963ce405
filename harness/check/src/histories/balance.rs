//! How evenly requests were spread over backends: their distribution, starvation, and herds.
//!
//! The distribution is judged by Pearson's chi-square test (1900), with the probability of a false alarm that the caller
//! states; its tail is computed with `libm`, so it is bit-equal on every platform. Starvation and herds are judged by
//! bounds.

use std::fmt::Display;

use stormglass_core::time::{Duration, Time};
use stormglass_core::verdict::{Verdict, Violation};

use super::finding::{Finding, verdict};

/// What a backend was to get, and got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share<N> {
    /// Its name.
    pub name: N,
    /// Its weight among all.
    pub weight: u64,
    /// The requests it got.
    pub got: u64,
}

/// What the test of a distribution came to.
#[derive(Clone, Debug, PartialEq)]
pub struct DistributionReport {
    /// Violated if so uneven a spread is less probable than the false alarm that was stated.
    pub verdict: Verdict,
    /// Pearson's statistic.
    pub statistic: f64,
    /// How probable it is to be as uneven by chance alone.
    pub chance: f64,
}

/// Fewer expected requests than this on one backend, and the test's approximation does not hold (Cochran, 1954).
const ENOUGH: f64 = 5.0;

/// Whether requests that each choose a backend independently, by the weights, would be spread like this. A balancer that
/// is *more* even than that, such as a round robin, passes.
///
/// `false_alarm` is the share of right balancers that are accused, such as 1e-9.
pub fn distribution<N: Display>(shares: &[Share<N>], false_alarm: f64) -> DistributionReport {
    const CHECK: &str = "distribution";
    let weights: u64 = shares.iter().map(|share| share.weight).sum();
    let total: u64 = shares.iter().map(|share| share.got).sum();
    let expected = |share: &Share<N>| total as f64 * share.weight as f64 / weights as f64;
    let mut report = DistributionReport { verdict: Verdict::Ok, statistic: 0.0, chance: 1.0 };
    // A backend of no weight must get nothing at all: that needs no test.
    if let Some(share) = shares.iter().find(|share| share.weight == 0 && share.got > 0) {
        let summary = format!("{} got {} requests, but its weight is 0", share.name, share.got);
        report.chance = 0.0;
        report.verdict = Violation::new(CHECK, summary).into();
        return report;
    }
    let weighted: Vec<&Share<N>> = shares.iter().filter(|share| share.weight > 0).collect();
    let few = weighted.iter().find(|share| expected(share) < ENOUGH);
    if weighted.len() < 2 || few.is_some() {
        let why = match few {
            Some(share) => format!(
                "{total} requests are too few to judge by: {} could expect only {:.1}",
                share.name,
                expected(share)
            ),
            None => "there are no two backends to choose between".to_owned(),
        };
        report.verdict = Verdict::unknown(CHECK, why);
        return report;
    }
    let term = |share: &&Share<N>| {
        let off = share.got as f64 - expected(share);
        off * off / expected(share)
    };
    report.statistic = weighted.iter().map(term).sum();
    report.chance = upper_tail(report.statistic, weighted.len() - 1);
    if report.chance < false_alarm {
        let worst = weighted.iter().max_by(|a, b| term(a).total_cmp(&term(b))).expect("at least two");
        let mut violation = Violation::new(
            CHECK,
            format!(
                "{} got {} requests of {total}, and {:.0} were its share; so uneven a spread comes by chance in {:.1e} of runs",
                worst.name,
                worst.got,
                expected(worst),
                report.chance
            ),
        );
        let line =
            |share: &&Share<N>| format!("{} got {}, expected {:.0}", share.name, share.got, expected(share));
        violation.evidence = weighted.iter().map(line).collect();
        violation.evidence.push(format!("false alarms: {false_alarm:.1e} of right balancers are accused"));
        report.verdict = violation.into();
    }
    report
}

/// The probability that a chi-square variable of so many degrees of freedom exceeds `statistic`: Q(k/2, x/2), the
/// regularised incomplete gamma function, by its series or its continued fraction (Abramowitz and Stegun 6.5.29 and
/// 6.5.31, the latter by Lentz's method).
fn upper_tail(statistic: f64, degrees: usize) -> f64 {
    let (a, x) = (degrees as f64 / 2.0, statistic / 2.0);
    if x <= 0.0 {
        return 1.0;
    }
    let scale = libm::exp(a * libm::log(x) - x - libm::lgamma(a));
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for n in 1..10_000 {
            term *= x / (a + f64::from(n));
            sum += term;
            if term < sum * 1e-16 {
                break;
            }
        }
        return 1.0 - sum * scale;
    }
    let (mut b, mut c) = (x + 1.0 - a, 1e300);
    let mut d = 1.0 / b;
    let mut fraction = d;
    for n in 1..10_000 {
        let n = f64::from(n);
        let an = -n * (n - a);
        b += 2.0;
        d = 1.0 / (an * d + b);
        c = b + an / c;
        fraction *= d * c;
        if libm::fabs(d * c - 1.0) < 1e-15 {
            break;
        }
    }
    scale * fraction
}

/// A time in which a backend could serve, and when it was given requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service<N> {
    /// Its name.
    pub name: N,
    /// From when to when it was able to serve.
    pub able: (Time, Time),
    /// When it was given a request, in any order.
    pub requests: Vec<Time>,
}

/// No backend that can serve goes without a request for longer than `most`.
pub fn starvation<N: Display>(services: &[Service<N>], most: Duration) -> Verdict {
    let mut findings = Vec::new();
    let mut long_enough = false;
    for service in services {
        let (from, to) = service.able;
        long_enough |= to.since(from) > most;
        let mut times: Vec<Time> =
            service.requests.iter().copied().filter(|time| (from..=to).contains(time)).collect();
        times.extend([from, to]);
        times.sort_unstable();
        let gap = times.windows(2).map(|pair| (pair[1].since(pair[0]), pair[0])).max_by_key(|&(gap, _)| gap);
        if let Some((gap, since)) = gap.filter(|&(gap, _)| gap > most) {
            let summary = format!(
                "{} was given nothing for {gap} from {since} on, although it could serve",
                service.name
            );
            findings.push(Finding::new(summary).about(service.name.to_string()));
        }
    }
    let unknown = (!long_enough).then(|| format!("no backend could serve for longer than {most}"));
    verdict("starvation", findings, unknown)
}

/// In no window does a backend get more than `most` requests: clients do not all run to the same one.
pub fn herd<N: Display>(services: &[Service<N>], window: Duration, most: usize) -> Verdict {
    let mut findings = Vec::new();
    let mut any = false;
    for service in services {
        let mut times = service.requests.clone();
        times.sort_unstable();
        any |= !times.is_empty();
        let crowd = |from: &Time| {
            times.partition_point(|time| *time < *from + window) - times.partition_point(|time| time < from)
        };
        let worst = times
            .iter()
            .map(|from| (crowd(from), *from))
            .max_by_key(|&(crowd, from)| (crowd, std::cmp::Reverse(from)));
        if let Some((crowd, from)) = worst.filter(|&(crowd, _)| crowd > most) {
            let summary = format!(
                "{} was given {crowd} requests in the {window} from {from} on, more than {most}",
                service.name
            );
            findings.push(Finding::new(summary).about(service.name.to_string()));
        }
    }
    verdict("herd", findings, (!any).then(|| "no requests were made".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use stormglass_core::random::{CausalId, Draws, Purpose, Seed};

    fn shares(got: &[u64]) -> Vec<Share<usize>> {
        got.iter().enumerate().map(|(name, &got)| Share { name, weight: 1, got }).collect()
    }

    /// Values from tables of the chi-square distribution.
    #[test]
    fn the_tail_agrees_with_the_tables() {
        for (statistic, degrees, chance) in [
            (3.841_459, 1, 0.05),
            (18.307_038, 10, 0.05),
            (23.209_251, 10, 0.01),
            (61.917_9, 100, 0.999),
            (37.324_9, 1, 1e-9),
        ] {
            let tail = upper_tail(statistic, degrees);
            assert!((tail / chance - 1.0).abs() < 2e-3, "{statistic} {degrees}: {tail}");
        }
    }

    /// Of right balancers about the stated share is accused.
    #[test]
    fn false_alarms_are_as_rare_as_stated() {
        let mut alarms = 0;
        for run in 0..2000 {
            let mut draws =
                Draws::new(CausalId::root(Seed(7), Purpose::Workload).child(run), Purpose::Workload);
            let mut got = [0; 5];
            (0..500).for_each(|_| got[draws.below(5) as usize] += 1);
            alarms += u32::from(distribution(&shares(&got), 0.05).verdict.violation().is_some());
        }
        assert!((70..130).contains(&alarms), "{alarms} alarms in 2000 runs, 100 expected");
    }

    /// Weights count; more even than chance is no fault; too few requests decide nothing.
    #[test]
    fn an_uneven_spread_is_named() {
        assert_eq!(distribution(&shares(&[100, 100, 100]), 1e-6).verdict, Verdict::Ok);
        let report = distribution(&shares(&[180, 60, 60]), 1e-6);
        let violation = report.verdict.violation().expect("a violation");
        assert!(
            violation.summary.starts_with("0 got 180 requests of 300, and 100 were its share"),
            "{violation:?}"
        );
        let mut weighted = shares(&[180, 60, 60]);
        weighted[0].weight = 3;
        assert_eq!(distribution(&weighted, 1e-6).verdict, Verdict::Ok);
        weighted[1].weight = 0;
        assert!(distribution(&weighted, 1e-6).verdict.violation().is_some());
        assert!(matches!(distribution(&shares(&[3, 2]), 1e-6).verdict, Verdict::Unknown(_)));
        assert!(matches!(distribution(&shares(&[30]), 1e-6).verdict, Verdict::Unknown(_)));
    }

    fn service(able: u64, requests: &[u64]) -> Vec<Service<&'static str>> {
        let at = |millis: &u64| Time::from_nanos(millis * 1_000_000);
        vec![Service {
            name: "n1",
            able: (Time::ZERO, at(&able)),
            requests: requests.iter().map(at).collect(),
        }]
    }

    /// A gap counts at both ends too, and only while the backend could serve.
    #[test]
    fn a_starved_backend_is_named() {
        let most = Duration::from_millis(10);
        assert_eq!(starvation(&service(30, &[25, 9, 18]), most), Verdict::Ok);
        let verdict = starvation(&service(30, &[9, 11]), most);
        assert!(
            verdict.violation().unwrap().summary.starts_with("n1 was given nothing for 19ms from 0.011s on")
        );
        assert!(starvation(&service(30, &[15, 25]), most).violation().is_some());
        assert!(matches!(starvation(&service(10, &[]), most), Verdict::Unknown(_)));
    }

    /// A window may lie anywhere.
    #[test]
    fn a_herd_is_named() {
        let window = Duration::from_millis(10);
        assert_eq!(herd(&service(99, &[1, 5, 11, 16, 21]), window, 2), Verdict::Ok);
        let verdict = herd(&service(99, &[1, 8, 9, 17, 30]), window, 2);
        assert!(
            verdict
                .violation()
                .unwrap()
                .summary
                .starts_with("n1 was given 3 requests in the 10ms from 0.001s on")
        );
        assert!(matches!(herd(&service(99, &[]), window, 2), Verdict::Unknown(_)));
    }
}
