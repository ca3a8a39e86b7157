//! What programs of each language reach, on trees that are written down.

use super::*;
use crate::repo::{Listing, TreeFile, stacks};

struct Written {
    files: Vec<(&'static str, &'static str)>,
    links: Links,
}

impl Tree for Written {
    fn kind(&self, path: &str) -> Option<Kind> {
        if self.files.iter().any(|(file, _)| *file == path) {
            return Some(Kind::File);
        }
        self.files.iter().any(|(file, _)| is_within(file, path)).then_some(Kind::Folder)
    }

    fn text(&self, path: &str) -> Option<String> {
        self.files.iter().find(|(file, _)| *file == path).map(|(_, text)| (*text).to_owned())
    }

    fn scan(&self, path: &str, read: fn(&str) -> Scan) -> Option<Arc<Scan>> {
        Some(Arc::new(read(&self.text(path)?)))
    }

    fn names(&self, folder: &str) -> Vec<(String, Kind)> {
        let inside = self.files.iter().filter_map(|(file, _)| match folder {
            "" => Some(*file),
            folder => file.strip_prefix(folder)?.strip_prefix('/'),
        });
        let mut names: Vec<(String, Kind)> = inside
            .map(|rest| match rest.split_once('/') {
                Some((name, _)) => (name.to_owned(), Kind::Folder),
                None => (rest.to_owned(), Kind::File),
            })
            .collect();
        names.dedup();
        names
    }

    fn links(&self) -> &Links {
        &self.links
    }

    fn module_of(&self, path: &str) -> Option<&str> {
        is_within(path, "module").then_some("module")
    }
}

fn reach_of(runtime: &str, files: &[(&'static str, &'static str)]) -> (Stack, Reach) {
    reach_with(runtime, files, &[])
}

/// What the program in the folder `net` reaches, with the stack that it is of.
fn reach_with(runtime: &str, files: &[(&'static str, &'static str)], links: &[(&str, &str)]) -> (Stack, Reach) {
    let project = format!("name: net\nruntime: {runtime}\n");
    let mut listing = vec![
        TreeFile { path: "net/Pulumi.yaml".to_owned(), content: project.into_bytes() },
        TreeFile { path: "net/Pulumi.dev.yaml".to_owned(), content: Vec::new() },
    ];
    for (path, text) in files.iter().filter(|(path, _)| split(path).1.starts_with("Pulumi.")) {
        listing.retain(|file| file.path != *path);
        listing.push(TreeFile { path: (*path).to_owned(), content: text.as_bytes().to_vec() });
    }
    let links: Links = links.iter().map(|(path, target)| ((*path).to_owned(), (*target).to_owned())).collect();
    let listing = Listing { files: listing, links: links.clone(), ..Listing::default() };
    let found = stacks(&listing).stacks.into_iter().find(|stack| stack.project == "net");
    let mut stack = found.expect("the stack is there");
    let reach = reach(&Written { files: files.to_vec(), links }, &stack);
    stack.reach = Some(Arc::new(reach.clone()));
    (stack, reach)
}

/// Which of the files a stack uses, and which not.
fn check(runtime: &str, files: &[(&'static str, &'static str)], used: &[&str], unused: &[&str]) -> Reach {
    let (stack, reach) = reach_of(runtime, files);
    for path in used {
        assert!(stack.uses(path), "{path} is used: {reach:#?}");
    }
    for path in unused {
        assert!(!stack.uses(path), "{path} is not used: {:?} {reach:#?}", reach.way(path));
    }
    reach
}

#[test]
fn typescript_follows_relative_imports() {
    let files = [
        ("net/index.ts", "import { a } from '../shared/a';\nimport './own';\nimport * as aws from '@pulumi/aws';"),
        ("net/own.ts", "export * from \"../shared/deep\";"),
        ("net/unused.ts", "import '../other/x'"),
        ("shared/a.ts", "import { b } from './b.js'; const c = require('./c.json')"),
        (
            "shared/b.ts",
            "new pulumi.asset.FileArchive('../lambda'); readFileSync(path.join(__dirname, '..', 'data', 'x.txt'))",
        ),
        ("shared/c.json", "{}"),
        ("shared/deep/index.ts", ""),
        ("shared/z.ts", ""),
        ("other/x.ts", ""),
        ("lambda/main.js", ""),
        ("data/x.txt", ""),
        ("data/y.txt", ""),
    ];
    let used = ["shared/a.ts", "shared/b.ts", "shared/c.json", "shared/deep/index.ts", "lambda/main.js", "data/x.txt"];
    let reach = check("nodejs", &files, &used, &["shared/z.ts", "other/x.ts", "data/y.txt"]);
    let way: Vec<String> =
        reach.way("data/x.txt").into_iter().map(|(path, how)| format!("{how} {path}").trim().to_owned()).collect();
    assert_eq!(
        way,
        ["net", "begins with net/index.ts", "imports shared/a.ts", "imports shared/b.ts", "reads data/x.txt"]
    );
    // What would win if it came, and what was used before it went.
    assert!(reach.has("shared/deep.ts") && !reach.has("shared/a/index.ts"));
    assert_eq!(reach.unknown, [] as [&str; 0]);
}

#[test]
fn typescript_follows_members_of_its_workspace() {
    let files = [
        ("package.json", "{\"workspaces\": [\"packages/*\", \"net\", \"!packages/old\"]}"),
        ("package-lock.json", "{}"),
        (
            "net/package.json",
            "{\"name\": \"net\", \"main\": \"src/main.ts\", \"dependencies\": {\"@acme/file\": \"file:../file\"}}",
        ),
        (
            "net/tsconfig.json",
            "{ // comments\n \"extends\": \"../tsconfig.base.json\", \"compilerOptions\": {\"paths\": {\"~/*\": [\"../alias/*\"],},}, }",
        ),
        (
            "net/src/main.ts",
            "import '@acme/one'; import '@acme/two/sub'; import 'three'; import 'old'; import '~/x'; import '@acme/file'",
        ),
        ("tsconfig.base.json", "{}"),
        (
            "packages/one/package.json",
            "{\"name\": \"@acme/one\", \"main\": \"dist/index.js\", \"source\": \"src/index.ts\"}",
        ),
        ("packages/one/src/index.ts", "import '../../four'"),
        ("packages/one/README.md", ""),
        ("packages/two/package.json", "{\"name\": \"@acme/two\"}"),
        ("packages/two/sub.ts", ""),
        ("packages/two/index.ts", ""),
        ("packages/three/package.json", "{\"name\": \"three\", \"exports\": \"./dist/index.js\"}"),
        ("packages/three/anything.txt", ""),
        ("packages/three/src/a.ts", "import '@acme/five'"),
        ("packages/five/package.json", "{\"name\": \"@acme/five\", \"main\": \"a.ts\"}"),
        ("packages/five/a.ts", ""),
        ("packages/four/index.ts", ""),
        ("packages/old/package.json", "{\"name\": \"old\"}"),
        ("packages/old/index.ts", ""),
        ("alias/x.ts", ""),
        ("alias/y.ts", ""),
        ("file/x.ts", ""),
    ];
    let used = [
        "package.json",
        "package-lock.json",
        "tsconfig.base.json",
        "packages/one/src/index.ts",
        "packages/one/package.json",
        "packages/four/index.ts",
        "packages/two/sub.ts",
        "packages/three/anything.txt",
        "packages/five/a.ts",
        "alias/x.ts",
        "file/x.ts",
    ];
    let unused = ["packages/one/README.md", "packages/two/index.ts", "packages/old/index.ts", "alias/y.ts"];
    check("nodejs", &files, &used, &unused);
}

#[test]
fn what_cannot_be_followed_is_said() {
    let files = [("net/index.ts", "require(name); require('../module/a')"), ("net/index.js", "import '../x'")];
    let reach = check("nodejs", &files, &[], &["x.ts"]);
    let expected = [
        "net/index.ts: `require(..)` of something that is worked out",
        "net/index.ts: what lies in the submodule module",
    ];
    assert_eq!(reach.unknown, expected);
    let reach = check("java", &[("net/App.java", "")], &[], &[]);
    assert_eq!(reach.unknown, ["what a program in java takes from other folders"]);
}

#[test]
fn python_follows_modules_and_local_packages() {
    let files = [
        (
            "net/__main__.py",
            "import sys\nsys.path.insert(0, os.path.join(here, '..'))\nfrom shared import vpc\nimport helper",
        ),
        ("net/helper.py", "from pathlib import Path\nPath(__file__).parent / '..' / 'data' / 'a.json'"),
        ("net/requirements.txt", "pulumi>=3\n-e ../lib\n./vendored\n-r ../base.txt\n"),
        ("base.txt", "other @ file:../other"),
        ("shared/__init__.py", ""),
        ("shared/vpc.py", "from .deep import names"),
        ("shared/deep/names.py", ""),
        ("shared/unused.py", ""),
        ("lib/setup.py", ""),
        ("lib/pyproject.toml", "[tool.poetry.dependencies]\nmore = { path = \"../more\", develop = true }\n"),
        ("more/x.py", ""),
        ("data/a.json", ""),
        ("data/b.json", ""),
    ];
    let used = [
        "shared/__init__.py",
        "shared/vpc.py",
        "shared/deep/names.py",
        "lib/setup.py",
        "more/x.py",
        "base.txt",
        "data/a.json",
    ];
    check("python", &files, &used, &["shared/unused.py", "data/b.json"]);
    let files = [
        ("pyproject.toml", "[tool.uv.workspace]\nmembers = [\n  \"libs/*\",\n]\n"),
        ("net/pyproject.toml", "[project]\nname = \"net\"\n[tool.uv.sources]\nacme_vpc = { workspace = true }\n"),
        ("net/__main__.py", ""),
        ("libs/vpc/pyproject.toml", "[project]\nname = \"acme-vpc\""),
        ("libs/vpc/src/x.py", ""),
        ("libs/db/pyproject.toml", "[project]\nname = \"acme-db\""),
    ];
    check("python", &files, &["libs/vpc/src/x.py", "pyproject.toml", "uv.lock"], &["libs/db/pyproject.toml"]);
}

#[test]
fn go_follows_packages_of_its_module_and_of_replaced_ones() {
    let files = [
        ("go.mod", "module acme.example/infra\n\nreplace acme.example/lib v1.0.0 => ./lib\n"),
        (
            "net/main.go",
            "package main\nimport (\n\t\"acme.example/infra/shared\"\n\t\"acme.example/lib/deep\"\n\t\"fmt\"\n)\nfunc main() { f(\"../lambda\") }",
        ),
        ("shared/a.go", "package shared"),
        ("shared/a_test.go", "package shared\nimport \"acme.example/infra/tested\""),
        ("shared/sub/b.go", "package sub"),
        ("tested/c.go", ""),
        ("lib/go.mod", "module acme.example/lib"),
        ("lib/deep/d.go", "package deep\nimport \"acme.example/lib/more\""),
        ("lib/more/e.go", "package more"),
        ("lib/other/f.go", ""),
        ("lambda/x.py", ""),
    ];
    let used = [
        "go.mod",
        "go.sum",
        "shared/a.go",
        "shared/gone.go",
        "lib/deep/d.go",
        "lib/more/e.go",
        "lib/go.mod",
        "lambda/x.py",
    ];
    check("go", &files, &used, &["shared/sub/b.go", "tested/c.go", "lib/other/f.go"]);
    let files = [
        ("go.work", "go 1.22\nuse (\n\t./net\n\t./lib\n)\n"),
        ("net/go.mod", "module acme.example/net"),
        ("net/main.go", "package main\nimport \"acme.example/lib\""),
        ("lib/go.mod", "module acme.example/lib"),
        ("lib/a.go", "package lib"),
    ];
    check("go", &files, &["go.work", "lib/a.go"], &[]);
}

#[test]
fn yaml_follows_what_it_reads_and_local_components() {
    let files = [
        (
            "net/Pulumi.yaml",
            "name: net\nruntime: yaml\npackages: {site: ../component}\nvariables:\n  a: {fn::readFile: ../conf/a.json}\n  b: {fn::readFile: '${x}'}\nresources:\n  c: {type: 'a:b:C', properties: {source: {fn::fileArchive: ../site}}}\n",
        ),
        ("conf/a.json", ""),
        ("conf/b.json", ""),
        ("site/index.html", ""),
        ("component/PulumiPlugin.yaml", "runtime: nodejs"),
        ("component/index.ts", "import '../library/x'"),
        ("library/x.ts", ""),
    ];
    let reach = check(
        "yaml",
        &files,
        &["conf/a.json", "site/index.html", "component/index.ts", "library/x.ts"],
        &["conf/b.json"],
    );
    assert_eq!(reach.unknown, ["net/Pulumi.yaml: fn::readFile of `${x}`"]);
}

/// A file is read where the program runs, also when a component was looked into before its turn came.
#[test]
fn a_component_leaves_the_rest_of_the_program_alone() {
    let files = [
        ("net/index.ts", "import '../lib/deep/helper'\nuse('../component')"),
        ("lib/deep/helper.ts", "read('../data/x.json')"),
        ("component/PulumiPlugin.yaml", "runtime: nodejs"),
        ("component/index.ts", ""),
        ("data/x.json", ""),
    ];
    check("nodejs", &files, &["lib/deep/helper.ts", "component/index.ts", "data/x.json"], &[]);
}

#[test]
fn links_lead_where_they_lead() {
    let files = [("net/index.ts", "import '../link/a'"), ("real/a.ts", ""), ("link/a.ts", "")];
    let (stack, _) = reach_with("nodejs", &files, &[("link", "real")]);
    assert!(stack.uses("link") && stack.uses("real/a.ts"));
}

proptest::proptest! {
    /// Whoever commits decides what stands in a file.
    #[test]
    fn no_text_is_too_odd(text in "([\\PC\n]|import |from |require\\(|`|\\$\\{|'''|/\\*|//){0,60}") {
        for scan in [script::scan, python::scan, go::scan, yaml::scan] {
            scan(&text);
        }
    }
}
