//! What a Python program imports: modules by their names, from the program's folder on, and packages that its requirements name
//! by their folders.

use std::collections::BTreeSet;

use super::{Kind, Scan, Walk, ending, joined, packages, upwards};
use crate::repo::path::split;

/// What names packages by their folders.
const MANIFESTS: [&str; 4] = ["requirements.txt", "pyproject.toml", "setup.cfg", "Pipfile"];

pub fn begin(walk: &mut Walk<'_>, entry: &str) {
    let folder = if walk.tree.kind(entry) == Some(Kind::File) { split(entry).0 } else { entry }.to_owned();
    manifests(walk, &folder);
    let main = if folder == entry { joined(&folder, "__main__.py") } else { entry.to_owned() };
    match walk.tree.kind(&main) {
        Some(Kind::File) => walk.file(&main, &folder, "begins with"),
        _ => packages::sources(walk, &folder, &|name| ending(name) == "py"),
    }
}

/// Follows what a module imports.
pub fn look(walk: &mut Walk<'_>, file: &str) {
    let Some(scan) = walk.tree.scan(file, scan) else {
        return;
    };
    for name in &scan.imports {
        module(walk, name, file, scan.texts.iter().any(|text| text == SEARCH_PATH));
    }
    scan.unknown.iter().for_each(|what| walk.unknown(file, what));
    walk.texts(&scan, file);
}

/// Stands among the texts of a file that changes where modules are looked for.
const SEARCH_PATH: &str = "sys.path";

/// Where a module may lie: with dots before its name from the file's own package, else from the program's folder, and from
/// every folder above where the file changes the search path.
fn module(walk: &mut Walk<'_>, name: &str, by: &str, is_path_changed: bool) {
    let dots = name.chars().take_while(|c| *c == '.').count();
    let parts: Vec<&str> = name[dots..].split('.').filter(|part| !part.is_empty()).collect();
    if dots > 0 {
        let own: Vec<&str> = split(by).0.split('/').filter(|part| !part.is_empty()).collect();
        let package = own[..own.len().saturating_sub(dots - 1)].join("/");
        return package_of(walk, &package, &parts, by);
    }
    let mut roots: BTreeSet<String> = BTreeSet::from([walk.folder.clone()]);
    if is_path_changed {
        let above = [walk.folder.as_str(), split(by).0].into_iter().flat_map(upwards);
        roots.extend(above.map(str::to_owned));
    }
    for root in roots {
        let first = joined(&root, parts.first().unwrap_or(&""));
        if walk.tree.kind(&first).is_some() || walk.tree.kind(&format!("{first}.py")).is_some() || root == walk.folder {
            package_of(walk, &root, &parts, by);
        }
    }
}

/// A module and the packages that it lies in, each of which runs when it is imported.
fn package_of(walk: &mut Walk<'_>, root: &str, parts: &[&str], by: &str) {
    let mut here = root.to_owned();
    if parts.is_empty() {
        walk.first([joined(&here, "__init__.py")], by, "imports");
    }
    for part in parts {
        here = joined(&here, part);
        // A package wins over a module of its name; a folder without that file is a package, too.
        walk.first([joined(&here, "__init__.py"), format!("{here}.py"), format!("{here}.pyi")], by, "imports");
        if walk.tree.kind(&here) != Some(Kind::Folder) {
            return;
        }
    }
}

/// Local packages of the requirements, and what those ask for in turn.
fn manifests(walk: &mut Walk<'_>, folder: &str) {
    let mut left: Vec<String> = MANIFESTS.iter().map(|name| joined(folder, name)).collect();
    let mut seen = BTreeSet::new();
    while let Some(file) = left.pop() {
        let Some(text) = walk.tree.text(&file).filter(|_| seen.insert(file.clone())) else {
            continue;
        };
        if ending(&file) == "txt" {
            requirements(walk, &file, &text, &mut left);
        } else {
            project(walk, &file, &text, &mut left);
        }
    }
}

/// A file of requirements: `-e ../x`, `../x`, `x @ file:../x`, `-r other.txt`, `-c other.txt`.
fn requirements(walk: &mut Walk<'_>, file: &str, text: &str, left: &mut Vec<String>) {
    for line in text.lines().map(str::trim) {
        let option =
            ["-r ", "--requirement ", "-c ", "--constraint "].iter().find_map(|option| line.strip_prefix(option));
        let path = option.or_else(|| line.strip_prefix("-e ")).or_else(|| line.strip_prefix("--editable "));
        let path = path.or_else(|| line.split_once("@ file:").map(|(_, path)| path)).unwrap_or(line).trim();
        let path = path.trim_start_matches("file:").split(['[', ';', '#']).next().unwrap_or(path).trim();
        if !path.starts_with('.') && option.is_none() {
            continue;
        }
        walk.named(split(file).0, path, file, "installs");
        let place = super::at(split(file).0, path).unwrap_or_default();
        match option {
            Some(_) => left.push(place),
            None => left.extend(MANIFESTS.iter().map(|name| joined(&place, name))),
        }
    }
}

/// `pyproject.toml` and the like: `path = "../x"` of uv and poetry, and members of uv's workspace.
fn project(walk: &mut Walk<'_>, file: &str, text: &str, left: &mut Vec<String>) {
    let folder = split(file).0.to_owned();
    for line in text.lines().map(|line| line.split('#').next().unwrap_or_default()) {
        if let Some(path) = value(line, "path") {
            walk.named(&folder, &path, file, "installs");
            let place = super::at(&folder, &path).unwrap_or_default();
            left.extend(MANIFESTS.iter().map(|name| joined(&place, name)));
        }
        let is_member = line.replace(' ', "").contains("workspace=true");
        if let (true, Some((name, _))) = (is_member, line.split_once('=')) {
            member(walk, &folder, name.trim().trim_matches('"'), file);
        }
    }
}

/// The text after `key =` in a line, wherever it stands there.
fn value(line: &str, key: &str) -> Option<String> {
    for (at, _) in line.match_indices(key) {
        let is_word = line[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '-');
        let rest = line[at + key.len()..].trim_start().strip_prefix('=').map(str::trim_start);
        let quote = rest.and_then(|rest| rest.chars().next()).filter(|c| matches!(c, '"' | '\''));
        if let (true, Some(rest), Some(quote)) = (is_word, rest, quote) {
            return rest[1..].split(quote).next().map(str::to_owned);
        }
    }
    None
}

/// A member of uv's workspace by its name.
fn member(walk: &mut Walk<'_>, folder: &str, name: &str, by: &str) {
    let plain = |name: &str| name.to_lowercase().replace(['_', '.'], "-");
    for root in upwards(folder).map(str::to_owned).collect::<Vec<_>>() {
        let text = walk.tree.text(&joined(&root, "pyproject.toml")).unwrap_or_default();
        let Some((_, rest)) = text.split_once("[tool.uv.workspace]") else {
            continue;
        };
        let list = rest.split_once("members").and_then(|(_, rest)| rest.split_once('['));
        let list = list.and_then(|(_, rest)| rest.split(']').next()).unwrap_or_default();
        let globs: Vec<String> = list.split(',').map(|glob| glob.trim().trim_matches(['"', '\'']).to_owned()).collect();
        for found in packages::members(walk, &root, &globs, "pyproject.toml") {
            let manifest = walk.tree.text(&joined(&found, "pyproject.toml")).unwrap_or_default();
            let own = manifest.lines().find_map(|line| value(line, "name")).unwrap_or_default();
            if plain(&own) == plain(name) {
                walk.folder(&found, by, "installs");
            }
        }
        for name in ["pyproject.toml", "uv.lock"] {
            walk.file(&joined(&root, name), by, "installs by");
        }
        return;
    }
}

/// Reads what a module imports, and its texts.
pub fn scan(text: &str) -> Scan {
    let mut scan = Scan::default();
    let lines = Lines::of(text, &mut scan);
    if lines.iter().any(|line| line.contains("sys.path")) {
        scan.texts.push(SEARCH_PATH.to_owned());
    }
    for line in &lines {
        references(line, &mut scan);
        for statement in line.split(';').map(str::trim) {
            // After a colon on the same line another statement begins.
            let statement = statement.rsplit(": ").next().map_or(statement, |last| {
                if last.starts_with("import ") || last.starts_with("from ") { last } else { statement }
            });
            statements(statement, &mut scan);
        }
    }
    scan
}

/// Where a line reads outputs of another stack, and of which, where that is written out; what stands in its texts does not.
fn references(line: &str, scan: &mut Scan) {
    for (at, word) in line.match_indices("StackReference") {
        let (before, after) = (&line[..at], line[at + word.len()..].trim_start());
        let is_code = before.matches('\u{1}').count() == before.matches('\u{2}').count();
        let Some(given) = after.strip_prefix('(').filter(|_| is_code) else {
            continue;
        };
        scan.references += 1;
        let text = given.trim_start().strip_prefix('\u{1}').and_then(|text| text.split_once('\u{2}'));
        if let Some((name, rest)) = text
            && rest.trim_start().trim_start_matches(',').trim_start().starts_with(')')
        {
            scan.refers(name);
        }
    }
}

fn statements(statement: &str, scan: &mut Scan) {
    if let Some(names) = statement.strip_prefix("import ") {
        let names = names.split(',').filter_map(|name| name.split_whitespace().next());
        scan.imports.extend(names.map(str::to_owned));
    } else if let Some((module, names)) = statement.strip_prefix("from ").and_then(|rest| rest.split_once(" import ")) {
        let module = module.replace(' ', "");
        scan.imports.push(module.clone());
        // What is imported out of a package may be a module of it.
        let dot = if module.ends_with('.') { "" } else { "." };
        let names = names.trim_matches(['(', ')', ' ']).split(',').filter_map(|name| name.split_whitespace().next());
        scan.imports.extend(names.filter(|name| *name != "*").map(|name| format!("{module}{dot}{name}")));
    }
    for call in ["import_module(", "__import__("] {
        for (at, _) in statement.match_indices(call) {
            let argument = &statement[at + call.len()..];
            match argument.strip_prefix('\u{1}').and_then(|rest| rest.split_once('\u{2}')) {
                Some((name, _)) => scan.imports.push(name.to_owned()),
                None => scan.unknown.push(format!("`{call}..)` of something that is worked out")),
            }
        }
    }
}

/// The logical lines of a text: without comments, with lines that belong together as one. Texts stand between two signs that no
/// program holds.
struct Lines<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    lines: Vec<String>,
    line: String,
    depth: usize,
    /// Texts that stand one after the other.
    texts: Vec<String>,
}

impl Lines<'_> {
    fn of(text: &str, scan: &mut Scan) -> Vec<String> {
        let mut all = Lines {
            rest: text.chars().peekable(),
            lines: Vec::new(),
            line: String::new(),
            depth: 0,
            texts: Vec::new(),
        };
        while let Some(c) = all.rest.next() {
            match c {
                '#' => while all.rest.next_if(|c| *c != '\n').is_some() {},
                '"' | '\'' => all.text(c),
                '\\' if all.rest.next_if_eq(&'\n').is_some() => all.line.push(' '),
                '\n' if all.depth == 0 => all.end(),
                '\n' | '\t' => all.line.push(' '),
                c => all.sign(c, scan),
            }
        }
        all.end();
        scan.put_together(&mut all.texts);
        all.lines
    }

    fn end(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.lines.push(line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "));
    }

    fn sign(&mut self, c: char, scan: &mut Scan) {
        match c {
            '(' | '[' | '{' => self.depth += 1,
            ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        // The parts of a path stand with commas or slashes between them.
        if !c.is_whitespace() && c != ',' && c != '/' {
            scan.put_together(&mut self.texts);
        }
        self.line.push(c);
    }

    fn text(&mut self, quote: char) {
        let is_long = self.rest.next_if_eq(&quote).is_some();
        let mut text = String::new();
        if is_long && self.rest.next_if_eq(&quote).is_none() {
            return self.take(text);
        }
        let mut quotes = 0;
        while let Some(c) = self.rest.next() {
            quotes = if c == quote { quotes + 1 } else { 0 };
            match c {
                '\\' => text.extend(self.rest.next()),
                _ if quotes == if is_long { 3 } else { 1 } => break,
                '\n' if !is_long => break,
                c => text.push(c),
            }
        }
        let whole = if is_long { text.trim_end_matches(quote).to_owned() } else { text };
        self.take(whole);
    }

    fn take(&mut self, text: String) {
        self.line.push('\u{1}');
        self.line.push_str(&text.replace(['\n', ';'], " "));
        self.line.push('\u{2}');
        self.texts.push(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_told_from_what_looks_like_them() {
        let cases: [(&str, &[&str]); 15] = [
            ("import a.b as c, d\n", &["a.b", "d"]),
            ("from a.b import c as d, e\n", &["a.b", "a.b.c", "a.b.e"]),
            ("from . import x\nfrom ..y import z\nfrom .w import *", &[".", ".x", "..y", "..y.z", ".w"]),
            ("from a import (\n    b,  # first\n    c,\n)\n", &["a", "a.b", "a.c"]),
            ("from a \\\n  import b", &["a", "a.b"]),
            ("import a; import b", &["a", "b"]),
            ("if x: import a\n", &["a"]),
            ("def f():\n    import a\n", &["a"]),
            ("try:\n    import a\nexcept ImportError:\n    import b", &["a", "b"]),
            ("# import a\nx = 'import b'\n", &[]),
            ("\"\"\"\nimport a\n\"\"\"\nimport b", &["b"]),
            ("x = '''it's \"'''\nimport a", &["a"]),
            ("importlib.import_module('a.b')", &["a.b"]),
            ("x = ''\nimport a", &["a"]),
            ("print('it\\'s')\nimport a", &["a"]),
        ];
        for (text, expected) in cases {
            assert_eq!(scan(text).imports, expected, "{text}");
        }
    }

    #[test]
    fn what_is_worked_out_is_said_and_texts_are_kept() {
        let text =
            "pulumi.StackReference(org + '/net/' + env)\nx = [StackReference (n) for n in all]\n'StackReference(x)'";
        assert_eq!(scan(text).references, 2);
        let found = scan(
            "a = StackReference('dev')\nb = StackReference( 'acme/prod', )\nc = StackReference('d', stack_name=n)",
        );
        let own: Vec<&str> = found.texts.iter().filter_map(|text| text.strip_prefix("{}/{}/")).collect();
        assert_eq!((found.references, own), (3, vec!["dev", "prod"]));
        assert_eq!(scan("importlib.import_module(name)").unknown.len(), 1);
        let found = scan("os.path.join(here, '..', 'lambda')\nPath(x) / '..' / 'data'\nf('../y')");
        assert_eq!(found.texts, ["../lambda", "..", "lambda", "../data", "..", "data", "../y"]);
        assert!(scan("sys.path.append('../lib')").texts.contains(&SEARCH_PATH.to_owned()));
    }
}
