//! Latencies between regions as they were published.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stormglass_core::time::Duration;

/// A table of published latencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Ten regions of Amazon Web Services: mean round trips as published in April 2017 in "AWS Regions" (*A Computer
    /// Scientist Learns AWS*, after the measurements of "Latency Between AWS Global Regions"), halved to one way.
    Aws,
    /// Eight regions of Microsoft Azure: median round trips (P50) of the 30 days that ended on 19 June 2024, as published
    /// by Microsoft in *Azure network round-trip latency statistics*, halved to one way. The table differs by up to
    /// 3 ms between there and back; taken is the way from the region that stands first here.
    Azure,
}

/// The regions of [`Preset::Aws`].
const AWS: [&str; 10] = [
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "eu-central-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "sa-east-1",
];

/// Mean round trips in hundredths of a millisecond: row and column by the order of [`AWS`], the upper half.
const AWS_ROUND_TRIPS: [&[u32]; 9] = [
    &[7274, 8698, 8055, 8866, 14530, 17840, 21670, 23000, 11950],
    &[1946, 15320, 16660, 10250, 13150, 17400, 15750, 19270],
    &[13700, 15950, 8910, 11830, 16140, 16220, 18270],
    &[1956, 21240, 24240, 23900, 30960, 19130],
    &[23650, 26620, 32590, 32350, 19490],
    &[3144, 7379, 10390, 25680],
    &[7187, 13400, 28630],
    &[17530, 32810],
    &[32250],
];

/// The regions of [`Preset::Azure`].
const AZURE: [&str; 8] = [
    "eastus",
    "centralus",
    "westus2",
    "westeurope",
    "francecentral",
    "germanywestcentral",
    "japaneast",
    "australiaeast",
];

/// Median round trips in hundredths of a millisecond: row and column by the order of [`AZURE`], the upper half.
const AZURE_ROUND_TRIPS: [&[u32]; 7] = [
    &[3100, 6600, 8900, 8700, 9600, 16900, 20100],
    &[3900, 11800, 11600, 12600, 13700, 17400],
    &[15400, 15100, 16000, 10000, 16200],
    &[1100, 1200, 25000, 28600],
    &[1300, 25100, 29400],
    &[25000, 29600],
    &[10400],
];

impl Preset {
    /// The presets.
    pub const ALL: [Preset; 2] = [Preset::Aws, Preset::Azure];

    /// The regions it knows.
    #[must_use]
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Preset::Aws => &AWS,
            Preset::Azure => &AZURE,
        }
    }

    /// One way between two different regions, if it knows both.
    #[must_use]
    pub fn one_way(self, from: &str, to: &str) -> Option<Duration> {
        let place = |name: &str| self.names().iter().position(|known| *known == name);
        let (from, to) = (place(from)?, place(to)?);
        let (low, high) = (from.min(to), from.max(to));
        let round_trips: &[&[u32]] = match self {
            Preset::Aws => &AWS_ROUND_TRIPS,
            Preset::Azure => &AZURE_ROUND_TRIPS,
        };
        let round_trip = round_trips.get(low)?.get(high.checked_sub(low + 1)?)?;
        Some(Duration::from_micros(u64::from(*round_trip) * 10 / 2))
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Preset::Aws => "aws",
            Preset::Azure => "azure",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table is symmetric, has no hole, and is one way.
    #[test]
    fn every_pair_has_half_a_round_trip() {
        for preset in Preset::ALL {
            for from in preset.names() {
                for to in preset.names() {
                    let there = preset.one_way(from, to);
                    assert_eq!(there, preset.one_way(to, from));
                    assert_eq!(there.is_some(), from != to, "{from} to {to}");
                }
            }
        }
        let micros = Duration::from_micros;
        assert_eq!(Preset::Azure.one_way("eastus", "westeurope"), Some(micros(44_500)));
        assert_eq!(Preset::Azure.one_way("australiaeast", "japaneast"), Some(micros(52_000)));
        assert_eq!(Preset::Aws.one_way("eu-west-1", "us-east-1"), Some(Duration::from_micros(40_275)));
        assert_eq!(Preset::Aws.one_way("sa-east-1", "ap-southeast-2"), Some(Duration::from_micros(161_250)));
        assert_eq!(Preset::Aws.one_way("eu-west-1", "moon-1"), None);
    }
}
