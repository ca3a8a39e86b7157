//! What is wrong with a file of YAML, in the words of whoever wrote it: its reader speaks to programmers.

use serde_saphyr::Error;

use crate::failure::{Failure, nearest};
use crate::text::of_yaml;

/// What is wrong with a file, and where; `schema` is what `gitinfra schema` calls it.
pub fn wrong(file: &str, schema: &str, error: &Error) -> Failure {
    let place = error.location().map(|at| format!(":{}:{}", at.line(), at.column())).unwrap_or_default();
    let failure = |words: String| Failure::input(format!("{file}{place}: {words}"));
    let failure = match error {
        Error::SerdeUnknownField { field, expected, .. } => failure(format!("there is no key `{field}`"))
            .hint_some(nearest(field, expected.iter().copied()))
            .hint(format!("the keys here are: {}", expected.join(", "))),
        Error::SerdeUnknownVariant { variant, expected, .. } => failure(format!("there is no `{variant}` here"))
            .hint_some(nearest(variant, expected.iter().copied()))
            .hint(format!("it is one of: {}", expected.join(", "))),
        Error::SerdeMissingField { field, .. } => failure(format!("`{field}` is missing")),
        Error::InvalidScalar { ty, .. } => failure(needed(ty)),
        Error::InvalidBooleanStrict { .. } => failure(needed("boolean")),
        Error::Unexpected { expected, .. } => failure(needed(expected)),
        Error::SerdeInvalidType { expected, .. } | Error::SerdeInvalidValue { expected, .. } => {
            failure(needed(expected))
        }
        other => failure(of_yaml(other.to_string().lines().next().unwrap_or_default())),
    };
    failure.hint(format!("`gitinfra schema {schema}` prints its schema"))
}

/// What has to stand there, by what the reader calls it.
fn needed(expected: &str) -> String {
    let (start, last) = (expected.split(' ').next().unwrap_or_default(), expected.split(' ').next_back());
    let what = match last.unwrap_or_default() {
        _ if expected.contains("sequence") => "a list",
        _ if expected.contains("nonzero") => "a whole number of 1 or more",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number of 0 or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" | "point" => "a number",
        "bool" | "boolean" => "true or false",
        "string" | "scalar" => "a text",
        _ if start == "struct" || expected.contains("map") => {
            return "keys with their values have to stand here".to_owned();
        }
        // A type of our own says itself what it is.
        _ => expected,
    };
    format!("{what} has to stand here")
}
