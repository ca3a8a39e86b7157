//! What a YAML program reads: files that its functions name, and local packages.

use serde_json::Value;

use super::{Kind, Scan, Walk, joined};
use crate::repo::path::split;

/// Functions whose argument is a path.
const READERS: [&str; 7] = [
    "fn::readfile",
    "fn::filebase64",
    "fn::filebase64sha256",
    "fn::fileasset",
    "fn::filearchive",
    "fn::remoteasset",
    "fn::remotearchive",
];

pub fn begin(walk: &mut Walk<'_>, entry: &str) {
    if walk.tree.kind(entry) == Some(Kind::File) {
        return walk.file(entry, split(entry).0, "begins with");
    }
    let main = ["Main.json", "Main.yaml", "Pulumi.yaml", "Pulumi.yml", "Pulumi.json"].map(|name| joined(entry, name));
    let is_program = main.iter().find(|file| walk.tree.kind(file) == Some(Kind::File));
    let is_component = walk.tree.kind(&joined(entry, "PulumiPlugin.yaml")).is_some();
    match is_program.filter(|_| !is_component) {
        Some(file) => walk.file(&file.clone(), entry, "begins with"),
        None => {
            let files = walk.tree.names(entry).into_iter().filter(|(name, _)| name.ends_with(".yaml"));
            files.for_each(|(name, _)| walk.file(&joined(entry, &name), entry, "has"));
        }
    }
}

/// Follows what a program names.
pub fn look(walk: &mut Walk<'_>, file: &str) {
    let Some(scan) = walk.tree.scan(file, scan) else {
        return;
    };
    scan.unknown.iter().for_each(|what| walk.unknown(file, what));
    for path in &scan.imports {
        walk.leads_out(path, file);
        for from in [walk.folder.clone(), split(file).0.to_owned()] {
            walk.named(&from, path, file, "reads");
        }
    }
    walk.texts(&scan, file);
}

/// Reads what a program names: as imports what functions read for certain, as texts all else.
pub fn scan(text: &str) -> Scan {
    let mut scan = Scan::default();
    match serde_saphyr::from_str::<Value>(text) {
        Ok(value) => visit(&value, &mut scan),
        Err(_) => scan.unknown.push("it is no YAML that can be read here".to_owned()),
    }
    scan
}

fn visit(value: &Value, scan: &mut Scan) {
    match value {
        Value::String(text) => scan.texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| visit(item, scan)),
        Value::Object(fields) => {
            for (name, field) in fields {
                if READERS.contains(&name.to_ascii_lowercase().as_str()) {
                    reader(name, field, scan);
                }
                visit(field, scan);
            }
        }
        _ => {}
    }
}

fn reader(name: &str, argument: &Value, scan: &mut Scan) {
    match argument.as_str() {
        Some(path) if path.starts_with("file://") => scan.imports.push(path["file://".len()..].to_owned()),
        Some(path) if path.contains("://") => {}
        // The program's own folder, which is where paths begin anyway.
        Some(path) => match path.replace("${pulumi.cwd}/", "") {
            path if path.contains("${") => scan.unknown.push(format!("{name} of `{path}`")),
            path => scan.imports.push(path),
        },
        None => scan.unknown.push(format!("{name} of something that is worked out")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_name_files() {
        let text = "variables:\n  a: {fn::readFile: ../a.txt}\n  b: {Fn::FileArchive: '${pulumi.cwd}/../b'}\n  c: {fn::readFile: '${x}'}\n  d: {fn::readFile: {fn::join: ['/', [a]]}}\n  e: {fn::remoteAsset: 'https://x/y'}\n  f: {fn::remoteAsset: 'file:///etc/x'}\n";
        let found = scan(text);
        assert_eq!(found.imports, ["../a.txt", "../b", "/etc/x"]);
        assert_eq!(found.unknown.len(), 2);
        assert_eq!(scan("a: [").unknown.len(), 1);
    }
}
