//! Times as JSON has them: RFC 3339 in UTC. Within gitinfra they are milliseconds since 1970, and so they were in older events.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::timestamp;

/// A time as JSON may hold it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Millis(i64),
    Text(jiff::Timestamp),
}

pub fn serialize<S: Serializer>(at: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    timestamp(*at).serialize(serializer)
}

pub fn deserialize<'a, D: Deserializer<'a>>(deserializer: D) -> Result<i64, D::Error> {
    match Written::deserialize(deserializer).map_err(D::Error::custom)? {
        Written::Millis(at) => Ok(at),
        Written::Text(time) => Ok(time.as_millisecond()),
    }
}

/// A time that need not be there.
pub fn serialize_some<S: Serializer>(at: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(timestamp).serialize(serializer)
}
