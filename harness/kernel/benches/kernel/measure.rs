//! Measuring: processor time, peaks of memory, instructions, and the comparison of two rates.

use std::process::Command;

use rustix::time::ClockId;
use stormglass_core::time::Duration;

/// Seconds that this process has had of a processor: other work on the machine counts little.
fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

pub fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = cpu_seconds();
    let done = work();
    (done, cpu_seconds() - start)
}

/// What one side managed, round by round.
#[derive(Default)]
pub struct Rates {
    /// Nanoseconds per event.
    nanos: Vec<f64>,
    virtual_rates: Vec<f64>,
}

impl Rates {
    /// Measures a round that covers `span` of virtual time and answers how many events it had.
    pub fn add(&mut self, span: Duration, work: impl FnOnce() -> u64) {
        let (events, seconds) = timed(work);
        self.nanos.push(seconds * 1e9 / events as f64);
        self.virtual_rates.push(span.as_secs_f64() / seconds);
    }

    /// Nanoseconds per event: the median.
    pub fn nanos(&self) -> f64 {
        median(self.nanos.clone())
    }

    pub fn best_nanos(&self) -> f64 {
        self.nanos.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// Virtual seconds per second of processor time: the median.
    pub fn virtual_rate(&self) -> f64 {
        median(self.virtual_rates.clone())
    }

    /// The median over the rounds of how much longer an event takes here.
    pub fn times_slower_than(&self, other: &Rates) -> f64 {
        median(self.nanos.iter().zip(&other.nanos).map(|(ours, theirs)| ours / theirs).collect())
    }
}

#[derive(Default)]
pub struct Comparison {
    pub kernel: Rates,
    pub bare: Rates,
}

impl Comparison {
    pub fn print(&self, name: &str, more: &str) {
        println!(
            "{name}   kernel {:5.1} M events/s   bare loop {:5.1}   ratio {:.2} (best rounds {:.2}){more}",
            1e3 / self.kernel.nanos(),
            1e3 / self.bare.nanos(),
            self.bare.times_slower_than(&self.kernel),
            self.bare.best_nanos() / self.kernel.best_nanos(),
        );
    }
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}

/// The most memory that this process has held so far. Zero where the system does not tell.
pub fn peak_mebibytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = peak.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kibibytes.unwrap_or(0.0) / 1024.0
}

/// Runs this benchmark's `case` once in a process of its own, perhaps under a tool; answers what it printed.
pub fn itself(tool: &[&str], case: &str) -> Option<String> {
    let output = run(tool, case)?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Instructions per event of `case`, if valgrind is there to count them.
pub fn instructions(case: &str) -> Option<f64> {
    let output = run(&["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"], case)?;
    let told = String::from_utf8_lossy(&output.stderr);
    let counted = told.lines().find_map(|line| line.split("Collected : ").nth(1))?;
    let events = String::from_utf8_lossy(&output.stdout);
    Some(counted.trim().parse::<f64>().ok()? / events.split(' ').next()?.parse::<f64>().ok()?)
}

fn run(tool: &[&str], case: &str) -> Option<std::process::Output> {
    let me = std::env::current_exe().ok()?;
    let mut words = tool.iter().map(|word| (*word).into()).chain([me.into_os_string()]);
    let output = Command::new(words.next()?).args(words).args(["--once", case]).output().ok()?;
    output.status.success().then_some(output)
}
