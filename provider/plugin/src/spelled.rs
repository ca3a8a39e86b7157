//! Text with one spelling for each meaning: what a type of it says, and nothing else.

use crate::error::Fault;
use crate::path::Path;
use crate::property::Property;
use crate::shape::{Format, Type};
use crate::value::Value;

/// A type that users write as text. It is a [`Property`] by that: Check refuses what it can't read, also while other inputs are unknown,
/// and keeps its own spelling of the rest.
pub trait Spelled: Sized + Clone + Send + Sync + 'static {
    /// What it is, with its article: `an IPv4 range`.
    const WHAT: &'static str;
    /// One of them: `10.0.0.0/16`. Users see it, and rules are tried with it while the true value is unknown.
    const EXAMPLE: &'static str;
    /// Another one, as different as can be: rules are tried with it as well, so that no single value decides.
    const ANOTHER: &'static str = Self::EXAMPLE;

    /// Reads it, in any spelling that users write; else a fragment that repeats the text and says what is wrong with it.
    fn parse(text: &str) -> Result<Self, String>;

    /// Writes it in its one spelling. What this gives is read as the same value again.
    fn spell(&self) -> String;

    /// The plainest refusal: that a text is none of these.
    fn is_not(text: &str) -> String {
        format!("`{text}` is not {} such as {}", Self::WHAT, Self::EXAMPLE)
    }
}

/// The form of each such type.
trait Form: Spelled {
    const FORMAT: &'static Format = &Format {
        what: Self::WHAT,
        example: Self::EXAMPLE,
        another: Self::ANOTHER,
        or_object: false,
        canonical: |value| Self::parse(value.as_str().unwrap_or_default()).map(|known| known.spell().into()),
        meaning: None,
    };
}

impl<T: Spelled> Form for T {}

impl<T: Spelled> Property for T {
    fn ty() -> Type {
        Type::Format(T::FORMAT)
    }
    fn decode(value: &Value) -> Result<Self, Fault> {
        T::parse(value.as_str().unwrap_or_default()).map_err(|why| Fault::new(Path::root(), why))
    }
    fn encode(&self) -> Value {
        self.spell().into()
    }
}

#[cfg(test)]
mod tests {
    use super::Spelled;
    use crate::conform::fits;
    use crate::property::Property;

    #[derive(Debug, Clone, PartialEq)]
    struct Even(u32);

    impl Spelled for Even {
        const WHAT: &'static str = "an even number in words";
        const EXAMPLE: &'static str = "two";
        fn parse(text: &str) -> Result<Even, String> {
            match text.to_lowercase().as_str() {
                "two" => Ok(Even(2)),
                "four" => Ok(Even(4)),
                _ => Err(Even::is_not(text)),
            }
        }
        fn spell(&self) -> String {
            if self.0 == 2 { "two" } else { "four" }.to_owned()
        }
    }

    #[test]
    fn is_a_property_by_what_it_says() {
        assert_eq!(Even::ty().what(), "an even number in words such as two");
        assert!(fits(&Even::ty(), &"FOUR".into()));
        assert_eq!(Even::decode(&"Two".into()).map(|even| even.encode()), Ok("two".into()));
        let refused = Even::decode(&"three".into()).map_err(|fault| fault.to_string());
        assert_eq!(refused, Err("`three` is not an even number in words such as two".to_owned()));
    }
}
