//! The eventual twins: what a component gives a child or part, what it gets back, and what it gives out itself.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Ident, Result};

use crate::attributes::inside;
use crate::table::{Column, columns, reading_and_writing, shaped, table};

/// The name of a struct's eventual twin: `SomethingArgs` of `SomethingInputs`, `SomethingSettingsArgs` of `SomethingSettings`.
pub fn twin(this: &Ident) -> Option<Ident> {
    let name = this.to_string();
    match (name.strip_suffix("Inputs"), name.ends_with("Settings")) {
        (Some(stem), _) => Some(format_ident!("{stem}Args")),
        (None, true) => Some(format_ident!("{name}Args")),
        (None, false) => None,
    }
}

/// The eventual twin: the fields, each of which may be given, left out, or known only later.
pub fn arguments(input: &DeriveInput, args: &Ident, columns: &[Column]) -> Result<TokenStream> {
    let (this, vis) = (&input.ident, &input.vis);
    for column in columns.iter().filter(|c| !c.prop.computed) {
        if let Some(stable) = column.prop.word("stable") {
            let why = "what the program gives is `stable` only where it is `computed`, too";
            return Err(syn::Error::new(stable.span(), why));
        }
    }
    let doc = format!("What a component gives a child whose inputs are [`{this}`]: each may be known only later.");
    let (mut fields, mut given, mut flat) = (Vec::new(), Vec::new(), Vec::new());
    let all = columns.iter().map(|c| c.ident);
    for Column { field, ident, prop, name, doc } in columns {
        if prop.flat() {
            let (part, twin) = (&field.ty, args_of(&field.ty)?);
            fields.push(quote!(#[doc = #doc] pub #ident: #twin));
            given.push(quote!(given.extend(::pulumi_plugin::component::Arguments::given(self.#ident));));
            flat.push(quote! {
                impl ::core::convert::AsRef<#part> for #this {
                    fn as_ref(&self) -> &#part {
                        &self.#ident
                    }
                }
                impl ::core::convert::From<#twin> for #args {
                    fn from(#ident: #twin) -> Self {
                        Self { #ident, ..::core::default::Default::default() }
                    }
                }
            });
            continue;
        }
        let ty = inside(&field.ty, "Option").unwrap_or(&field.ty);
        let ty = inside(ty, "Output").unwrap_or(ty);
        fields.push(quote!(#[doc = #doc] pub #ident: ::pulumi_plugin::Input<#ty>));
        given.push(quote!(given.push((#name, self.#ident.erase()));));
    }
    Ok(quote! {
        #[doc = #doc]
        #[derive(Clone, Default)]
        #vis struct #args { #(#fields),* }
        impl ::pulumi_plugin::component::Arguments for #args {
            fn given(self) -> ::std::vec::Vec<(&'static str, ::pulumi_plugin::Input<::pulumi_plugin::Value>)> {
                #[allow(unused_mut)]
                let mut given = ::std::vec::Vec::new();
                #(#given)*
                given
            }
        }
        impl ::pulumi_plugin::component::Twin for #this {
            type Args = #args;
        }
        impl ::core::convert::From<#this> for #args {
            fn from(all: #this) -> Self {
                Self { #(#all: all.#all.into()),* }
            }
        }
        #(#flat)*
    })
}

/// `SomethingOutputs`: what a component gets back from a child of a state that holds its inputs; nothing for other structs.
pub fn state(input: &DeriveInput, columns: &[Column]) -> Result<TokenStream> {
    let Some(inputs) = columns.iter().find(|c| c.prop.inputs) else {
        return Ok(TokenStream::new());
    };
    let (this, vis) = (&input.ident, &input.vis);
    let args = args_of(&inputs.field.ty)?;
    let outputs = format_ident!("{this}Outputs");
    let doc = format!("What a component gets back from a child [`{this}`].");
    let own: Vec<_> = columns.iter().filter(|c| !c.prop.flat()).collect();
    for column in &own {
        column.prop.only(&["stable", "keep", "rename"], "an output")?;
        if ["id", "urn"].contains(&column.name.as_str()) {
            let why = "every resource has an `id` and a `urn`: give it another name";
            return Err(syn::Error::new_spanned(column.field, why));
        }
    }
    let fields = own.iter().map(|c| {
        let (ident, ty, doc) = (c.ident, &c.field.ty, &c.doc);
        quote!(#[doc = #doc] pub #ident: ::pulumi_plugin::Output<#ty>)
    });
    let reads = own.iter().map(|c| {
        let Column { ident, name, .. } = c;
        quote!(#ident: child.output(#name))
    });
    Ok(quote! {
        #[doc = #doc]
        #[derive(Clone)]
        #vis struct #outputs {
            /// The child's URN.
            pub urn: ::pulumi_plugin::Output<::std::string::String>,
            /// The child's id.
            pub id: ::pulumi_plugin::Output<::std::string::String>,
            #(#fields),*
        }
        impl ::pulumi_plugin::component::Member for #outputs {
            fn urn(&self) -> ::pulumi_plugin::Output<::std::string::String> {
                self.urn.clone()
            }
        }
        impl ::pulumi_plugin::component::Child for #this {
            const TOKEN: &'static str = <Self as ::pulumi_plugin::Resource>::TOKEN;
            type Args = #args;
            type Outputs = #outputs;
            fn inputs() -> &'static ::pulumi_plugin::shape::Shape {
                <<Self as ::pulumi_plugin::Resource>::Inputs as ::pulumi_plugin::Shaped>::shape()
            }
            fn outputs(child: &::pulumi_plugin::component::Registered) -> #outputs {
                #outputs { urn: child.urn(), id: child.id(), #(#reads),* }
            }
        }
    })
}

/// The eventual twin of a type.
fn args_of(ty: &syn::Type) -> Result<syn::Type> {
    let mut ty = ty.clone();
    let wrong = syn::Error::new_spanned(&ty, "the type must be named SomethingInputs or SomethingSettings");
    let syn::Type::Path(path) = &mut ty else {
        return Err(wrong);
    };
    let Some(last) = path.path.segments.last_mut() else {
        return Err(wrong);
    };
    let Some(args) = twin(&last.ident) else {
        return Err(wrong);
    };
    last.ident = args;
    Ok(ty)
}

/// The outputs of a component.
pub fn component(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new_spanned(input, "a component's outputs are a struct"));
    };
    let columns = columns(data, "an output of a component", &["rename", "early"])?;
    let this = &input.ident;
    let (shaped, nested) = (shaped(input, &columns)?, nested(input, &columns)?);
    let (mut given, mut returned) = (Vec::new(), Vec::new());
    for Column { field, ident, prop, name, .. } in &columns {
        if prop.flat() {
            prop.only(&["flatten"], "a part of a component's outputs")?;
            given.push(quote!(given.extend(::pulumi_plugin::component::Arguments::given(self.#ident));));
            returned.push(quote!(#ident: ::pulumi_plugin::component::Returned::returned(part)));
            continue;
        }
        let read = if prop.early { quote!(early) } else { quote!(outlet) };
        let ty = eventual(&field.ty)?;
        given.push(quote!(given.push((#name, ::pulumi_plugin::Input::<#ty>::from(self.#ident).erase()));));
        returned.push(match inside(&field.ty, "Option") {
            Some(_) => quote!(#ident: ::core::option::Option::Some(part.#read(#name))),
            None => quote!(#ident: part.#read(#name)),
        });
    }
    Ok(quote! {
        #shaped
        impl ::pulumi_plugin::component::Arguments for #this {
            fn given(self) -> ::std::vec::Vec<(&'static str, ::pulumi_plugin::Input<::pulumi_plugin::Value>)> {
                #[allow(unused_mut)]
                let mut given = ::std::vec::Vec::new();
                #(#given)*
                given
            }
        }
        impl ::pulumi_plugin::component::Returned for #this {
            fn returned(part: &::pulumi_plugin::component::Registered) -> Self {
                Self { #(#returned),* }
            }
        }
        #nested
    })
}

/// The outputs of a component as one value, so that the component that it is a part of can give all of them out at once. The type is named
/// `SomethingResult`, because the component has the name itself.
fn nested(input: &DeriveInput, columns: &[Column]) -> Result<TokenStream> {
    let this = &input.ident;
    let named = DeriveInput { ident: format_ident!("{this}Result"), ..input.clone() };
    let shape = table(&named, columns)?;
    let decode_and_encode = reading_and_writing(columns);
    Ok(quote! {
        impl ::pulumi_plugin::Property for #this {
            fn ty() -> ::pulumi_plugin::shape::Type {
                static SHAPE: ::pulumi_plugin::shape::Shape = #shape;
                ::pulumi_plugin::shape::Type::Object(&SHAPE)
            }
            #decode_and_encode
        }
    })
}

/// The `T` of an `Output<T>`, which may be optional.
fn eventual(ty: &syn::Type) -> Result<&syn::Type> {
    inside(inside(ty, "Option").unwrap_or(ty), "Output")
        .ok_or_else(|| syn::Error::new_spanned(ty, "a component's outputs are of type Output<T>"))
}
