//! EC2's network resources: each through its life, by the real engine against the emulator.

mod address;
mod instance;
mod nat;
mod refusal;
mod route;
mod rule;
mod security_group;
mod standing;
mod subnet;
mod vpc;

use serde_json::{Value, json};

use crate::aws::{Aws, Look};
use crate::pulumi::{Project, Run};

/// A program of EC2 resources: each its name, its type and its properties as a YAML flow.
pub fn of(resources: &[(&str, &str, &str)]) -> String {
    let each = resources.iter().map(|(name, kind, properties)| {
        format!("  {name}: {{type: 'gitinfra:ec2:{kind}', properties: {{{properties}}}}}\n")
    });
    format!("resources:\n{}", each.collect::<String>())
}

/// The life of one resource, called `x`, among others that it needs.
pub struct Journey {
    pub aws: Aws,
    pub project: Project,
    around: String,
    kind: &'static str,
    before: Look,
}

impl Journey {
    /// Nothing but the resources around it stands yet. They are told as in `of`.
    pub fn of(kind: &'static str, around: &[(&str, &str, &str)]) -> Journey {
        let aws = Aws::new();
        let before = aws.look();
        let project = aws.project(&of(around));
        if !around.is_empty() {
            project.up().expect_ok();
        }
        let around = of(around);
        Journey { aws, project, around, kind, before }
    }

    fn program(&self, properties: &str) -> &Project {
        self.project.program(&self.program_text(properties))
    }

    /// The program with these properties of it.
    pub fn program_text(&self, properties: &str) -> String {
        let x = format!("  x: {{type: 'gitinfra:ec2:{}', properties: {{{properties}}}}}\n", self.kind);
        format!("{}{x}", self.around)
    }

    /// It is foreseen with all its outputs, and made, although the answer to the call that makes it gets lost; the engine finds nothing left to do.
    #[track_caller]
    pub fn born(&self, creates: &str, properties: &str) -> &Journey {
        self.aws.fault(json!({"kind": "lose-answer", "operation": creates}));
        let project = self.program(properties);
        let preview = project.preview().expect_ok();
        project.up().expect_ok().expect_steps(&["create x"]);
        preview.expect_foreseen(&project.state(), "x");
        project.expect_settled().refresh_settled();
        self
    }

    /// It changes in place, in these properties.
    #[track_caller]
    pub fn updates(&self, properties: &str, paths: &[&str]) -> &Journey {
        let id = self.id();
        let up = self.program(properties).up().expect_ok();
        differs(&up, paths);
        up.expect_steps(&["update x"]);
        assert_eq!(self.id(), id);
        self.settled()
    }

    /// What the program says otherwise is what it is already: nothing happens.
    #[track_caller]
    pub fn stays(&self, properties: &str) -> &Journey {
        self.program(properties).up().expect_ok().expect_steps(&[]);
        self.settled()
    }

    /// A refresh sees what somebody has done to it, and the next update undoes it.
    #[track_caller]
    pub fn drifts(&self, meddle: impl FnOnce(&Journey), paths: &[&str]) -> &Journey {
        meddle(self);
        self.project.refresh().expect_ok();
        let up = self.project.up().expect_ok();
        differs(&up, paths);
        up.expect_steps(&["update x"]);
        self.settled()
    }

    /// It takes a new one, which is there before the old one goes.
    #[track_caller]
    pub fn replaced(&self, properties: &str) -> &Journey {
        self.anew(properties, ["create-replacement x", "replace x", "delete-replaced x"])
    }

    /// It takes a new one, which can't be there before the old one is gone.
    #[track_caller]
    pub fn replaced_in_its_place(&self, properties: &str) -> &Journey {
        self.anew(properties, ["delete-replaced x", "replace x", "create-replacement x"])
    }

    #[track_caller]
    fn anew(&self, properties: &str, order: [&str; 3]) -> &Journey {
        let up = self.program(properties).up().expect_ok();
        let steps = up.steps_in_order();
        let own: Vec<_> = steps.iter().filter(|s| s.ends_with(" x")).collect();
        assert_eq!(own, order.iter().collect::<Vec<_>>(), "{up}");
        self.settled()
    }

    /// Imported by an id, it is the same as the one that was made.
    #[track_caller]
    pub fn imported_as(&self, id: &str) -> &Journey {
        let other = self.aws.project("resources: {}\n");
        let token = format!("gitinfra:ec2:{}", self.kind);
        let options = ["--protect=false", "--generate-code=false"];
        let import = [token.as_str(), "x", id, options[0], options[1]];
        other.act("import", &import).expect_ok();
        assert_eq!(other.state().get("x", "/outputs"), self.project.state().get("x", "/outputs"));
        self
    }

    /// It goes, with all around it.
    #[track_caller]
    pub fn ends(&self) {
        self.project.destroy().expect_ok();
        assert_eq!(self.aws.look(), self.before);
    }

    /// Its id.
    pub fn id(&self) -> String {
        self.id_of("x")
    }

    /// The id of any resource.
    pub fn id_of(&self, name: &str) -> String {
        self.project.state().text(name, "/id").to_owned()
    }

    /// An output of it.
    pub fn output(&self, name: &str) -> Value {
        self.project.state().get("x", &format!("/outputs/{name}")).clone()
    }

    /// What EC2 answers.
    #[track_caller]
    pub fn call(&self, operation: &str, parameters: Value) -> Value {
        self.aws.call("ec2", operation, parameters)
    }

    /// Neither the program nor what AWS says leaves anything to do.
    #[track_caller]
    fn settled(&self) -> &Journey {
        let preview = ["--refresh", "--expect-no-changes"];
        self.project.act("preview", &preview).expect_ok();
        self
    }
}

#[track_caller]
fn differs(up: &Run, paths: &[&str]) {
    let mut wanted = paths.to_vec();
    wanted.sort_unstable();
    assert_eq!(up.diff("x").into_keys().collect::<Vec<_>>(), wanted, "{up}");
}

/// A tag as EC2 is given it.
pub fn tag(key: &str, value: &str) -> Value {
    json!([{"Key": key, "Value": value}])
}
