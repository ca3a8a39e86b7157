//! Structs: the table of fields, reading and writing.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataStruct, DeriveInput, Error, Field, Ident, Result};

use crate::attributes::{ON_FIELDS, Prop, doc_of, name_of, optional};
use crate::eventual;

/// One field with what is written on it.
pub struct Column<'a> {
    pub field: &'a Field,
    pub ident: &'a Ident,
    pub prop: Prop,
    pub name: String,
    pub doc: String,
}

/// The fields of a struct, each of which is what is said, and can be these.
pub fn columns<'a>(data: &'a DataStruct, each: &str, allowed: &[&str]) -> Result<Vec<Column<'a>>> {
    let columns = data.fields.iter().map(|field| column(field, each, allowed));
    let columns = columns.collect::<Result<Vec<_>>>()?;
    let mut names = BTreeSet::new();
    match columns.iter().find(|c| !c.prop.flat() && !names.insert(&c.name)) {
        Some(twice) => Err(Error::new_spanned(twice.field, format!("there is a property `{}` already", twice.name))),
        None => Ok(columns),
    }
}

fn column<'a>(field: &'a Field, each: &str, allowed: &[&str]) -> Result<Column<'a>> {
    let ident = field.ident.as_ref();
    let ident = ident.ok_or_else(|| Error::new_spanned(field, "a property needs a name"))?;
    let prop = Prop::of(&field.attrs)?;
    match prop.flat() {
        true => prop.only(&[if prop.inputs { "inputs" } else { "flatten" }], "a part of the object")?,
        false => prop.only(allowed, each)?,
    }
    Ok(Column { field, ident, name: name_of(field, &prop), doc: doc_of(&field.attrs), prop })
}

pub fn derive(input: &DeriveInput, data: &DataStruct) -> Result<TokenStream> {
    let columns = columns(data, "a property", &ON_FIELDS)?;
    let this = &input.ident;
    let shaped = shaped(input, &columns)?;
    let decode_and_encode = reading_and_writing(&columns);
    let twin = match eventual::twin(this) {
        Some(args) => eventual::arguments(input, &args, &columns)?,
        None => eventual::state(input, &columns)?,
    };
    Ok(quote! {
        #shaped
        impl ::pulumi_plugin::Property for #this {
            fn ty() -> ::pulumi_plugin::shape::Type {
                ::pulumi_plugin::shape::Type::Object(<Self as ::pulumi_plugin::Shaped>::shape())
            }
            #decode_and_encode
        }
        #twin
    })
}

/// How an object is read and written, property by property.
pub fn reading_and_writing(columns: &[Column]) -> TokenStream {
    let reads = columns.iter().map(|c| {
        let Column { ident, name, .. } = c;
        match c.prop.flat() {
            true => quote!(#ident: ::pulumi_plugin::Property::decode(value)?),
            false => quote!(#ident: ::pulumi_plugin::property::field(value, #name)?),
        }
    });
    let writes = columns.iter().map(|c| {
        let Column { ident, name, .. } = c;
        match c.prop.flat() {
            true => quote!(::pulumi_plugin::property::put_all(&mut map, &self.#ident);),
            false => quote!(::pulumi_plugin::property::put(&mut map, #name, &self.#ident);),
        }
    });
    quote! {
        fn decode(value: &::pulumi_plugin::Value) -> ::core::result::Result<Self, ::pulumi_plugin::Fault> {
            ::core::result::Result::Ok(Self { #(#reads),* })
        }
        fn encode(&self) -> ::pulumi_plugin::Value {
            #[allow(unused_mut)]
            let mut map = ::pulumi_plugin::Map::new();
            #(#writes)*
            ::pulumi_plugin::Value::Object(map)
        }
    }
}

/// A struct's own table.
pub fn shaped(input: &DeriveInput, columns: &[Column]) -> Result<TokenStream> {
    let this = &input.ident;
    let shape = table(input, columns)?;
    Ok(quote! {
        impl ::pulumi_plugin::Shaped for #this {
            fn shape() -> &'static ::pulumi_plugin::shape::Shape {
                static SHAPE: ::pulumi_plugin::shape::Shape = #shape;
                &SHAPE
            }
        }
    })
}

/// The table itself.
pub fn table(input: &DeriveInput, columns: &[Column]) -> Result<TokenStream> {
    let this = &input.ident;
    let (name, doc) = (this.to_string(), doc_of(&input.attrs));
    let prop = Prop::of(&input.attrs)?;
    prop.only(&["module"], "a struct")?;
    let module = optional(prop.module.as_ref());
    let entries = columns.iter().map(|column| {
        let Column { field, prop, name, doc, .. } = column;
        let ty = &field.ty;
        if prop.flat() {
            return quote!(::pulumi_plugin::shape::Entry::Flat(<#ty as ::pulumi_plugin::Shaped>::shape));
        }
        let (kind, marks, default) = (prop.type_fn(ty), prop.marks(), prop.default_fn(ty));
        quote! {
            ::pulumi_plugin::shape::Entry::Field(::pulumi_plugin::shape::Field {
                name: #name, doc: #doc, ty: #kind, default: #default, marks: #marks,
            })
        }
    });
    Ok(quote! {
        ::pulumi_plugin::shape::Shape { name: #name, doc: #doc, module: #module, entries: &[#(#entries),*] }
    })
}
