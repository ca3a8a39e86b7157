//! The rows of Elastic Load Balancing.

use super::Row;

pub fn rows() -> Vec<Row> {
    vec![]
}
