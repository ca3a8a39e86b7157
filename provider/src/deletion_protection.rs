//! What a whole stack is protected by from a deletion that would end half-way.

use pulumi_plugin::{Error, Id, Made, Property, Resource, Result};

use crate::aws::Aws;

/// The inputs of a deletion protection.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DeletionProtectionInputs {
    /// The name of what is protected, for people.
    #[prop(keep)]
    pub of: String,
    /// What of it holds data, for people. Default: nothing is named.
    #[prop(keep, default)]
    pub data: Vec<String>,
    /// Whether a deletion is refused.
    #[prop(keep)]
    pub enabled: bool,
}

/// Deletion protection for several resources at once. It depends on all of them, so that a destroy begins with it, and is refused there, before anything
/// else is deleted: Pulumi's resource option `protect` would let the engine delete all others first. It is kept in Pulumi's state alone: AWS has no such
/// thing, a refresh finds no drift, and there is nothing to import.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DeletionProtection {
    /// The inputs.
    #[prop(inputs)]
    pub inputs: DeletionProtectionInputs,
}

impl Resource for DeletionProtection {
    const TOKEN: &'static str = "gitinfra:index:DeletionProtection";
    type Session = Aws;
    type Inputs = DeletionProtectionInputs;
    type Seen = ();

    async fn create(aws: &Aws, _: &DeletionProtectionInputs) -> Result<Made> {
        Ok(Made::New(Id::from(aws.birth().token.as_str())))
    }

    /// What the state has is there. An import has no state yet: its call gives nothing.
    async fn find(aws: &Aws, id: &Id) -> Result<Option<()>> {
        match aws.call().given.contains_key("of") {
            true => Ok(Some(())),
            false => {
                Err(Error::new(format!("`{id}` can't be imported: deletion protection is kept in the state alone"))
                    .hint("declare it, and `pulumi up` makes it"))
            }
        }
    }

    async fn read(_: &Aws, _: &Id, (): ()) -> Result<Self> {
        let inputs = DeletionProtectionInputs { of: String::new(), data: Vec::new(), enabled: true };
        Ok(DeletionProtection { inputs })
    }

    async fn update(_: &Aws, _: &Id, _: &Self, _: &DeletionProtectionInputs) -> Result<()> {
        Ok(())
    }

    async fn delete(_: &Aws, _: &Id, old: &Self) -> Result<()> {
        let DeletionProtectionInputs { of, data, enabled } = &old.inputs;
        if !enabled {
            return Ok(());
        }
        let holds = if data.is_empty() { String::new() } else { format!(", which holds data in {}", data.join(", ")) };
        Err(Error::new(format!("`{of}` is protected from deletion{holds}; nothing of it has been deleted"))
            .hint("to destroy it, set `protectStateful: false` or `profile: dev`, roll that out, and destroy it then"))
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}
