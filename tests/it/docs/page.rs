//! The page of a resource, a component or a function.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::words::{Book, line, name, names};
use crate::life::actions::SOMETIMES;

/// What a page says beyond the schema.
#[derive(Default)]
pub struct Page {
    /// The type or function: `gitinfra:ec2:Vpc`.
    pub token: String,
    /// A program in YAML, and what it is.
    pub example: Option<(String, String)>,
    /// The IAM actions by verb; under `id` what an id is made of.
    pub life: BTreeMap<String, BTreeSet<String>>,
    /// Why it can't be imported.
    pub unknown_to_aws: bool,
    /// The types that a component is made of.
    pub made_of: BTreeSet<String>,
    /// The controls that a component looks after.
    pub controls: BTreeSet<(String, u32)>,
}

/// Where a page lies below the folder.
pub fn path(token: &str) -> String {
    let (module, name) = title(token).split_once(':').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap_or_default();
    format!("{module}/{name}.md")
}

/// The token without the package: `ec2:Vpc`.
pub fn title(token: &str) -> &str {
    token.split_once(':').map_or(token, |(_, rest)| rest)
}

impl Page {
    /// The page in Markdown.
    pub fn markdown(&self, schema: &Value) -> String {
        let book = Book(schema);
        let resource = &schema["resources"][&self.token];
        match resource.is_object() {
            true => self.resource(&book, resource),
            false => self.function(&book, &schema["functions"][&self.token]),
        }
    }

    fn resource(&self, book: &Book<'_>, resource: &Value) -> String {
        let (inputs, outputs) = (&resource["inputProperties"], &resource["properties"]);
        let given = inputs.as_object().cloned().unwrap_or_default();
        let mut told = outputs.as_object().cloned().unwrap_or_default();
        told.retain(|name, _| !given.contains_key(name));
        let told = Value::Object(told);
        let is_component = resource["isComponent"] == true;
        let parts = [
            self.head(resource["description"].as_str().unwrap_or_default()),
            self.shown(),
            format!("## Inputs\n\n{}\n", book.table(inputs, &names(&resource["requiredInputs"]), "input")),
            self.outputs(book, &told, is_component),
            if is_component { String::new() } else { replaced(inputs) },
            if is_component { self.contents() } else { self.import() },
            self.actions(),
            types(book, &[inputs, &told]),
        ];
        end(parts.concat())
    }

    fn function(&self, book: &Book<'_>, function: &Value) -> String {
        let (inputs, outputs) = (&function["inputs"]["properties"], &function["outputs"]["properties"]);
        let parts = [
            self.head(function["description"].as_str().unwrap_or_default()),
            self.shown(),
            format!("## Inputs\n\n{}\n", book.table(inputs, &names(&function["inputs"]["required"]), "input")),
            format!("## Outputs\n\n{}\n", book.table(outputs, &BTreeSet::new(), "output")),
            self.actions(),
            types(book, &[inputs, outputs]),
        ];
        end(parts.concat())
    }

    fn head(&self, text: &str) -> String {
        format!("# {}\n\n{text}\n\n`{}` · [all types](../README.md)\n\n", title(&self.token), self.token)
    }

    fn shown(&self) -> String {
        let shown = |(what, program): &(String, String)| format!("## Example\n\n{what}\n\n```yaml\n{program}```\n\n");
        self.example.as_ref().map(shown).unwrap_or_default()
    }

    fn outputs(&self, book: &Book<'_>, told: &Value, is_component: bool) -> String {
        let also = if is_component { "" } else { "All inputs are outputs, too, and there is the `id`.\n\n" };
        let table = match told.as_object().is_none_or(serde_json::Map::is_empty) {
            true => String::new(),
            false => format!("{}\n", book.table(told, &BTreeSet::new(), "output")),
        };
        format!("## Outputs\n\n{also}{table}")
    }

    fn import(&self) -> String {
        let ids: Vec<_> = self.life.get("id").into_iter().flatten().collect();
        let Some(id) = ids.first().filter(|_| !self.unknown_to_aws) else {
            return "## Import\n\nIt can't be imported: only Pulumi's state knows it.\n\n".to_owned();
        };
        let said = format!("`{}`", id.replace(['{', '}'], ""));
        let of = match (id.starts_with('{') && id.matches('{').count() == 1, id.contains('{')) {
            (true, _) if id.ends_with('}') => format!("The id is the {said}."),
            (_, true) => format!("The id is {said}, of the properties of these names."),
            _ => format!("The id is {said}, as AWS gives it."),
        };
        let command = format!("pulumi import {} NAME ID", self.token);
        format!(
            "## Import\n\n```sh\n{command}\n```\n\n{of} What is in another region than the provider's is `ID@REGION`, and has its `region` in the program.\n\n"
        )
    }

    fn contents(&self) -> String {
        let links: String = self.made_of.iter().map(|of| format!("- [{}](../{})\n", title(of), path(of))).collect();
        let controls: Vec<_> = self.controls.iter().map(|(service, number)| format!("`{service}.{number}`")).collect();
        let controls = match controls.is_empty() {
            true => String::new(),
            false => format!(
                "## Controls\n\nOf AWS Foundational Security Best Practices it looks at {}. Its outputs `controls` and `controlsOpen` say which are met.\n\n",
                controls.join(", ")
            ),
        };
        match links.is_empty() {
            true => controls,
            false => format!("## Made of\n\nOf these, as far as its inputs ask for them:\n\n{links}\n{controls}"),
        }
    }

    fn actions(&self) -> String {
        let verbs = ["create", "read", "update", "delete", "call", SOMETIMES];
        let each = verbs.iter().filter_map(|verb| Some((verb, self.life.get(*verb).filter(|all| !all.is_empty())?)));
        let row = |(verb, all): (&&str, &BTreeSet<String>)| {
            let all: Vec<_> = all.iter().map(|action| format!("`{action}`")).collect();
            let verb = if *verb == SOMETIMES { "do what some inputs or states need" } else { verb };
            format!("| {verb} | {} |\n", all.join(", "))
        };
        let rows: String = each.map(row).collect();
        match (rows.is_empty(), self.made_of.is_empty()) {
            (true, false) => "## IAM actions\n\nThose of what it is made of, on their pages.\n\n".to_owned(),
            (true, true) => "## IAM actions\n\nNone: AWS is not asked.\n\n".to_owned(),
            (false, _) => format!("## IAM actions\n\n| to | it needs |\n|---|---|\n{rows}\n"),
        }
    }
}

/// What can't be changed in place.
fn replaced(inputs: &Value) -> String {
    let all = inputs.as_object().into_iter().flatten().filter(|(_, property)| property["willReplaceOnChanges"] == true);
    let all: Vec<_> = all.map(|(name, _)| format!("`{name}`")).collect();
    match all.is_empty() {
        true => "## What takes a new resource\n\nNothing: every change is made in place.\n\n".to_owned(),
        false => format!(
            "## What takes a new resource\n\nA change of {}. Every other change is made in place.\n\n",
            all.join(", ")
        ),
    }
}

fn types(book: &Book<'_>, properties: &[&Value]) -> String {
    let all: String = book.types(properties).iter().map(|token| book.section(token)).collect();
    if all.is_empty() { all } else { format!("## Types\n\n{all}") }
}

fn end(text: String) -> String {
    format!("{}\n", text.trim_end())
}

/// The list of all pages.
pub fn index(schema: &Value) -> String {
    let mut text = String::from(
        "# Resources, components and functions\n\nWritten by a test out of `schema.json`, the examples and what the tests saw.\n\
         [What IAM must allow](iam.md) for the reference stack; [the command line](cli.md).\n\n## Components\n\n",
    );
    let row = |(token, it): (&String, &Value)| {
        let what = line(it["description"].as_str().unwrap_or_default());
        let first = what.split_once(". ").map_or(what.trim_end_matches('.'), |(first, _)| first).to_owned();
        format!("| [{}]({}) | {first} |\n", name(token), path(token))
    };
    let resources: Vec<_> = schema["resources"].as_object().into_iter().flatten().collect();
    let head = "| | |\n|---|---|\n";
    let components = resources.iter().copied().filter(|(_, it)| it["isComponent"] == true);
    text += &format!("{head}{}", components.map(row).collect::<String>());
    let functions = schema["functions"].as_object().into_iter().flatten();
    let others = resources.iter().copied().filter(|(_, it)| it["isComponent"] != true);
    let mut modules: BTreeMap<&str, String> = BTreeMap::new();
    for (token, it) in others.chain(functions) {
        let module = title(token).split(':').next().unwrap_or_default();
        modules.entry(module).or_default().push_str(&row((token, it)));
    }
    for (module, rows) in modules {
        text += &format!("\n## {module}\n\n{head}{rows}");
    }
    text
}
