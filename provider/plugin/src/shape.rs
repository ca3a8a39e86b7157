//! What properties look like: the tables that everything else is read out of.

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
    /// A value that must not be shown.
    Secret(Box<Type>),
    /// A value that may be unknown in a component's preview.
    Eventual(Box<Type>),
    /// A value that may be left out.
    Optional(Box<Type>),
}

/// A form that a value must have.
#[derive(Debug)]
pub struct Format {
    /// What it is, in a user's words: `an IPv4 range such as 10.0.0.0/16`.
    pub what: &'static str,
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

    /// The property of a name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields().into_iter().find(|f| f.name == name)
    }
}

impl Field {
    /// Whether the program must give it.
    pub fn required(&self) -> bool {
        self.default.is_none() && self.marks.autoname.is_none() && !matches!((self.ty)(), Type::Optional(_))
    }
}

impl Type {
    /// The type without the wrappers that say only when and how it is given.
    pub fn bare(&self) -> &Type {
        match self {
            Type::Optional(inner) | Type::Eventual(inner) | Type::Secret(inner) => inner.bare(),
            other => other,
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

/// What the derive calls: a whole number's type with narrower bounds.
pub fn bounded(ty: Type, least: Option<i64>, most: Option<i64>) -> Type {
    match ty {
        Type::Integer { min, max } => Type::Integer { min: least.unwrap_or(min), max: most.unwrap_or(max) },
        Type::Optional(inner) => Type::Optional(Box::new(bounded(*inner, least, most))),
        other => other,
    }
}
