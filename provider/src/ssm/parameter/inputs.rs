//! What the program says of a parameter.

use pulumi_plugin::{Fault, Faults, Property, Secret};
use serde_json::Value as Json;

use crate::aws::Tags;
use crate::types::{JsonText, ParameterName};

/// The inputs of a parameter.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ParameterInputs {
    /// The parameter's name: letters, digits and `_.-`, in up to 15 levels such as `/web/database/url`. Default: made from the resource's name.
    #[prop(replace, unique, autoname = 1000)]
    pub name: ParameterName,
    /// The type of the parameter.
    #[prop(rename = "type")]
    pub kind: ParameterType,
    /// The value: up to 4 KB, or 8 KB in the advanced tier. It counts as a secret whatever the type.
    #[prop(min = 1)]
    pub value: Secret<String>,
    /// A description of up to 1024 characters.
    #[prop(default, max = 1024)]
    pub description: String,
    /// The KMS key that encrypts a secure string: its id, ARN or alias. Default: Systems Manager's own, `alias/aws/ssm`.
    pub key_id: Option<String>,
    /// The allowed pattern: a regular expression that the value must fit, up to 1024 characters.
    #[prop(default, max = 1024)]
    pub allowed_pattern: String,
    /// The tier. An advanced parameter can't become a standard one: that takes a new parameter.
    #[prop(default)]
    pub tier: ParameterTier,
    /// The data type of a string.
    #[prop(default)]
    pub data_type: ParameterDataType,
    /// The parameter policies, such as an expiration: a list, or its JSON. They need the advanced tier.
    pub policies: Option<JsonText>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum ParameterType {
    /// A text.
    String,
    /// Texts with commas between them.
    StringList,
    /// A text that is encrypted with a KMS key.
    SecureString,
}

/// The tier of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Property)]
pub enum ParameterTier {
    /// Free of charge: up to 4 KB, and no policies.
    #[default]
    Standard,
    /// Up to 8 KB, and policies.
    Advanced,
    /// Standard, as long as nothing asks for advanced.
    #[prop(rename = "Intelligent-Tiering")]
    IntelligentTiering,
}

/// The data type of a parameter: what its value is checked as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Property)]
pub enum ParameterDataType {
    /// Any text.
    #[default]
    #[prop(rename = "text")]
    Text,
    /// The id of an AMI that the account can use. It is checked after the call, for up to two minutes.
    #[prop(rename = "aws:ec2:image")]
    Ec2Image,
    /// The settings of an integration.
    #[prop(rename = "aws:ssm:integration")]
    SsmIntegration,
}

impl ParameterInputs {
    /// Everything that is wrong.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let most = if self.tier == ParameterTier::Standard { 4096 } else { 8192 };
        let value = self.value.expose();
        Faults::of(self)
            .when(value.len() > most, "value", format!("has more than {most} bytes"))
            .when(value.contains("{{"), "value", "can't have `{{`, with which parameters are referred to")
            .when(
                self.key_id.is_some() && self.kind != ParameterType::SecureString,
                "keyId",
                "needs `type: SecureString`",
            )
            .when(
                self.data_type != ParameterDataType::Text && self.kind != ParameterType::String,
                "dataType",
                "needs `type: String`",
            )
            .when(self.policies.is_some() && self.tier == ParameterTier::Standard, "policies", "needs `tier: Advanced`")
            .when(
                self.policies.as_ref().is_some_and(|policies| !matches!(policies.json(), Some(Json::Array(_)))),
                "policies",
                "is not a list",
            )
            .into_vec()
    }
}
