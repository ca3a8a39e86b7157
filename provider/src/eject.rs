//! The plain resources of a component, as a program of its own.

mod program;
mod state;

use std::collections::BTreeSet;

use pulumi_plugin::{Function, Property, Result};

use crate::aws::Aws;

/// The inputs of eject: what stands of a stack, and what of it becomes a program.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct EjectInputs {
    /// The state of the stack, as `pulumi stack export` writes it: JSON. With `--show-secrets` where the component has secrets: what is theirs is found by
    /// their values, and none is written into the program.
    pub state: String,
    /// The name of the component in its program, or its URN: `web`.
    pub component: String,
}

/// A component without the component.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct EjectResult {
    /// The program, a whole Pulumi.yaml. Each resource has its URN in the component as an alias, so that rolling it out in the component's place changes nothing.
    pub program: String,
    /// The configuration that the program wants besides: the values of inputs that are secret, which are not told here. Each is set with
    /// `pulumi config set --secret KEY`.
    pub secrets: BTreeSet<String>,
}

/// The function.
pub struct Eject;

impl Function for Eject {
    const TOKEN: &'static str = "gitinfra:index:eject";
    const DOC: &'static str = "The plain resources of a component as a program of YAML, with aliases: for whoever has outgrown the component. The \
                               preview of that program, in the place of the component, changes no resource; only the component's own entries leave the state.";
    type Session = Aws;
    type Inputs = EjectInputs;
    type Outputs = EjectResult;

    async fn call(_: &Aws, asked: &EjectInputs) -> Result<EjectResult> {
        let state = state::State::parse(&asked.state)?;
        program::of(&state, state.component(&asked.component)?)
    }
}
