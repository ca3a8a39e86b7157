//! Pieces of rules and web ACLs: as the program gives them, and as WAF takes and tells them. A piece is a table of its fields.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use pulumi_plugin::{Error, Result};

use crate::types::{Arn, Lowercase, WafName};

/// A piece, and what it is to the SDK.
pub trait Piece: Sized {
    /// The SDK's type.
    type Aws;
    /// As WAF takes it; nothing where it is left out.
    fn write(&self) -> Result<Option<Self::Aws>>;
    /// As WAF tells it.
    fn read(told: Option<Self::Aws>) -> Result<Self>;
}

/// What the SDK refuses to build lacks what AWS requires.
pub fn incomplete(error: aws_sdk_wafv2::error::BuildError) -> Error {
    Error::new(error.to_string())
}

/// What AWS should tell, and doesn't.
pub fn untold(what: &str) -> Error {
    Error::new(format!("AWS tells no {what} where there is one"))
}

macro_rules! as_it_is {
    ($($plain:ty),*) => {$(
        impl Piece for $plain {
            type Aws = $plain;
            fn write(&self) -> Result<Option<$plain>> {
                Ok(Some(self.clone()))
            }
            fn read(told: Option<$plain>) -> Result<$plain> {
                Ok(told.unwrap_or_default())
            }
        }
    )*};
}

as_it_is!(String, bool, i32, i64);

macro_rules! texts {
    ($($text:ty),*) => {$(
        impl Piece for $text {
            type Aws = String;
            fn write(&self) -> Result<Option<String>> {
                Ok(Some(self.to_string()))
            }
            fn read(told: Option<String>) -> Result<$text> {
                crate::aws::word(told.unwrap_or_default())
            }
        }
    )*};
}

texts!(Arn, Lowercase, WafName);

impl<T: Piece> Piece for Option<T> {
    type Aws = T::Aws;
    fn write(&self) -> Result<Option<T::Aws>> {
        self.as_ref().map_or(Ok(None), T::write)
    }
    fn read(told: Option<T::Aws>) -> Result<Option<T>> {
        told.map(|told| T::read(Some(told))).transpose()
    }
}

/// WAF wants an empty list left out.
fn all<'a, T: Piece + 'a>(items: impl Iterator<Item = &'a T>) -> Result<Option<Vec<T::Aws>>> {
    let written = items.filter_map(|item| item.write().transpose()).collect::<Result<Vec<_>>>()?;
    Ok(crate::aws::list::some(written))
}

impl<T: Piece> Piece for Vec<T> {
    type Aws = Vec<T::Aws>;
    fn write(&self) -> Result<Option<Vec<T::Aws>>> {
        all(self.iter())
    }
    fn read(told: Option<Vec<T::Aws>>) -> Result<Vec<T>> {
        told.into_iter().flatten().map(|item| T::read(Some(item))).collect()
    }
}

impl<T: Piece + Ord> Piece for BTreeSet<T> {
    type Aws = Vec<T::Aws>;
    fn write(&self) -> Result<Option<Vec<T::Aws>>> {
        all(self.iter())
    }
    fn read(told: Option<Vec<T::Aws>>) -> Result<BTreeSet<T>> {
        told.into_iter().flatten().map(|item| T::read(Some(item))).collect()
    }
}

impl<T: Piece> Piece for BTreeMap<String, T> {
    type Aws = HashMap<String, T::Aws>;
    fn write(&self) -> Result<Option<HashMap<String, T::Aws>>> {
        let each =
            self.iter().filter_map(|(key, item)| Some(item.write().transpose()?.map(|item| (key.clone(), item))));
        let written = each.collect::<Result<HashMap<_, _>>>()?;
        Ok(Some(written).filter(|written| !written.is_empty()))
    }
    fn read(told: Option<HashMap<String, T::Aws>>) -> Result<BTreeMap<String, T>> {
        told.into_iter().flatten().map(|(key, item)| Ok((key, T::read(Some(item))?))).collect()
    }
}

/// A struct of properties that is a piece: each field with the setter of the SDK's builder, and what it is where AWS leaves it out.
/// `ok` where the builder may refuse.
macro_rules! piece {
    (@built $built:expr, ok) => {
        $built.map_err($crate::wafv2::piece::incomplete)?
    };
    (@built $built:expr,) => {
        $built
    };
    (@read $told:expr, $ty:ty) => {
        <$ty as $crate::wafv2::piece::Piece>::read($told.into())?
    };
    (@read $told:expr, $ty:ty, $absent:expr) => {
        match Option::<<$ty as $crate::wafv2::piece::Piece>::Aws>::from($told) {
            Some(told) => <$ty as $crate::wafv2::piece::Piece>::read(Some(told))?,
            None => $absent,
        }
    };
    ($($(#[$doc:meta])* $name:ident = $aws:ty, $($ok:ident)? {
        $($(#[$meta:meta])* $field:ident $set:ident: $ty:ty $(= $absent:expr)?),* $(,)?
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, pulumi_plugin::Property)]
        pub struct $name {
            $($(#[$meta])* pub $field: $ty,)*
        }

        impl $crate::wafv2::piece::Piece for $name {
            type Aws = $aws;
            fn write(&self) -> pulumi_plugin::Result<Option<$aws>> {
                let built = <$aws>::builder()$(.$set(self.$field.write()?))*.build();
                Ok(Some($crate::wafv2::piece::piece!(@built built, $($ok)?)))
            }
            fn read(told: Option<$aws>) -> pulumi_plugin::Result<Self> {
                let told = told.ok_or_else(|| $crate::wafv2::piece::untold(stringify!($name)))?;
                Ok($name {
                    $($field: $crate::wafv2::piece::piece!(@read told.$field, $ty $(, $absent)?),)*
                })
            }
        }
    )*};
}
pub(crate) use piece;

/// Structs without properties: that there is one says it all.
macro_rules! marks {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, pulumi_plugin::Property)]
        pub struct $name {}

        impl $crate::wafv2::piece::Piece for $name {
            type Aws = aws_sdk_wafv2::types::$name;
            fn write(&self) -> pulumi_plugin::Result<Option<Self::Aws>> {
                Ok(Some(aws_sdk_wafv2::types::$name::builder().build()))
            }
            fn read(_: Option<Self::Aws>) -> pulumi_plugin::Result<Self> {
                Ok($name {})
            }
        }
    )*};
}
pub(crate) use marks;

/// Choices of words that are pieces.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$meta:meta])* $variant:ident = $word:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, pulumi_plugin::Property)]
        pub enum $name {
            $($(#[$meta])* #[prop(rename = $word)] $variant,)*
        }

        impl $crate::wafv2::piece::Piece for $name {
            type Aws = aws_sdk_wafv2::types::$name;
            fn write(&self) -> pulumi_plugin::Result<Option<Self::Aws>> {
                Ok(Some(self.as_str().into()))
            }
            fn read(told: Option<Self::Aws>) -> pulumi_plugin::Result<Self> {
                $crate::aws::word(told.ok_or_else(|| $crate::wafv2::piece::untold(stringify!($name)))?)
            }
        }
    )*};
}
pub(crate) use words;
