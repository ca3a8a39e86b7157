//! Values to and from the protocol's `google.protobuf.Struct`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use gitinfra_proto::wire::{ARCHIVE, ASSET, BYTES, OUTPUT, REFERENCE, SECRET, SIGNATURE, UNKNOWN, UNKNOWNS};
use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as Proto};

use crate::path::Path;
use crate::value::{Archive, Asset, Map, OutputValue, Reference, Source, Value};

/// A message that says why a value on the wire can't be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("malformed value at `{at}`: {why}")]
pub struct Malformed {
    /// The property path.
    pub at: Path,
    /// What is wrong with it.
    pub why: String,
}

/// Which kinds of value the other side understands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accepts {
    /// Secrets; otherwise their contents are sent bare.
    pub secrets: bool,
    /// Output values; otherwise only secret and unknown are kept of them.
    pub outputs: bool,
    /// Resource references; otherwise the id, or the URN of a component.
    pub references: bool,
    /// Byte strings; otherwise they are sent as text, with what is not text replaced.
    pub bytes: bool,
}

impl Accepts {
    /// Everything.
    pub const ALL: Accepts = Accepts { secrets: true, outputs: true, references: true, bytes: true };
    /// Everything but output values, which are kept nowhere in a state.
    pub const STATE: Accepts = Accepts { outputs: false, ..Accepts::ALL };
}

/// Reads the properties of a wire object; a missing one is empty.
pub fn read_map(object: Option<&Struct>) -> Result<Map, Malformed> {
    let Some(object) = object else {
        return Ok(Map::new());
    };
    object
        .fields
        .iter()
        .map(|(key, value)| Ok((key.clone(), read(value).map_err(|e| e.under(Path::root().key(key)))?)))
        .collect()
}

/// Writes properties as a wire object.
pub fn write_map(map: &Map, accepts: Accepts) -> Struct {
    Struct { fields: map.iter().map(|(k, v)| (k.clone(), write(v, accepts))).collect() }
}

/// Whether a string is a sentinel for an unknown.
pub fn is_unknown(text: &str) -> bool {
    UNKNOWNS.contains(&text)
}

impl Malformed {
    fn new(why: impl Into<String>) -> Malformed {
        Malformed { at: Path::root(), why: why.into() }
    }

    /// The same, seen from what holds the value.
    fn under(self, outer: Path) -> Malformed {
        Malformed { at: outer.join(&self.at), ..self }
    }
}

fn read(value: &Proto) -> Result<Value, Malformed> {
    Ok(match &value.kind {
        None | Some(Kind::NullValue(_)) => Value::Null,
        Some(Kind::BoolValue(b)) => Value::Bool(*b),
        Some(Kind::NumberValue(n)) => Value::Number(*n),
        Some(Kind::StringValue(text)) if is_unknown(text) => Value::Unknown,
        Some(Kind::StringValue(text)) => Value::String(text.clone()),
        Some(Kind::ListValue(list)) => Value::Array(read_list(list)?),
        Some(Kind::StructValue(object)) => match object.fields.get(SIGNATURE) {
            None => Value::Object(read_map(Some(object))?),
            Some(signature) => read_signed(text_of(Some(signature)).unwrap_or_default(), object)?,
        },
    })
}

fn read_list(list: &ListValue) -> Result<Vec<Value>, Malformed> {
    let items = list.values.iter().enumerate();
    items.map(|(i, v)| read(v).map_err(|e| e.under(Path::root().index(i)))).collect()
}

fn read_signed(signature: &str, object: &Struct) -> Result<Value, Malformed> {
    match signature {
        SECRET => {
            let inner = object.fields.get("value").ok_or_else(|| Malformed::new("a secret without a value"))?;
            Ok(Value::Secret(Box::new(read(inner)?)))
        }
        OUTPUT => read_output(object),
        REFERENCE => read_reference(object),
        ASSET => Ok(Value::Asset(Asset { hash: hash_of(object), source: source_of(object) })),
        ARCHIVE => read_archive(object),
        BYTES => {
            let text = text_of(object.fields.get("value")).unwrap_or_default();
            let bytes = BASE64.decode(text).map_err(|e| Malformed::new(format!("bytes that are not base64: {e}")))?;
            Ok(Value::Bytes(bytes))
        }
        other => Err(Malformed::new(format!("an unrecognised signature {other:?}"))),
    }
}

fn read_output(object: &Struct) -> Result<Value, Malformed> {
    let value = object.fields.get("value").map(read).transpose()?;
    let secret = matches!(object.fields.get("secret").and_then(|v| v.kind.as_ref()), Some(Kind::BoolValue(true)));
    let dependencies = match object.fields.get("dependencies").and_then(|v| v.kind.as_ref()) {
        Some(Kind::ListValue(list)) => list.values.iter().filter_map(|v| text_of(Some(v))).map(str::to_owned).collect(),
        _ => Default::default(),
    };
    Ok(Value::Output(Box::new(OutputValue { value, secret, dependencies })))
}

fn read_reference(object: &Struct) -> Result<Value, Malformed> {
    let urn = text_of(object.fields.get("urn")).ok_or_else(|| Malformed::new("a resource reference without a urn"))?;
    let id = object.fields.get("id").map(|id| match text_of(Some(id)) {
        Some(text) if !text.is_empty() && !is_unknown(text) => Some(text.to_owned()),
        _ => None,
    });
    Ok(Value::Reference(Reference {
        urn: urn.to_owned(),
        id,
        package_version: text_of(object.fields.get("packageVersion")).unwrap_or_default().to_owned(),
    }))
}

fn read_archive(object: &Struct) -> Result<Value, Malformed> {
    let hash = hash_of(object);
    Ok(Value::Archive(match object.fields.get("assets").and_then(|v| v.kind.as_ref()) {
        Some(Kind::StructValue(assets)) => Archive::Assets { hash, assets: read_map(Some(assets))? },
        _ => Archive::At { hash, source: source_of(object) },
    }))
}

fn hash_of(object: &Struct) -> String {
    text_of(object.fields.get("hash")).unwrap_or_default().to_owned()
}

fn source_of(object: &Struct) -> Source {
    let given = |key| text_of(object.fields.get(key)).filter(|t| !t.is_empty()).map(str::to_owned);
    match (given("text"), given("path"), given("uri")) {
        (Some(text), _, _) => Source::Text(text),
        (_, Some(path), _) => Source::Path(path),
        (_, _, Some(uri)) => Source::Uri(uri),
        _ if object.fields.contains_key("text") => Source::Text(String::new()),
        _ => Source::Elided,
    }
}

fn text_of(value: Option<&Proto>) -> Option<&str> {
    match value?.kind.as_ref()? {
        Kind::StringValue(text) => Some(text),
        _ => None,
    }
}

/// Writes one value.
pub fn write(value: &Value, accepts: Accepts) -> Proto {
    match value {
        Value::Null => proto(Kind::NullValue(0)),
        Value::Bool(b) => proto(Kind::BoolValue(*b)),
        Value::Number(n) => proto(Kind::NumberValue(*n)),
        Value::String(s) => text(s),
        Value::Unknown => text(UNKNOWN),
        Value::Array(items) => list(items.iter().map(|v| write(v, accepts))),
        Value::Object(map) => proto(Kind::StructValue(write_map(map, accepts))),
        Value::Secret(inner) if accepts.secrets => signed(SECRET, [("value", write(inner, accepts))]),
        Value::Secret(inner) => write(inner, accepts),
        Value::Output(output) => write_output(output, accepts),
        Value::Bytes(bytes) if accepts.bytes => signed(BYTES, [("value", text(&BASE64.encode(bytes)))]),
        Value::Bytes(bytes) => text(&String::from_utf8_lossy(bytes)),
        Value::Reference(reference) => write_reference(reference, accepts),
        Value::Asset(asset) => signed(ASSET, hashed(&asset.hash).into_iter().chain(written(&asset.source))),
        Value::Archive(Archive::At { hash, source }) => {
            signed(ARCHIVE, hashed(hash).into_iter().chain(written(source)))
        }
        Value::Archive(Archive::Assets { hash, assets }) => {
            let assets = proto(Kind::StructValue(write_map(assets, accepts)));
            signed(ARCHIVE, hashed(hash).into_iter().chain([("assets", assets)]))
        }
    }
}

fn write_output(output: &OutputValue, accepts: Accepts) -> Proto {
    if !accepts.outputs {
        let bare = output.value.clone().unwrap_or(Value::Unknown);
        return write(&if output.secret { bare.into_secret() } else { bare }, accepts);
    }
    let mut fields = Vec::new();
    if let Some(value) = &output.value {
        fields.push(("value", write(value, accepts)));
    }
    if output.secret {
        fields.push(("secret", proto(Kind::BoolValue(true))));
    }
    if !output.dependencies.is_empty() {
        fields.push(("dependencies", list(output.dependencies.iter().map(|urn| text(urn)))));
    }
    signed(OUTPUT, fields)
}

fn write_reference(reference: &Reference, accepts: Accepts) -> Proto {
    let id = reference.id.as_ref().map(|id| id.as_deref().unwrap_or(UNKNOWN));
    if !accepts.references {
        return text(id.unwrap_or(&reference.urn));
    }
    let mut fields = vec![("urn", text(&reference.urn))];
    if let Some(id) = id {
        fields.push(("id", text(id)));
    }
    if !reference.package_version.is_empty() {
        fields.push(("packageVersion", text(&reference.package_version)));
    }
    signed(REFERENCE, fields)
}

fn hashed(hash: &str) -> Option<(&'static str, Proto)> {
    (!hash.is_empty()).then(|| ("hash", text(hash)))
}

fn written(source: &Source) -> Option<(&'static str, Proto)> {
    match source {
        Source::Text(contents) => Some(("text", text(contents))),
        Source::Path(path) => Some(("path", text(path))),
        Source::Uri(uri) => Some(("uri", text(uri))),
        Source::Elided => None,
    }
}

fn signed<'a>(signature: &str, fields: impl IntoIterator<Item = (&'a str, Proto)>) -> Proto {
    let marked = [(SIGNATURE, text(signature))].into_iter().chain(fields);
    proto(Kind::StructValue(Struct { fields: marked.map(|(k, v)| (k.to_owned(), v)).collect() }))
}

fn text(text: &str) -> Proto {
    proto(Kind::StringValue(text.to_owned()))
}

fn list(values: impl Iterator<Item = Proto>) -> Proto {
    proto(Kind::ListValue(ListValue { values: values.collect() }))
}

fn proto(kind: Kind) -> Proto {
    Proto { kind: Some(kind) }
}

#[cfg(test)]
mod tests;
