//! The units of metrics.

use pulumi_plugin::Property;

/// The unit of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum MetricUnit {
    /// Bits.
    Bits,
    /// Bits a second.
    #[prop(rename = "Bits/Second")]
    BitsPerSecond,
    /// Bytes.
    Bytes,
    /// Bytes a second.
    #[prop(rename = "Bytes/Second")]
    BytesPerSecond,
    /// Count.
    Count,
    /// Count a second.
    #[prop(rename = "Count/Second")]
    CountPerSecond,
    /// Gigabits.
    Gigabits,
    /// Gigabits a second.
    #[prop(rename = "Gigabits/Second")]
    GigabitsPerSecond,
    /// Gigabytes.
    Gigabytes,
    /// Gigabytes a second.
    #[prop(rename = "Gigabytes/Second")]
    GigabytesPerSecond,
    /// Kilobits.
    Kilobits,
    /// Kilobits a second.
    #[prop(rename = "Kilobits/Second")]
    KilobitsPerSecond,
    /// Kilobytes.
    Kilobytes,
    /// Kilobytes a second.
    #[prop(rename = "Kilobytes/Second")]
    KilobytesPerSecond,
    /// Megabits.
    Megabits,
    /// Megabits a second.
    #[prop(rename = "Megabits/Second")]
    MegabitsPerSecond,
    /// Megabytes.
    Megabytes,
    /// Megabytes a second.
    #[prop(rename = "Megabytes/Second")]
    MegabytesPerSecond,
    /// Microseconds.
    Microseconds,
    /// Milliseconds.
    Milliseconds,
    /// No unit.
    None,
    /// Percent.
    Percent,
    /// Seconds.
    Seconds,
    /// Terabits.
    Terabits,
    /// Terabits a second.
    #[prop(rename = "Terabits/Second")]
    TerabitsPerSecond,
    /// Terabytes.
    Terabytes,
    /// Terabytes a second.
    #[prop(rename = "Terabytes/Second")]
    TerabytesPerSecond,
}
