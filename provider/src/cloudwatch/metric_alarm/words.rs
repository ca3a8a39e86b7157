//! The words of metric alarms.

use pulumi_plugin::Property;

/// A statistic.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum Statistic {
    /// How many samples there are.
    SampleCount,
    /// The average.
    Average,
    /// The sum.
    Sum,
    /// The least.
    Minimum,
    /// The most.
    Maximum,
}

/// A comparison between the value and the threshold, at which the alarm goes to `ALARM`.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ComparisonOperator {
    /// At or above the threshold.
    GreaterThanOrEqualToThreshold,
    /// Above the threshold.
    GreaterThanThreshold,
    /// Below the threshold.
    LessThanThreshold,
    /// At or below the threshold.
    LessThanOrEqualToThreshold,
    /// Outside of an anomaly detection band.
    LessThanLowerOrGreaterThanUpperThreshold,
    /// Below an anomaly detection band.
    LessThanLowerThreshold,
    /// Above an anomaly detection band.
    GreaterThanUpperThreshold,
}

/// How missing data is treated.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum MissingData {
    /// As missing: the alarm goes to `INSUFFICIENT_DATA` when all is missing.
    #[prop(rename = "missing")]
    Missing,
    /// As breaching the threshold.
    #[prop(rename = "breaching")]
    Breaching,
    /// As within the threshold.
    #[prop(rename = "notBreaching")]
    NotBreaching,
    /// The state stays as it is.
    #[prop(rename = "ignore")]
    Ignore,
}

/// What becomes of percentiles of too few samples to be significant.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum LowSamples {
    /// They are evaluated.
    #[prop(rename = "evaluate")]
    Evaluate,
    /// The state stays as it is.
    #[prop(rename = "ignore")]
    Ignore,
}

/// A unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum StandardUnit {
    /// Seconds.
    Seconds,
    /// Microseconds.
    Microseconds,
    /// Milliseconds.
    Milliseconds,
    /// Bytes.
    Bytes,
    /// Kilobytes.
    Kilobytes,
    /// Megabytes.
    Megabytes,
    /// Gigabytes.
    Gigabytes,
    /// Terabytes.
    Terabytes,
    /// Bits.
    Bits,
    /// Kilobits.
    Kilobits,
    /// Megabits.
    Megabits,
    /// Gigabits.
    Gigabits,
    /// Terabits.
    Terabits,
    /// Percent.
    Percent,
    /// Count.
    Count,
    /// Bytes/Second.
    #[prop(rename = "Bytes/Second")]
    BytesPerSecond,
    /// Kilobytes/Second.
    #[prop(rename = "Kilobytes/Second")]
    KilobytesPerSecond,
    /// Megabytes/Second.
    #[prop(rename = "Megabytes/Second")]
    MegabytesPerSecond,
    /// Gigabytes/Second.
    #[prop(rename = "Gigabytes/Second")]
    GigabytesPerSecond,
    /// Terabytes/Second.
    #[prop(rename = "Terabytes/Second")]
    TerabytesPerSecond,
    /// Bits/Second.
    #[prop(rename = "Bits/Second")]
    BitsPerSecond,
    /// Kilobits/Second.
    #[prop(rename = "Kilobits/Second")]
    KilobitsPerSecond,
    /// Megabits/Second.
    #[prop(rename = "Megabits/Second")]
    MegabitsPerSecond,
    /// Gigabits/Second.
    #[prop(rename = "Gigabits/Second")]
    GigabitsPerSecond,
    /// Terabits/Second.
    #[prop(rename = "Terabits/Second")]
    TerabitsPerSecond,
    /// Count/Second.
    #[prop(rename = "Count/Second")]
    CountPerSecond,
    /// No unit.
    None,
}
