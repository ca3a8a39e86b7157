//! Packages that lie in the repository itself: the members of a workspace, by their names.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use super::{Kind, Walk, at, joined, upwards};
use crate::config::any;
use crate::repo::path::split;

/// The members of a workspace.
pub struct Members {
    pub root: String,
    /// Their folders by their names.
    pub folders: BTreeMap<String, String>,
}

impl Members {
    /// The folder of the member that a name begins with, and what follows.
    pub fn find<'a>(&self, name: &'a str) -> Option<(String, &'a str)> {
        let parts = if name.starts_with('@') { 2 } else { 1 };
        let end = name.match_indices('/').nth(parts - 1).map_or(name.len(), |(at, _)| at);
        let folder = self.folders.get(&name[..end])?;
        Some((folder.clone(), name[end..].trim_start_matches('/')))
    }
}

/// A JSON file; comments and commas that are too many, as TypeScript allows them, are left out.
pub fn json(walk: &Walk<'_>, path: &str) -> Value {
    let text = walk.tree.text(path).unwrap_or_default();
    // YAML holds JSON, and allows such commas.
    serde_json::from_str(&text).unwrap_or_else(|_| serde_saphyr::from_str(&without_comments(&text)).unwrap_or_default())
}

fn without_comments(text: &str) -> String {
    let (mut plain, mut in_text, mut rest) = (String::new(), false, text.chars().peekable());
    while let Some(c) = rest.next() {
        match (c, in_text, rest.peek()) {
            ('\\', true, _) => {
                plain.push(c);
                plain.extend(rest.next());
            }
            ('"', ..) => {
                in_text = !in_text;
                plain.push(c);
            }
            ('/', false, Some('/')) => while rest.next_if(|c| *c != '\n').is_some() {},
            ('/', false, Some('*')) => {
                let mut before = ' ';
                for c in rest.by_ref() {
                    if (before, c) == ('*', '/') {
                        break;
                    }
                    before = c;
                }
            }
            ('\t', false, _) => plain.push(' '),
            _ => plain.push(c),
        }
    }
    plain
}

/// The nearest workspace of npm, pnpm, yarn or bun above a folder that has it, or a folder above it, as a member.
pub fn node(walk: &mut Walk<'_>, folder: &str) -> Option<Rc<Members>> {
    if let Some(known) = walk.workspaces.get(folder) {
        return known.clone();
    }
    let found = found(walk, folder).map(Rc::new);
    walk.workspaces.insert(folder.to_owned(), found.clone());
    found
}

fn found(walk: &Walk<'_>, folder: &str) -> Option<Members> {
    for root in upwards(folder) {
        let globs = workspace(walk, root);
        if globs.is_empty() {
            continue;
        }
        let found = members(walk, root, &globs, "package.json");
        let mut folders = BTreeMap::new();
        for member in found {
            if let Some(name) = json(walk, &joined(&member, "package.json"))["name"].as_str() {
                folders.insert(name.to_owned(), member);
            }
        }
        return Some(Members { root: root.to_owned(), folders });
    }
    None
}

fn workspace(walk: &Walk<'_>, root: &str) -> Vec<String> {
    let listed = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|glob| glob.as_str().map(str::to_owned)).collect()
    };
    let manifest = json(walk, &joined(root, "package.json"));
    let own = &manifest["workspaces"];
    let own = if own.is_array() { listed(own) } else { listed(&own["packages"]) };
    if !own.is_empty() {
        return own;
    }
    let text = walk.tree.text(&joined(root, "pnpm-workspace.yaml")).unwrap_or_default();
    let pnpm: Value = serde_saphyr::from_str(&text).unwrap_or_default();
    listed(&pnpm["packages"])
}

/// The folders below a root that fit one of its globs and have a manifest.
pub fn members(walk: &Walk<'_>, root: &str, globs: &[String], manifest: &str) -> Vec<String> {
    let (without, with): (Vec<&String>, Vec<&String>) = globs.iter().partition(|glob| glob.starts_with('!'));
    let plain = |glob: &str| at("", glob.trim_start_matches('!')).unwrap_or_default();
    let with: Vec<String> = with.into_iter().map(|glob| plain(glob)).collect();
    let without: Vec<String> = without.into_iter().map(|glob| plain(glob)).collect();
    let mut found = Vec::new();
    let mut left = vec![String::new()];
    // Whatever is no deeper than the deepest glob may be a member.
    let is_deep = with.iter().any(|glob| glob.contains("**"));
    let depth = with.iter().map(|glob| glob.split('/').count()).max().unwrap_or_default();
    while let Some(folder) = left.pop() {
        let here = joined(root, &folder).trim_end_matches('/').to_owned();
        let fits = any(&with, &folder) && !any(&without, &folder);
        if fits && walk.tree.kind(&joined(&here, manifest)) == Some(Kind::File) {
            found.push(here.clone());
        }
        let level = if folder.is_empty() { 0 } else { folder.split('/').count() };
        if is_deep || level < depth {
            let below = walk
                .tree
                .names(&here)
                .into_iter()
                .filter(|(name, kind)| *kind == Kind::Folder && name != "node_modules" && !name.starts_with('.'));
            left.extend(below.map(|(name, _)| joined(&folder, &name)));
        }
    }
    found
}

/// All source files in a folder, below it as well.
pub fn sources(walk: &mut Walk<'_>, folder: &str, is_source: &dyn Fn(&str) -> bool) {
    let mut left = vec![folder.to_owned()];
    while let Some(at) = left.pop() {
        for (name, kind) in walk.tree.names(&at) {
            let path = joined(&at, &name);
            match kind {
                Kind::Folder if !matches!(name.as_str(), "node_modules" | "venv") && !name.starts_with('.') => {
                    left.push(path)
                }
                Kind::File if is_source(&name) => walk.file(&path, split(&path).0, "has"),
                _ => {}
            }
        }
    }
}
