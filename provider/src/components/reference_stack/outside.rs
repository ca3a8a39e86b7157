//! Names that are not in the hosted zone in which their records would be made.

use pulumi_plugin::{Fault, Maybe, Result, Value};

use super::blocks::*;
use super::plan::Plan;
use crate::aws::Aws;
use crate::types::DomainName;

/// Names outside of the zone that the stack makes.
pub fn faults(plan: &Plan<'_>) -> Vec<Fault> {
    match &plan.blocks.dns {
        DnsChoice::Settings(_) => named(plan, &plan.inputs.domain),
        DnsChoice::Existing(_) => Vec::new(),
    }
}

/// Refuses names outside of the zone that there is already, where that can be read.
pub async fn look(aws: &Aws, plan: &Plan<'_>) -> Result<()> {
    let DnsChoice::Existing(zone) = &plan.blocks.dns else { return Ok(()) };
    let Ok(Maybe::Known(id)) = zone.zone_id.resolve().await.map(|it| it.value) else { return Ok(()) };
    let Ok(got) = aws.route53().get_hosted_zone().id(&id).send().await else { return Ok(()) };
    let Some(zone) = got.hosted_zone.and_then(|zone| DomainName::parse(&zone.name).ok()) else { return Ok(()) };
    let domain = &plan.inputs.domain;
    let why = format!("`{domain}` is not in `{zone}`, which is the hosted zone that `dns` names");
    let own = (!within(domain.as_str(), &zone)).then(|| Fault::new("domain", why));
    let all: Vec<_> = own.into_iter().chain(named(plan, &zone)).collect();
    if all.is_empty() { Ok(()) } else { Err(pulumi_plugin::Error::invalid(all)) }
}

/// The other names that the program gives. Whoever skips the record of one, or makes it elsewhere, has a place for it.
fn named(plan: &Plan<'_>, zone: &DomainName) -> Vec<Fault> {
    let stack = &plan.inputs.shared;
    let aliases = plan.blocks.cdn.iter().flat_map(|block| &block.settings.aliases).map(|name| name.as_str());
    let aliases = aliases.filter(|name| {
        let key = format!("record-{name}");
        !within(name, zone) && !stack.skip.contains(&key) && !places(stack.overrides.get(&key))
    });
    let aliases = aliases.map(|name| outside("cdn.aliases", name, zone));
    let CertificateChoice::Settings(block) = &plan.blocks.certificate else { return aliases.collect() };
    let proved = block.settings.subject_alternative_names.iter().filter(|name| {
        let key = format!("record-{}", name.base());
        !within(name.base(), zone) && !block.own.skip.contains(&key) && !places(block.own.overrides.get(&key))
    });
    let proved = proved.map(|name| outside("certificate.subjectAlternativeNames", name.as_str(), zone));
    aliases.chain(proved).collect()
}

fn within(name: &str, zone: &DomainName) -> bool {
    name == zone.as_str() || name.ends_with(&format!(".{zone}"))
}

/// Whether an override of a record says another zone.
fn places(said: Option<&Value>) -> bool {
    said.and_then(Value::as_object).is_some_and(|said| said.contains_key("zoneId"))
}

fn outside(at: &str, name: &str, zone: &DomainName) -> Fault {
    let why = format!(
        "`{name}` is not in the hosted zone `{zone}`, where its record is made: give a name below that, or a zone of both with `dns: {{zoneId: ...}}`"
    );
    Fault::new(at, why)
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::Value;

    use super::super::samples::small;
    use super::*;

    fn blamed(stack: &[(&str, Value)], aliases: &[&str], names: &[&str], zone: &str) -> Vec<String> {
        let list = |all: &[&str]| Value::from(all.iter().map(|it| Value::from(*it)).collect::<Vec<_>>());
        let aliases = [("aliases", list(aliases))];
        let names = [("subjectAlternativeNames", list(names))];
        let balancer: &[(&str, Value)] = &[];
        let inputs = small(stack, &[("cdn", &aliases), ("certificate", &names), ("loadBalancer", balancer)]);
        let plan = Plan::of(&inputs).expect("a plan");
        let zone = DomainName::parse(zone).expect("a domain name");
        named(&plan, &zone).iter().map(|fault| format!("{}: {}", fault.at, fault.why)).collect()
    }

    /// AWS would refuse the record when half of the stack stands.
    #[test]
    fn records_are_made_in_their_own_zone() {
        let (aliases, names) =
            (["www.shop.example.net", "example.org"], ["*.shop.example.net", "*.example.com", "shop.example.net"]);
        let all = blamed(&[], &aliases, &names, "shop.example.net");
        assert_eq!(all.len(), 2, "{all:?}");
        assert!(all[0].starts_with("cdn.aliases: `example.org` is not in"), "{all:?}");
        assert!(all[1].starts_with("certificate.subjectAlternativeNames: `*.example.com`"), "{all:?}");
        let skipped = Value::from(vec![Value::from("record-example.org")]);
        assert_eq!(blamed(&[("skip", skipped)], &aliases, &[], "shop.example.net"), [""; 0]);
        assert_eq!(blamed(&[], &["www.example.net"], &["notexample.net"], "example.net").len(), 1);
    }
}
