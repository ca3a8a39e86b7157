//! The rows of Certificate Manager and Route 53's rarer resources.

use super::Row;

pub fn rows() -> Vec<Row> {
    vec![]
}
