//! Project files: `Pulumi.yaml`, `Pulumi.yml` and `Pulumi.json`, as far as gitinfra reads them.

use serde::Deserialize;
use serde_json::Value;

use super::TreeFile;
use super::link::{Astray, Links, follow, outside};
use super::path::{self, split};
use crate::failure::{Failure, Result};
use crate::text::of_yaml;

/// What a project file's name may end with. When a folder has several, Pulumi takes the first in the alphabet.
pub const EXTENSIONS: [&str; 3] = ["json", "yaml", "yml"];

#[derive(Debug, Deserialize)]
struct ProjectFile {
    name: Option<String>,
    #[serde(default)]
    runtime: Value,
    main: Option<String>,
    #[serde(default)]
    backend: Value,
    #[serde(default)]
    options: Value,
    #[serde(default)]
    plugins: Value,
    #[serde(default)]
    packages: Value,
    /// Projects declare configuration here; before `stackConfigDir` a plain string named its folder.
    #[serde(default)]
    config: Value,
    #[serde(rename = "stackConfigDir")]
    stack_config_dir: Option<String>,
}

/// A project at some commit.
#[derive(Debug)]
pub struct Project {
    pub name: String,
    /// The project file.
    pub path: String,
    pub folder: String,
    /// The folder of its stacks' files.
    pub config_folder: String,
    /// The language of the program, such as `yaml` or `nodejs`.
    pub runtime: String,
    /// `backend.url`, if it names one.
    pub backend: Option<String>,
    /// Whether the engine looks at what stands before every preview and roll-out (`options.refresh: always`).
    pub refreshes: bool,
    /// The folder or file of the program: the project's own folder unless `main` names another.
    pub program: String,
    /// Folders that it names: the program's, plugins, local packages; with the links on the way there.
    pub named: Vec<String>,
    /// What of these lies outside of the repository.
    pub outside: Vec<String>,
}

/// Reads a project file.
pub fn read(file: &TreeFile, links: &Links) -> Result<Project> {
    let (folder, _) = split(&file.path);
    if path::is_bytes(folder) {
        return Err(Failure::input(format!("{}: the folder's name is not UTF-8", path::shown(&file.path)))
            .hint("Pulumi can't run there: give the folder a name in UTF-8"));
    }
    if let Err(Astray::Out) = follow(links, "", &file.path) {
        let target = links.get(&file.path).map(String::as_str).unwrap_or_default();
        return Err(leads_out(&file.path, target));
    }
    let parsed: ProjectFile = parse(file)?;
    let missing = |what: &str, example: &str| {
        Failure::input(format!("{}: `{what}` is missing", file.path)).hint(format!("a project needs `{example}`"))
    };
    let name = parsed.name.as_deref().filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| missing("name", "name: my-project"))?;
    let runtime = parsed.runtime.as_str().or_else(|| parsed.runtime["name"].as_str());
    let runtime = runtime.filter(|name| !name.is_empty()).ok_or_else(|| missing("runtime", "runtime: yaml"))?;
    let config_folder = parsed.stack_config_dir.as_deref().or(parsed.config.as_str()).unwrap_or("");
    let config_folder = inside(file, links, "stackConfigDir", config_folder)?;
    let main = inside(file, links, "main", parsed.main.as_deref().unwrap_or(""))?;
    let is_astray = |path: &str| outside(folder, path).is_none() && follow(links, folder, path) == Err(Astray::Out);
    if let Some(path) = paths(&parsed).find(|path| is_astray(path)) {
        return Err(Failure::input(format!("{}: `{path}` leads out of the repository", file.path)));
    }
    Ok(Project {
        name: name.to_owned(),
        path: file.path.clone(),
        folder: folder.to_owned(),
        config_folder: config_folder.end,
        runtime: runtime.to_owned(),
        backend: parsed.backend["url"].as_str().map(str::to_owned),
        refreshes: parsed.options["refresh"] == "always",
        outside: paths(&parsed).filter_map(|path| outside(folder, path)).collect(),
        named: named(&parsed, folder, links).chain(main.via).chain([main.end.clone()]).collect(),
        program: main.end,
    })
}

fn inside(file: &TreeFile, links: &Links, what: &str, path: &str) -> Result<super::link::Way> {
    let out = || Failure::input(format!("{}: `{what}` leads out of the repository", file.path));
    follow(links, split(&file.path).0, path).ok().filter(|_| !path.starts_with('~')).ok_or_else(out)
}

/// The failure of a symbolic link that leads out.
pub fn leads_out(link: &str, target: &str) -> Failure {
    let (link, target) = (path::shown(link), path::shown(target));
    Failure::input(format!("a symbolic link leads out of the repository: {link} -> {target}"))
        .hint("a checkout would follow it to this machine's own files: let it lead to a committed file")
}

/// The plugins' folders and the local packages, as far as they lie in the repository, with the links on the way there.
fn named<'a>(file: &'a ProjectFile, folder: &'a str, links: &'a Links) -> impl Iterator<Item = String> + 'a {
    let ways = paths(file).filter(|path| !path.starts_with('~')).filter_map(|path| follow(links, folder, path).ok());
    ways.flat_map(|way| way.via.into_iter().chain([way.end]))
}

/// The paths of plugins and of local packages.
fn paths(file: &ProjectFile) -> impl Iterator<Item = &str> {
    let plugins = ["providers", "languages", "analyzers"].into_iter().flat_map(|kind| {
        let list = file.plugins[kind].as_array().map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(|plugin| plugin["path"].as_str())
    });
    let packages = file.packages.as_object().into_iter().flat_map(|packages| packages.values());
    let packages = packages.filter_map(|package| package.as_str().or_else(|| package["source"].as_str()));
    let is_local = |source: &&str| {
        matches!(*source, "." | "..") || ["./", "../", "/", "~/"].iter().any(|start| source.starts_with(start))
    };
    plugins.chain(packages.filter(is_local))
}

/// Reads YAML or JSON; a fault is told with file, line and column.
fn parse(file: &TreeFile) -> Result<ProjectFile> {
    let text = std::str::from_utf8(&file.content)
        .map_err(|_| Failure::input(format!("{}: this is not UTF-8 text", file.path)))?;
    if file.path.ends_with(".json") {
        return serde_json::from_str(text)
            .map_err(|error| fault(file, error.line(), error.column(), &error.to_string()));
    }
    serde_saphyr::from_str(text).map_err(|error| {
        let (line, column) = error.location().map_or((0, 0), |at| (at.line(), at.column()));
        let number = |number| usize::try_from(number).unwrap_or_default();
        fault(file, number(line), number(column), &error.without_snippet().to_string())
    })
}

fn fault(file: &TreeFile, line: usize, column: usize, words: &str) -> Failure {
    let place = match line {
        0 => file.path.clone(),
        line => format!("{}:{line}:{column}", file.path),
    };
    let words = of_yaml(words.split(" at line ").next().unwrap_or(words));
    Failure::input(format!("{place}: {words}"))
        .hint("see https://www.pulumi.com/docs/iac/concepts/projects/project-file")
}
