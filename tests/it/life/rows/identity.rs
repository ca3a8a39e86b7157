//! The rows of IAM, KMS, Secrets Manager and Systems Manager.

use super::Row;

pub fn rows() -> Vec<Row> {
    vec![]
}
