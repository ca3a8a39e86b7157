//! The stacks of a commit: every `Pulumi.yaml` with its `Pulumi.<stack>.yaml` files, read from a tree's entries.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::{Failure, Result, nearest};

/// A file of a Git tree whose name begins with `Pulumi.`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// Path from the repository's root, with slashes.
    pub path: String,
    pub content: Vec<u8>,
}

/// One stack of one project at some commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stack {
    pub project: String,
    pub stack: String,
    /// The project's folder from the repository's root, empty for the root itself.
    pub folder: String,
    /// The project file, for messages.
    pub project_file: String,
    /// The stack's own configuration file.
    pub config_file: String,
    /// The language of the program, such as `yaml` or `nodejs`.
    pub runtime: String,
    /// `backend.url` of the project, if it names one.
    pub backend: Option<String>,
    /// Whether the configuration holds encrypted values.
    pub has_secrets: bool,
    /// Folders outside the project's own that it declares: plugins, local packages, `main`.
    pub also: Vec<String>,
    /// Paths inside the folder that belong to other stacks or projects.
    not: Vec<String>,
}

impl Stack {
    /// `PROJECT/STACK`, its name everywhere.
    pub fn name(&self) -> String {
        format!("{}/{}", self.project, self.stack)
    }

    /// Refuses a name that Pulumi would refuse less plainly, or take for a flag.
    pub fn check_name(&self) -> Result<()> {
        let is_sound = |name: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            !name.is_empty() && !name.starts_with('-') && name.chars().all(fits)
        };
        match is_sound(&self.project) && is_sound(&self.stack) {
            true => Ok(()),
            false => Err(Failure::input(format!("`{}` is no name of a stack", self.name()))
                .hint("projects and stacks have names of letters, digits, `-`, `_` and `.`, the first no `-`")),
        }
    }

    /// Whether a change of this path can change what the stack becomes.
    pub fn uses(&self, path: &str) -> bool {
        let declared = self.also.iter().any(|folder| is_within(path, folder));
        let own = is_within(path, &self.folder) && !self.not.iter().any(|other| is_within(path, other));
        path == self.config_file || declared || own
    }

    /// Whether the user means this stack: by its whole name or by the stack's alone.
    pub fn is_called(&self, wanted: &str) -> bool {
        wanted == self.name() || wanted == self.stack
    }
}

#[derive(Debug, Deserialize)]
struct ProjectFile {
    name: Option<String>,
    #[serde(default)]
    runtime: Value,
    main: Option<String>,
    #[serde(default)]
    backend: Value,
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

struct Project {
    path: String,
    folder: String,
    extension: &'static str,
    config_folder: String,
    file: ProjectFile,
}

/// Finds every stack. All faults of all files are told at once.
pub fn stacks(files: &[TreeFile]) -> Result<Vec<Stack>, Vec<Failure>> {
    let mut faults = Vec::new();
    let projects = projects(files, &mut faults);
    let folders: BTreeSet<&str> = projects.iter().map(|project| project.folder.as_str()).collect();
    let mut found = Vec::new();
    for project in &projects {
        let configs = configs(project, files);
        for (stack, file) in &configs {
            found.push(assemble(project, stack, file, &configs, &folders));
        }
    }
    found.sort_by_key(|stack: &Stack| (stack.folder.clone(), stack.stack.clone()));
    twins(&found, &mut faults);
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}

/// Several faults as one failure, each on its own line.
pub fn all_of(faults: Vec<Failure>) -> Failure {
    let messages: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
    let mut hints: Vec<String> = faults.iter().flat_map(|fault| fault.hints.clone()).collect();
    hints.dedup();
    Failure { hints, ..Failure::input(messages.join("\n")) }
}

/// Picks the stacks that a user named, all when none is named.
pub fn select(stacks: Vec<Stack>, wanted: &[String]) -> Result<Vec<Stack>> {
    if let Some(stranger) = wanted.iter().find(|name| !stacks.iter().any(|stack| stack.is_called(name))) {
        let names: Vec<String> = stacks.iter().map(Stack::name).collect();
        return Err(Failure::input(format!("no stack is called `{stranger}` at this commit"))
            .hint_some(nearest(stranger, names.iter().map(String::as_str)))
            .hint(format!("the stacks are: {}", names.join(", "))));
    }
    let is_wanted = |stack: &Stack| wanted.is_empty() || wanted.iter().any(|name| stack.is_called(name));
    Ok(stacks.into_iter().filter(is_wanted).collect())
}

fn projects(files: &[TreeFile], faults: &mut Vec<Failure>) -> Vec<Project> {
    let mut projects: BTreeMap<String, Project> = BTreeMap::new();
    for file in files.iter().filter(|file| !file.path.split('/').any(|part| part == "node_modules")) {
        let (folder, name) = split(&file.path);
        let extension = match name {
            "Pulumi.yaml" => "yaml",
            "Pulumi.yml" => "yml",
            _ => continue,
        };
        match project(file, folder, extension) {
            // Pulumi takes `Pulumi.yaml` when a folder has both.
            Ok(project) if extension == "yaml" => drop(projects.insert(folder.to_owned(), project)),
            Ok(project) => drop(projects.entry(folder.to_owned()).or_insert(project)),
            Err(fault) => faults.push(fault),
        }
    }
    projects.into_values().collect()
}

fn project(file: &TreeFile, folder: &str, extension: &'static str) -> Result<Project> {
    let parsed: ProjectFile = yaml(file)?;
    let missing = |what: &str, example: &str| {
        Failure::input(format!("{}: `{what}` is missing", file.path)).hint(format!("a project needs `{example}`"))
    };
    if parsed.name.as_deref().is_none_or(str::is_empty) {
        return Err(missing("name", "name: my-project"));
    }
    if runtime(&parsed).is_none() {
        return Err(missing("runtime", "runtime: yaml"));
    }
    let config_folder = parsed.stack_config_dir.as_deref().or(parsed.config.as_str()).unwrap_or("");
    let config_folder = resolve(folder, config_folder)
        .ok_or_else(|| Failure::input(format!("{}: `stackConfigDir` leads out of the repository", file.path)))?;
    Ok(Project { path: file.path.clone(), folder: folder.to_owned(), extension, config_folder, file: parsed })
}

/// Reads YAML; a fault is told with file, line and column.
fn yaml<T: serde::de::DeserializeOwned>(file: &TreeFile) -> Result<T> {
    let text = std::str::from_utf8(&file.content)
        .map_err(|_| Failure::input(format!("{}: this is not UTF-8 text", file.path)))?;
    serde_saphyr::from_str(text).map_err(|error| {
        let place = match error.location() {
            Some(at) if at.line() > 0 => format!("{}:{}:{}", file.path, at.line(), at.column()),
            _ => file.path.clone(),
        };
        let words = error.without_snippet().to_string();
        let words = words.split(" at line ").next().unwrap_or(&words);
        Failure::input(format!("{place}: {words}"))
            .hint("see https://www.pulumi.com/docs/iac/concepts/projects/project-file")
    })
}

fn runtime(file: &ProjectFile) -> Option<&str> {
    file.runtime.as_str().or_else(|| file.runtime["name"].as_str()).filter(|name| !name.is_empty())
}

/// A project's stacks by name, with the file that configures each.
fn configs<'a>(project: &Project, files: &'a [TreeFile]) -> BTreeMap<String, &'a TreeFile> {
    let suffix = format!(".{}", project.extension);
    let stack = |file: &'a TreeFile| {
        let (folder, name) = split(&file.path);
        let stack = name.strip_prefix("Pulumi.")?.strip_suffix(&suffix)?;
        (folder == project.config_folder && !stack.is_empty()).then(|| (stack.to_owned(), file))
    };
    files.iter().filter_map(stack).collect()
}

fn assemble(
    project: &Project,
    stack: &str,
    config: &TreeFile,
    configs: &BTreeMap<String, &TreeFile>,
    folders: &BTreeSet<&str>,
) -> Stack {
    let also = declared(project);
    let others = configs.values().filter(|file| file.path != config.path).map(|file| file.path.clone());
    let nested = folders.iter().filter(|folder| **folder != project.folder && is_within(folder, &project.folder));
    let file = &project.file;
    Stack {
        project: file.name.clone().unwrap_or_default(),
        stack: stack.to_owned(),
        folder: project.folder.clone(),
        project_file: project.path.clone(),
        config_file: config.path.clone(),
        runtime: runtime(file).unwrap_or_default().to_owned(),
        backend: file.backend["url"].as_str().map(str::to_owned),
        has_secrets: String::from_utf8_lossy(&config.content).contains("secure:"),
        not: others.chain(nested.map(|folder| (*folder).to_owned())).collect(),
        also,
    }
}

/// Folders that a project file names relative to itself: they are part of what it rolls out.
fn declared(project: &Project) -> Vec<String> {
    let plugins = ["providers", "languages", "analyzers"].into_iter().flat_map(|kind| {
        let list = project.file.plugins[kind].as_array().map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(|plugin| plugin["path"].as_str())
    });
    let packages = project.file.packages.as_object().into_iter().flat_map(|packages| packages.values());
    let packages = packages.filter_map(|package| package.as_str().or_else(|| package["source"].as_str()));
    let local = packages.filter(|source| source.starts_with("./") || source.starts_with("../"));
    let named = plugins.chain(local).chain(project.file.main.as_deref());
    let mut folders: Vec<String> = named.filter_map(|path| resolve(&project.folder, path)).collect();
    folders.retain(|folder| *folder != project.folder && !folder.is_empty());
    folders.sort();
    folders.dedup();
    folders
}

fn twins(stacks: &[Stack], faults: &mut Vec<Failure>) {
    let mut seen: BTreeMap<String, &Stack> = BTreeMap::new();
    for stack in stacks {
        if let Some(first) = seen.insert(stack.name(), stack) {
            let places = format!("{} and {}", first.project_file, stack.project_file);
            faults.push(
                Failure::input(format!("two stacks are called `{}`: in {places}", stack.name()))
                    .hint("give one of the projects another `name`"),
            );
        }
    }
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty() || path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Follows a relative path from a folder of the repository; `None` when it is absolute or leads outside.
pub fn resolve(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.starts_with('~') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
#[path = "repo_tests.rs"]
mod tests;
