//! The package's schema, read out of the same tables as everything else.

use std::collections::BTreeMap;

use serde_json::{Map as Json, Value as Document, json};

use crate::catalogue::Package;
use crate::property::Shaped as _;
use crate::resource::Provider;
use crate::shape::{Choices, Field, Shape, Type};

impl<P: Provider> Package<P> {
    /// The schema as it is served.
    pub(crate) fn served_schema(&self) -> String {
        self.written.map_or_else(|| self.schema_text(), str::to_owned)
    }

    /// The schema as it is written to `schema.json`.
    pub fn schema_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(&self.schema()).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The schema: <https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/>.
    pub fn schema(&self) -> Document {
        let mut book = Book { package: self.meta.name, types: BTreeMap::new(), owners: BTreeMap::new() };
        let resources: Json<String, Document> = self
            .resources
            .iter()
            .map(|r| (r.token().to_owned(), book.resource(r.token(), r.inputs(), P::Common::shape(), r.state())))
            .collect();
        let components: Json<String, Document> = self
            .components
            .iter()
            .map(|c| (c.token().to_owned(), book.component(c.token(), c.inputs(), c.outputs())))
            .collect();
        let functions: Json<String, Document> = self
            .functions
            .iter()
            .map(|f| {
                let inputs = book.object(f.token(), &[f.inputs(), P::Common::shape()], Side::Input);
                let outputs = book.object(f.token(), &[f.outputs()], Side::Output);
                (f.token().to_owned(), json!({ "description": f.doc(), "inputs": inputs, "outputs": outputs }))
            })
            .collect();
        let config = P::Config::shape();
        let variables = book.object(&format!("{}:index:config", self.meta.name), &[config], Side::Input);
        self.document(book.types, resources.into_iter().chain(components).collect(), functions, variables)
    }

    fn document(
        &self,
        types: BTreeMap<String, Document>,
        resources: Json<String, Document>,
        functions: Json<String, Document>,
        config: Document,
    ) -> Document {
        let meta = &self.meta;
        json!({
            "name": meta.name,
            "version": meta.version,
            "displayName": meta.display_name,
            "description": meta.description,
            "keywords": meta.keywords,
            "homepage": meta.homepage,
            "license": meta.license,
            "repository": meta.repository,
            "publisher": meta.publisher,
            "meta": { "moduleFormat": "(.*)", "supportPack": true },
            "config": { "variables": config["properties"], "defaults": config["required"] },
            "types": types,
            "provider": {
                "description": format!("The configuration of the provider {}.", meta.name),
                "inputProperties": config["properties"],
                "requiredInputs": config["required"],
            },
            "resources": resources,
            "functions": functions,
            "language": {
                "nodejs": { "respectSchemaVersion": true },
                "python": { "respectSchemaVersion": true, "pyproject": { "enabled": true } },
                "go": {
                    "respectSchemaVersion": true,
                    "generateResourceContainerTypes": true,
                    "importBasePath": meta.go_import_path,
                },
                "csharp": { "respectSchemaVersion": true },
                "java": {},
            },
        })
    }
}

/// Whether properties go in or come out.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Input,
    /// What a component is given: what is not eventual is plain.
    Argument,
    Output,
}

/// The side of what a list or map holds. Of objects with eventual properties the generated SDKs have no plain form there.
fn inner(item: &Type, side: Side) -> Side {
    let eventual = |shape: &Shape| shape.fields().iter().any(|field| is_eventual(&(field.ty)()));
    match item {
        Type::Object(shape) if side == Side::Argument && eventual(shape) => Side::Input,
        _ => side,
    }
}

fn is_eventual(ty: &Type) -> bool {
    match ty {
        Type::Eventual(_) => true,
        Type::Optional(inner) => is_eventual(inner),
        _ => false,
    }
}

/// Gathers the types that properties refer to.
struct Book {
    package: &'static str,
    types: BTreeMap<String, Document>,
    /// Who used each type first, and the table that it stands for.
    owners: BTreeMap<String, (String, *const ())>,
}

impl Book {
    fn resource(
        &mut self,
        token: &str,
        inputs: &'static Shape,
        common: &'static Shape,
        state: &'static Shape,
    ) -> Document {
        let given = self.object(token, &[inputs, common], Side::Input);
        let kept = self.object(token, &[state, common], Side::Output);
        json!({
            "description": state.doc,
            "inputProperties": given["properties"],
            "requiredInputs": given["required"],
            "properties": kept["properties"],
            "required": kept["required"],
        })
    }

    fn component(&mut self, token: &str, args: &'static Shape, outputs: &'static Shape) -> Document {
        let given = self.object(token, &[args], Side::Argument);
        let kept = self.object(token, &[outputs], Side::Output);
        json!({
            "isComponent": true,
            "description": outputs.doc,
            "inputProperties": given["properties"],
            "requiredInputs": given["required"],
            "properties": kept["properties"],
            "required": kept["required"],
        })
    }

    fn object(&mut self, token: &str, shapes: &[&'static Shape], side: Side) -> Document {
        let fields: Vec<_> = shapes.iter().flat_map(|s| s.fields()).collect();
        let properties: Json<String, Document> =
            fields.iter().map(|f| (f.name.to_owned(), self.property(token, f, side))).collect();
        let required: Vec<_> = fields.iter().filter(|f| required(f, side)).map(|f| f.name).collect();
        json!({ "type": "object", "properties": properties, "required": required })
    }

    fn property(&mut self, token: &str, field: &Field, side: Side) -> Document {
        let ty = (field.ty)();
        let mut spec = self.spec(token, &ty, side);
        spec.insert("description".into(), field.doc.into());
        if secret(&ty) {
            spec.insert("secret".into(), true.into());
        }
        if (field.marks.replace || field.marks.initial) && side == Side::Input {
            spec.insert("willReplaceOnChanges".into(), true.into());
        }
        if let Some(default) = field.default.filter(|_| side != Side::Output) {
            let default = default().to_json();
            if !default.is_null() && !default.is_object() && !default.is_array() {
                spec.insert("default".into(), default);
            }
        }
        Document::Object(spec)
    }

    fn spec(&mut self, token: &str, ty: &Type, side: Side) -> Json<String, Document> {
        let mut spec = match ty {
            Type::Optional(inner) => return self.spec(token, inner, side),
            Type::Secret(inner) | Type::Order(inner) | Type::Bounded(inner, _) => {
                return self.spec(token, inner, side);
            }
            Type::Eventual(inner) => {
                return self.spec(token, inner, if side == Side::Output { side } else { Side::Input });
            }
            Type::Bool => json!({ "type": "boolean" }),
            Type::Integer { .. } => json!({ "type": "integer" }),
            Type::Number => json!({ "type": "number" }),
            Type::Text => json!({ "type": "string" }),
            Type::Format(format) if format.or_object && side != Side::Output => {
                json!({ "oneOf": [{ "type": "string" }, { "type": "object", "additionalProperties": { "$ref": "pulumi.json#/Any" } }] })
            }
            Type::Format(_) => json!({ "type": "string" }),
            Type::Asset => json!({ "$ref": "pulumi.json#/Asset" }),
            Type::Archive => json!({ "$ref": "pulumi.json#/Archive" }),
            Type::Reference("") => json!({ "$ref": "pulumi.json#/Any" }),
            Type::Reference(token) => json!({ "$ref": format!("#/resources/{token}") }),
            Type::Any => json!({ "$ref": "pulumi.json#/Any" }),
            Type::List(item) | Type::Set(item) => {
                json!({ "type": "array", "items": self.spec(token, item, inner(item, side)) })
            }
            Type::Map(item) => {
                json!({ "type": "object", "additionalProperties": self.spec(token, item, inner(item, side)) })
            }
            Type::Object(shape) => json!({ "$ref": self.shape(token, shape, side) }),
            Type::Enum(choices) => json!({ "$ref": self.choices(token, choices) }),
            Type::OneOf(types) => {
                json!({ "oneOf": types.iter().map(|ty| self.spec(token, ty, side)).collect::<Vec<_>>() })
            }
        };
        if side == Side::Argument {
            spec["plain"] = true.into();
        }
        match spec {
            Document::Object(spec) => spec,
            _ => Json::new(),
        }
    }

    /// The name of a type in the module of the resource that uses it, unless it has a module of its own.
    fn token(&self, user: &str, module: Option<&str>, name: &str) -> String {
        let module = module.or_else(|| user.split(':').nth(1)).unwrap_or("index");
        format!("{}:{module}:{name}", self.package)
    }

    fn shape(&mut self, user: &str, shape: &'static Shape, side: Side) -> String {
        let token = self.token(user, shape.module, shape.name);
        self.own(user, &token, std::ptr::from_ref(shape).cast());
        if !self.types.contains_key(&token) {
            // Told before it is filled, so that a type that holds itself ends.
            self.types.insert(token.clone(), Document::Null);
            // Nested types are shared by both sides; plainness of what is inside would hold for all of them.
            let side = if side == Side::Argument { Side::Input } else { side };
            let mut spec = self.object(&token, &[shape], side);
            spec["description"] = shape.doc.into();
            self.types.insert(token.clone(), spec);
        }
        format!("#/types/{token}")
    }

    /// Notes which table a name stands for: in the generated SDKs there is one type of each name.
    fn own(&mut self, user: &str, token: &str, table: *const ()) {
        let (first, known) = self.owners.entry(token.to_owned()).or_insert_with(|| (user.to_owned(), table));
        debug_assert!(
            *known == table,
            "{first} and {user} both have a type {token}, and these are two: give one of them another name, or an object a `#[prop(module = ..)]`"
        );
    }

    fn choices(&mut self, user: &str, choices: &'static Choices) -> String {
        let token = self.token(user, None, choices.name);
        self.own(user, &token, std::ptr::from_ref(choices).cast());
        let values: Vec<_> =
            choices.values.iter().map(|(value, doc)| json!({ "value": value, "description": doc })).collect();
        self.types.insert(token.clone(), json!({ "type": "string", "description": choices.doc, "enum": values }));
        format!("#/types/{token}")
    }
}

fn required(field: &Field, side: Side) -> bool {
    match side {
        Side::Output => !matches!((field.ty)(), Type::Optional(_)),
        _ => field.required(),
    }
}

fn secret(ty: &Type) -> bool {
    match ty {
        Type::Secret(_) => true,
        Type::Optional(inner) | Type::Eventual(inner) | Type::Order(inner) | Type::Bounded(inner, _) => secret(inner),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Book, Side};
    use crate::property::Shaped as _;
    use crate::{Order, Property};

    mod other {
        use crate::Property;

        /// Another thing of the same name.
        #[derive(Debug, Clone, PartialEq, Property)]
        pub enum Color {
            Wood,
        }

        #[derive(Debug, Clone, PartialEq, Property)]
        pub struct Table {
            pub color: Color,
        }
    }

    #[derive(Debug, Clone, PartialEq, Property)]
    enum Color {
        Red,
    }

    #[derive(Debug, Clone, PartialEq, Property)]
    struct Chair {
        color: Color,
        back: Option<Color>,
        #[prop(default)]
        burn: Order<bool>,
        #[prop(initial, min = 1)]
        mold: Option<String>,
    }

    fn book() -> Book {
        Book { package: "p", types: BTreeMap::new(), owners: BTreeMap::new() }
    }

    #[test]
    fn wrappers_are_not_seen() {
        let chair = book().object("p:home:Chair", &[Chair::shape()], Side::Input);
        assert_eq!(chair["properties"]["burn"]["type"], "boolean");
        assert_eq!(chair["properties"]["burn"]["default"], false);
        assert_eq!(chair["properties"]["mold"]["type"], "string");
        assert_eq!(chair["properties"]["mold"]["willReplaceOnChanges"], true);
        assert_eq!(chair["required"], serde_json::json!(["color"]));
    }

    #[test]
    #[should_panic(expected = "p:home:Chair and p:home:Table both have a type p:home:Color")]
    fn two_types_of_one_name_are_noticed() {
        let mut book = book();
        book.object("p:home:Chair", &[Chair::shape()], Side::Input);
        book.object("p:home:Table", &[other::Table::shape()], Side::Input);
    }
}
