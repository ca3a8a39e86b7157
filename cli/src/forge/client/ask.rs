//! What is asked of a forge.

use http::Method;
use serde_json::Value;

/// What is asked of the forge.
pub struct Ask<'a> {
    pub method: Method,
    /// Below the API's address, without a slash at its beginning.
    pub path: &'a str,
    pub body: Option<Value>,
    /// What is being done, for errors: "reading pr/7".
    pub doing: &'a str,
    /// Whether it may be sent again when its answer got lost.
    pub is_repeatable: bool,
}

impl<'a> Ask<'a> {
    pub fn get(path: &'a str, doing: &'a str) -> Ask<'a> {
        Ask { method: Method::GET, path, body: None, doing, is_repeatable: true }
    }

    /// One that makes something new each time that it is sent.
    pub fn post(path: &'a str, body: Value, doing: &'a str) -> Ask<'a> {
        Ask { method: Method::POST, path, body: Some(body), doing, is_repeatable: false }
    }

    /// One that comes to the same when it is sent twice.
    pub fn set(method: Method, path: &'a str, body: Value, doing: &'a str) -> Ask<'a> {
        Ask { method, path, body: Some(body), doing, is_repeatable: true }
    }

    pub fn delete(path: &'a str, doing: &'a str) -> Ask<'a> {
        Ask { method: Method::DELETE, path, body: None, doing, is_repeatable: true }
    }

    pub(super) fn is_write(&self) -> bool {
        self.method != Method::GET
    }
}
