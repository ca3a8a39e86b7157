//! Projects as a user has them: an example's folder, or a Pulumi.yaml, with nothing added but where the plugins are.

use std::fs;
use std::path::Path;

use super::{Project, listed};
use crate::tools::{self, Plugin};

impl Project {
    /// A copy of a folder of examples: `network/yaml`.
    pub fn example(name: &str, plugins: &[Plugin]) -> Project {
        let folder = tools::repository().join("examples").join(name);
        let yaml = fs::read_to_string(folder.join("Pulumi.yaml")).expect("an example has a Pulumi.yaml");
        let project = Project::of(&yaml, plugins);
        for entry in fs::read_dir(&folder).expect("an example is a folder") {
            let path = entry.expect("an example can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // What somebody has made by running the example in its place is not part of it.
            if path.is_file() && !name.starts_with("Pulumi.") {
                let text = fs::read_to_string(&path).expect("an example is text");
                project.write(&name, &text);
            }
        }
        project
    }

    /// A whole Pulumi.yaml.
    pub fn of(yaml: &str, plugins: &[Plugin]) -> Project {
        let name = yaml.lines().find_map(|line| line.strip_prefix("name: "));
        let project = Project::called(name.expect("Pulumi.yaml has a name"), listed(plugins));
        project.program(yaml);
        project
    }

    /// The code of the first block of a language in a Markdown file of the repository.
    pub fn quoted(file: &str, language: &str) -> String {
        let path = Path::new(tools::repository()).join(file);
        let text = fs::read_to_string(path).expect("the file is there");
        let begin = format!("```{language}\n");
        let rest = text.split_once(&begin).expect("it has such a block").1;
        rest.split("\n```").next().unwrap_or_default().to_owned() + "\n"
    }
}
