//! Names that a certificate can be for.

use pulumi_plugin::Spelled as _;

use crate::types::DomainName;

spelled! {
    /// A domain name that a certificate can be for: in full, in lower case, `*` only as the whole first part.
    CertificateName, "a domain name in full", "www.example.com", "*.example.org", canonical
}

impl CertificateName {
    /// The name that has to be proved: without the `*.` of a wildcard.
    pub fn base(&self) -> &str {
        self.0.strip_prefix("*.").unwrap_or(&self.0)
    }
}

fn canonical(text: &str) -> Result<String, String> {
    let name = DomainName::parse(text)?;
    let base = name.as_str().strip_prefix("*.").unwrap_or(name.as_str());
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let label = |label: &str| label.chars().all(fits) && !label.starts_with('-') && !label.ends_with('-');
    let wrong = |why: &str| Err(format!("{}: {why}", CertificateName::is_not(text)));
    if base.contains('*') {
        return wrong("`*` can only stand for the first part");
    }
    if !base.contains('.') {
        return wrong("it has no dot");
    }
    match base.split('.').all(label) {
        true => Ok(name.to_string()),
        false => wrong("there are letters, digits, and hyphens within a part; write other letters in Punycode"),
    }
}

#[cfg(test)]
mod tests {
    use super::CertificateName;

    #[test]
    fn takes_what_a_certificate_can_be_for() {
        for (text, expected) in [
            ("Www.Example.com.", Ok("www.example.com")),
            ("*.example.com", Ok("*.example.com")),
            ("xn--bcher-kva.example", Ok("xn--bcher-kva.example")),
            ("*.*.example.com", Err("`*` can only stand for the first part")),
            ("www.*.com", Err("`*` can only stand for the first part")),
            ("w*.example.com", Err("`*` can only stand for the first part")),
            ("localhost", Err("it has no dot")),
            ("_dmarc.example.com", Err("there are letters, digits")),
            ("-a.example.com", Err("there are letters, digits")),
            ("bücher.example", Err("Punycode")),
        ] {
            let parsed = CertificateName::parse(text);
            match (parsed, expected) {
                (Ok(name), Ok(expected)) => assert_eq!(name.as_str(), expected),
                (Err(why), Err(expected)) => assert!(why.contains(expected), "{text}: {why}"),
                (parsed, _) => panic!("{text}: {parsed:?}"),
            }
        }
        let base = |text: &str| CertificateName::parse(text).map(|name| name.base().to_owned());
        assert_eq!((base("*.a.com"), base("a.com")), (Ok("a.com".to_owned()), Ok("a.com".to_owned())));
    }
}
