//! What the engine's events come to, in the words that are passed on.

use serde::{Deserialize, Serialize};

use super::operation::Operation;

/// A resource that the engine works on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    pub urn: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    pub operation: Operation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Warning,
    Error,
}

/// One thing that the engine did or said.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    Started { resource: Resource },
    Unchanged { urn: String },
    Status { urn: String, message: String },
    Finished { resource: Resource, seconds: f64 },
    Failed { resource: Resource, seconds: f64 },
    Diagnostic { severity: Severity, urn: Option<String>, message: String },
    Plugin { name: String, message: String, received: u64, total: u64, done: bool },
}
