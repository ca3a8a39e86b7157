//! What another server's published keys signed: JSON Web Signatures. Which way of signing counts is the key's to say, and never
//! the token's alone: none is none, and one with a shared secret would be anybody's who knows the published key. Pure.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value};

/// No token that is needed is longer.
const LONGEST: usize = 64 * 1024;

/// A key as it is published (JWK).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Key {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    /// The one way of signing that it is for, where it says so.
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// Those of a set that can be read; of what else there may be, none is needed.
pub fn read(set: &Value) -> Vec<Key> {
    let keys = set["keys"].as_array().into_iter().flatten();
    keys.filter_map(|key| Key::deserialize(key).ok()).collect()
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// What must be understood, and is not.
    crit: Option<Value>,
}

/// What a token says, if one of these keys signed it. The error says why not.
pub fn signed(keys: &[Key], token: &str) -> Result<Map<String, Value>, &'static str> {
    const UNREADABLE: &str = "what it said can't be read";
    let (said, signature) = token.rsplit_once('.').filter(|_| token.len() <= LONGEST).ok_or(UNREADABLE)?;
    let (header, claims) = said.split_once('.').ok_or(UNREADABLE)?;
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| UNREADABLE);
    let header: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| UNREADABLE)?;
    let signature = decoded(signature)?;
    let is_named = |key: &&Key| header.kid.is_none() || header.kid == key.kid;
    let has_signed = |key: &Key| key.has_signed(&header.alg, said.as_bytes(), &signature);
    if header.crit.is_some() || !keys.iter().filter(is_named).any(has_signed) {
        return Err("what it said is not signed by any of its keys");
    }
    serde_json::from_slice(&decoded(claims)?).map_err(|_| UNREADABLE)
}

impl Key {
    fn has_signed(&self, alg: &str, said: &[u8], signature: &[u8]) -> bool {
        let is_for_it = self.alg.as_deref().is_none_or(|own| own == alg);
        let is_for_signing = self.purpose.as_deref().is_none_or(|purpose| purpose == "sig");
        is_for_it && is_for_signing && self.try_verify(alg, said, signature).is_some()
    }

    fn try_verify(&self, alg: &str, said: &[u8], signature: &[u8]) -> Option<()> {
        match (self.kty.as_str(), self.crv.as_deref(), alg) {
            ("RSA", None, alg) => {
                let (n, e) = (bytes(self.n.as_ref())?, bytes(self.e.as_ref())?);
                RsaPublicKeyComponents { n, e }.verify(of_rsa(alg)?, said, signature).ok()
            }
            ("EC", Some("P-256"), "ES256") => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.point()?).verify(said, signature).ok()
            }
            ("EC", Some("P-384"), "ES384") => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, self.point()?).verify(said, signature).ok()
            }
            ("OKP", Some("Ed25519"), "EdDSA") => {
                UnparsedPublicKey::new(&ED25519, bytes(self.x.as_ref())?).verify(said, signature).ok()
            }
            _ => None,
        }
    }

    /// Uncompressed: both halves after a 4.
    fn point(&self) -> Option<Vec<u8>> {
        Some([vec![4], bytes(self.x.as_ref())?, bytes(self.y.as_ref())?].concat())
    }
}

fn of_rsa(alg: &str) -> Option<&'static RsaParameters> {
    Some(match alg {
        "RS256" => &RSA_PKCS1_2048_8192_SHA256,
        "RS384" => &RSA_PKCS1_2048_8192_SHA384,
        "RS512" => &RSA_PKCS1_2048_8192_SHA512,
        "PS256" => &RSA_PSS_2048_8192_SHA256,
        "PS384" => &RSA_PSS_2048_8192_SHA384,
        "PS512" => &RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}

fn bytes(text: Option<&String>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text?).ok()
}
