//! The checks. Each only reads, and one that fails is a finding, too.

use futures::FutureExt as _;
use futures::future::{BoxFuture, join_all};
use pulumi_plugin::{Error, Result};

use super::{CheckAccountInputs, Finding, FindingStatus, ParentZoneToCheck};
use crate::aws::{Aws, Doing as _};
use crate::chatbot::get_slack_workspaces;
use crate::ssm::session_preferences;
use crate::types::DomainName;

/// The service-linked roles of what a whole stack is made of: the service's name, and the role's.
const ROLES: [(&str, &str); 5] = [
    ("ecs.amazonaws.com", "AWSServiceRoleForECS"),
    ("elasticloadbalancing.amazonaws.com", "AWSServiceRoleForElasticLoadBalancing"),
    ("rds.amazonaws.com", "AWSServiceRoleForRDS"),
    ("elasticache.amazonaws.com", "AWSServiceRoleForElastiCache"),
    ("ecs.application-autoscaling.amazonaws.com", "AWSServiceRoleForApplicationAutoScaling_ECSService"),
];

/// How many VPCs a region may have, unless AWS allowed more.
const VPCS: usize = 5;

/// How something stands: the finding without its name.
struct Stands(FindingStatus, String, String);

fn fine(found: impl Into<String>) -> Stands {
    Stands(FindingStatus::Ok, found.into(), String::new())
}

fn warning(found: impl Into<String>, advice: impl Into<String>) -> Stands {
    Stands(FindingStatus::Warning, found.into(), advice.into())
}

fn problem(found: impl Into<String>, advice: impl Into<String>) -> Stands {
    Stands(FindingStatus::Problem, found.into(), advice.into())
}

/// Every check that the inputs ask for, side by side.
pub async fn all(aws: &Aws, asked: &CheckAccountInputs) -> Vec<Finding> {
    let mut checks: Vec<(&str, BoxFuture<'_, Result<Stands>>)> = Vec::new();
    if let Some(workspace) = &asked.slack_workspace_id {
        checks.push(("Slack workspace", slack(aws, workspace).boxed()));
    }
    if let Some(zone) = &asked.parent_zone {
        checks.push(("parent zone", parent_zone(aws, zone, asked.domain.as_ref()).boxed()));
    }
    if let Some(domain) = &asked.domain {
        checks.push(("CloudFront alias", alias(aws, domain).boxed()));
    }
    checks.push(("service-linked roles", roles(aws).boxed()));
    checks.push(("VPCs", vpcs(aws, asked.vpcs as usize).boxed()));
    checks.push(("Elastic IP addresses", addresses(aws, asked.elastic_ips as usize).boxed()));
    checks.push(("session preferences", preferences(aws).boxed()));
    let (names, checks): (Vec<_>, Vec<_>) = checks.into_iter().unzip();
    let stand = join_all(checks).await;
    names.into_iter().zip(stand).map(|(check, stands)| finding(check, stands)).collect()
}

/// What could not be looked at is worth a look.
fn finding(check: &str, stands: Result<Stands>) -> Finding {
    let Stands(status, found, advice) = stands.unwrap_or_else(|error| {
        warning(format!("it could not be looked at: {}", error.message()), "allow the call, and check again")
    });
    Finding { check: check.to_owned(), status, found, advice }
}

async fn slack(aws: &Aws, workspace: &str) -> Result<Stands> {
    Ok(match get_slack_workspaces::unauthorised(aws, workspace).await? {
        None => fine(format!("the account is authorised for workspace `{workspace}`")),
        Some(why) => problem(why, get_slack_workspaces::HOW),
    })
}

/// Whether the parent zone can be read as the role that changes it, and is a parent of the domain.
async fn parent_zone(aws: &Aws, zone: &ParentZoneToCheck, domain: Option<&DomainName>) -> Result<Stands> {
    let (aws, who) = match &zone.assume_role {
        Some(role) => (aws.acting_as(role).await, format!("as {}", role.role_arn)),
        None => (aws.clone(), "with the credentials in use".to_owned()),
    };
    let got =
        aws.route53().get_hosted_zone().id(&zone.zone_id).send().await.doing("reading hosted zone", &zone.zone_id);
    let got = match got {
        Ok(got) => got,
        Err(error) => {
            let advice = "let the role be assumed by this account, and allow route53:GetHostedZone and \
                          route53:ChangeResourceRecordSets on the zone";
            return Ok(problem(format!("{who}: {}", error.message()), advice));
        }
    };
    let name = got.hosted_zone.map(|zone| zone.name).unwrap_or_default();
    let name = DomainName::parse(&name).map_err(Error::new)?;
    match domain {
        Some(domain) if !domain.as_str().ends_with(&format!(".{name}")) => Ok(problem(
            format!("the zone is `{name}`, which is no parent of `{domain}`"),
            "give the parent's hosted zone id",
        )),
        _ => Ok(fine(format!("`{name}` can be read {who}"))),
    }
}

/// Whether a distribution of this account has the domain. Those of other accounts can't be seen.
async fn alias(aws: &Aws, domain: &DomainName) -> Result<Stands> {
    let list = aws.cloudfront().list_distributions().into_paginator().items().send();
    let all = list.collect::<Result<Vec<_>, _>>().await.doing("listing the distributions", "")?;
    let has = |alias: &String| DomainName::parse(alias).as_ref() == Ok(domain);
    let taken = all.iter().find(|it| it.aliases.as_ref().is_some_and(|aliases| aliases.items().iter().any(has)));
    Ok(match taken {
        Some(it) => {
            let advice = "take the alias off that distribution; or import it, if it is the stack's";
            problem(format!("distribution {} has the alias `{domain}`", it.id), advice)
        }
        None => fine(format!("no distribution of this account has the alias `{domain}`; other accounts can't be seen")),
    })
}

async fn roles(aws: &Aws) -> Result<Stands> {
    let looks = ROLES.map(|(_, name)| async move {
        let got = aws.iam().get_role().role_name(name).send().await.unless(&["NoSuchEntity"]);
        Ok::<_, Error>(got.doing("reading role", name)?.is_some())
    });
    let mut missing = Vec::new();
    for ((service, _), there) in ROLES.iter().zip(join_all(looks).await) {
        if !there? {
            missing.push(*service);
        }
    }
    Ok(match missing.is_empty() {
        true => fine("all exist"),
        false => warning(
            format!("not there yet: {}", missing.join(", ")),
            "AWS creates them at first use: allow iam:CreateServiceLinkedRole, or create each with gitinfra:iam:ServiceLinkedRole",
        ),
    })
}

async fn vpcs(aws: &Aws, more: usize) -> Result<Stands> {
    let list = aws.ec2().describe_vpcs().into_paginator().items().send();
    let all = list.collect::<Result<Vec<_>, _>>().await.doing("listing the VPCs", "")?.len();
    let region = aws.region();
    Ok(match all + more <= VPCS {
        true => fine(format!("{all} in {region}, and {more} more: within AWS's first quota of {VPCS}")),
        false => warning(
            format!("{all} in {region}, and {more} more: over AWS's first quota of {VPCS}"),
            "ask for a higher quota, unless the account has one: Service Quotas, Amazon VPC, `VPCs per Region`",
        ),
    })
}

async fn addresses(aws: &Aws, more: usize) -> Result<Stands> {
    let quota = aws.ec2().describe_account_attributes().send();
    let used = aws.ec2().describe_addresses().send();
    let (quota, used) = futures::future::join(quota, used).await;
    let quota = quota.doing("reading the account's attributes", "")?;
    let quota = quota.account_attributes().iter().find(|it| it.attribute_name() == Some("vpc-max-elastic-ips"));
    let quota = quota.and_then(|it| it.attribute_values().first()?.attribute_value());
    let quota = quota.and_then(|text| text.parse().ok()).unwrap_or(5);
    let used = used.doing("listing the Elastic IP addresses", "")?.addresses().len();
    let words = format!("{used} in {}, and {more} more: the account's quota is {quota}", aws.region());
    Ok(match used + more <= quota {
        true => fine(words),
        false => problem(
            words,
            "ask for a higher quota: Service Quotas, Amazon EC2, `EC2-VPC Elastic IPs`; or use `nat: single`",
        ),
    })
}

/// The document of the session preferences, of which a region has one.
async fn preferences(aws: &Aws) -> Result<Stands> {
    let name = session_preferences::NAME;
    Ok(match session_preferences::current(aws).await? {
        Some(document) if document.version_name.as_deref().is_some_and(session_preferences::is_gitinfras) => problem(
            format!("`{name}` belongs to a resource of gitinfra's, which no other takes over"),
            "an account has one document in each region: if another stack has it, say `sessionManager: false` in this one; if it is this stack's own, nothing is wrong",
        ),
        Some(document) => {
            let version = document.document_version.unwrap_or_default();
            let found =
                format!("`{name}` exists, in version {version}: somebody has set the region's session preferences");
            warning(found, "a stack takes the document over, and writes back what was there when it is deleted")
        }
        None => fine(format!("`{name}` does not exist: nobody has set session preferences in {}", aws.region())),
    })
}
