//! Rust types as properties: their shape, how they are read and how they are written.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::error::Fault;
use crate::path::Path;
use crate::shape::{Shape, Type};
use crate::value::{Archive, Asset, Map, Reference, Value};

/// A type that crosses the wire. Derived for structs and enums.
pub trait Property: Sized + Clone + Send + Sync + 'static {
    /// Its shape, with the documentation and the marks of its fields.
    fn ty() -> Type;
    /// Reads a value that conforms to the type and is wholly known; `Null` where the property was left out.
    fn decode(value: &Value) -> Result<Self, Fault>;
    /// Writes it; `Null` for nothing.
    fn encode(&self) -> Value;
}

/// A struct of properties.
pub trait Shaped: 'static {
    /// Its table.
    fn shape() -> &'static Shape;
}

/// A value that is never printed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Secret<T> {
        Secret(value)
    }
    /// The value. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// An order to us that the cloud knows nothing of: `forceDestroy`, `waitForDeployment`. The state keeps what the program says; an import shows the
/// default; users see a plain `T`.
///
/// Among inputs and in a state it is known. `read`, which can't tell it, says [`Order::unknown`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Order<T>(Option<T>);

impl<T> Order<T> {
    /// What `read` says of it.
    pub fn unknown() -> Order<T> {
        Order(None)
    }

    /// The order; `None` where only `read` has spoken.
    pub fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }
}

impl<T: Clone + Default> Order<T> {
    /// The order; where it is not known, the plainest one.
    pub fn value(&self) -> T {
        self.0.clone().unwrap_or_default()
    }
}

impl<T: Default> Default for Order<T> {
    fn default() -> Order<T> {
        Order(Some(T::default()))
    }
}

impl<T> From<T> for Order<T> {
    fn from(order: T) -> Order<T> {
        Order(Some(order))
    }
}

/// The fault of a value that has another type than it should.
pub fn mismatch<T: Property>(value: &Value) -> Fault {
    Fault::new(Path::root(), format!("expected {}, got {}", T::ty().what(), value.kind()))
}

macro_rules! scalar {
    ($rust:ty, $ty:expr, $from:pat => $out:expr, $this:ident => $write:expr) => {
        impl Property for $rust {
            fn ty() -> Type {
                $ty
            }
            fn decode(value: &Value) -> Result<Self, Fault> {
                match value.bare() {
                    $from => Ok($out),
                    other => Err(mismatch::<Self>(other)),
                }
            }
            fn encode(&self) -> Value {
                let $this = self;
                $write
            }
        }
    };
}

scalar!(bool, Type::Bool, Value::Bool(b) => *b, this => Value::Bool(*this));
scalar!(f64, Type::Number, Value::Number(n) => *n, this => Value::Number(*this));
scalar!(String, Type::Text, Value::String(text) => text.clone(), this => Value::String(this.clone()));
scalar!(Asset, Type::Asset, Value::Asset(asset) => asset.clone(), this => Value::Asset(this.clone()));
scalar!(Archive, Type::Archive, Value::Archive(archive) => archive.clone(), this => Value::Archive(this.clone()));
scalar!(i64, Type::Integer { min: i64::MIN, max: i64::MAX }, Value::Number(n) => *n as i64, this => Value::Number(*this as f64));
scalar!(i32, Type::Integer { min: i32::MIN as i64, max: i32::MAX as i64 }, Value::Number(n) => *n as i32, this => Value::Number(f64::from(*this)));
scalar!(u32, Type::Integer { min: 0, max: u32::MAX as i64 }, Value::Number(n) => *n as u32, this => Value::Number(f64::from(*this)));
scalar!(u16, Type::Integer { min: 0, max: u16::MAX as i64 }, Value::Number(n) => *n as u16, this => Value::Number(f64::from(*this)));
scalar!(u8, Type::Integer { min: 0, max: u8::MAX as i64 }, Value::Number(n) => *n as u8, this => Value::Number(f64::from(*this)));
scalar!(Reference, Type::Reference(""), Value::Reference(reference) => reference.clone(), this => Value::Reference(this.clone()));

/// Any value at all.
impl Property for Value {
    fn ty() -> Type {
        Type::Any
    }
    fn decode(value: &Value) -> Result<Self, Fault> {
        Ok(value.clone())
    }
    fn encode(&self) -> Value {
        self.clone()
    }
}

impl<T: Property> Property for Option<T> {
    fn ty() -> Type {
        Type::Optional(Box::new(T::ty()))
    }
    fn decode(value: &Value) -> Result<Self, Fault> {
        match value.bare() {
            Value::Null => Ok(None),
            _ => T::decode(value).map(Some),
        }
    }
    fn encode(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::encode)
    }
}

impl<T: Property> Property for Secret<T> {
    fn ty() -> Type {
        Type::Secret(Box::new(T::ty()))
    }
    fn decode(value: &Value) -> Result<Self, Fault> {
        T::decode(value).map(Secret)
    }
    fn encode(&self) -> Value {
        self.0.encode().into_secret()
    }
}

impl<T: Property> Property for Order<T> {
    fn ty() -> Type {
        Type::Order(Box::new(T::ty()))
    }
    fn decode(value: &Value) -> Result<Self, Fault> {
        Option::decode(value).map(Order)
    }
    fn encode(&self) -> Value {
        self.0.encode()
    }
}

impl<T: Property> Property for Vec<T> {
    fn ty() -> Type {
        Type::List(Box::new(T::ty()))
    }
    fn decode(value: &Value) -> Result<Self, Fault> {
        items::<Self>(value)?.iter().enumerate().map(|(i, v)| T::decode(v).map_err(|f| f.below_index(i))).collect()
    }
    fn encode(&self) -> Value {
        Value::Array(self.iter().map(T::encode).collect())
    }
}

impl<T: Property + Ord> Property for BTreeSet<T> {
    fn ty() -> Type {
        Type::Set(Box::new(T::ty()))
    }
    fn decode(value: &Value) -> Result<Self, Fault> {
        items::<Self>(value)?.iter().enumerate().map(|(i, v)| T::decode(v).map_err(|f| f.below_index(i))).collect()
    }
    fn encode(&self) -> Value {
        Value::Array(self.iter().map(T::encode).collect())
    }
}

fn items<T: Property>(value: &Value) -> Result<&[Value], Fault> {
    match value.bare() {
        Value::Array(items) => Ok(items),
        other => Err(mismatch::<T>(other)),
    }
}

impl<T: Property> Property for BTreeMap<String, T> {
    fn ty() -> Type {
        Type::Map(Box::new(T::ty()))
    }
    fn decode(value: &Value) -> Result<Self, Fault> {
        let map = value.as_object().ok_or_else(|| mismatch::<Self>(value))?;
        map.iter().map(|(k, v)| Ok((k.clone(), T::decode(v).map_err(|f| f.below(k))?))).collect()
    }
    fn encode(&self) -> Value {
        Value::Object(self.iter().map(|(k, v)| (k.clone(), v.encode())).collect())
    }
}

/// What the derive calls: reads one property of an object.
pub fn field<T: Property>(object: &Value, name: &str) -> Result<T, Fault> {
    let map = object.as_object().ok_or_else(|| Fault::new(Path::root(), "expected an object"))?;
    T::decode(map.get(name).unwrap_or(&Value::Null)).map_err(|fault| fault.below(name))
}

/// What the derive calls: writes one property of an object, unless it is nothing.
pub fn put<T: Property>(map: &mut Map, name: &str, value: &T) {
    let value = value.encode();
    if value != Value::Null {
        map.insert(name.to_owned(), value);
    }
}

/// What the derive calls: writes all properties of a flattened object.
pub fn put_all<T: Property>(map: &mut Map, value: &T) {
    if let Value::Object(more) = value.encode() {
        map.extend(more);
    }
}
