//! The words by which the choices of `ui` are given on the command line.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::ui::{Color, Format, Stream};

macro_rules! words {
    ($($choice:ident: $($value:ident $word:literal),+;)+) => {
        $(impl ValueEnum for $choice {
            fn value_variants<'a>() -> &'a [Self] {
                &[$($choice::$value),+]
            }

            fn to_possible_value(&self) -> Option<PossibleValue> {
                Some(PossibleValue::new(match self {
                    $($choice::$value => $word,)+
                }))
            }
        })+
    };
}

words! {
    Color: Auto "auto", Always "always", Never "never";
    Stream: Text "text", Json "json";
    Format: Table "table", Wide "wide", Json "json", Yaml "yaml", Name "name";
}
