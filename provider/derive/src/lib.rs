//! Derives for `pulumi-plugin`: tables of fields and the plainest reading and writing, never behaviour.

mod attributes;
mod choices;
mod eventual;
mod table;

use proc_macro::TokenStream;
use syn::{Data, DeriveInput, parse_macro_input};

/// Makes a struct an object of properties, an enum of unit variants a choice of words, an enum of newtype variants a union.
///
/// On fields: `replace`, `stable`, `keep`, `initial`, `given`, `unique`, `computed`, `autoname = N`, `default`, `default = EXPR`, `min = N`, `max = N`,
/// `rename = "name"`, `flatten`, and `inputs` for the inputs inside a state. On types: `module = "name"`. On variants: `rename = "word"`.
/// A struct named `SomethingInputs` gets an eventual twin `SomethingArgs`, one named `SomethingSettings` a `SomethingSettingsArgs`, for what they
/// flatten, too; a state with `inputs` gets `SomethingOutputs`.
#[proc_macro_derive(Property, attributes(prop))]
pub fn property(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let result = concrete(&input).and_then(|()| match &input.data {
        Data::Struct(data) => table::derive(&input, data),
        Data::Enum(data) => choices::derive(&input, data),
        Data::Union(_) => Err(syn::Error::new_spanned(&input, "a union can't be a property")),
    });
    result.unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes a struct of `Output` fields the outputs of a component; on fields: `rename = "name"`, and `flatten` for the outputs of another such
/// struct, as if they stood here.
#[proc_macro_derive(Outputs, attributes(prop))]
pub fn outputs(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    concrete(&input).and_then(|()| eventual::component(&input)).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// A table is one type's.
fn concrete(input: &DeriveInput) -> syn::Result<()> {
    match input.generics.params.is_empty() {
        true => Ok(()),
        false => Err(syn::Error::new_spanned(&input.generics, "a type of properties can't be generic")),
    }
}
