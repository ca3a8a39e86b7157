//! A schema's properties in words: types, tables, and the types that they lead to.

use std::collections::BTreeSet;

use serde_json::Value;

/// More words of an enumeration than these are a list of their own.
const FEW: usize = 6;

/// The schema of the package.
pub struct Book<'a>(pub &'a Value);

impl Book<'_> {
    /// A table of properties, those that are required first.
    pub fn table(&self, properties: &Value, required: &BTreeSet<&str>, head: &str) -> String {
        let mut all: Vec<_> = properties.as_object().into_iter().flatten().collect();
        all.sort_by_key(|(name, _)| !required.contains(name.as_str()));
        let row = |(name, property): (&String, &Value)| {
            let needed = if required.contains(name.as_str()) && head == "input" { ", required" } else { "" };
            let secret = if property["secret"] == true { ", secret" } else { "" };
            format!("| `{name}` | {}{needed}{secret} | {} |\n", self.words(property), cell(property))
        };
        let rows: String = all.into_iter().map(row).collect();
        format!("| {head} | type | what it is |\n|---|---|---|\n{rows}")
    }

    /// A type in words.
    pub fn words(&self, ty: &Value) -> String {
        if let Some(to) = ty["$ref"].as_str() {
            return self.reference(to);
        }
        let each = |key: &str| self.words(&ty[key]);
        match ty["type"].as_str() {
            _ if ty["oneOf"].is_array() => {
                let types: Vec<_> = ty["oneOf"].as_array().into_iter().flatten().map(|ty| self.words(ty)).collect();
                types.join(" or ")
            }
            Some("array") => format!("list of {}", each("items")),
            Some("object") if ty["additionalProperties"].is_object() => {
                format!("map of {}", each("additionalProperties"))
            }
            Some(word) => word.to_owned(),
            None => "any".to_owned(),
        }
    }

    fn reference(&self, to: &str) -> String {
        let Some(token) = to.strip_prefix("#/types/") else {
            return to.rsplit('/').next().unwrap_or(to).to_lowercase();
        };
        let words: Vec<_> = values(&self.0["types"][token]).map(|(word, _)| format!("`{word}`")).collect();
        match words.len() {
            1..=FEW => words.join(", "),
            _ => format!("[{0}](#{1})", name(token), name(token).to_lowercase()),
        }
    }

    /// The types that properties lead to, each once, in the order in which they are met.
    pub fn types(&self, properties: &[&Value]) -> Vec<String> {
        let mut found = Vec::new();
        for property in properties.iter().flat_map(|it| it.as_object()).flatten().map(|(_, property)| property) {
            self.follow(property, &mut found);
        }
        found
    }

    fn follow(&self, ty: &Value, found: &mut Vec<String>) {
        if let Some(token) = ty["$ref"].as_str().and_then(|to| to.strip_prefix("#/types/")) {
            let of = &self.0["types"][token];
            let short = (1..=FEW).contains(&values(of).count());
            if !short && !found.iter().any(|known| known == token) {
                found.push(token.to_owned());
                for (_, property) in of["properties"].as_object().into_iter().flatten() {
                    self.follow(property, found);
                }
            }
        }
        let inner = [&ty["items"], &ty["additionalProperties"]].into_iter().filter(|ty| ty.is_object());
        for ty in inner.chain(ty["oneOf"].as_array().into_iter().flatten()) {
            self.follow(ty, found);
        }
    }

    /// What a type is, under a heading.
    pub fn section(&self, token: &str) -> String {
        let ty = &self.0["types"][token];
        let text = ty["description"].as_str().unwrap_or_default();
        let table = match ty["enum"].is_array() {
            true => {
                let row = |(word, what): (String, &str)| format!("| `{word}` | {} |\n", line(what));
                format!("| value | what it is |\n|---|---|\n{}", values(ty).map(row).collect::<String>())
            }
            false => {
                self.table(&ty["properties"], &names(&ty["required"]), "input").replacen("| input |", "| property |", 1)
            }
        };
        format!("### {}\n\n{text}\n\n{table}\n", name(token))
    }
}

/// The values of an enumeration, and what they are.
fn values(ty: &Value) -> impl Iterator<Item = (String, &str)> {
    let each = ty["enum"].as_array().into_iter().flatten();
    each.map(|it| {
        let word = it["value"].as_str().map_or_else(|| it["value"].to_string(), str::to_owned);
        (word, it["description"].as_str().unwrap_or_default())
    })
}

/// What a property is, with its default, in a table's cell.
fn cell(property: &Value) -> String {
    let text = line(property["description"].as_str().unwrap_or_default());
    let default = &property["default"];
    match default.is_null() || default == "" || text.contains("Default:") {
        true => text,
        false => {
            let text = if text.ends_with('.') { text } else { format!("{text}.") };
            format!("{text} Default: `{}`.", default.as_str().map_or_else(|| default.to_string(), str::to_owned))
        }
    }
}

/// Text on one line, as a table's cell takes it.
pub fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// A list of names.
pub fn names(list: &Value) -> BTreeSet<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The last part of a token.
pub fn name(token: &str) -> &str {
    token.rsplit(':').next().unwrap_or(token)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({"types": {
            "p:m:Rule": {"description": "A rule.", "required": ["port"], "properties": {
                "port": {"type": "integer", "description": "The port."},
                "next": {"$ref": "#/types/p:m:Rule", "description": "The next one."},
            }},
            "p:m:Color": {"enum": [{"value": "red", "description": "Red."}, {"value": "blue"}]},
        }})
    }

    #[test]
    fn types_are_told_in_words() {
        let schema = schema();
        let book = Book(&schema);
        for (ty, words) in [
            (json!({"type": "string"}), "string"),
            (json!({"type": "array", "items": {"type": "integer"}}), "list of integer"),
            (json!({"type": "object", "additionalProperties": {"$ref": "#/types/p:m:Rule"}}), "map of [Rule](#rule)"),
            (json!({"$ref": "#/types/p:m:Color"}), "`red`, `blue`"),
            (json!({"oneOf": [{"type": "string"}, {"type": "boolean"}]}), "string or boolean"),
            (json!({"$ref": "pulumi.json#/Any"}), "any"),
        ] {
            assert_eq!(book.words(&ty), words);
        }
    }

    #[test]
    fn tables_have_what_is_required_first() {
        let schema = schema();
        let book = Book(&schema);
        let properties = json!({
            "a": {"type": "string", "description": "A | B.\n\nMore.", "secret": true},
            "rules": {"type": "array", "items": {"$ref": "#/types/p:m:Rule"}, "default": 1, "description": "The rules."},
        });
        let expected = "| input | type | what it is |\n|---|---|---|\n\
            | `rules` | list of [Rule](#rule), required | The rules. Default: `1`. |\n\
            | `a` | string, secret | A \\| B. More. |\n";
        assert_eq!(book.table(&properties, &BTreeSet::from(["rules"]), "input"), expected);
        assert_eq!(book.types(&[&properties]), ["p:m:Rule"]);
        assert!(book.section("p:m:Rule").starts_with("### Rule\n\nA rule.\n\n| property | type | what it is |\n"));
    }
}
