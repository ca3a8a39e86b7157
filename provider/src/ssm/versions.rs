//! The versions of a document, and how one becomes the document's own.

use aws_sdk_ssm::error::ProvideErrorMetadata as _;
use aws_sdk_ssm::operation::get_document::GetDocumentOutput;
use aws_sdk_ssm::operation::update_document::builders::UpdateDocumentFluentBuilder;
use aws_sdk_ssm::types::DocumentFormat;
use pulumi_plugin::{Error, Result};

use crate::aws::{Aws, Doing as _};
use crate::types::JsonText;

/// One version of a document: a number, `$DEFAULT` or `$LATEST`, in a format.
pub async fn version(
    aws: &Aws,
    name: &str,
    number: &str,
    format: &DocumentFormat,
) -> Result<Option<GetDocumentOutput>> {
    let get = aws.ssm().get_document().name(name).document_format(format.clone()).document_version(number);
    let got = get.send().await.unless(&["InvalidDocument", "InvalidDocumentVersion"]);
    got.doing("reading document", name)
}

/// Makes a content the document's own: a new version, or the one that says the same already, becomes the default. `more` completes the call.
pub async fn publish(
    aws: &Aws,
    name: &str,
    content: &str,
    format: &DocumentFormat,
    more: impl FnOnce(UpdateDocumentFluentBuilder) -> UpdateDocumentFluentBuilder,
) -> Result<()> {
    let update = aws.ssm().update_document().name(name).document_version("$LATEST");
    let update = more(update.document_format(format.clone()).content(content));
    let mut updated = update.clone().send().await;
    if updated.as_ref().is_err_and(|error| error.code() == Some("DocumentVersionLimitExceeded")) {
        drop_oldest(aws, name).await?;
        updated = update.send().await;
    }
    let updated = updated.unless(&["DuplicateDocumentContent", "DuplicateDocumentVersionName"]);
    let version = match updated.doing("updating document", name)? {
        Some(updated) => updated.document_description.and_then(|d| d.document_version).unwrap_or_default(),
        None => saying(aws, name, content, format).await?,
    };
    let choose = aws.ssm().update_document_default_version().name(name).document_version(&version);
    choose.send().await.done("choosing the default version of document", name)
}

/// Makes room for a new version: AWS keeps 1000 of them.
async fn drop_oldest(aws: &Aws, name: &str) -> Result<()> {
    let listed = aws.ssm().list_document_versions().name(name).into_paginator().items().send();
    let listed = listed.collect::<Result<Vec<_>, _>>().await.doing("listing the versions of document", name)?;
    let spare = listed.into_iter().filter(|version| !version.is_default_version);
    let numbers = spare.filter_map(|version| version.document_version?.parse::<u64>().ok());
    let Some(oldest) = numbers.min() else { return Ok(()) };
    let delete = aws.ssm().delete_document().name(name).document_version(oldest.to_string()).send().await;
    delete.done(format!("deleting version {oldest} of document"), name)
}

/// The newest version that says the same.
async fn saying(aws: &Aws, name: &str, content: &str, format: &DocumentFormat) -> Result<String> {
    let latest = version(aws, name, "$LATEST", format).await?;
    let latest = latest.and_then(|document| document.document_version?.parse().ok()).unwrap_or(0);
    let content = JsonText::from(content);
    for at in (1..=latest).rev() {
        let there = version(aws, name, &at.to_string(), format).await?.and_then(|document| document.content);
        if there.is_some_and(|there| JsonText::from(there) == content) {
            return Ok(at.to_string());
        }
    }
    Err(Error::new(format!(
        "updating document `{name}`: AWS says that a version has this content or this version name already, but none has this content"
    ))
    .hint("give another `versionName` to another content"))
}
