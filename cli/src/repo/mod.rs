//! The stacks of a commit: every project file with its stacks' files, read from a tree's entries.

mod link;
pub mod path;
mod project;
mod reach;
#[cfg(test)]
mod tests;
mod uses;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::called;
use crate::failure::{Failure, Result};
use path::split;
use project::{EXTENSIONS, Project};
use uses::Uses;

/// Pulumi takes no longer name of a project or a stack.
const LONGEST_NAME: usize = 100;

pub use link::{Astray, Links, follow, outside};
pub use reach::{Reach, Step};
pub use uses::is_a_module;

/// A file of a Git tree whose name begins with `Pulumi.`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// Path from the repository's root, with slashes.
    pub path: String,
    /// What stands in it; in the file behind it, where it is a symbolic link.
    pub content: Vec<u8>,
}

/// What of a commit's tree decides about its stacks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    pub files: Vec<TreeFile>,
    /// The symbolic links of the whole tree.
    pub links: Links,
    /// The paths of submodules.
    pub modules: BTreeSet<String>,
}

/// One stack of one project at some commit.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Whether the engine looks at what stands before every preview and roll-out.
    pub refreshes: bool,
    /// Whether the configuration holds encrypted values.
    pub has_secrets: bool,
    /// Whether the configuration tells what the passphrase of its encrypted values is known by.
    pub has_salt: bool,
    /// Whether the configuration imports environments of Pulumi's, which others change.
    pub imports: bool,
    /// The folder or file of the program.
    pub program: String,
    /// Globs of paths whose change rolls it out as well, though it does not use them.
    pub triggers: Vec<String>,
    /// Globs of the names of stacks that have to stand before it rolls out.
    pub after: Vec<String>,
    /// Whether only what it needs is checked out for it.
    pub sparse: bool,
    /// Globs of the tags of which the newest is rolled out, in the place of the branch's head; none where the head is.
    pub tags: Vec<String>,
    uses: Uses,
    /// What its project file names outside of the repository.
    outside: Vec<String>,
    /// What its program reaches outside of these, once somebody has followed it.
    pub reach: Option<Arc<Reach>>,
}

/// What a commit holds: the stacks that can be rolled out, and what keeps others from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub stacks: Vec<Stack>,
    pub faults: Vec<Fault>,
}

/// A project that can't be read, or a stack that can't be told from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The stack as `PROJECT/STACK`; `None` when the project's name is not known.
    pub stack: Option<String>,
    pub folder: String,
    /// Whether stacks are kept back by it. A template's project file, for example, has none.
    pub has_stacks: bool,
    pub failure: Failure,
    /// The stacks that share its name.
    pub twins: Vec<Stack>,
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
            // A name of dots alone would be another folder of the backend.
            let is_folder = name.chars().all(|c| c == '.');
            !is_folder && name.len() <= LONGEST_NAME && !name.starts_with('-') && name.chars().all(fits)
        };
        match is_sound(&self.project) && is_sound(&self.stack) {
            true => Ok(()),
            false => Err(Failure::input(format!("`{}` is no name of a stack", self.name()))
                .hint("projects and stacks have names of up to 100 letters, digits, `-`, `_` and `.`, the first no `-`, and not of dots alone")),
        }
    }

    /// Refuses links that lead out of the repository, and submodules, among what the stack uses.
    pub fn check_files(&self) -> Result<()> {
        match self.uses.faults.first() {
            None => Ok(()),
            Some(fault) => Err(fault.clone()),
        }
    }

    /// Takes in what its program reaches.
    pub fn reaches(&mut self, reach: Arc<Reach>) {
        let is_new = |fault: &&Failure| !self.uses.faults.contains(fault);
        let astray: Vec<Failure> = reach.astray.iter().filter(is_new).cloned().collect();
        self.uses.faults.extend(astray);
        self.reach = Some(reach);
    }

    /// What its project file names and its program reads outside of the repository, as far as that stands there.
    pub fn outside(&self) -> impl Iterator<Item = &str> {
        let read = self.reach.iter().flat_map(|reach| &reach.outside);
        self.outside.iter().chain(read).map(String::as_str)
    }

    /// Whether a change of this path can change what the stack becomes.
    pub fn uses(&self, path: &str) -> bool {
        self.uses.has(path) || self.reach.as_ref().is_some_and(|reach| reach.has(path))
    }

    /// Whether something that it uses may lie in a folder, or in one below.
    pub fn may_use_of(&self, folder: &str) -> bool {
        let is_near = |part: &String| path::is_within(folder, part) || path::is_within(part, folder);
        self.parts().iter().any(is_near) || self.reach.as_ref().is_some_and(|reach| reach.may_be_in(folder))
    }

    /// Which of its files and folders a path belongs to; `None` when it uses it not.
    pub fn part_of(&self, path: &str) -> Option<&str> {
        self.uses.part_of(path)
    }

    /// The files and folders that it is made of. Of what lies in them, `uses` tells.
    pub fn parts(&self) -> &[String] {
        self.uses.parts()
    }

    /// How many of the paths, which are sorted, it uses, and the first of them; its own before those that it reaches.
    pub fn used_of<'a>(&'a self, paths: &'a [String]) -> Option<(usize, &'a str)> {
        let own = self.uses.of(paths);
        let reached = self.reach.iter().flat_map(|reach| reach.of(paths)).filter(|path| !self.uses.has(path));
        let mut used = own.chain(reached);
        let first = used.next()?;
        Some((1 + used.count(), first))
    }
}

/// Finds every stack. What is wrong with one keeps no other from being found.
pub fn stacks(listing: &Listing) -> Found {
    let mut files: BTreeMap<&str, Vec<&TreeFile>> = BTreeMap::new();
    for file in &listing.files {
        files.entry(split(&file.path).0).or_default().push(file);
    }
    let (projects, mut faults) = projects(&files, &listing.links);
    let folders: BTreeSet<&str> = projects.iter().map(|project| project.folder.as_str()).collect();
    let mut found = Vec::new();
    for project in &projects {
        let configs = configs(project, files.get(project.config_folder.as_str()));
        let all: Vec<&str> = configs.values().map(|file| file.path.as_str()).collect();
        for (stack, file) in &configs {
            match path::is_bytes(stack) {
                true => faults.push(nameless(project, file)),
                false => {
                    found.push(assemble(project, stack, file, listing, Uses::new(project, &file.path, &all, &folders)))
                }
            }
        }
    }
    found.sort_by(|a: &Stack, b| (&a.folder, &a.stack).cmp(&(&b.folder, &b.stack)));
    let stacks = without_twins(found, &mut faults);
    Found { stacks, faults }
}

impl Found {
    /// The names of those of the known stacks, each with its folder, that are certainly not there any more.
    pub fn lacks<'a>(&self, known: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<&'a str> {
        let names: BTreeSet<String> = self.stacks.iter().map(Stack::name).collect();
        let gone = known.filter(|(name, folder)| !names.contains(*name) && !self.hides(name, folder));
        gone.map(|(name, _)| name).collect()
    }

    /// The names of those of these stacks that another commit has not any more.
    pub fn gone_in(&self, other: &Found) -> Vec<String> {
        let names: Vec<String> = self.stacks.iter().map(Stack::name).collect();
        let known = names.iter().zip(&self.stacks).map(|(name, stack)| (name.as_str(), stack.folder.as_str()));
        other.lacks(known).into_iter().map(str::to_owned).collect()
    }

    /// Whether a stack may be there although it was not found: under a name that two have, or in a folder whose project
    /// can't be read.
    fn hides(&self, name: &str, folder: &str) -> bool {
        let faulty =
            |fault: &Fault| fault.stack.as_deref() == Some(name) || (fault.stack.is_none() && fault.folder == folder);
        self.faults.iter().any(faulty)
    }

    /// The same without what lies in some folders. Of twins the only one that is left is none.
    pub fn without(self, is_out: impl Fn(&str) -> bool) -> Found {
        let Found { mut stacks, faults } = self;
        stacks.retain(|stack| !is_out(&stack.folder));
        let mut kept = Vec::new();
        for fault in faults {
            let (had, mut twins) = (fault.twins.len(), fault.twins.clone());
            twins.retain(|twin| !is_out(&twin.folder));
            match twins.len() {
                0 if had > 0 || is_out(&fault.folder) => {}
                1 => stacks.append(&mut twins),
                left if left < had => kept.push(shared(&twins)),
                _ => kept.push(fault),
            }
        }
        stacks.sort_by(|a, b| (&a.folder, &a.stack).cmp(&(&b.folder, &b.stack)));
        Found { stacks, faults: kept }
    }

    /// All that is wrong, as one failure; `None` when nothing is.
    pub fn failure(&self) -> Option<Failure> {
        let failures: Vec<Failure> = self.faults.iter().map(|fault| fault.failure.clone()).collect();
        (!failures.is_empty()).then(|| all_of(failures))
    }

    /// The stacks that a user named with what is wrong with them; everything when none is named.
    pub fn select(self, wanted: &[String]) -> Result<Found> {
        if wanted.is_empty() {
            return Ok(self);
        }
        let names: Vec<String> = self.stacks.iter().map(Stack::name).collect();
        let faulty = self.faults.iter().filter_map(|fault| fault.stack.as_deref());
        let known = names.iter().map(String::as_str).chain(faulty).collect();
        let mut meant = BTreeSet::new();
        for name in wanted {
            let name = called::stack(name, &known).map_err(|failure| self.no_stack(failure, &names))?;
            if let Some(fault) = self.faults.iter().find(|fault| fault.stack.as_deref() == Some(name)) {
                return Err(fault.failure.clone());
            }
            meant.insert(name);
        }
        let stacks = self.stacks.iter().filter(|stack| meant.contains(stack.name().as_str())).cloned().collect();
        Ok(Found { stacks, faults: Vec::new() })
    }

    fn no_stack(&self, failure: Failure, names: &[String]) -> Failure {
        let failure = failure.hint(format!("the stacks at this commit are: {}", names.join(", ")));
        let unread = self.faults.iter().filter(|fault| fault.stack.is_none() && fault.has_stacks);
        unread.fold(failure, |failure, fault| failure.hint(format!("one may be missing: {}", fault.failure)))
    }
}

/// Several faults as one failure, each on its own line.
fn all_of(faults: Vec<Failure>) -> Failure {
    let messages: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
    let mut hints: Vec<String> = faults.iter().flat_map(|fault| fault.hints.clone()).collect();
    hints.dedup();
    Failure { hints, ..Failure::input(messages.join("\n")) }
}

/// The project of each folder that has one, and those that can't be read.
fn projects(files: &BTreeMap<&str, Vec<&TreeFile>>, links: &Links) -> (Vec<Project>, Vec<Fault>) {
    let (mut projects, mut faults) = (Vec::new(), Vec::new());
    for (folder, files) in files {
        if folder.split('/').any(|part| part == "node_modules") {
            continue;
        }
        let named = |extension| files.iter().find(|file| split(&file.path).1 == format!("Pulumi.{extension}"));
        let Some(file) = EXTENSIONS.iter().find_map(named) else {
            continue;
        };
        match project::read(file, links) {
            Ok(project) => projects.push(project),
            Err(failure) => {
                let has_stacks = files.iter().any(|other| stack_of(other, &file.path).is_some());
                let failure = failure.hint_some(if has_stacks { how_to_leave_out(folder) } else { None });
                faults.push(Fault {
                    stack: None,
                    folder: (*folder).to_owned(),
                    has_stacks,
                    failure,
                    twins: Vec::new(),
                });
            }
        }
    }
    (projects, faults)
}

/// A project's stacks by name, with the file that configures each.
fn configs<'a>(project: &Project, files: Option<&Vec<&'a TreeFile>>) -> BTreeMap<&'a str, &'a TreeFile> {
    let files = files.into_iter().flatten();
    files.filter_map(|file| Some((stack_of(file, &project.path)?, *file))).collect()
}

/// The stack that a file configures, if it does: its extension has to be the project file's.
fn stack_of<'a>(file: &'a TreeFile, project_file: &str) -> Option<&'a str> {
    let (_, extension) = project_file.rsplit_once('.')?;
    let name = split(&file.path).1.strip_prefix("Pulumi.")?;
    name.strip_suffix(extension)?.strip_suffix('.').filter(|stack| !stack.is_empty())
}

fn assemble(project: &Project, stack: &str, config: &TreeFile, listing: &Listing, mut uses: Uses) -> Stack {
    let text = String::from_utf8_lossy(&config.content);
    uses.follow_links(&listing.links);
    uses.refuse_modules(&listing.modules, &format!("{}/{stack}", project.name));
    Stack {
        project: project.name.clone(),
        stack: stack.to_owned(),
        folder: project.folder.clone(),
        project_file: project.path.clone(),
        config_file: config.path.clone(),
        runtime: project.runtime.clone(),
        backend: project.backend.clone(),
        refreshes: project.refreshes,
        // In YAML it is `secure:`, in JSON `"secure":`.
        has_secrets: text.contains("secure"),
        has_salt: text.contains("encryptionsalt"),
        imports: text.contains("environment"),
        program: project.program.clone(),
        triggers: Vec::new(),
        after: Vec::new(),
        sparse: false,
        tags: Vec::new(),
        uses,
        outside: project.outside.clone(),
        reach: None,
    }
}

fn nameless(project: &Project, config: &TreeFile) -> Fault {
    let failure = Failure::input(format!("{}: the stack's name is not UTF-8", path::shown(&config.path)));
    Fault { stack: None, folder: project.folder.clone(), has_stacks: true, failure, twins: Vec::new() }
}

/// The stacks whose names are their own. Of those that share one nobody can say which is meant.
fn without_twins(found: Vec<Stack>, faults: &mut Vec<Fault>) -> Vec<Stack> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for stack in &found {
        *places.entry(stack.name()).or_default() += 1;
    }
    let (mut twins, own): (Vec<Stack>, Vec<Stack>) = found.into_iter().partition(|stack| places[&stack.name()] > 1);
    twins.sort_by_key(Stack::name);
    faults.extend(twins.chunk_by(|a, b| a.name() == b.name()).map(shared));
    own
}

/// The fault that several stacks have one name.
fn shared(twins: &[Stack]) -> Fault {
    let files: Vec<&str> = twins.iter().map(|twin| twin.project_file.as_str()).collect();
    let name = twins.first().map(Stack::name).unwrap_or_default();
    let failure = Failure::input(format!("{} stacks are called `{name}`: in {}", number(&files), files.join(" and ")))
        .hint("give one of the projects another `name`")
        .hint_some(twins.last().and_then(|twin| how_to_leave_out(&twin.folder)));
    Fault { stack: Some(name), folder: String::new(), has_stacks: true, failure, twins: twins.to_vec() }
}

/// How a folder is left out, whatever is wrong with it.
fn how_to_leave_out(folder: &str) -> Option<String> {
    let can_be = !folder.is_empty() && !path::is_bytes(folder);
    can_be.then(|| format!("`exclude: ['{folder}/']` in gitinfra.yaml leaves the folder out"))
}

fn number(files: &[&str]) -> String {
    match files.len() {
        2 => "two".to_owned(),
        count => count.to_string(),
    }
}
