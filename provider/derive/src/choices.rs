//! Enums: a choice of words, or a union of types.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataEnum, DeriveInput, Error, Fields, Result, Variant};

use crate::attributes::{Prop, doc_of};

pub fn derive(input: &DeriveInput, data: &DataEnum) -> Result<TokenStream> {
    Prop::of(&input.attrs)?.only(&[], "an enum")?;
    if data.variants.is_empty() {
        return Err(Error::new_spanned(input, "an enum without a variant has no value"));
    }
    match data.variants.iter().all(|v| matches!(v.fields, Fields::Unit)) {
        true => words(input, data),
        false => union(input, data),
    }
}

fn words(input: &DeriveInput, data: &DataEnum) -> Result<TokenStream> {
    let this = &input.ident;
    let (name, doc) = (this.to_string(), doc_of(&input.attrs));
    let variants: Vec<_> = data.variants.iter().map(|v| &v.ident).collect();
    let words = data.variants.iter().map(word).collect::<Result<Vec<_>>>()?;
    let docs = data.variants.iter().map(|v| doc_of(&v.attrs));
    let mut seen = BTreeSet::new();
    for (variant, word) in variants.iter().zip(&words) {
        if !seen.insert(word) {
            return Err(Error::new_spanned(variant, format!("there is a word `{word}` already")));
        }
    }
    Ok(quote! {
        impl #this {
            /// The word that stands for it on the wire.
            pub fn as_str(&self) -> &'static str {
                match self { #(Self::#variants => #words),* }
            }
        }
        impl ::pulumi_plugin::Property for #this {
            fn ty() -> ::pulumi_plugin::shape::Type {
                static CHOICES: ::pulumi_plugin::shape::Choices = ::pulumi_plugin::shape::Choices {
                    name: #name, doc: #doc, values: &[#((#words, #docs)),*],
                };
                ::pulumi_plugin::shape::Type::Enum(&CHOICES)
            }
            fn decode(value: &::pulumi_plugin::Value) -> ::core::result::Result<Self, ::pulumi_plugin::Fault> {
                match value.as_str() {
                    #(::core::option::Option::Some(#words) => ::core::result::Result::Ok(Self::#variants),)*
                    _ => ::core::result::Result::Err(::pulumi_plugin::property::mismatch::<Self>(value)),
                }
            }
            fn encode(&self) -> ::pulumi_plugin::Value {
                ::pulumi_plugin::Value::from(self.as_str())
            }
        }
    })
}

fn word(variant: &Variant) -> Result<String> {
    let prop = Prop::of(&variant.attrs)?;
    prop.only(&["rename"], "a word")?;
    Ok(prop.rename.map_or_else(|| variant.ident.to_string(), |name| name.value()))
}

fn union(input: &DeriveInput, data: &DataEnum) -> Result<TokenStream> {
    let this = &input.ident;
    let variants: Vec<_> = data.variants.iter().map(|v| &v.ident).collect();
    let types = data.variants.iter().map(|v| {
        Prop::of(&v.attrs)?.only(&[], "one of several types")?;
        match &v.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Ok(&fields.unnamed[0].ty),
            _ => Err(Error::new_spanned(v, "all variants hold nothing, or each holds one type")),
        }
    });
    let types = types.collect::<Result<Vec<_>>>()?;
    Ok(quote! {
        impl ::pulumi_plugin::Property for #this {
            fn ty() -> ::pulumi_plugin::shape::Type {
                ::pulumi_plugin::shape::Type::OneOf(::std::vec![#(<#types as ::pulumi_plugin::Property>::ty()),*])
            }
            fn decode(value: &::pulumi_plugin::Value) -> ::core::result::Result<Self, ::pulumi_plugin::Fault> {
                #(if ::pulumi_plugin::conform::fits(&<#types as ::pulumi_plugin::Property>::ty(), value) {
                    return <#types as ::pulumi_plugin::Property>::decode(value).map(Self::#variants);
                })*
                ::core::result::Result::Err(::pulumi_plugin::property::mismatch::<Self>(value))
            }
            fn encode(&self) -> ::pulumi_plugin::Value {
                match self { #(Self::#variants(inner) => ::pulumi_plugin::Property::encode(inner)),* }
            }
        }
    })
}
