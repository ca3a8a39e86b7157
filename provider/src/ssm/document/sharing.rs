//! Which accounts a document is shared with.

use std::collections::BTreeSet;

use aws_sdk_ssm::types::DocumentPermissionType;
use pulumi_plugin::{Id, Result};

use crate::aws::{Aws, Doing as _};

/// How many accounts one call takes.
const MOST: usize = 20;

/// The accounts that have it; none where there is no such document.
pub async fn with(aws: &Aws, id: &Id) -> Result<BTreeSet<String>> {
    let (mut all, mut next) = (BTreeSet::new(), None);
    loop {
        let ask = aws.ssm().describe_document_permission().name(id).permission_type(DocumentPermissionType::Share);
        let page = ask.set_next_token(next).send().await.unless(&["InvalidDocument"]);
        let page = page.doing("reading who shares document", id)?;
        all.extend(page.iter().flat_map(|page| page.account_ids()).cloned());
        next = page.and_then(|page| page.next_token).filter(|token| !token.is_empty());
        if next.is_none() {
            return Ok(all);
        }
    }
}

/// Shares it with these accounts, and no longer with others.
pub async fn bring(aws: &Aws, id: &Id, old: &BTreeSet<String>, new: &BTreeSet<String>) -> Result<()> {
    let (gone, come): (Vec<_>, Vec<_>) =
        (old.difference(new).cloned().collect(), new.difference(old).cloned().collect());
    for accounts in gone.chunks(MOST) {
        modify(aws, id, Vec::new(), accounts.to_vec()).await?;
    }
    for accounts in come.chunks(MOST) {
        modify(aws, id, accounts.to_vec(), Vec::new()).await?;
    }
    Ok(())
}

async fn modify(aws: &Aws, id: &Id, add: Vec<String>, remove: Vec<String>) -> Result<()> {
    let modify = aws.ssm().modify_document_permission().name(id).permission_type(DocumentPermissionType::Share);
    let filled = |accounts: Vec<String>| Some(accounts).filter(|accounts| !accounts.is_empty());
    let modify = modify.set_account_ids_to_add(filled(add)).set_account_ids_to_remove(filled(remove));
    modify.send().await.unless(&["InvalidDocument"]).done("sharing document", id)
}
