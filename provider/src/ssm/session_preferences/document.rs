//! The document's versions: which is whose, and how one becomes the document's own.

use aws_sdk_ssm::operation::get_document::GetDocumentOutput;
use aws_sdk_ssm::types::DocumentFormat;
use pulumi_plugin::{Error, Result};

use super::{NAME, content};
use crate::aws::{Aws, Doing as _};

/// What the names of all versions begin with that gitinfra makes.
const OURS: &str = "gitinfra-";

/// Whether gitinfra made the version of a name.
pub fn is_gitinfras(name: &str) -> bool {
    name.starts_with(OURS)
}

/// What the names of the versions begin with that this very resource makes; the name of its first, if it creates the document.
pub fn of_this_creation(aws: &Aws) -> String {
    format!("{OURS}{}", aws.birth().token)
}

/// The name of the version that this call makes, however often it is tried again.
pub fn of_this_call(aws: &Aws) -> String {
    format!("{}-{}", of_this_creation(aws), aws.birth().once)
}

/// The number of the first version that this very resource made, if it has made one.
pub async fn first_of_this_creation(aws: &Aws) -> Result<Option<u32>> {
    let versions = aws.ssm().list_document_versions().name(NAME).into_paginator().items().send();
    let versions = versions.collect::<Result<Vec<_>, _>>().await.doing("reading the versions of document", NAME)?;
    let ours = of_this_creation(aws);
    let ours = versions.into_iter().filter(|v| v.version_name.as_deref().is_some_and(|name| name.starts_with(&ours)));
    Ok(ours.filter_map(|v| v.document_version?.parse().ok()).min())
}

/// One version of the document: a number, `$DEFAULT` or `$LATEST`.
pub async fn version(aws: &Aws, number: &str) -> Result<Option<GetDocumentOutput>> {
    let get = aws.ssm().get_document().name(NAME).document_format(DocumentFormat::Json).document_version(number);
    let got = get.send().await.unless(&["InvalidDocument", "InvalidDocumentVersion"]);
    got.doing("reading document", NAME)
}

/// Makes a content the document's own: a new version, or the one that says the same already, becomes the default.
pub async fn publish(aws: &Aws, content: &str, name: Option<String>) -> Result<()> {
    let update = aws.ssm().update_document().name(NAME).set_version_name(name).document_version("$LATEST");
    let updated = update.document_format(DocumentFormat::Json).content(content).send().await;
    let updated = updated.unless(&["DuplicateDocumentContent", "DuplicateDocumentVersionName"]);
    let version = match updated.doing("updating document", NAME)? {
        Some(updated) => updated.document_description.and_then(|d| d.document_version).unwrap_or_default(),
        None => saying(aws, content).await?,
    };
    let choose = aws.ssm().update_document_default_version().name(NAME).document_version(&version);
    choose.send().await.done("choosing the default version of document", NAME)
}

/// The newest version that says the same.
async fn saying(aws: &Aws, content: &str) -> Result<String> {
    let latest = version(aws, "$LATEST").await?;
    let latest = latest.and_then(|document| document.document_version?.parse().ok()).unwrap_or(0);
    for at in (1..=latest).rev() {
        let there = version(aws, &at.to_string()).await?.and_then(|document| document.content);
        if there.is_some_and(|there| content::same(&there, content)) {
            return Ok(at.to_string());
        }
    }
    Err(Error::new(format!(
        "updating document `{NAME}`: AWS says that a version has this content already, but none has"
    )))
}
