//! The canonical user id of the account.

use pulumi_plugin::{Error, Function, Nothing, Property, Result};

use crate::aws::{Aws, Doing as _};

/// The canonical user id of the account, by which S3's access control lists and old bucket policies name it.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GetCanonicalUserIdResult {
    /// The canonical user id: 64 hex digits.
    pub id: String,
    /// The display name of the account, where the region still tells it; else empty.
    pub display_name: String,
}

/// The function getCanonicalUserId.
pub struct GetCanonicalUserId;

impl Function for GetCanonicalUserId {
    const TOKEN: &'static str = "gitinfra:s3:getCanonicalUserId";
    const DOC: &'static str =
        "The canonical user id of the account that calls are made in. Needs the permission s3:ListAllMyBuckets.";
    type Session = Aws;
    type Inputs = Nothing;
    type Outputs = GetCanonicalUserIdResult;

    async fn call(aws: &Aws, _: &Nothing) -> Result<GetCanonicalUserIdResult> {
        let answer = aws.s3().list_buckets().max_buckets(1).send().await;
        let owner = answer.doing("reading the canonical user id", "")?.owner;
        let owner = owner.ok_or_else(|| Error::new("S3 does not say who owns the account's buckets"))?;
        let id = owner.id.ok_or_else(|| Error::new("S3 does not say the canonical user id"))?;
        Ok(GetCanonicalUserIdResult { id, display_name: owner.display_name.unwrap_or_default() })
    }
}
