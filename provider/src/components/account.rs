//! The account and region that a component is in, and ARNs.

use pulumi_plugin::{Error, Output, Result};

use crate::aws::{Aws, Common, EDGE, Partition};
use crate::types::{Arn, Region};

/// Where the things of CloudFront are, whatever the component's region.
pub fn edge() -> Result<Common> {
    Ok(Common { region: Some(Region::parse(EDGE).map_err(Error::new)?), assume_role: None })
}

/// An ARN that a resource or the program tells.
pub fn arn(told: &Output<String>) -> Output<Arn> {
    told.try_map(|text| Arn::parse(&text).map_err(Error::new))
}

/// The account and region that a component is in: what policies have to name.
#[derive(Debug, Clone)]
pub struct Account {
    /// The account's twelve digits.
    pub id: String,
    /// The region.
    pub region: String,
    /// The partition that the region belongs to: `aws`, `aws-cn`.
    pub partition: &'static str,
}

impl Account {
    /// Asks once for all components that act as the same role.
    pub async fn of(aws: &Aws) -> Result<Account> {
        Ok(Account { id: aws.account().await?, region: aws.region().to_owned(), partition: aws.partition() })
    }

    /// The ARN of the account itself, to which its own IAM policies then give what they give.
    pub fn root(&self) -> String {
        Partition::of(&self.region).root(&self.id)
    }

    /// The ARN of a policy of AWS's own.
    pub fn managed_policy(&self, name: &str) -> String {
        Partition::of(&self.region).managed_policy(name)
    }
}
