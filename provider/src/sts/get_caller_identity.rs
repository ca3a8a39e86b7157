//! Who is calling AWS.

use pulumi_plugin::{Function, Nothing, Property, Result};

use crate::aws::{Aws, Doing as _};

/// Who is calling.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GetCallerIdentityResult {
    /// The account, of 12 digits.
    pub account_id: String,
    /// The ARN of the user or of the session.
    pub arn: String,
    /// The unique id of the user, or of the role with the session's name.
    pub user_id: String,
}

/// The function.
pub struct GetCallerIdentity;

impl Function for GetCallerIdentity {
    const TOKEN: &'static str = "gitinfra:sts:getCallerIdentity";
    const DOC: &'static str =
        "The account, the ARN and the id behind the credentials in use, or behind the role that is assumed.";
    type Session = Aws;
    type Inputs = Nothing;
    type Outputs = GetCallerIdentityResult;

    async fn call(aws: &Aws, _: &Nothing) -> Result<GetCallerIdentityResult> {
        let answer = aws.sts().get_caller_identity().send().await;
        let answer = answer.doing("asking who is calling", "")?;
        Ok(GetCallerIdentityResult {
            account_id: answer.account.unwrap_or_default(),
            arn: answer.arn.unwrap_or_default(),
            user_id: answer.user_id.unwrap_or_default(),
        })
    }
}
