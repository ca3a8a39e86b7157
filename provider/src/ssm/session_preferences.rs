//! The preferences of Session Manager: a document, of which an account has one in each region.

mod content;
mod document;

use aws_sdk_ssm::operation::get_document::GetDocumentOutput;
use aws_sdk_ssm::types::{DocumentFormat, DocumentStatus, DocumentType};
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Order, Progress, Property, Resource, Result, Wait};

pub use self::document::is_gitinfras;
use self::document::version;
use crate::aws::{Aws, Doing as _};

/// The name under which Session Manager looks for its preferences: a region has one document of it.
pub const NAME: &str = "SSM-SessionManagerRunShell";

/// The inputs of Session Manager's preferences.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SessionPreferencesInputs {
    /// The S3 bucket that gets a log of each session when it ends. Empty: no logs in S3.
    #[prop(default)]
    pub s3_bucket_name: String,
    /// The S3 key prefix of the logs, such as `sessions/`. Needs `s3BucketName`.
    #[prop(default)]
    pub s3_key_prefix: String,
    /// Whether sessions start only if the S3 bucket is encrypted. Default: true.
    #[prop(default = true)]
    pub s3_encryption_enabled: bool,
    /// The CloudWatch Logs group that gets the logs of sessions. Empty: no logs in CloudWatch.
    #[prop(default)]
    pub cloud_watch_log_group_name: String,
    /// Whether sessions start only if the log group is encrypted with a KMS key. Default: true.
    #[prop(default = true)]
    pub cloud_watch_encryption_enabled: bool,
    /// Whether the log group gets each line while the session runs; else it gets the whole log when the session ends. Default: true.
    #[prop(default = true)]
    pub cloud_watch_streaming_enabled: bool,
    /// The id, alias or ARN of a KMS key that encrypts the data of sessions, in addition to TLS. Empty: TLS only.
    #[prop(default)]
    pub kms_key_id: String,
    /// The idle session timeout: a session ends after so many minutes without activity, 1 to 60. Default: 20.
    #[prop(default = 20, min = 1, max = 60)]
    pub idle_session_timeout: u32,
    /// The maximum session duration in minutes, 1 to 1440. Default: no limit.
    #[prop(min = 1, max = 1440)]
    pub max_session_duration: Option<u32>,
    /// Whether sessions run as an operating system user of the caller's own (Run As): the one that the caller's tag `SSMSessionRunAs` names,
    /// else `runAsDefaultUser`. Default: false; sessions run as `ssm-user`.
    #[prop(default = false)]
    pub run_as_enabled: bool,
    /// The operating system user of callers without the tag. Empty: they get no session. Needs `runAsEnabled: true`.
    #[prop(default)]
    pub run_as_default_user: String,
    /// The shell profile: commands that run when a session begins.
    #[prop(default)]
    pub shell_profile: ShellProfile,
    /// Whether to take over a document that exists already, and replace its content. Without it, such a document is refused. Default: false.
    #[prop(default)]
    pub overwrite: Order<bool>,
    /// What to do with the document when this resource is deleted. Default: `restore`.
    #[prop(default)]
    pub on_delete: Order<OnDelete>,
}

/// A shell profile: commands that run when a session begins.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct ShellProfile {
    /// The commands on Linux and macOS, up to 512 characters.
    #[prop(default, max = 512)]
    pub linux: String,
    /// The commands on Windows, up to 512 characters.
    #[prop(default, max = 512)]
    pub windows: String,
}

/// What to do with the document of Session Manager's preferences when the resource is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Default, Property)]
pub enum OnDelete {
    /// Restore the content that the document had before `overwrite` took it over; delete a document that this resource created; leave an imported one.
    #[default]
    #[prop(rename = "restore")]
    Restore,
    /// Delete the document: Session Manager falls back to its defaults.
    #[prop(rename = "delete")]
    Delete,
    /// Leave the document as it is.
    #[prop(rename = "leave")]
    Leave,
}

/// The Session Manager preferences of an account and region: where sessions are logged, how they are encrypted and when they end. There is one
/// such document, `SSM-SessionManagerRunShell`; one that exists already is taken over only with `overwrite: true`, or by an import.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SessionPreferences {
    /// The inputs, as Systems Manager has them.
    #[prop(inputs)]
    pub inputs: SessionPreferencesInputs,
    /// The name of the document.
    #[prop(stable)]
    pub document_name: String,
    /// Whether this resource created the document.
    #[prop(stable, keep)]
    pub created: bool,
    /// The content of the document before this resource took it over, as JSON.
    #[prop(stable, keep)]
    pub previous_content: Option<String>,
}

impl Resource for SessionPreferences {
    const TOKEN: &'static str = "gitinfra:ssm:SessionPreferences";
    const WAIT: Wait = Wait::seconds(3, 300);
    const TAKE_OVER: Option<&'static str> = Some("set `overwrite: true`");
    type Session = Aws;
    type Inputs = SessionPreferencesInputs;
    type Seen = GetDocumentOutput;

    fn check(new: &SessionPreferencesInputs) -> Vec<Fault> {
        let nowhere = new.s3_bucket_name.is_empty() && !new.s3_key_prefix.is_empty();
        let unused = !new.run_as_enabled && !new.run_as_default_user.is_empty();
        Faults::of(new)
            .when(nowhere, "s3KeyPrefix", "needs `s3BucketName`")
            .when(unused, "runAsDefaultUser", "needs `runAsEnabled: true`")
            .into_vec()
    }

    /// There is one document of this name.
    fn collides(_: &SessionPreferencesInputs, _: &SessionPreferencesInputs) -> bool {
        true
    }

    async fn create(aws: &Aws, new: &SessionPreferencesInputs) -> Result<Made> {
        let create = aws.once().ssm().create_document().name(NAME).version_name(document::of_this_creation(aws));
        let create = create.document_type(DocumentType::Session).document_format(DocumentFormat::Json);
        let made = create.content(content::write(new)).send().await.unless(&["DocumentAlreadyExists"]);
        Ok(match made.doing("creating document", NAME)? {
            Some(_) => Made::New(Id::from(NAME).keeping("created", &true)),
            None => Made::Exists(Id::from(NAME)),
        })
    }

    /// Only an attempt of which the answer got lost, or whose process was killed, can have made a version with this creation's name.
    async fn ours(aws: &Aws, id: &Id, _: &GetDocumentOutput, _: &SessionPreferencesInputs) -> Result<Option<Id>> {
        if !aws.call().tried() {
            return Ok(None);
        }
        match document::first_of_this_creation(aws).await? {
            None => Ok(None),
            Some(1) => Ok(Some(id.clone().keeping("created", &true))),
            Some(ours) => {
                let before = version(aws, &(ours - 1).to_string()).await?;
                Ok(Some(id.clone().keeping("previousContent", &before.and_then(|before| before.content))))
            }
        }
    }

    fn takes_over(new: &SessionPreferencesInputs) -> bool {
        new.overwrite.value()
    }

    /// The content of another gitinfra resource is not what there was before it: that is in its state, and would be lost with it.
    fn taken(id: Id, seen: &GetDocumentOutput) -> Result<Id> {
        match seen.version_name.as_deref().is_some_and(document::is_gitinfras) {
            true => Err(Error::new(format!("`{id}` belongs to another resource of gitinfra's, `overwrite` or not")).hint(
                "an account has one document in each region: where another stack has it, leave it out here, with `sessionManager: false` of a ReferenceStack, or `skip: [preferences]` of a SessionManager; if the resource has another name in the program than before, give it the resource option `aliases` with the old one; if it is to be replaced, set `deleteBeforeReplace: true`; if the program or another stack declares it twice, remove one; else import it",
            )),
            false => Ok(id.keeping("previousContent", &seen.content)),
        }
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<GetDocumentOutput>> {
        if id.as_str() != NAME {
            return Err(Error::new(format!("`{id}` is not the id of session preferences, which is always {NAME}")));
        }
        current(aws).await
    }

    fn progress(seen: &GetDocumentOutput) -> Progress {
        match &seen.status {
            Some(DocumentStatus::Active) => Progress::Done,
            Some(DocumentStatus::Deleting) => Progress::Leaving("Deleting".into()),
            Some(DocumentStatus::Failed) => {
                Progress::Failed(seen.status_information.clone().unwrap_or("AWS does not say why".into()))
            }
            state => Progress::Pending(state.as_ref().map_or("Creating", DocumentStatus::as_str).to_owned()),
        }
    }

    async fn read(_: &Aws, _: &Id, seen: GetDocumentOutput) -> Result<Self> {
        Ok(SessionPreferences {
            inputs: content::read(&seen.content.unwrap_or_default())?,
            document_name: NAME.to_owned(),
            created: false,
            previous_content: None,
        })
    }

    async fn update(aws: &Aws, _: &Id, old: &Self, new: &SessionPreferencesInputs) -> Result<()> {
        let content = content::write(new);
        match content::write(&old.inputs) == content {
            true => Ok(()),
            false => document::publish(aws, &content, Some(document::of_this_call(aws))).await,
        }
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        if old.is_deleted() {
            let deleted = aws.ssm().delete_document().name(NAME).send().await;
            return deleted.unless(&["InvalidDocument"]).done("deleting document", NAME);
        }
        match (old.inputs.on_delete.value(), &old.previous_content) {
            (OnDelete::Restore, Some(before)) if Self::find(aws, id).await?.is_some() => {
                document::publish(aws, before, None).await
            }
            _ => Ok(()),
        }
    }

    fn lingers(old: &Self) -> bool {
        old.is_deleted()
    }
}

/// The document as it is, if there is one.
pub async fn current(aws: &Aws) -> Result<Option<GetDocumentOutput>> {
    version(aws, "$DEFAULT").await
}

impl SessionPreferences {
    /// Whether the end of the resource is the end of the document.
    fn is_deleted(&self) -> bool {
        matches!((self.inputs.on_delete.value(), self.created), (OnDelete::Delete, _) | (OnDelete::Restore, true))
    }
}
