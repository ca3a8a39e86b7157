//! What a program says of a certificate.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::Property;

use crate::aws::Tags;
use crate::types::{Arn, CertificateName, DomainName};

/// The inputs of a certificate.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CertificateInputs {
    /// The domain name, such as `www.example.com` or `*.example.com`: at most 64 characters.
    #[prop(replace)]
    pub domain_name: CertificateName,
    /// The subject alternative names: other domain names that the certificate is for, of 253 characters at most. AWS's quota is 10 names in all.
    #[prop(default, replace, max = 100)]
    pub subject_alternative_names: BTreeSet<CertificateName>,
    /// The validation method: how it is proved that the domain names are yours. Default: `DNS`.
    #[prop(default = ValidationMethod::Dns, replace)]
    pub validation_method: ValidationMethod,
    /// The validation domains of a certificate that is validated by mail: from a domain name of the certificate to the parent domain whose mailboxes
    /// are asked. Default: the domain name itself.
    #[prop(default, replace)]
    pub validation_domains: BTreeMap<String, DomainName>,
    /// The key algorithm. A public certificate can have `RSA_2048`, `EC_prime256v1` or `EC_secp384r1`. Default: `RSA_2048`.
    #[prop(default = KeyAlgorithm::Rsa2048, replace)]
    pub key_algorithm: KeyAlgorithm,
    /// The ARN of the private certificate authority that issues the certificate. Default: a public certificate of Amazon's.
    #[prop(replace)]
    pub certificate_authority_arn: Option<Arn>,
    /// Whether the certificate and its private key can be exported, which costs money. Default: false.
    #[prop(default = false, replace)]
    pub certificate_export: bool,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// How it is proved that a domain name is yours.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ValidationMethod {
    /// By a record in its DNS zone. While the record stands, the certificate is renewed by itself.
    #[prop(rename = "DNS")]
    Dns,
    /// By a mail to its owner, now and before each renewal.
    #[prop(rename = "EMAIL")]
    Email,
}

/// The algorithm of a certificate's key.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum KeyAlgorithm {
    /// RSA with 2048 bits.
    #[prop(rename = "RSA_2048")]
    Rsa2048,
    /// RSA with 3072 bits; only of a private authority.
    #[prop(rename = "RSA_3072")]
    Rsa3072,
    /// RSA with 4096 bits; only of a private authority.
    #[prop(rename = "RSA_4096")]
    Rsa4096,
    /// ECDSA with the curve P-256.
    #[prop(rename = "EC_prime256v1")]
    EcPrime256v1,
    /// ECDSA with the curve P-384.
    #[prop(rename = "EC_secp384r1")]
    EcSecp384r1,
    /// ECDSA with the curve P-521; only of a private authority.
    #[prop(rename = "EC_secp521r1")]
    EcSecp521r1,
}
