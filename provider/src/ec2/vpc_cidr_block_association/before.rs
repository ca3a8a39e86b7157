//! What a VPC had before a pool was asked for one more block: an association can't be marked, so this tells whether a lost answer made one.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use pulumi_plugin::{Again, Error, Id, Result};

use super::{Seen, VpcCidrBlockAssociationInputs, is_gone};
use crate::aws::Aws;

/// By the token of a creation, the associations that its VPC had when it began; and those that AWS has answered with since.
#[derive(Default)]
struct Known {
    before: Mutex<HashMap<String, BTreeSet<String>>>,
    made: Mutex<BTreeSet<String>>,
}

/// Notes an association that is known by an answer, so that no other creation takes it for its own.
pub fn note_made(aws: &Aws, id: Option<&str>) {
    let known = aws.kept::<Known>();
    known.made.lock().unwrap_or_else(PoisonError::into_inner).extend(id.map(str::to_owned));
}

/// The association that an earlier attempt at this creation made, out of all that the VPC has now.
pub fn made_since(aws: &Aws, new: &VpcCidrBlockAssociationInputs, there: &[Seen]) -> Result<Option<Id>> {
    let there: Vec<_> = there.iter().filter(|seen| !is_gone(seen)).filter(|seen| fits(seen, new)).collect();
    let known = aws.kept::<Known>();
    let mut kept = known.before.lock().unwrap_or_else(PoisonError::into_inner);
    let made = known.made.lock().unwrap_or_else(PoisonError::into_inner);
    let token = &aws.call().birth.token;
    if !aws.call().tried() {
        kept.insert(token.clone(), there.iter().map(|seen| seen.id.clone()).collect());
        return Ok(None);
    }
    match kept.get(token) {
        Some(before) => {
            let new = there.iter().find(|seen| !before.contains(&seen.id) && !made.contains(&seen.id));
            Ok(new.map(|seen| Id::from(&*seen.id)))
        }
        None if there.is_empty() => Ok(None),
        None => Err(unsure(&new.vpc_id, &there)),
    }
}

/// Whether it may be of the pool: of its addresses, and, as far as AWS tells it, of an IPAM pool.
fn fits(seen: &Seen, new: &VpcCidrBlockAssociationInputs) -> bool {
    match new.ipv4_ipam_pool_id {
        Some(_) => seen.cidr_block.is_some(),
        None => seen.ipv6_cidr_block.is_some() && seen.ipv6_pool.as_deref().is_none_or(|pool| pool.starts_with("IPAM")),
    }
}

/// The refusal where a run was killed, so that nobody knows what there was before.
fn unsure(vpc: &str, there: &[&Seen]) -> Error {
    let named = |seen: &&Seen| {
        let block = seen.cidr_block.as_ref().or(seen.ipv6_cidr_block.as_ref());
        format!("`{}` ({})", seen.id, block.map_or("its block is not known yet", String::as_str))
    };
    let all: Vec<_> = there.iter().map(named).collect();
    let words = format!("an earlier run may have added a range to VPC `{vpc}`, which has {}", all.join(", "));
    Error::new(words).again(Again::Never).hint(
        "if one of them is in no stack, import it with `pulumi import gitinfra:ec2:VpcCidrBlockAssociation NAME ID`, or delete it, and run this again; \
         if none is left over, `pulumi stack export | pulumi stack import` has the engine forget that it asked",
    )
}

#[cfg(test)]
mod tests {
    use super::{Seen, unsure};

    #[test]
    fn what_may_be_left_over_is_named() {
        let seen = |id: &str, block: Option<&str>| Seen {
            vpc_id: "vpc-1".into(),
            id: id.into(),
            cidr_block: block.map(Into::into),
            ipv6_cidr_block: None,
            ipv6_pool: None,
            border_group: None,
            state: None,
        };
        let error = unsure("vpc-1", &[&seen("a-1", Some("10.128.0.0/20")), &seen("a-2", None)]).to_string();
        for words in ["VPC `vpc-1`", "`a-1` (10.128.0.0/20), `a-2`", "pulumi import"] {
            assert!(error.contains(words), "{error}");
        }
    }
}
