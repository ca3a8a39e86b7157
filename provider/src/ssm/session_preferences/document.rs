//! The document's versions: which is whose, and how one becomes the document's own.

use aws_sdk_ssm::operation::get_document::GetDocumentOutput;
use aws_sdk_ssm::types::DocumentFormat;
use pulumi_plugin::Result;

use super::NAME;
use crate::aws::{Aws, Doing as _};
use crate::ssm::versions;

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
    versions::version(aws, NAME, number, &DocumentFormat::Json).await
}

/// Makes a content the document's own: a new version, or the one that says the same already, becomes the default.
pub async fn publish(aws: &Aws, content: &str, name: Option<String>) -> Result<()> {
    versions::publish(aws, NAME, content, &DocumentFormat::Json, |update| update.set_version_name(name)).await
}
