//! What a Go program imports: packages of its own module, and of modules that a `replace` or a workspace leads to.

use super::{Kind, Scan, Walk, at, joined, upwards};
use crate::repo::path::split;

/// A module: its name, and its folder.
type Module = (String, String);

pub fn begin(walk: &mut Walk<'_>, entry: &str) {
    let folder = if walk.tree.kind(entry) == Some(Kind::File) { split(entry).0 } else { entry }.to_owned();
    package(walk, &folder, &folder, "has");
}

/// A package is a folder: all of its files but tests, whatever they are built for.
fn package(walk: &mut Walk<'_>, folder: &str, by: &str, how: &'static str) {
    let step = crate::repo::Step { by: by.to_owned(), how };
    walk.reach.packages.entry((folder.to_owned(), ".go")).or_insert(step);
    let names = walk.tree.names(folder).into_iter();
    let files =
        names.filter(|(name, kind)| *kind == Kind::File && name.ends_with(".go") && !name.ends_with("_test.go"));
    for (name, _) in files {
        walk.file(&joined(folder, &name), by, how);
    }
}

/// Follows what a file imports.
pub fn look(walk: &mut Walk<'_>, file: &str) {
    let Some(scan) = walk.tree.scan(file, scan) else {
        return;
    };
    let modules = modules(walk, split(file).0, file);
    for name in &scan.imports {
        // The longest name that fits owns the package.
        let owner = modules.iter().filter(|(module, _)| is_in(name, module)).max_by_key(|(module, _)| module.len());
        let Some((module, folder)) = owner else {
            continue;
        };
        if let Some(place) = at(folder, name[module.len()..].trim_start_matches('/')) {
            package(walk, &place, file, "imports");
        }
    }
    walk.texts(&scan, file);
}

fn is_in(name: &str, module: &str) -> bool {
    name.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The modules that lie in the repository, as a file in a folder finds them.
fn modules(walk: &mut Walk<'_>, folder: &str, by: &str) -> Vec<Module> {
    let mut found = Vec::new();
    let above: Vec<String> = upwards(folder).map(str::to_owned).collect();
    let has = |walk: &Walk<'_>, name: &str| {
        above.iter().find(|folder| walk.tree.kind(&joined(folder, name)) == Some(Kind::File)).cloned()
    };
    if let Some(own) = has(walk, "go.mod") {
        found.extend(module(walk, &own));
        for name in ["go.mod", "go.sum"] {
            walk.first([joined(&own, name)], by, "is built by");
        }
        replaced(walk, &own, "go.mod", &mut found);
    }
    if let Some(work) = has(walk, "go.work") {
        walk.file(&joined(&work, "go.work"), by, "is built by");
        for path in used(&walk.tree.text(&joined(&work, "go.work")).unwrap_or_default()) {
            found.extend(at(&work, &path).and_then(|place| module(walk, &place)));
        }
        replaced(walk, &work, "go.work", &mut found);
    }
    found
}

fn module(walk: &Walk<'_>, folder: &str) -> Option<Module> {
    let text = walk.tree.text(&joined(folder, "go.mod"))?;
    let name = lines(&text).find_map(|line| line.strip_prefix("module ").map(str::trim))?;
    Some((name.trim_matches('"').to_owned(), folder.to_owned()))
}

/// `replace a => ../b`, with or without a version, in a block or on its own.
fn replaced(walk: &mut Walk<'_>, folder: &str, file: &str, found: &mut Vec<Module>) {
    let file = joined(folder, file);
    let text = walk.tree.text(&file).unwrap_or_default();
    for line in lines(&text) {
        let Some((old, new)) = line.split_once("=>") else {
            continue;
        };
        let old = old.trim().strip_prefix("replace ").unwrap_or(old).split_whitespace().next().unwrap_or_default();
        let new = new.trim().trim_matches('"');
        let place =
            Some(new).filter(|new| new.starts_with("./") || new.starts_with("../")).and_then(|new| at(folder, new));
        if let Some(place) = place {
            walk.first([joined(&place, "go.mod")], &file, "replaces");
            found.push((old.trim_matches('"').to_owned(), place));
        }
    }
}

/// The folders that a workspace uses.
fn used(text: &str) -> Vec<String> {
    let (mut paths, mut in_block) = (Vec::new(), false);
    for line in lines(text) {
        match line.strip_prefix("use ").or_else(|| line.strip_prefix("use(")) {
            Some(rest) if rest.trim_start().starts_with('(') || line.starts_with("use(") => in_block = true,
            Some(path) => paths.push(path.trim().trim_matches('"').to_owned()),
            None if line.starts_with(')') => in_block = false,
            None if in_block && !line.is_empty() => paths.push(line.trim_matches('"').to_owned()),
            None => {}
        }
    }
    paths
}

/// The lines of such a file without comments.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(|line| line.split("//").next().unwrap_or_default().trim())
}

/// How far a call is read on.
const LONGEST: usize = 300;

/// A reference to another stack: its name comes second, unless what is given last tells another one.
fn refers(given: &str, scan: &mut Scan) {
    scan.references += 1;
    let named = given.split_once(',').and_then(|(_, rest)| rest.trim_start().strip_prefix('"')?.split_once('"'));
    if let Some((name, rest)) = named
        && rest.trim_start_matches([',', ' ', '\t', '\n']).starts_with("nil")
    {
        scan.refers(name);
    }
}

/// Reads what a file imports, and its texts.
pub fn scan(text: &str) -> Scan {
    let mut scan = Scan::default();
    for line in text.lines().filter_map(|line| line.strip_prefix("//go:embed ")) {
        let names = line.split_whitespace().map(|name| name.trim_matches('"').trim_start_matches("all:"));
        // Whatever fits lies in the package's folder, below it as well.
        scan.texts.extend(
            names.map(|name| format!("./{}", name.split('*').next().unwrap_or_default().trim_end_matches('/'))),
        );
    }
    let (mut in_imports, mut is_head, mut word) = (false, true, String::new());
    let mut texts = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, rest.peek()) {
            ('/', Some('/')) => while rest.next_if(|c| *c != '\n').is_some() {},
            ('/', Some('*')) => comment(&mut rest),
            ('"' | '`' | '\'', _) => {
                let text = quoted(c, &mut rest);
                match in_imports && is_head {
                    true => scan.imports.push(text),
                    false if c != '\'' => texts.push(text),
                    false => {}
                }
                continue;
            }
            (c, _) if c.is_alphanumeric() || c == '_' => {
                word.push(c);
                if rest.peek().is_some_and(|c| c.is_alphanumeric() || *c == '_') {
                    continue;
                }
                match std::mem::take(&mut word).as_str() {
                    "import" => in_imports = true,
                    // Imports end where something else is declared.
                    "func" | "var" | "const" | "type" => is_head = false,
                    "NewStackReference" => refers(&rest.clone().take(LONGEST).collect::<String>(), &mut scan),
                    _ => {}
                }
            }
            _ => {}
        }
        if !c.is_whitespace() && c != ',' {
            scan.put_together(&mut texts);
        }
    }
    scan.put_together(&mut texts);
    scan
}

fn comment(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    rest.next();
    let mut before = ' ';
    for c in rest.by_ref() {
        if (before, c) == ('*', '/') {
            break;
        }
        before = c;
    }
}

fn quoted(quote: char, rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut text = String::new();
    while let Some(c) = rest.next() {
        match c {
            c if c == quote => break,
            '\\' if quote != '`' => text.extend(rest.next()),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_says_what_is_imported() {
        let text = "// import \"x\"\npackage main\n\nimport \"a\"\nimport (\n\tb \"c/d\" // \"e\"\n\t_ `f`\n)\n\nfunc main() {\n\tx(\"g\", \"../h\")\n}\n";
        let found = scan(text);
        assert_eq!(
            (found.imports.as_slice(), found.texts.as_slice()),
            (&["a", "c/d", "f"].map(str::to_owned)[..], &["g/../h", "g", "../h"].map(str::to_owned)[..])
        );
        let text = "func main() { pulumi.NewStackReference(ctx, org+name, nil) } // NewStackReference(";
        assert_eq!(scan(text).references, 1);
        let found =
            scan("func main() { pulumi.NewStackReference(ctx, \"dev\", nil); NewStackReference(ctx, \"x\", &args) }");
        assert_eq!((found.references, found.texts), (2, ["{}/{}/dev", "dev", "x"].map(str::to_owned).to_vec()));
        assert_eq!(scan("package a\n//go:embed data/*.json \"b\"\nvar x embed.FS").texts, ["./data", "./b"]);
        assert_eq!(
            used("go 1.22\nuse ./a\nuse (\n\t./b // b\n\t\"../c\"\n)\nreplace x => ./y"),
            ["./a", "./b", "../c"]
        );
    }
}
