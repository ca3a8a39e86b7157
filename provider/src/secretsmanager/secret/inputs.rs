//! What the program says of a secret.

use std::collections::BTreeSet;

use pulumi_plugin::{Fault, Faults, Order, Property, Secret};
use serde_json::Value as Json;

use crate::aws::Tags;
use crate::types::{PolicyJson, SecretName};

/// The inputs of a secret.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SecretInputs {
    /// The secret's name: 1 to 512 letters, digits and `/_+=.@-`, not ending in a hyphen and six characters. Default: made from the resource's name.
    #[prop(replace, unique, autoname = 512)]
    pub name: SecretName,
    /// A description of up to 2048 characters.
    #[prop(default, max = 2048)]
    pub description: String,
    /// The KMS key that encrypts the secret: its id, ARN or alias. Default: Secrets Manager's own, `alias/aws/secretsmanager`, which other
    /// accounts can't use.
    pub kms_key_id: Option<String>,
    /// The secret string, up to 65,536 bytes: the value itself. It is kept encrypted in the state, and compared with Secrets Manager's without
    /// being read into it. Left out, and no value is generated: the value is somebody else's.
    #[prop(given)]
    pub value: Option<Secret<String>>,
    /// Has Secrets Manager generate a password as the value, when the secret is created. A value that somebody rotates later stays.
    #[prop(keep)]
    pub generate_secret_string: Option<GenerateSecretString>,
    /// The resource policy: who may use the secret, beside what IAM policies say.
    pub resource_policy: Option<PolicyJson>,
    /// Whether a resource policy that grants broad access is refused. Default: true.
    #[prop(default = Order::from(true))]
    pub block_public_policy: Order<bool>,
    /// The replica regions: where copies of the secret are kept.
    #[prop(default)]
    pub replica_regions: BTreeSet<ReplicaRegion>,
    /// Whether a replica overwrites a secret of the same name in its region. Default: false.
    #[prop(default)]
    pub force_overwrite_replica_secret: Order<bool>,
    /// The recovery window: for how many days the secret can be restored after its deletion, 7 to 30. So long, its name is taken. Default: 30.
    #[prop(min = 7, max = 30)]
    pub recovery_window_in_days: Option<Order<u32>>,
    /// Whether the secret is deleted without a recovery window: its value is lost, and its name free again. Default: false.
    #[prop(default)]
    pub force_delete_without_recovery: Order<bool>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// How a password is generated. Another way makes a new password; another template keeps it.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct GenerateSecretString {
    /// The password's length, 1 to 4096. Default: 32.
    #[prop(min = 1, max = 4096)]
    pub password_length: Option<u32>,
    /// The characters that are left out. RDS takes none of `/"@ ` and ElastiCache none of `/"@% `.
    #[prop(max = 4096)]
    pub exclude_characters: Option<String>,
    /// Whether lower-case letters are left out. Default: false.
    pub exclude_lowercase: Option<bool>,
    /// Whether upper-case letters are left out. Default: false.
    pub exclude_uppercase: Option<bool>,
    /// Whether digits are left out. Default: false.
    pub exclude_numbers: Option<bool>,
    /// Whether punctuation is left out. Default: false.
    pub exclude_punctuation: Option<bool>,
    /// Whether the space is included. Default: false.
    pub include_space: Option<bool>,
    /// Whether each kind of character that is not left out is there at least once. Default: true.
    pub require_each_included_type: Option<bool>,
    /// A JSON object that gets the password, such as `{"username": "app"}`. Needs `generateStringKey`.
    pub secret_string_template: Option<String>,
    /// The key of the password in the JSON object. Needs `secretStringTemplate`.
    pub generate_string_key: Option<String>,
    /// Any text: another one makes a new password.
    pub rotation_key: Option<String>,
}

/// Where a copy of a secret is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct ReplicaRegion {
    /// The region.
    pub region: String,
    /// The KMS key that encrypts the copy, a key of that region: its id, ARN or alias. Default: Secrets Manager's own there.
    pub kms_key_id: Option<String>,
}

impl GenerateSecretString {
    /// What the password itself comes from, whether or not defaults are written down, and in whatever order characters are.
    pub(super) fn password(&self) -> GenerateSecretString {
        let excluded: BTreeSet<char> = self.exclude_characters.iter().flat_map(|all| all.chars()).collect();
        GenerateSecretString {
            password_length: self.password_length.or(Some(32)),
            exclude_characters: Some(excluded.into_iter().collect()),
            exclude_lowercase: self.exclude_lowercase.or(Some(false)),
            exclude_uppercase: self.exclude_uppercase.or(Some(false)),
            exclude_numbers: self.exclude_numbers.or(Some(false)),
            exclude_punctuation: self.exclude_punctuation.or(Some(false)),
            include_space: self.include_space.or(Some(false)),
            require_each_included_type: self.require_each_included_type.or(Some(true)),
            secret_string_template: None,
            generate_string_key: None,
            rotation_key: self.rotation_key.clone(),
        }
    }

    fn faults(&self) -> Vec<Fault> {
        let object = |text: &String| matches!(serde_json::from_str(text), Ok(Json::Object(_)));
        let off = [self.exclude_lowercase, self.exclude_uppercase, self.exclude_numbers, self.exclude_punctuation];
        Faults::of(self)
            .needs("secretStringTemplate", "generateStringKey")
            .needs("generateStringKey", "secretStringTemplate")
            .when(
                self.secret_string_template.as_ref().is_some_and(|text| !object(text)),
                "secretStringTemplate",
                r#"is not a JSON object such as {"username": "app"}"#,
            )
            .when(
                off.iter().all(|off| *off == Some(true)) && self.include_space != Some(true),
                "excludePunctuation",
                "leaves no character for the password",
            )
            .into_vec()
    }
}

impl SecretInputs {
    /// Everything that is wrong.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let size = self.value.as_ref().map_or(0, |value| value.expose().len());
        let generated = self.generate_secret_string.as_ref().map(GenerateSecretString::faults).unwrap_or_default();
        let regions: BTreeSet<_> = self.replica_regions.iter().map(|replica| &replica.region).collect();
        Faults::of(self)
            .when(
                self.value.is_some() && self.generate_secret_string.is_some(),
                "generateSecretString",
                "only one of `value` and `generateSecretString` can be given",
            )
            .part("generateSecretString", generated)
            .when(size > 65_536, "value", "has more than 65536 bytes")
            .when(self.value.is_some() && size == 0, "value", "empty; leave it out, or give one")
            .when(regions.len() < self.replica_regions.len(), "replicaRegions", "names a region twice")
            .when(
                self.force_delete_without_recovery.value() && self.recovery_window_in_days.is_some(),
                "recoveryWindowInDays",
                "can't be given together with `forceDeleteWithoutRecovery`",
            )
            .into_vec()
    }
}
