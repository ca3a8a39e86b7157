//! The rows of ECS, Application Auto Scaling and ECR.

use super::Row;

pub fn rows() -> Vec<Row> {
    vec![]
}
