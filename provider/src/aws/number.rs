//! Counts and sizes: AWS has them as signed numbers, and none of them is below zero.

/// As AWS takes it.
pub fn signed(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// As AWS returns it.
pub fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

/// A port as AWS returns it.
pub fn port(number: i32) -> u16 {
    u16::try_from(number).unwrap_or_default()
}
