//! What properties look like: the tables that everything else is read out of.

use crate::path::{Path, Step};
use crate::value::Value;

/// The type of a property.
#[derive(Debug, Clone)]
pub enum Type {
    /// True or false.
    Bool,
    /// A whole number within bounds, both included.
    Integer {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// A number.
    Number,
    /// Text.
    Text,
    /// Text or another value of a certain form, with one canonical spelling.
    Format(&'static Format),
    /// Any value.
    Any,
    /// A file.
    Asset,
    /// A folder or archive of files.
    Archive,
    /// A resource of the token.
    Reference(&'static str),
    /// An ordered list.
    List(Box<Type>),
    /// A list whose order and repetitions mean nothing.
    Set(Box<Type>),
    /// Values by free names.
    Map(Box<Type>),
    /// An object of known properties.
    Object(&'static Shape),
    /// One of several words.
    Enum(&'static Choices),
    /// One of several types, tried in order.
    OneOf(Vec<Type>),
    /// A number, text, list, set or map within bounds.
    Bounded(Box<Type>, Bounds),
    /// An order to us, of which the cloud knows nothing.
    Order(Box<Type>),
    /// A value that must not be shown.
    Secret(Box<Type>),
    /// A value that may be unknown in a component's preview.
    Eventual(Box<Type>),
    /// A value that may be left out.
    Optional(Box<Type>),
}

/// The least and the most, both included: of a number itself, of a text's characters, of what a list, set or map holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounds {
    /// The least.
    pub min: Option<i64>,
    /// The most.
    pub max: Option<i64>,
}

/// A form that a value must have. Types with one get it from [`Spelled`](crate::Spelled), or write it by hand where they take objects too.
#[derive(Debug)]
pub struct Format {
    /// What it is, with its article, in a user's words: `an IPv4 range`.
    pub what: &'static str,
    /// One such value: `10.0.0.0/16`. Shown to users, and taken in the place of a value that is not known yet; empty: there is none.
    pub example: &'static str,
    /// Another one, as different as can be.
    pub another: &'static str,
    /// Whether an object is accepted beside text.
    pub or_object: bool,
    /// The canonical spelling of a value, or what is wrong with it.
    pub canonical: fn(&Value) -> Result<Value, String>,
    /// What a canonical value comes down to, where several spellings that are worth keeping mean the same. A diff compares this.
    pub meaning: Option<fn(&Value) -> Value>,
}

/// One of several words.
#[derive(Debug)]
pub struct Choices {
    /// The type's name.
    pub name: &'static str,
    /// What it is, for the schema.
    pub doc: &'static str,
    /// Each word with its meaning.
    pub values: &'static [(&'static str, &'static str)],
}

/// An object of known properties.
#[derive(Debug)]
pub struct Shape {
    /// The type's name.
    pub name: &'static str,
    /// What it is, for the schema.
    pub doc: &'static str,
    /// The schema module it belongs to; `None`: that of the resource that uses it.
    pub module: Option<&'static str>,
    /// Its properties, in reading order.
    pub entries: &'static [Entry],
}

/// A property, or all properties of another shape.
#[derive(Debug)]
pub enum Entry {
    /// One property.
    Field(Field),
    /// The properties of another shape, as if they stood here.
    Flat(fn() -> &'static Shape),
}

/// One property.
#[derive(Debug)]
pub struct Field {
    /// Its name, in camel case.
    pub name: &'static str,
    /// What it is, for the schema.
    pub doc: &'static str,
    /// Its type.
    pub ty: fn() -> Type,
    /// What it is when left out.
    pub default: Option<fn() -> Value>,
    /// Facts about change.
    pub marks: Marks,
}

/// Facts about how a property changes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Marks {
    /// A new value can only be had by making the resource anew.
    pub replace: bool,
    /// An output that an update never changes; on a `computed` property, that the cloud goes on with what it chose.
    pub stable: bool,
    /// What the cloud tells once or never: carried over from the last state.
    pub keep: bool,
    /// It matters at creation alone: to leave it out later changes nothing, another value takes a new resource. Kept in the state.
    pub initial: bool,
    /// In the state only if the program gives it: what it leaves out is somebody else's.
    pub given: bool,
    /// No two resources may exist at once with the same values of all such properties.
    pub unique: bool,
    /// Chosen by the cloud when left out: taking it out of the program changes nothing.
    pub computed: bool,
    /// Made from the resource's own name when left out; the most characters it may have.
    pub autoname: Option<usize>,
}

impl Shape {
    /// Its properties, those of flattened shapes included.
    pub fn fields(&self) -> Vec<&'static Field> {
        let entries: &'static [Entry] = self.entries;
        entries
            .iter()
            .flat_map(|entry| match entry {
                Entry::Field(field) => vec![field],
                Entry::Flat(shape) => shape().fields(),
            })
            .collect()
    }

    /// Whether there is such a place among its properties: for rules that name one.
    pub fn holds(&self, path: &Path) -> bool {
        match path.steps().split_first() {
            None => true,
            Some((Step::Key(name), rest)) => self.field(name).is_some_and(|field| (field.ty)().holds(rest)),
            Some((Step::Index(_), _)) => false,
        }
    }

    /// The property of a name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields().into_iter().find(|f| f.name == name)
    }
}

impl Field {
    /// Whether the state has of it what the program gave, because no later look at the cloud tells it.
    pub fn kept(&self) -> bool {
        fn order(ty: &Type) -> bool {
            match ty {
                Type::Order(_) => true,
                Type::Optional(inner) | Type::Secret(inner) => order(inner),
                _ => false,
            }
        }
        self.marks.keep || self.marks.initial || order(&(self.ty)())
    }

    /// Whether the program must give it.
    pub fn required(&self) -> bool {
        self.default.is_none() && self.marks.autoname.is_none() && !matches!((self.ty)(), Type::Optional(_))
    }
}

impl Type {
    /// Whether a value of this type is secret, or a part of one may be.
    pub fn has_secret(&self) -> bool {
        self.secret_within(&mut Vec::new())
    }

    /// The same beside shapes that have been looked at: some hold themselves.
    fn secret_within(&self, seen: &mut Vec<&'static str>) -> bool {
        match self {
            Type::Secret(_) => true,
            Type::Optional(inner) | Type::Eventual(inner) | Type::Order(inner) | Type::Bounded(inner, _) => {
                inner.secret_within(seen)
            }
            Type::List(item) | Type::Set(item) | Type::Map(item) => item.secret_within(seen),
            Type::OneOf(types) => types.iter().any(|ty| ty.secret_within(seen)),
            Type::Object(shape) if !seen.contains(&shape.name) => {
                seen.push(shape.name);
                shape.fields().iter().any(|field| (field.ty)().secret_within(seen))
            }
            _ => false,
        }
    }

    /// The type without the wrappers that say only when, how and how much of it is given.
    pub fn bare(&self) -> &Type {
        match self {
            Type::Optional(inner) | Type::Eventual(inner) | Type::Secret(inner) | Type::Bounded(inner, _) => {
                inner.bare()
            }
            other => other,
        }
    }

    fn holds(&self, steps: &[Step]) -> bool {
        let Some((first, rest)) = steps.split_first() else {
            return true;
        };
        match (self.bare(), first) {
            (Type::List(item) | Type::Set(item), Step::Index(_)) | (Type::Map(item), Step::Key(_)) => item.holds(rest),
            (Type::Object(shape), Step::Key(name)) => shape.field(name).is_some_and(|field| (field.ty)().holds(rest)),
            (Type::OneOf(types), _) => types.iter().any(|ty| ty.holds(steps)),
            (Type::Any, _) => true,
            (Type::Format(format), _) => format.or_object,
            _ => false,
        }
    }

    /// What a value of this type is, in a user's words.
    pub fn what(&self) -> String {
        match self.bare() {
            Type::Bool => "a boolean".into(),
            Type::Integer { min: i64::MIN, max: i64::MAX } => "a whole number".into(),
            Type::Integer { min, max: i64::MAX } => format!("a whole number of at least {min}"),
            Type::Integer { min, max } => format!("a whole number from {min} to {max}"),
            Type::Number => "a number".into(),
            Type::Text => "a string".into(),
            Type::Format(Format { what, example, or_object: false, .. }) if !example.is_empty() => {
                format!("{what} such as {example}")
            }
            Type::Format(format) => format.what.into(),
            Type::Asset => "an asset".into(),
            Type::Archive => "an archive".into(),
            Type::Reference(token) => format!("a resource of type {token}"),
            Type::List(_) | Type::Set(_) => "a list".into(),
            Type::Map(_) => "a map".into(),
            Type::Object(_) => "an object".into(),
            Type::Enum(choices) => {
                let words: Vec<_> = choices.values.iter().map(|(word, _)| format!("`{word}`")).collect();
                format!("one of {}", words.join(", "))
            }
            Type::OneOf(types) => types.iter().map(Type::what).collect::<Vec<_>>().join(" or "),
            _ => "a value".into(),
        }
    }
}

impl Bounds {
    /// What is wrong with so many of something that has a singular and a plural; nothing within the bounds.
    pub(crate) fn wrong_count(&self, count: usize, one: &str, many: &str) -> Option<String> {
        let count = count as i64;
        if self.min.is_none_or(|min| min <= count) && self.max.is_none_or(|max| count <= max) {
            return None;
        }
        let allowed = match (self.min.filter(|min| *min > 0), self.max) {
            (Some(1), Some(1)) => format!("exactly one {one} is allowed"),
            (Some(min), Some(max)) if min == max => format!("exactly {min} are allowed"),
            (Some(min), Some(max)) if count > 0 => format!("{min} to {max} are allowed"),
            (Some(1), _) => "at least one is required".into(),
            (Some(min), _) => format!("at least {min} are required"),
            (None, Some(1)) => "at most one is allowed".into(),
            (None, max) => format!("at most {} are allowed", max.unwrap_or_default()),
        };
        Some(match count {
            0 => format!("empty; {allowed}"),
            1 => format!("has one {one}; {allowed}"),
            _ => format!("has {count} {many}; {allowed}"),
        })
    }

    /// What is wrong with a number; nothing within the bounds.
    pub(crate) fn wrong_number(&self, number: f64) -> Option<String> {
        let fine = self.min.is_none_or(|min| min as f64 <= number) && self.max.is_none_or(|max| number <= max as f64);
        (!fine).then(|| match (self.min, self.max) {
            (Some(min), Some(max)) => format!("{number} is not a number from {min} to {max}"),
            (Some(min), None) => format!("{number} is not a number of at least {min}"),
            (None, max) => format!("{number} is not a number of at most {}", max.unwrap_or(i64::MAX)),
        })
    }
}

/// What the derive calls for `min` and `max`: a type with narrower bounds.
///
/// They bound a number itself, the characters of text, and what a list, set or map holds; on any other type they mean nothing, which
/// stops a debug build.
pub fn bounded(ty: Type, min: Option<i64>, max: Option<i64>) -> Type {
    let inside = |inner: Box<Type>| Box::new(bounded(*inner, min, max));
    match ty {
        Type::Integer { min: least, max: most } => {
            Type::Integer { min: min.unwrap_or(least), max: max.unwrap_or(most) }
        }
        Type::Optional(inner) => Type::Optional(inside(inner)),
        Type::Secret(inner) => Type::Secret(inside(inner)),
        Type::Order(inner) => Type::Order(inside(inner)),
        Type::Eventual(inner) => Type::Eventual(inside(inner)),
        Type::Number | Type::Text | Type::Format(_) | Type::List(_) | Type::Set(_) | Type::Map(_) => {
            Type::Bounded(Box::new(ty), Bounds { min, max })
        }
        other => {
            debug_assert!(false, "`min` and `max` say nothing about {}", other.what());
            other
        }
    }
}
