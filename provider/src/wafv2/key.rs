//! What a thing of WAF's is known by: id, name and scope.

use aws_sdk_wafv2::types::Scope as AwsScope;
use pulumi_plugin::{Error, Id, Property, Result};

use crate::aws::{Aws, EDGE};

/// The scope of a thing of WAF's: which resources it can protect.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum Scope {
    /// CloudFront distributions. All such things are in us-east-1.
    #[prop(rename = "CLOUDFRONT")]
    Cloudfront,
    /// Resources of the region, such as load balancers.
    #[prop(rename = "REGIONAL")]
    Regional,
}

impl Scope {
    /// As AWS takes it.
    pub fn aws(self) -> AwsScope {
        AwsScope::from(self.as_str())
    }

    /// Refuses a scope that the region does not have.
    pub fn is_at(self, aws: &Aws) -> Result<()> {
        match (self, aws.region()) {
            (Scope::Cloudfront, region) if region != EDGE => {
                let why = "`scope` is CLOUDFRONT: such things are in us-east-1 only, and the region is";
                Err(Error::new(format!("{why} {region}")).hint("give the resource the property `region: us-east-1`"))
            }
            _ => Ok(()),
        }
    }
}

/// An id, name and scope, written as `id/name/scope`.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// The id that AWS made.
    pub id: String,
    /// The name.
    pub name: String,
    /// The scope.
    pub scope: Scope,
}

impl Key {
    /// Reads a resource's id.
    pub fn parse(id: &Id) -> Result<Key> {
        let parts: Vec<_> = id.as_str().split('/').collect();
        let key = match parts[..] {
            [id, name, "REGIONAL"] => Some((id, name, Scope::Regional)),
            [id, name, "CLOUDFRONT"] => Some((id, name, Scope::Cloudfront)),
            _ => None,
        };
        let key = key.filter(|(id, name, _)| !id.is_empty() && !name.is_empty());
        let key = key.map(|(id, name, scope)| Key { id: id.to_owned(), name: name.to_owned(), scope });
        key.ok_or_else(|| {
            Error::new(format!("`{id}` is not an id of WAF's, which are `ID/NAME/SCOPE`"))
                .hint("for example `01234567-89ab-cdef-0123-456789abcdef/web/REGIONAL`")
        })
    }

    /// The resource's id.
    pub fn id(id: impl std::fmt::Display, name: impl std::fmt::Display, scope: Scope) -> Id {
        Id::from(format!("{id}/{name}/{}", scope.as_str()))
    }
}
