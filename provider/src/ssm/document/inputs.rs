//! What the program says of a document.

use std::collections::BTreeSet;

use pulumi_plugin::{Fault, Faults, Property};

use crate::aws::Tags;
use crate::types::role_arn::is_account;
use crate::types::{DocumentName, JsonText};

/// The inputs of a document.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DocumentInputs {
    /// The document's name: 3 to 128 letters, digits and `_.-`, not beginning with `aws`, `amazon` or `amzn`. Default: made from the resource's name.
    #[prop(replace, unique, autoname = 128)]
    pub name: DocumentName,
    /// The document type: what the document is for.
    #[prop(replace, default)]
    pub document_type: DocumentType,
    /// The document format: how the content is written.
    #[prop(default)]
    pub document_format: DocumentFormat,
    /// The content, up to 64 KB: a text in the format, or an object for JSON.
    pub content: JsonText,
    /// The target type: the kind of resources that the document can run on, such as `/AWS::EC2::Instance`; `/` is any.
    /// To leave it out later takes a new document.
    pub target_type: Option<String>,
    /// The version name of this content, 1 to 128 letters, digits and `_.-`: no two versions have the same. Another name for the same content
    /// takes a new document.
    #[prop(min = 1, max = 128)]
    pub version_name: Option<String>,
    /// The documents that this one requires, such as the schema of an application configuration.
    #[prop(replace, default)]
    pub requires: Vec<DocumentRequirement>,
    /// The attachments: files that belong to the content. Systems Manager doesn't tell where they came from. Other ones for the same content take a new
    /// document.
    #[prop(keep, default, max = 20)]
    pub attachments: Vec<DocumentAttachment>,
    /// The accounts that the document is shared with, or `all` for everyone.
    #[prop(default)]
    pub account_ids: BTreeSet<String>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// What a document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Property)]
pub enum DocumentType {
    /// Run Command and State Manager: it runs on instances.
    #[default]
    Command,
    /// Automation: it runs in the account.
    Automation,
    /// Session Manager: how a session is started.
    Session,
    /// State Manager: it enforces a policy on instances.
    Policy,
    /// Distributor: software to install.
    Package,
    /// AppConfig: a configuration.
    ApplicationConfiguration,
    /// AppConfig: the schema of a configuration.
    ApplicationConfigurationSchema,
    /// AppConfig: how a configuration is deployed.
    DeploymentStrategy,
    /// Change Calendar: when changes may be made.
    ChangeCalendar,
    /// Change Manager: a template of changes.
    #[prop(rename = "Automation.ChangeTemplate")]
    ChangeTemplate,
    /// Just-in-time node access: who is let in without being asked.
    AutoApprovalPolicy,
    /// Just-in-time node access: who must approve.
    ManualApprovalPolicy,
    /// OpsCenter: an analysis of a problem.
    ProblemAnalysis,
    /// OpsCenter: a template of analyses.
    ProblemAnalysisTemplate,
    /// A CloudFormation template.
    CloudFormation,
}

/// How the content of a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Property)]
pub enum DocumentFormat {
    /// JSON.
    #[default]
    #[prop(rename = "JSON")]
    Json,
    /// YAML.
    #[prop(rename = "YAML")]
    Yaml,
    /// Text.
    #[prop(rename = "TEXT")]
    Text,
}

/// A document that another one requires.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DocumentRequirement {
    /// The document's name or ARN.
    pub name: String,
    /// The document version: a number, `$LATEST` or `$DEFAULT`.
    pub version: Option<String>,
}

/// A file that belongs to a document.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DocumentAttachment {
    /// The kind of source.
    pub key: DocumentAttachmentKey,
    /// The source, exactly one: a URL, or `document/version/name`.
    #[prop(min = 1, max = 1)]
    pub values: Vec<String>,
    /// The name of the attachment.
    pub name: Option<String>,
}

/// The kind of source that an attachment comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum DocumentAttachmentKey {
    /// A folder in S3.
    SourceUrl,
    /// A file in S3.
    S3FileUrl,
    /// An attachment of another document.
    AttachmentReference,
}

impl DocumentInputs {
    /// Everything that is wrong.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let size = self.content.as_str().len();
        let alone = !self.account_ids.contains("all") || self.account_ids.len() == 1;
        let odd = self.account_ids.iter().any(|id| id != "all" && !is_account(id));
        Faults::of(self)
            .when(size > 64 * 1024, "content", format!("has {size} bytes; at most 65536 are allowed"))
            .when(
                self.document_format == DocumentFormat::Json && self.content.json().is_none(),
                "content",
                "is not JSON; set `documentFormat: YAML` if it is YAML",
            )
            .when(!alone, "accountIds", "`all` stands for everyone, so that it stands alone")
            .when(odd, "accountIds", "holds ids of 12 digits, or `all` alone")
            .into_vec()
    }
}
