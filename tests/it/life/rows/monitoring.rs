//! The rows of CloudWatch, SNS and Chatbot.

use super::Row;

pub fn rows() -> Vec<Row> {
    vec![]
}
