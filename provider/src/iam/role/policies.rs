//! The policies of a role: managed ones that are attached to it, and those that are part of it.

use std::collections::{BTreeMap, BTreeSet};

use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures::future::try_join_all;
use percent_encoding::percent_decode_str;
use pulumi_plugin::{Again, Error, Id, Result};

use super::RoleInputs;
use crate::aws::{Aws, Doing as _, word};
use crate::types::{Arn, PolicyJson};

/// What is wrong with inline policies that have so many characters together, white space aside.
pub fn size_fault(size: usize) -> Option<String> {
    (size > 10_240).then(|| {
        format!(
            "has {size} characters without white space; 10240 are allowed to all inline policies of a role together"
        )
    })
}

/// The ARNs of the managed policies that the role has.
pub async fn attached(aws: &Aws, id: &Id) -> Result<BTreeSet<Arn>> {
    let list = aws.iam().list_attached_role_policies();
    let pages = list.role_name(id).into_paginator().items().send();
    let found = all(pages, "managed policies", id).await?;
    found.into_iter().filter_map(|policy| policy.policy_arn).map(word).collect()
}

/// The policies that are part of the role.
pub async fn inline(aws: &Aws, id: &Id) -> Result<BTreeMap<String, PolicyJson>> {
    let each = names(aws, id).await?.into_iter().map(async |name| {
        let get = aws.iam().get_role_policy().role_name(id).policy_name(&name);
        let got = get.send().await.unless(&["NoSuchEntity"]);
        let policy = match got.doing("reading a policy of role", id.as_str())? {
            Some(got) => Some(decoded(got.policy_document())?),
            None => None,
        };
        Ok::<_, Error>(policy.map(|policy| (name, policy)))
    });
    Ok(try_join_all(each).await?.into_iter().flatten().collect())
}

async fn names(aws: &Aws, id: &Id) -> Result<Vec<String>> {
    let list = aws.iam().list_role_policies().role_name(id);
    all(list.into_paginator().items().send(), "policies", id).await
}

/// Everything of a kind that the role has, on all pages; nothing where there is no such role.
async fn all<T, E>(pages: PaginationStream<Result<T, SdkError<E, HttpResponse>>>, what: &str, id: &Id) -> Result<Vec<T>>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let found = pages.collect::<Result<Vec<_>, _>>().await;
    let found = found.unless(&["NoSuchEntity"]);
    let found = found.doing(format!("reading the {what} of role"), id)?;
    Ok(found.unwrap_or_default())
}

/// A document as IAM tells it: JSON, written as part of a URL.
pub fn decoded(document: &str) -> Result<PolicyJson> {
    let text = percent_decode_str(document).decode_utf8_lossy();
    PolicyJson::parse(&text).map_err(|why| Error::new(format!("the policy that AWS tells {why}")))
}

/// Gives the role the policies that the program gives, and no others; of a kind that the program leaves out all stay as they are.
pub async fn bring(aws: &Aws, id: &Id, old: &RoleInputs, new: &RoleInputs) -> Result<()> {
    match &new.managed_policy_arns {
        Some(wanted) if old.managed_policy_arns.as_ref() != Some(wanted) => bring_attached(aws, id, wanted).await?,
        _ => {}
    }
    match &new.inline_policies {
        Some(wanted) if old.inline_policies.as_ref() != Some(wanted) => bring_inline(aws, id, wanted).await,
        _ => Ok(()),
    }
}

async fn bring_attached(aws: &Aws, id: &Id, wanted: &BTreeSet<Arn>) -> Result<()> {
    let there = attached(aws, id).await?;
    for arn in wanted.difference(&there) {
        let attach = aws.iam().attach_role_policy().role_name(id).policy_arn(arn.as_str());
        attach.send().await.done("attaching a policy to role", id)?;
    }
    detach(aws, id, there.difference(wanted)).await
}

async fn bring_inline(aws: &Aws, id: &Id, wanted: &BTreeMap<String, PolicyJson>) -> Result<()> {
    let there = inline(aws, id).await?;
    for (name, policy) in wanted.iter().filter(|(name, policy)| there.get(*name) != Some(*policy)) {
        let put = aws.iam().put_role_policy().role_name(id).policy_name(name).policy_document(policy.to_string());
        put.send().await.done("putting a policy into role", id)?;
    }
    remove(aws, id, there.keys().filter(|name| !wanted.contains_key(*name))).await
}

/// Takes away what the program gave.
pub async fn take(aws: &Aws, id: &Id, old: &RoleInputs) -> Result<()> {
    detach(aws, id, old.managed_policy_arns.iter().flatten()).await?;
    remove(aws, id, old.inline_policies.iter().flat_map(BTreeMap::keys)).await
}

/// Takes away everything that keeps the role from being deleted.
pub async fn strip(aws: &Aws, id: &Id) -> Result<()> {
    detach(aws, id, attached(aws, id).await?.iter()).await?;
    remove(aws, id, names(aws, id).await?.iter()).await?;
    for profile in profiles(aws, id).await? {
        let out = aws.iam().remove_role_from_instance_profile().role_name(id).instance_profile_name(&profile);
        out.send().await.unless(&["NoSuchEntity"]).done("taking a role out of instance profile", &profile)?;
    }
    Ok(())
}

async fn detach(aws: &Aws, id: &Id, arns: impl Iterator<Item = &Arn>) -> Result<()> {
    for arn in arns {
        let detach = aws.iam().detach_role_policy().role_name(id).policy_arn(arn.as_str());
        detach.send().await.unless(&["NoSuchEntity"]).done("detaching a policy from role", id)?;
    }
    Ok(())
}

async fn remove(aws: &Aws, id: &Id, names: impl Iterator<Item = &String>) -> Result<()> {
    for name in names {
        let delete = aws.iam().delete_role_policy().role_name(id).policy_name(name);
        delete.send().await.unless(&["NoSuchEntity"]).done("deleting a policy of role", id)?;
    }
    Ok(())
}

async fn profiles(aws: &Aws, id: &Id) -> Result<Vec<String>> {
    let list = aws.iam().list_instance_profiles_for_role();
    let pages = list.role_name(id).into_paginator().items().send();
    let found = all(pages, "instance profiles", id).await?;
    Ok(found.into_iter().map(|p| p.instance_profile_name).collect())
}

/// Why the role can't be deleted: what others gave it.
pub async fn in_the_way(aws: &Aws, id: &Id) -> Result<Error> {
    let (attached, inline, profiles) = futures::try_join!(attached(aws, id), names(aws, id), profiles(aws, id))?;
    let kinds = [
        ("managed policies", attached.iter().map(Arn::to_string).collect()),
        ("inline policies", inline),
        ("instance profiles", profiles),
    ];
    let there = kinds.iter().filter(|(_, names): &&(&str, Vec<String>)| !names.is_empty());
    let words: Vec<_> = there.map(|(kind, names)| format!("{kind} {}", names.join(", "))).collect();
    // What has just been taken away may be seen for a moment longer.
    Ok(Error::new(format!("deleting role `{id}`: it still has {}", words.join("; ")))
        .hint("take them away first, or set `forceDetachPolicies: true` on the role, run `pulumi up`, and then destroy")
        .again(Again::Soon))
}
