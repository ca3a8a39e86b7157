//! The hosted zone that is to delegate a stack's domain.

use pulumi_plugin::{Fault, Maybe, Result};

use super::inputs::ReferenceStackInputs;
use crate::aws::Aws;
use crate::types::DomainName;

/// Refuses a domain that is not below the parent zone, where the zone can be read. Whoever may change its records may not be allowed to.
pub async fn delegates(aws: &Aws, inputs: &ReferenceStackInputs) -> Result<()> {
    let Some(parent) = &inputs.parent_zone else { return Ok(()) };
    let Ok(Maybe::Known(id)) = parent.zone_id.resolve().await.map(|it| it.value) else { return Ok(()) };
    let aws = match &parent.assume_role {
        Some(role) => aws.acting_as(role).await,
        None => aws.clone(),
    };
    let Ok(got) = aws.route53().get_hosted_zone().id(&id).send().await else { return Ok(()) };
    let name = got.hosted_zone.and_then(|zone| DomainName::parse(&zone.name).ok());
    match name.and_then(|name| fault(&inputs.domain, &name)) {
        Some(fault) => Err(fault.into()),
        None => Ok(()),
    }
}

/// What is wrong with a domain in a parent zone of a name.
fn fault(domain: &DomainName, parent: &DomainName) -> Option<Fault> {
    if domain == parent {
        let why = format!(
            "`{domain}` is the parent zone itself, which can't delegate itself: give a domain below it, or leave out `parentZone` and give `dns: {{zoneId: ...}}` of that zone"
        );
        return Some(Fault::new("domain", why));
    }
    let below = domain.as_str().ends_with(&format!(".{parent}"));
    (!below).then(|| Fault::new("domain", format!("`{domain}` is not below `{parent}`, which is the parent zone")))
}

#[cfg(test)]
mod tests {
    use super::fault;
    use crate::types::DomainName;

    #[test]
    fn a_domain_is_below_its_parent() {
        for (domain, parent, why) in [
            ("app.example.com", "example.com", ""),
            ("a.b.example.com", "example.com", ""),
            ("example.com", "example.com", "is the parent zone itself"),
            ("example.org", "example.com", "is not below `example.com`"),
            ("notexample.com", "example.com", "is not below `example.com`"),
        ] {
            let [domain, parent] = [domain, parent].map(|name| DomainName::parse(name).expect("a domain name"));
            let told = fault(&domain, &parent).map(|fault| fault.why).unwrap_or_default();
            assert!(told.contains(why) && told.is_empty() == why.is_empty(), "{told}");
        }
    }
}
