//! The preferences of Session Manager: a document of which an account has one a region.

mod content;

use aws_sdk_ssm::operation::get_document::GetDocumentOutput;
use aws_sdk_ssm::types::{DocumentFormat, DocumentStatus, DocumentType};
use pulumi_plugin::{After as _, Error, Fault, Id, Progress, Property, Resource, Result, Wait};

use crate::aws::{Aws, Told as _};

/// The name under which Session Manager looks for its preferences.
const NAME: &str = "SSM-SessionManagerRunShell";

/// What the program asks of Session Manager.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SessionPreferencesInputs {
    /// The bucket that gets each session's log when it ends. Empty: none.
    #[prop(default)]
    pub s3_bucket_name: String,
    /// What the keys of the logs in the bucket begin with.
    #[prop(default)]
    pub s3_key_prefix: String,
    /// Whether sessions start only if the bucket is encrypted.
    #[prop(default = true)]
    pub s3_encryption_enabled: bool,
    /// The CloudWatch log group that gets the sessions' logs. Empty: none.
    #[prop(default)]
    pub cloud_watch_log_group_name: String,
    /// Whether sessions start only if the log group is encrypted with a KMS key.
    #[prop(default = true)]
    pub cloud_watch_encryption_enabled: bool,
    /// Whether the log group gets each line as it appears, and not the whole log when the session ends.
    #[prop(default = true)]
    pub cloud_watch_streaming_enabled: bool,
    /// The id or ARN of a KMS key that encrypts the session between the two ends, beside TLS. Empty: none.
    #[prop(default)]
    pub kms_key_id: String,
    /// After how many minutes without activity a session ends.
    #[prop(default = 20, min = 1, max = 60)]
    pub idle_session_timeout: u32,
    /// After how many minutes a session ends at the latest, up to 1440. Default: never.
    #[prop(min = 1, max = 1440)]
    pub max_session_duration: Option<u32>,
    /// Whether sessions run as an operating system user of one's own: that of the tag `SSMSessionRunAs` of the caller, or the default one.
    /// Otherwise as `ssm-user`.
    #[prop(default = false)]
    pub run_as_enabled: bool,
    /// The operating system user of callers without the tag. Empty: they get no session.
    #[prop(default)]
    pub run_as_default_user: String,
    /// What the shell runs when a session begins.
    #[prop(default)]
    pub shell_profile: ShellProfile,
    /// What becomes of the document when this resource is deleted.
    #[prop(default = OnDelete::Restore, keep)]
    pub on_delete: OnDelete,
}

/// What the shell runs when a session begins.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct ShellProfile {
    /// On Linux and macOS, up to 512 characters.
    #[prop(default)]
    pub linux: String,
    /// On Windows, up to 512 characters.
    #[prop(default)]
    pub windows: String,
}

/// What becomes of the document when the resource is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum OnDelete {
    /// It gets back the content that it had before; if there was none, it is deleted. An imported one stays.
    #[prop(rename = "restore")]
    Restore,
    /// It is deleted: Session Manager falls back to its defaults.
    #[prop(rename = "delete")]
    Delete,
    /// It stays as it is.
    #[prop(rename = "leave")]
    Leave,
}

/// How Session Manager holds sessions in this account and region. There is one such document; if it exists, it is taken over.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SessionPreferences {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: SessionPreferencesInputs,
    /// The document's name.
    #[prop(stable)]
    pub document_name: String,
    /// Whether this resource made the document.
    #[prop(stable, keep)]
    pub created: bool,
    /// What the document said before this resource took it over, as JSON.
    #[prop(stable, keep)]
    pub previous_content: Option<String>,
}

impl Resource for SessionPreferences {
    const TOKEN: &'static str = "gitinfra:ssm:SessionPreferences";
    const WAIT: Wait = Wait::seconds(3, 300);
    type Session = Aws;
    type Inputs = SessionPreferencesInputs;

    fn check(new: &SessionPreferencesInputs) -> Vec<Fault> {
        let rules = [
            (new.s3_bucket_name.is_empty() && !new.s3_key_prefix.is_empty(), "s3KeyPrefix", "needs `s3BucketName`"),
            (
                !new.run_as_enabled && !new.run_as_default_user.is_empty(),
                "runAsDefaultUser",
                "needs `runAsEnabled: true`",
            ),
            (new.shell_profile.linux.chars().count() > 512, "shellProfile.linux", "has more than 512 characters"),
            (new.shell_profile.windows.chars().count() > 512, "shellProfile.windows", "has more than 512 characters"),
        ];
        rules.into_iter().filter(|(broken, _, _)| *broken).map(|(_, at, why)| Fault::new(at, why)).collect()
    }

    async fn create(aws: &Aws, new: &SessionPreferencesInputs) -> Result<Id> {
        let create = aws
            .ssm()
            .create_document()
            .name(NAME)
            .version_name(version(aws))
            .document_type(DocumentType::Session)
            .document_format(DocumentFormat::Json)
            .content(content::write(new));
        match create.send().await.unless(&["DocumentAlreadyExists"]).told("creating document", NAME)? {
            Some(_) => Ok(Id::from(NAME).telling("created", &true)),
            None => adopt(aws, new).await,
        }
    }

    async fn ready(aws: &Aws, _: &Id) -> Result<Progress> {
        let described = aws.ssm().describe_document().name(NAME).send().await.told("reading document", NAME)?;
        let document = described.document();
        Ok(match document.and_then(|d| d.status()) {
            Some(DocumentStatus::Active) => Progress::Done,
            Some(DocumentStatus::Failed) => {
                let why = document.and_then(|d| d.status_information());
                Progress::Failed(why.unwrap_or("AWS does not say why").to_owned())
            }
            state => Progress::Pending(state.map_or("Creating", DocumentStatus::as_str).to_owned()),
        })
    }

    async fn read(aws: &Aws, id: &Id) -> Result<Option<Self>> {
        if id.as_str() != NAME {
            return Err(Error::new(format!("`{id}` is not the id of session preferences, which is always {NAME}")));
        }
        let Some(document) = document(aws, Version::Number("$DEFAULT".into())).await? else {
            return Ok(None);
        };
        Ok(Some(SessionPreferences {
            inputs: content::read(document.content().unwrap_or_default())?,
            document_name: NAME.to_owned(),
            created: false,
            previous_content: None,
        }))
    }

    async fn update(aws: &Aws, _: &Id, _: &Self, new: &SessionPreferencesInputs) -> Result<()> {
        publish(aws, &content::write(new), None).await
    }

    async fn delete(aws: &Aws, _: &Id, old: &Self) -> Result<()> {
        match (old.inputs.on_delete, old.created, &old.previous_content) {
            (OnDelete::Delete, ..) | (OnDelete::Restore, true, _) => {
                let deleted = aws.ssm().delete_document().name(NAME).send().await;
                deleted.unless(&["InvalidDocument"]).told("deleting document", NAME).map(drop)
            }
            (OnDelete::Restore, false, Some(before)) => {
                match document(aws, Version::Number("$DEFAULT".into())).await? {
                    Some(_) => publish(aws, before, None).await,
                    None => Ok(()),
                }
            }
            (OnDelete::Restore | OnDelete::Leave, ..) => Ok(()),
        }
    }
}

/// The name of the version that this very creation makes, by which a later attempt knows it.
fn version(aws: &Aws) -> String {
    format!("gitinfra-{}", aws.birth().token)
}

/// Takes over the document that is there, and tells what it said before.
async fn adopt(aws: &Aws, new: &SessionPreferencesInputs) -> Result<Id> {
    let ours = document(aws, Version::Name(version(aws))).await?.map(|d| number(&d));
    if ours == Some(1) {
        // An attempt whose answer got lost made it.
        return Ok(Id::from(NAME).telling("created", &true));
    }
    let standing = document(aws, Version::Number("$DEFAULT".into())).await?;
    let before = match (standing, ours) {
        // An attempt whose answer got lost put our version in its place.
        (Some(standing), Some(ours)) if number(&standing) == ours => {
            document(aws, Version::Number((ours - 1).to_string())).await?
        }
        (standing, _) => standing,
    };
    let before = before.and_then(|document| document.content().map(str::to_owned));
    let id = Id::from(NAME).telling("previousContent", &before);
    publish(aws, &content::write(new), Some(version(aws))).await.after(&id)?;
    Ok(id)
}

/// Makes a content the document's own: a new version, or the one that says the same already, becomes the default.
async fn publish(aws: &Aws, content: &str, name: Option<String>) -> Result<()> {
    let update = aws
        .ssm()
        .update_document()
        .name(NAME)
        .set_version_name(name)
        .document_version("$LATEST")
        .document_format(DocumentFormat::Json)
        .content(content);
    let updated = update.send().await.unless(&["DuplicateDocumentContent", "DuplicateDocumentVersionName"]);
    let version = match updated.told("updating document", NAME)? {
        Some(updated) => {
            updated.document_description().and_then(|d| d.document_version()).unwrap_or_default().to_owned()
        }
        None => saying(aws, content).await?,
    };
    let choose = aws.ssm().update_document_default_version().name(NAME).document_version(&version);
    choose.send().await.told("choosing the default version of document", NAME).map(drop)
}

/// The newest version that says the same.
async fn saying(aws: &Aws, content: &str) -> Result<String> {
    let latest = document(aws, Version::Number("$LATEST".into())).await?;
    for at in (1..=latest.as_ref().map_or(0, number)).rev() {
        let there = document(aws, Version::Number(at.to_string())).await?;
        if there.is_some_and(|document| document.content().is_some_and(|c| content::same(c, content))) {
            return Ok(at.to_string());
        }
    }
    Err(Error::new(format!(
        "updating document `{NAME}`: AWS says that a version has this content already, but none has"
    )))
}

/// Which version of the document.
enum Version {
    /// A number, `$DEFAULT` or `$LATEST`.
    Number(String),
    Name(String),
}

async fn document(aws: &Aws, version: Version) -> Result<Option<GetDocumentOutput>> {
    let get = aws.ssm().get_document().name(NAME).document_format(DocumentFormat::Json);
    let get = match version {
        Version::Number(number) => get.document_version(number),
        Version::Name(name) => get.version_name(name),
    };
    let got = get.send().await.unless(&["InvalidDocument", "InvalidDocumentVersion"]);
    got.told("reading document", NAME)
}

fn number(document: &GetDocumentOutput) -> u32 {
    document.document_version().and_then(|version| version.parse().ok()).unwrap_or_default()
}
