//! What the program says of a key.

use pulumi_plugin::{Fault, Faults, Order, Property};

use crate::aws::Tags;
use crate::types::PolicyJson;

/// The inputs of a KMS key.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct KeyInputs {
    /// A description of up to 8192 characters.
    #[prop(default, max = 8192)]
    pub description: String,
    /// The key policy, of up to 32 KB: who may use and manage the key. Default: KMS's own, by which the account's IAM policies decide.
    pub key_policy: Option<PolicyJson>,
    /// The key spec: the type of key.
    #[prop(replace, default)]
    pub key_spec: KeySpec,
    /// The key usage: what the key is for. Asymmetric and HMAC keys need the one that fits them.
    #[prop(replace, default)]
    pub key_usage: KeyUsage,
    /// The origin of the key material.
    #[prop(replace, default)]
    pub origin: KeyOrigin,
    /// Whether it is a multi-Region primary key, which can be replicated into other regions. Default: false.
    #[prop(replace, default)]
    pub multi_region: bool,
    /// Whether the key can be used. Default: true.
    #[prop(default = true)]
    pub enabled: bool,
    /// Whether KMS rotates the key material automatically; old data stays readable. Default: true for symmetric encryption keys with material
    /// of KMS's own, while KMS's own default is false; other keys can't be rotated automatically.
    pub enable_key_rotation: Option<bool>,
    /// The rotation period: after how many days KMS rotates the key, 90 to 2560. Default: 365.
    #[prop(min = 90, max = 2560)]
    pub rotation_period_in_days: Option<u32>,
    /// The pending window: for how many days KMS keeps the key after its deletion was ordered, 7 to 30. Default: 30.
    #[prop(default = Order::from(super::WINDOW), min = 7, max = 30)]
    pub pending_window_in_days: Order<u32>,
    /// Whether to bypass the policy lockout safety check, by which KMS refuses a key policy that would not let the caller change it again.
    /// Default: false.
    #[prop(default)]
    pub bypass_policy_lockout_safety_check: Order<bool>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// The type of a KMS key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Property)]
pub enum KeySpec {
    /// A symmetric 256-bit AES-GCM key; in China regions SM4.
    #[default]
    #[prop(rename = "SYMMETRIC_DEFAULT")]
    SymmetricDefault,
    /// An RSA key pair of 2048 bits.
    #[prop(rename = "RSA_2048")]
    Rsa2048,
    /// An RSA key pair of 3072 bits.
    #[prop(rename = "RSA_3072")]
    Rsa3072,
    /// An RSA key pair of 4096 bits.
    #[prop(rename = "RSA_4096")]
    Rsa4096,
    /// A NIST P-256 elliptic curve key pair (secp256r1).
    #[prop(rename = "ECC_NIST_P256")]
    EccNistP256,
    /// A NIST P-384 elliptic curve key pair (secp384r1).
    #[prop(rename = "ECC_NIST_P384")]
    EccNistP384,
    /// A NIST P-521 elliptic curve key pair (secp521r1).
    #[prop(rename = "ECC_NIST_P521")]
    EccNistP521,
    /// An elliptic curve key pair on secp256k1, common for cryptocurrencies.
    #[prop(rename = "ECC_SECG_P256K1")]
    EccSecgP256k1,
    /// A NIST elliptic curve key pair on Edwards25519.
    #[prop(rename = "ECC_NIST_EDWARDS25519")]
    EccNistEdwards25519,
    /// An HMAC key of 224 bits.
    #[prop(rename = "HMAC_224")]
    Hmac224,
    /// An HMAC key of 256 bits.
    #[prop(rename = "HMAC_256")]
    Hmac256,
    /// An HMAC key of 384 bits.
    #[prop(rename = "HMAC_384")]
    Hmac384,
    /// An HMAC key of 512 bits.
    #[prop(rename = "HMAC_512")]
    Hmac512,
    /// An SM2 key pair, in China regions only.
    #[prop(rename = "SM2")]
    Sm2,
    /// A post-quantum ML-DSA-44 key pair.
    #[prop(rename = "ML_DSA_44")]
    MlDsa44,
    /// A post-quantum ML-DSA-65 key pair.
    #[prop(rename = "ML_DSA_65")]
    MlDsa65,
    /// A post-quantum ML-DSA-87 key pair.
    #[prop(rename = "ML_DSA_87")]
    MlDsa87,
}

/// What a KMS key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Property)]
pub enum KeyUsage {
    /// It encrypts and decrypts.
    #[default]
    #[prop(rename = "ENCRYPT_DECRYPT")]
    EncryptDecrypt,
    /// It signs and verifies.
    #[prop(rename = "SIGN_VERIFY")]
    SignVerify,
    /// It makes and verifies message authentication codes.
    #[prop(rename = "GENERATE_VERIFY_MAC")]
    GenerateVerifyMac,
    /// It derives shared secrets.
    #[prop(rename = "KEY_AGREEMENT")]
    KeyAgreement,
}

/// Where the material of a KMS key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Property)]
pub enum KeyOrigin {
    /// KMS makes it.
    #[default]
    #[prop(rename = "AWS_KMS")]
    AwsKms,
    /// You import it, by KMS's own calls, after the key is there.
    #[prop(rename = "EXTERNAL")]
    External,
}

impl KeySpec {
    /// What keys of this type can be for.
    fn usages(self) -> &'static [KeyUsage] {
        use KeyUsage::{EncryptDecrypt, GenerateVerifyMac, KeyAgreement, SignVerify};
        match self {
            KeySpec::SymmetricDefault => &[EncryptDecrypt],
            KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096 => &[EncryptDecrypt, SignVerify],
            KeySpec::EccNistP256 | KeySpec::EccNistP384 | KeySpec::EccNistP521 => &[SignVerify, KeyAgreement],
            KeySpec::Sm2 => &[EncryptDecrypt, SignVerify, KeyAgreement],
            KeySpec::Hmac224 | KeySpec::Hmac256 | KeySpec::Hmac384 | KeySpec::Hmac512 => &[GenerateVerifyMac],
            KeySpec::EccSecgP256k1 | KeySpec::EccNistEdwards25519 => &[SignVerify],
            KeySpec::MlDsa44 | KeySpec::MlDsa65 | KeySpec::MlDsa87 => &[SignVerify],
        }
    }
}

impl KeyInputs {
    /// Whether KMS can rotate the key automatically.
    pub(super) fn can_rotate(&self) -> bool {
        self.key_spec == KeySpec::SymmetricDefault && self.origin == KeyOrigin::AwsKms
    }

    /// Whether KMS is to rotate the key.
    pub(super) fn rotates(&self) -> bool {
        self.enable_key_rotation.unwrap_or(self.can_rotate())
    }

    /// Everything that is wrong.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let usages = self.key_spec.usages();
        let words: Vec<_> = usages.iter().map(|usage| format!("`{}`", usage.as_str())).collect();
        let size = self.key_policy.as_ref().map_or(0, |policy| policy.to_string().len());
        Faults::of(self)
            .when(
                !usages.contains(&self.key_usage),
                "keyUsage",
                format!("a key of type {} can only be for {}", self.key_spec.as_str(), words.join(" or ")),
            )
            .when(
                self.enable_key_rotation == Some(true) && !self.can_rotate(),
                "enableKeyRotation",
                "only symmetric encryption keys with material of KMS's own can be rotated automatically",
            )
            .when(
                self.rotation_period_in_days.is_some() && !self.rotates(),
                "rotationPeriodInDays",
                "needs `enableKeyRotation: true`",
            )
            .when(size > 32 * 1024, "keyPolicy", format!("has {size} bytes; 32768 are allowed"))
            .into_vec()
    }
}
