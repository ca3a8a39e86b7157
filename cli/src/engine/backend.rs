//! Where a stack's state lives, by Pulumi's own order of precedence.

use std::fs;
use std::path::PathBuf;

use crate::environment::{self, Environment};
use crate::failure::{Failure, Result};
use crate::repo::Stack;

/// A backend's URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backend(pub String);

impl Backend {
    /// The variable, then the project, then whatever `pulumi login` chose.
    pub fn of(stack: &Stack, environment: &Environment) -> Result<Backend> {
        if let Some(url) = environment.get("PULUMI_BACKEND_URL").filter(|url| !url.is_empty()) {
            return Ok(Backend(url.clone()));
        }
        if let Some(url) = &stack.backend {
            return match url.strip_prefix("file://") {
                Some(path) if !path.starts_with('/') && !path.starts_with('~') => Err(Failure::input(format!(
                    "{}: the backend {url} lies in the repository's folder, which is another one in every run",
                    stack.project_file
                ))
                .hint("write an absolute path or file://~, or set PULUMI_BACKEND_URL")),
                _ => Ok(Backend(url.clone())),
            };
        }
        Backend::chosen(environment)
    }

    /// What holds where a project says nothing of it: the variable, then whatever `pulumi login` chose.
    pub fn chosen(environment: &Environment) -> Result<Backend> {
        let set = environment.get("PULUMI_BACKEND_URL").filter(|url| !url.is_empty()).cloned();
        set.or_else(|| logged_in(environment)).map(Backend).ok_or_else(|| {
            Failure::setup("no backend is set, so nobody knows where the state lives")
                .hint("set PULUMI_BACKEND_URL (file:///path, s3://bucket, ...), `backend.url` in Pulumi.yaml, or run `pulumi login`")
        })
    }

    /// Whether its stacks have names that begin with `organization`, as all but Pulumi Cloud's have.
    pub fn is_self_managed(&self) -> bool {
        !self.0.starts_with("https://") && !self.0.starts_with("http://")
    }

    /// As it may be shown: without a password, and without what stands behind a question mark.
    pub fn shown(&self) -> String {
        let bare = self.0.split('?').next().unwrap_or_default();
        match bare.split_once("://").zip(bare.rsplit_once('@')) {
            Some(((scheme, _), (_, place))) => format!("{scheme}://{place}"),
            None => bare.to_owned(),
        }
    }

    /// A file backend's folder has to be there; Pulumi doesn't make it.
    pub fn check(&self, environment: &Environment) -> Result<()> {
        match self.folder(environment).filter(|folder| !folder.is_dir()) {
            None => Ok(()),
            Some(folder) => Err(Failure::setup(format!("the backend's folder {} does not exist", folder.display()))
                .hint(format!("make it with `mkdir -p {}`", folder.display()))),
        }
    }

    /// Makes a file backend readable again after an engine was killed while it wrote. Beside each file Pulumi keeps one of
    /// attributes, which it empties before it fills it; found empty, it makes every command on the project fail with `EOF`,
    /// while a missing one is fine. So is one that goes while an engine is just filling it. Says what it did.
    pub fn mend(&self, environment: &Environment) -> Vec<String> {
        let stacks = self.folder(environment).map(|folder| folder.join(".pulumi/stacks"));
        let files = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten();
        let projects = stacks.into_iter().flat_map(files);
        let attributes = projects
            .flat_map(|project| files(project.path()))
            .map(|file| file.path())
            .filter(|path| path.extension().is_some_and(|kind| kind == "attrs"));
        let is_empty = |path: &PathBuf| fs::metadata(path).is_ok_and(|found| found.len() == 0);
        attributes
            .filter(is_empty)
            .filter(|path| fs::remove_file(path).is_ok())
            .map(|path| {
                let file = path.display();
                format!("an engine was killed while it wrote {file}: removed it")
            })
            .collect()
    }

    /// Whether it is in files, and nobody has been there yet: the engine makes it at the first glance, and another engine that
    /// looks meanwhile finds half of it.
    pub fn is_untouched(&self, environment: &Environment) -> bool {
        self.folder(environment).is_some_and(|folder| !folder.join(".pulumi/meta.yaml").exists())
    }

    /// The folder, when the state is in files of this machine.
    pub fn folder(&self, environment: &Environment) -> Option<PathBuf> {
        let path = self.0.strip_prefix("file://")?.split('?').next()?;
        match path.strip_prefix('~') {
            Some(rest) => Some(environment::home(environment)?.join(rest.trim_start_matches('/'))),
            None => Some(PathBuf::from(path)),
        }
    }
}

/// The failure to destroy a stack that its backend doesn't have.
pub fn no_stack(backend: &Backend, stack: &Stack) -> Failure {
    let name = stack.name();
    Failure::input(format!("{} has no stack `{name}`, so there is nothing to destroy", backend.shown()))
        .hint(format!("`gitinfra forget stack/{name}` ends its record"))
}

fn logged_in(environment: &Environment) -> Option<String> {
    let home = environment.get("PULUMI_HOME").map(PathBuf::from);
    let home = home.or_else(|| environment::home(environment).map(|home| home.join(".pulumi")));
    let text = home.and_then(|home| fs::read_to_string(home.join("credentials.json")).ok());
    let credentials: serde_json::Value = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let current = credentials["current"].as_str().filter(|url| !url.is_empty()).map(str::to_owned);
    // With a token alone, Pulumi goes to its own cloud.
    current.or_else(|| environment.get("PULUMI_ACCESS_TOKEN").map(|_| "https://api.pulumi.com".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::{Listing, TreeFile, stacks};

    fn stack(backend: &str) -> Stack {
        let text = format!("name: n\nruntime: yaml\n{backend}");
        let file = |path: &str, text: &str| TreeFile { path: path.to_owned(), content: text.as_bytes().to_vec() };
        let files = vec![file("Pulumi.yaml", &text), file("Pulumi.dev.yaml", "")];
        stacks(&Listing { files, ..Listing::default() }).stacks.remove(0)
    }

    #[test]
    fn a_password_is_in_no_words() {
        let backend = Backend("postgres://ada:hunter2@db/state?sslmode=disable".to_owned());
        let failure = no_stack(&backend, &stack(""));
        assert_eq!(failure.message, "postgres://db/state has no stack `n/dev`, so there is nothing to destroy");
    }

    #[test]
    fn the_backend_is_found_in_pulumis_order() {
        let set: Environment = [("PULUMI_BACKEND_URL".to_owned(), "s3://a".to_owned())].into();
        let home: Environment = [("HOME".to_owned(), "/home/ada".to_owned())].into();
        let url = |stack: &Stack, environment| Backend::of(stack, environment).map(|backend| backend.0);
        assert_eq!(url(&stack("backend: {url: 'file:///x'}"), &set).as_deref(), Ok("s3://a"));
        assert_eq!(url(&stack("backend: {url: 'file:///x'}"), &home).as_deref(), Ok("file:///x"));
        assert!(url(&stack("backend: {url: 'file://./x'}"), &home).is_err());
        assert!(url(&stack(""), &Environment::new()).is_err());
        assert_eq!(Backend("file://~/s".to_owned()).folder(&home), Some(PathBuf::from("/home/ada/s")));
        assert_eq!(Backend("file:///s?x=1".to_owned()).folder(&home), Some(PathBuf::from("/s")));
        assert_eq!(Backend("s3://b".to_owned()).folder(&home), None);
    }

    #[test]
    fn only_empty_attributes_go() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let project = folder.path().join(".pulumi/stacks/net");
        fs::create_dir_all(&project).expect("a folder");
        for (name, text) in [("dev.json", ""), ("dev.json.attrs", ""), ("dev.json.bak.attrs", "{}")] {
            fs::write(project.join(name), text).expect("a file");
        }
        let backend = Backend(format!("file://{}", folder.path().display()));
        let done = backend.mend(&Environment::new());
        assert_eq!(done.len(), 1);
        assert!(done[0].contains("net/dev.json.attrs"), "{done:?}");
        assert_eq!(backend.mend(&Environment::new()), [""; 0]);
        assert_eq!(fs::read_dir(project).expect("a folder").count(), 2);
    }
}
