//! What is written on types, fields and variants.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Error, Expr, Field, Ident, LitInt, LitStr, Result, Type};

/// What a single property can be.
pub const ON_FIELDS: [&str; 12] = [
    "replace", "stable", "keep", "initial", "given", "unique", "computed", "default", "autoname", "min", "max",
    "rename",
];

/// The `#[prop(...)]` of a field, a type or a variant.
#[derive(Default)]
pub struct Prop {
    pub replace: bool,
    pub stable: bool,
    pub keep: bool,
    pub initial: bool,
    pub given: bool,
    pub unique: bool,
    pub computed: bool,
    pub flatten: bool,
    pub inputs: bool,
    pub autoname: Option<LitInt>,
    /// `default` alone is the type's own default value.
    pub default: Option<Option<Expr>>,
    pub min: Option<Expr>,
    pub max: Option<Expr>,
    pub rename: Option<LitStr>,
    pub module: Option<LitStr>,
    /// Of a component's output: it does not wait for the rest of the component.
    pub early: bool,
    /// The words as they are written, for what is said about them.
    written: Vec<Ident>,
}

impl Prop {
    pub fn of(attributes: &[Attribute]) -> Result<Prop> {
        let mut prop = Prop::default();
        for attribute in attributes.iter().filter(|a| a.path().is_ident("prop")) {
            attribute.parse_nested_meta(|meta| prop.read(&meta))?;
        }
        Ok(prop)
    }

    fn read(&mut self, meta: &ParseNestedMeta) -> Result<()> {
        let word = meta.path.require_ident()?;
        if self.written.contains(word) {
            return Err(meta.error(format!("`{word}` stands here twice")));
        }
        self.written.push(word.clone());
        match word.to_string().as_str() {
            "replace" => self.replace = true,
            "stable" => self.stable = true,
            "keep" => self.keep = true,
            "initial" => self.initial = true,
            "given" => self.given = true,
            "unique" => self.unique = true,
            "computed" => self.computed = true,
            "flatten" => self.flatten = true,
            "inputs" => self.inputs = true,
            "default" => self.default = Some(if meta.input.peek(syn::Token![=]) { Some(meta.value()?.parse()?) } else { None }),
            "autoname" => self.autoname = Some(meta.value()?.parse()?),
            "min" => self.min = Some(meta.value()?.parse()?),
            "max" => self.max = Some(meta.value()?.parse()?),
            "rename" => self.rename = Some(meta.value()?.parse()?),
            "module" => self.module = Some(meta.value()?.parse()?),
            "early" => self.early = true,
            _ => return Err(meta.error("unknown: there are replace, stable, keep, initial, given, unique, computed, flatten, inputs, default, autoname, min, max, rename, module, early")),
        }
        Ok(())
    }

    /// Refuses words that mean nothing where they are written.
    pub fn only(&self, allowed: &[&str], here: &str) -> Result<()> {
        let allows = |word: &&Ident| allowed.iter().any(|a| *word == a);
        let Some(word) = self.written.iter().find(|word| !allows(word)) else {
            return Ok(());
        };
        let rest = match allowed.is_empty() {
            true => String::new(),
            false => format!(", only {}", allowed.join(", ")),
        };
        let why = format!("{here} can't be `{word}`{rest}");
        Err(Error::new(word.span(), why))
    }

    /// The word as it is written.
    pub fn word(&self, word: &str) -> Option<&Ident> {
        self.written.iter().find(|w| *w == word)
    }

    /// Whether the field's properties stand in the object itself.
    pub fn flat(&self) -> bool {
        self.flatten || self.inputs
    }

    pub fn marks(&self) -> TokenStream {
        let Prop { replace, stable, keep, initial, given, unique, computed, .. } = self;
        let autoname = optional(self.autoname.as_ref());
        quote!(::pulumi_plugin::shape::Marks { replace: #replace, stable: #stable, keep: #keep, initial: #initial, given: #given, unique: #unique, computed: #computed, autoname: #autoname })
    }

    /// A function that gives the field's default.
    pub fn default_fn(&self, ty: &Type) -> TokenStream {
        let value = match &self.default {
            None => return quote!(::core::option::Option::None),
            Some(None) => quote!(<#ty as ::core::default::Default>::default()),
            Some(Some(expr)) => quote!({ let value: #ty = #expr; value }),
        };
        quote!(::core::option::Option::Some(|| <#ty as ::pulumi_plugin::Property>::encode(&#value)))
    }

    /// A function that gives the field's type.
    pub fn type_fn(&self, ty: &Type) -> TokenStream {
        if self.min.is_none() && self.max.is_none() {
            return quote!(<#ty as ::pulumi_plugin::Property>::ty);
        }
        let (min, max) = (optional(self.min.as_ref()), optional(self.max.as_ref()));
        quote!(|| ::pulumi_plugin::shape::bounded(<#ty as ::pulumi_plugin::Property>::ty(), #min, #max))
    }
}

/// The property name of a field.
pub fn name_of(field: &Field, prop: &Prop) -> String {
    match (&prop.rename, &field.ident) {
        (Some(name), _) => name.value(),
        (None, Some(ident)) => camel(ident.to_string().trim_start_matches("r#")),
        (None, None) => String::new(),
    }
}

fn camel(snake: &str) -> String {
    let mut out = String::new();
    let mut upper = false;
    for c in snake.chars() {
        match c {
            '_' => upper = true,
            c if upper => {
                out.extend(c.to_uppercase());
                upper = false;
            }
            c => out.push(c),
        }
    }
    out
}

/// The doc comment as text: lines of a paragraph are joined, paragraphs stay apart, and code between fences stays as it is.
pub fn doc_of(attributes: &[Attribute]) -> String {
    let mut paragraphs: Vec<String> = vec![String::new()];
    let mut in_code = false;
    for line in attributes.iter().filter_map(doc_line) {
        let is_fence = line.trim_start().starts_with("```");
        let last = paragraphs.last_mut().map(|last| (last.is_empty(), last));
        match (last, in_code || is_fence, line.trim()) {
            (Some((false, last)), true, _) if in_code => *last += &format!("\n{}", line.trim_end()),
            (_, true, code) => paragraphs.push(code.to_owned()),
            (_, false, "") => paragraphs.push(String::new()),
            (Some((false, last)), false, words) => *last += &format!(" {words}"),
            (_, false, words) => paragraphs.push(words.to_owned()),
        }
        in_code ^= is_fence;
        if is_fence && !in_code {
            paragraphs.push(String::new());
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.join("\n\n")
}

/// One line of a doc comment, without the space that follows the slashes.
fn doc_line(attribute: &Attribute) -> Option<String> {
    let syn::Meta::NameValue(pair) = &attribute.meta else { return None };
    match &pair.value {
        Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) if pair.path.is_ident("doc") => {
            let text = text.value();
            Some(text.strip_prefix(' ').unwrap_or(&text).to_owned())
        }
        _ => None,
    }
}

pub fn optional(tokens: Option<&impl ToTokens>) -> TokenStream {
    match tokens {
        Some(tokens) => quote!(::core::option::Option::Some(#tokens)),
        None => quote!(::core::option::Option::None),
    }
}

/// The `T` of an `Option<T>`.
pub fn inside<'a>(ty: &'a Type, wrapper: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|s| s.ident == wrapper)?;
    match &last.arguments {
        syn::PathArguments::AngleBracketed(list) => list.args.iter().find_map(|arg| match arg {
            syn::GenericArgument::Type(ty) => Some(ty),
            _ => None,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doc_comment_is_text() {
        let item: syn::DeriveInput = syn::parse_quote! {
            /// One line,
            /// and its end.
            ///
            /// Another:
            /// ```yaml
            /// a:
            ///   b: 1
            ///
            ///   c: 2
            /// ```
            /// The end.
            struct Thing;
        };
        assert_eq!(
            doc_of(&item.attrs),
            "One line, and its end.\n\nAnother:\n\n```yaml\na:\n  b: 1\n\n  c: 2\n```\n\nThe end."
        );
    }
}
