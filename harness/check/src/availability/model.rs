//! What theory says: the availability of a structure of independent parts, and the survival of one with spares.
//!
//! ```text
//! series      ──A──B──C──      all must be up                    ∏ Aᵢ
//! parallel    ┬─A─┬            one is enough                     1 − ∏ (1 − Aᵢ)
//!             ├─B─┤
//!             └─C─┘
//! k out of n  at least k of them must be up                      Σ over the ways to have k or more up
//! ```
//!
//! Sources: IEC 61078 (reliability block diagrams) for the structures; K. S. Trivedi, *Probability and Statistics
//! with Reliability, Queuing, and Computer Science Applications*, 2nd edition, for steady-state availability and
//! standby redundancy. MTBF is, as in IEC 60050-192, the mean *operating* time between failures: repair comes on top.
//!
//! Parts are independent: a fault that takes several regions at once is not in these formulas, and a measurement that
//! falls short of them often shows exactly that. This module knows no history and no run.

use std::fmt;
use std::str::FromStr;

use stormglass_core::time::Duration;

use super::probability::{Probability, Senseless};
use super::span::Span;
use super::special::poisson;

/// The steady-state availability A = MTBF / (MTBF + MTTR), for any distributions with these means.
///
/// # Errors
/// If both are zero.
///
/// ```
/// use stormglass_check::availability::model::steady;
///
/// let a = steady("720h".parse()?, "1h".parse()?)?;
/// assert_eq!(a.to_string(), "0.998613"); // 720 / 721
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn steady(mtbf: Span, mttr: Span) -> Result<Probability, Senseless> {
    match mtbf.is_zero() && mttr.is_zero() {
        true => Err(Senseless::new("MTBF and MTTR are both zero: such a thing is neither up nor down")),
        false => Ok(Probability::share(mtbf.as_nanos() as f64, mttr.as_nanos() as f64)),
    }
}

/// All parts must be up: ∏ Aᵢ. Of no parts: certain.
#[must_use]
pub fn series(parts: &[Probability]) -> Probability {
    let up = parts.iter().map(|part| part.yes()).product();
    // 1 − ∏ (1 − Uᵢ), in logarithms so that small Uᵢ keep their digits.
    let down = -libm::expm1(parts.iter().map(|part| libm::log1p(-part.no())).sum());
    match parts {
        [] => Probability::CERTAIN,
        _ => Probability::share(up, down),
    }
}

/// One part is enough: 1 − ∏ (1 − Aᵢ). Of no parts: impossible.
#[must_use]
pub fn parallel(parts: &[Probability]) -> Probability {
    let mirrored: Vec<Probability> = parts.iter().map(|part| part.complement()).collect();
    series(&mirrored).complement()
}

/// At least `k` of the parts must be up; they need not be alike.
///
/// Part by part it keeps the probability of each number of parts up (R. E. Barlow and K. D. Heidtmann, *Computing
/// k-out-of-n system reliability*, IEEE Transactions on Reliability R-33, 1984): n² steps, and no subtraction.
#[must_use]
pub fn k_out_of_n(k: usize, parts: &[Probability]) -> Probability {
    let mut ups = vec![0.0; parts.len() + 1];
    ups[0] = 1.0;
    for (known, part) in parts.iter().enumerate() {
        for count in (0..=known + 1).rev() {
            let one_more = if count > 0 { ups[count - 1] * part.yes() } else { 0.0 };
            ups[count] = ups[count] * part.no() + one_more;
        }
    }
    let (few, enough) = ups.split_at(k.min(ups.len()));
    Probability::share(enough.iter().sum(), few.iter().sum())
}

/// At least `k` of `n` equal parts must be up: Σ over i ≥ k of C(n, i) Aⁱ (1 − A)ⁿ⁻ⁱ.
#[must_use]
pub fn k_out_of_n_alike(k: usize, n: usize, part: Probability) -> Probability {
    if n > MOST_CHOSEN {
        return k_out_of_n(k, &vec![part; n]);
    }
    let mut choose = 1.0; // C(n, i), exact up to 2⁵³
    let (mut few, mut enough) = (0.0, 0.0);
    for i in 0..=n {
        let ways = choose * libm::pow(part.yes(), i as f64) * libm::pow(part.no(), (n - i) as f64);
        match i < k {
            true => few += ways,
            false => enough += ways,
        }
        choose = choose * (n - i) as f64 / (i + 1) as f64;
    }
    Probability::share(enough, few)
}

/// C(n, n/2) of more is beyond the largest number.
pub(super) const MOST_CHOSEN: usize = 1_000;

/// How parts make up a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Structure {
    /// All must be up.
    Series,
    /// One is enough.
    Parallel,
    /// At least so many must be up.
    AtLeast(usize),
}

impl Structure {
    /// How many of `parts` must be up.
    #[must_use]
    pub const fn needs(self, parts: usize) -> usize {
        match self {
            Structure::Series => parts,
            Structure::Parallel => 1,
            Structure::AtLeast(k) => k,
        }
    }

    /// The availability of the whole.
    #[must_use]
    pub fn of(self, parts: &[Probability]) -> Probability {
        match self {
            Structure::Series => series(parts),
            Structure::Parallel => parallel(parts),
            Structure::AtLeast(k) => k_out_of_n(k, parts),
        }
    }

    /// The structure that `text` names, for so many parts: `parallel`, `series` or `2-of-3`.
    ///
    /// # Errors
    /// If it names none, or one of another number of parts.
    pub fn read(text: &str, parts: usize) -> Result<Structure, Senseless> {
        let unknown = || {
            Senseless::new(format!(
                "`{text}` is no structure: write parallel, series, or K-of-N such as 2-of-3"
            ))
        };
        let (k, n) = match text {
            "parallel" => return Ok(Structure::Parallel),
            "series" => return Ok(Structure::Series),
            other => other.split_once("-of-").ok_or_else(unknown)?,
        };
        let number = |text: &str| usize::from_str(text).map_err(|_| unknown());
        match (number(k)?, number(n)?) {
            (_, n) if n != parts => {
                Err(Senseless::new(format!("`{text}` speaks of {n} parts, but there are {parts}")))
            }
            (0, _) => Err(Senseless::new(format!("`{text}`: if none is needed, nothing can fail"))),
            (k, n) if k > n => Err(Senseless::new(format!("`{text}`: {k} of only {n} can never be up"))),
            (k, _) => Ok(Structure::AtLeast(k)),
        }
    }
}

impl fmt::Display for Structure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Structure::Series => f.write_str("in series, all are needed"),
            Structure::Parallel => f.write_str("in parallel, one is enough"),
            Structure::AtLeast(k) => write!(f, "{k} of them are needed"),
        }
    }
}

/// A part with cold spares that do not age, switched in without fail and never repaired, with lives of exponential
/// length: the probability of surviving a mission of length t with `spares` = n of them is
///
/// R(t) = Σ over i = 0..n of e^(−λt) (λt)ⁱ / i!,  λ = 1 / MTBF.
///
/// The n + 1 lives end one after another like the events of a Poisson process, and the whole survives if at most n of
/// them have ended: so R is the *sum* (Trivedi, section 3.8: the Erlang distribution of order n + 1). Articles often
/// print 1 − Σ under the same name: that is the probability of having *failed* before t, here [`Probability::no`].
/// A test beside this function simulates missions and shows which of the two is the survival.
///
/// # Errors
/// If the MTBF is zero.
pub fn standby(mtbf: Span, spares: u32, mission: Span) -> Result<Probability, Senseless> {
    if mtbf.is_zero() {
        return Err(Senseless::new("the MTBF is zero: such a part never works"));
    }
    let ended = mission.as_nanos() as f64 / mtbf.as_nanos() as f64; // λt, the expected number of ended lives
    let survived: f64 = (0..=spares).map(|i| poisson(ended, f64::from(i))).sum();
    if ended > f64::from(spares) {
        return Ok(Probability::without(1.0 - survived));
    }
    // Failure is rare: its own sum keeps the digits that 1 − R loses, and falls fast from its first term on.
    let mut failed = 0.0;
    for count in spares + 1.. {
        let term = poisson(ended, f64::from(count));
        failed += term;
        if term <= failed * 1e-17 {
            break;
        }
    }
    Ok(Probability::share(survived, failed))
}

/// The mean life of a part with cold spares: (n + 1) · MTBF.
#[must_use]
pub fn standby_life(mtbf: Span, spares: u32) -> Span {
    mtbf * (u64::from(spares) + 1)
}

/// How long until everything is as before a disaster: RTO + RPO × ramp-up.
///
/// `ramp_up` says how long it takes to redo one unit of lost time's work (0.5: twice as fast as it was done). A budget
/// of stages one after another, not a standard's formula.
///
/// # Errors
/// If the ramp-up is negative or no number.
pub fn recovery_time(rto: Duration, rpo: Duration, ramp_up: f64) -> Result<Duration, Senseless> {
    match ramp_up.is_finite() && ramp_up >= 0.0 {
        // The conversion saturates: more than 584 years are 584 years.
        true => Ok(rto + Duration::from_nanos((rpo.as_nanos() as f64 * ramp_up) as u64)),
        false => {
            Err(Senseless::new(format!("a ramp-up of {ramp_up} makes no sense: write a number from 0 on")))
        }
    }
}

/// One kind of step of a request: how often it happens, and how long it takes each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// How often, one after another.
    pub times: u64,
    /// How long each.
    pub each: Duration,
}

/// The latency of a request through copies of data, rounds of consensus and choices of a balancer, one after another:
/// n · copy + m · consensus + k · balance. Exact; steps that overlap make the truth smaller.
#[must_use]
pub fn total_latency(copy: Stage, consensus: Stage, balance: Stage) -> Duration {
    [copy, consensus, balance]
        .into_iter()
        .fold(Duration::ZERO, |total, stage| total + stage.each * stage.times)
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
