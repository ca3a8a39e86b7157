//! The rows of WAF and Firehose.

use super::Row;

pub fn rows() -> Vec<Row> {
    vec![]
}
