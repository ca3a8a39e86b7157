//! A document.

mod inputs;
mod sharing;

use aws_sdk_ssm::types::{
    AttachmentsSource, DocumentDescription, DocumentFormat as AwsFormat, DocumentRequires, DocumentStatus,
    DocumentType as AwsType, ResourceTypeForTagging,
};
use pulumi_plugin::{Error, Fault, Id, Made, Progress, Property, Resource, Result, Wait};

pub use self::inputs::{
    DocumentArgs, DocumentAttachment, DocumentAttachmentKey, DocumentFormat, DocumentInputs, DocumentRequirement,
    DocumentType,
};
use crate::aws::{Aws, Doing as _, Tags, word_or};
use crate::ssm::{tags, versions};

/// A Systems Manager document: what Systems Manager does on instances or in the account, in versions of which one is the default. A change makes a
/// new version and has it be the default.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Document {
    /// The inputs, as Systems Manager has them.
    #[prop(inputs)]
    pub inputs: DocumentInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The default version.
    pub default_version: String,
    /// The latest version.
    pub latest_version: String,
}

impl Resource for Document {
    const TOKEN: &'static str = "gitinfra:ssm:Document";
    const WAIT: Wait = Wait::seconds(3, 300);
    type Session = Aws;
    type Inputs = DocumentInputs;
    type Seen = DocumentDescription;

    fn check(new: &DocumentInputs) -> Vec<Fault> {
        new.faults()
    }

    /// A version keeps its name and its attachments, and a document can get another target type, but not lose it. What an imported one has attached is not
    /// known.
    fn replaces(old: &DocumentInputs, new: &DocumentInputs) -> Vec<&'static str> {
        let renamed = old.version_name != new.version_name && old.content == new.content;
        let untargeted = old.target_type.is_some() && new.target_type.is_none();
        let refilled = !old.attachments.is_empty() && old.attachments != new.attachments && old.content == new.content;
        let all = [(renamed, "versionName"), (untargeted, "targetType"), (refilled, "attachments")];
        all.into_iter().filter(|(replaced, _)| *replaced).map(|(_, name)| name).collect()
    }

    async fn create(aws: &Aws, new: &DocumentInputs) -> Result<Made> {
        let id = Id::from(new.name.as_str());
        let create = aws
            .once()
            .ssm()
            .create_document()
            .name(&id)
            .document_type(AwsType::from(new.document_type.as_str()))
            .document_format(format(new))
            .content(new.content.as_str())
            .set_target_type(new.target_type.clone())
            .set_version_name(new.version_name.clone())
            .set_requires(some(requires(new)?))
            .set_attachments(some(attachments(new)))
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.unless(&["DocumentAlreadyExists"]);
        Ok(match made.doing("creating document", &id)? {
            Some(_) => Made::New(id),
            None => Made::Exists(id),
        })
    }

    async fn ours(aws: &Aws, id: &Id, seen: &DocumentDescription, _: &DocumentInputs) -> Result<Option<Id>> {
        Ok(aws.bears_token(seen.tags()).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<DocumentDescription>> {
        let describe = aws.ssm().describe_document().name(id).document_version("$DEFAULT").send().await;
        let described = describe.unless(&["InvalidDocument"]).doing("reading document", id)?;
        Ok(described.and_then(|answer| answer.document))
    }

    fn progress(seen: &DocumentDescription) -> Progress {
        match &seen.status {
            Some(DocumentStatus::Active) => Progress::Done,
            Some(DocumentStatus::Deleting) => Progress::Leaving("Deleting".into()),
            Some(DocumentStatus::Failed) => {
                Progress::Failed(seen.status_information.clone().unwrap_or("AWS does not say why".into()))
            }
            state => Progress::Pending(state.as_ref().map_or("Creating", DocumentStatus::as_str).to_owned()),
        }
    }

    async fn read(aws: &Aws, id: &Id, seen: DocumentDescription) -> Result<Self> {
        let format = seen.document_format.clone().unwrap_or(AwsFormat::Json);
        let (version, account_ids) =
            futures::try_join!(versions::version(aws, id.as_str(), "$DEFAULT", &format), sharing::with(aws, id))?;
        let owner = seen.owner.unwrap_or_default();
        Ok(Document {
            inputs: DocumentInputs {
                name: id.as_str().into(),
                document_type: word_or(seen.document_type, DocumentType::Command)?,
                document_format: word_or(Some(format), DocumentFormat::Json)?,
                content: version.and_then(|version| version.content).unwrap_or_default().into(),
                target_type: seen.target_type.filter(|target| !target.is_empty()),
                version_name: seen.version_name.filter(|name| !name.is_empty()),
                requires: seen.requires.unwrap_or_default().into_iter().map(required).collect(),
                attachments: Vec::new(),
                account_ids,
                tags: aws.visible(seen.tags.unwrap_or_default()),
            },
            arn: aws.arn("ssm", &owner, &format!("document/{id}")),
            default_version: seen.default_version.unwrap_or_default(),
            latest_version: seen.latest_version.unwrap_or_default(),
        })
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &DocumentInputs) -> Result<()> {
        let was = &old.inputs;
        let said =
            |inputs: &DocumentInputs| (inputs.document_format, inputs.target_type.clone(), inputs.attachments.clone());
        if was.content != new.content || said(was) != said(new) {
            let format = format(new);
            let publish = versions::publish(aws, id.as_str(), new.content.as_str(), &format, |update| {
                let update = update.set_version_name(new.version_name.clone()).set_attachments(some(attachments(new)));
                update.set_target_type(new.target_type.clone())
            });
            publish.await?;
        }
        if was.content == new.content && was.attachments != new.attachments {
            attached(aws, id, &format(new)).await?;
        }
        sharing::bring(aws, id, &was.account_ids, &new.account_ids).await
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, ResourceTypeForTagging::Document, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let shared = sharing::with(aws, id).await?;
        sharing::bring(aws, id, &shared, &Default::default()).await?;
        let delete = aws.ssm().delete_document().name(id).send().await;
        delete.unless(&["InvalidDocument"]).done("deleting document", id)
    }
}

/// Refuses to go on without the attachments: AWS takes none for a content that a version has already.
async fn attached(aws: &Aws, id: &Id, format: &AwsFormat) -> Result<()> {
    let version = versions::version(aws, id.as_str(), "$DEFAULT", format).await?;
    match version.is_some_and(|version| !version.attachments_content().is_empty()) {
        true => Ok(()),
        false => Err(Error::new(format!("document `{id}` has a version of this content without attachments")).hint(
            "AWS takes attachments only with a new content: change it, too, such as the version that it says it has",
        )),
    }
}

fn format(new: &DocumentInputs) -> AwsFormat {
    AwsFormat::from(new.document_format.as_str())
}

fn some<T>(items: Vec<T>) -> Option<Vec<T>> {
    Some(items).filter(|items| !items.is_empty())
}

fn required(document: DocumentRequires) -> DocumentRequirement {
    DocumentRequirement { name: document.name, version: document.version }
}

fn requires(new: &DocumentInputs) -> Result<Vec<DocumentRequires>> {
    let each = new.requires.iter().map(|required| {
        let required = DocumentRequires::builder().name(&required.name).set_version(required.version.clone()).build();
        required.map_err(|error| Error::new(format!("`requires`: {error}")))
    });
    each.collect()
}

fn attachments(new: &DocumentInputs) -> Vec<AttachmentsSource> {
    let each = new.attachments.iter().map(|attachment| {
        let source = AttachmentsSource::builder().key(attachment.key.as_str().into());
        source.set_values(Some(attachment.values.clone())).set_name(attachment.name.clone()).build()
    });
    each.collect()
}
