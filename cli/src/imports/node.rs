//! What a Node.js program imports: files by relative paths, members of its workspace by their names, and the manifests and locks
//! that say which packages it gets.

use serde_json::Value;

use super::{Kind, Walk, at, ending, joined, packages, script, upwards};
use crate::repo::path::{is_within, split};

/// What Node.js and TypeScript try, in this order.
const ENDINGS: [&str; 11] = [".ts", ".tsx", ".d.ts", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json", ".node"];

/// What decides which packages a workspace's members get.
const LOCKS: [&str; 12] = [
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "yarn.lock",
    "bun.lock",
    "bun.lockb",
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    ".pnpmfile.cjs",
];

pub fn begin(walk: &mut Walk<'_>, entry: &str) {
    let folder = if walk.tree.kind(entry) == Some(Kind::File) { split(entry).0 } else { entry }.to_owned();
    manifests(walk, &folder);
    let start = walk.left.len();
    if walk.tree.kind(entry) == Some(Kind::File) {
        walk.file(entry, &folder, "begins with");
    } else {
        main(walk, &folder);
    }
    // What is built from is what is there.
    if walk.left.len() == start {
        packages::sources(walk, &folder, &|name| matches!(ending(name), "ts" | "tsx" | "mts" | "js" | "mjs" | "cjs"));
    }
}

/// Where the program of a folder begins: its package's `main`, or its index.
fn main(walk: &mut Walk<'_>, folder: &str) {
    let manifest = packages::json(walk, &joined(folder, "package.json"));
    let named = entries(&manifest).into_iter().filter_map(|entry| at(folder, &entry));
    let places: Vec<String> = named.flat_map(|place| candidates(&place)).chain(candidates(folder)).collect();
    if let Some(file) = places.iter().find(|place| walk.tree.kind(place) == Some(Kind::File)) {
        walk.file(file, folder, "begins with");
    }
}

/// What a package says that it begins with, the most specific first.
fn entries(manifest: &Value) -> Vec<String> {
    let exports = match &manifest["exports"] {
        Value::Object(all) if all.keys().any(|key| key.starts_with('.')) => &manifest["exports"]["."],
        other => other,
    };
    let mut found = Vec::new();
    texts(exports, &mut found);
    found.extend(
        ["main", "module", "types", "source"].iter().filter_map(|key| manifest[*key].as_str().map(str::to_owned)),
    );
    found
}

fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Object(all) => all.values().for_each(|value| texts(value, found)),
        Value::Array(all) => all.iter().for_each(|value| texts(value, found)),
        _ => {}
    }
}

/// The manifests above a program count for it where its workspace has it as a member.
fn manifests(walk: &mut Walk<'_>, folder: &str) {
    typescript(walk, folder);
    let Some(members) = packages::node(walk, folder) else {
        return;
    };
    for name in LOCKS {
        let path = joined(&members.root, name);
        walk.tree.kind(&path).is_some().then(|| walk.file(&path, folder, "installs by"));
    }
    linked(walk, folder);
}

/// Packages that a manifest names by their folders.
fn linked(walk: &mut Walk<'_>, folder: &str) {
    let file = joined(folder, "package.json");
    let manifest = packages::json(walk, &file);
    for list in ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"] {
        for (_, version) in manifest[list].as_object().into_iter().flatten() {
            let path = version
                .as_str()
                .and_then(|text| ["file:", "link:", "portal:"].iter().find_map(|p| text.strip_prefix(p)));
            if let Some(path) = path {
                walk.named(folder, path, &file, "installs");
            }
        }
    }
}

/// What a TypeScript configuration builds on.
fn typescript(walk: &mut Walk<'_>, folder: &str) {
    let mut file = joined(folder, "tsconfig.json");
    for _ in 0..10 {
        let config = packages::json(walk, &file);
        let Some(base) = config["extends"].as_str().filter(|base| base.starts_with('.')) else {
            return;
        };
        let Some(base) = at(split(&file).0, base) else {
            return;
        };
        let base = if ending(&base) == "json" { base } else { format!("{base}.json") };
        walk.first([base.clone()], &file, "extends");
        file = base;
    }
}

/// Follows what a source file imports.
pub fn look(walk: &mut Walk<'_>, file: &str) {
    let Some(scan) = walk.tree.scan(file, script::scan) else {
        return;
    };
    let folder = split(file).0;
    for name in &scan.imports {
        match name.as_str() {
            name if name.starts_with("./") || name.starts_with("../") || name == "." || name == ".." => {
                relative(walk, folder, name, file);
            }
            name if name.starts_with('#') => own(walk, folder, file),
            name => bare(walk, folder, name, file),
        }
    }
    scan.unknown.iter().for_each(|what| walk.unknown(file, what));
    walk.texts(&scan, file);
}

fn relative(walk: &mut Walk<'_>, folder: &str, name: &str, by: &str) {
    // What bundlers read off a name is no part of the path.
    let name = name.split('?').next().unwrap_or(name);
    let Some(place) = at(folder, name) else {
        return walk.unknown(by, &format!("`{name}` leads out of the repository"));
    };
    if !walk.first(candidates(&place), by, "imports") && walk.tree.kind(&place) == Some(Kind::Folder) {
        walk.folder(&place, by, "imports");
    }
}

/// Where a relative import may lead, the likeliest first.
fn candidates(place: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (written, meant) in [
        (".js", [".ts", ".tsx"]),
        (".mjs", [".mts", ".d.mts"]),
        (".cjs", [".cts", ".d.cts"]),
        (".jsx", [".tsx", ".d.ts"]),
    ] {
        let stem = place.strip_suffix(written);
        all.extend(stem.into_iter().flat_map(|stem| meant.map(|ending| format!("{stem}{ending}"))));
    }
    if !ending(place).is_empty() {
        all.push(place.to_owned());
    }
    if !place.is_empty() {
        all.extend(ENDINGS.iter().map(|ending| format!("{place}{ending}")));
    }
    all.extend(ENDINGS.iter().map(|ending| joined(place, &format!("index{ending}"))));
    all
}

/// `#name` is one of the package's own imports: all of the package counts.
fn own(walk: &mut Walk<'_>, folder: &str, by: &str) {
    let has = |folder: &&str| walk.tree.kind(&joined(folder, "package.json")) == Some(Kind::File);
    if let Some(package) = upwards(folder).find(has).map(str::to_owned) {
        walk.folder(&package, by, "imports");
    }
}

/// A name without a path: a member of the workspace, an alias of TypeScript's, or a package from elsewhere.
fn bare(walk: &mut Walk<'_>, folder: &str, name: &str, by: &str) {
    alias(walk, folder, name, by);
    let Some(members) = packages::node(walk, folder) else {
        return;
    };
    let Some((package, rest)) = members.find(name) else {
        return;
    };
    if !is_within(folder, &package) {
        member(walk, &package, rest, by);
    }
}

/// Takes in a member of the workspace: the file that is meant, where that can be told, else all of it.
fn member(walk: &mut Walk<'_>, package: &str, rest: &str, by: &str) {
    let file = joined(package, "package.json");
    walk.file(&file, by, "imports");
    let manifest = packages::json(walk, &file);
    let places: Vec<String> = match rest {
        "" => entries(&manifest).iter().filter_map(|entry| at(package, entry)).chain([package.to_owned()]).collect(),
        // What a package exports by another name leads anywhere in it.
        _ if !manifest["exports"].is_null() => Vec::new(),
        rest => at(package, rest).into_iter().collect(),
    };
    let is_built =
        |place: &String| place.split('/').any(|part| matches!(part, "dist" | "build" | "lib" | "out" | "bin"));
    let all: Vec<String> = places.iter().flat_map(|place| candidates(place)).collect();
    let found = all.into_iter().find(|place| walk.tree.kind(place) == Some(Kind::File) && !is_built(place));
    match found {
        Some(place) => walk.file(&place, &file, "begins with"),
        None => {
            walk.folder(package, by, "imports");
            packages::sources(walk, package, &|name| {
                matches!(ending(name), "ts" | "tsx" | "mts" | "js" | "mjs" | "cjs")
            });
        }
    }
    linked(walk, package);
}

/// The `paths` of the nearest TypeScript configuration.
fn alias(walk: &mut Walk<'_>, folder: &str, name: &str, by: &str) {
    for above in upwards(folder).map(str::to_owned).collect::<Vec<_>>() {
        let file = joined(&above, "tsconfig.json");
        if walk.tree.kind(&file) != Some(Kind::File) {
            continue;
        }
        let options = packages::json(walk, &file)["compilerOptions"].clone();
        let base = at(&above, options["baseUrl"].as_str().unwrap_or(".")).unwrap_or_default();
        for (pattern, targets) in options["paths"].as_object().into_iter().flatten() {
            let (before, after) = pattern.split_once('*').unwrap_or((pattern, ""));
            let middle = name.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            let fits = if pattern.contains('*') { middle } else { Some("").filter(|_| pattern == name) };
            for target in fits.iter().flat_map(|_| targets.as_array()).flatten().filter_map(Value::as_str) {
                let place = at(&base, &target.replacen('*', fits.unwrap_or_default(), 1));
                place.map(|place| walk.first(candidates(&place), by, "imports"));
            }
        }
        return;
    }
}
