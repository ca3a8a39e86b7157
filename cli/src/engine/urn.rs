//! Pulumi's resource names: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME` taken apart.

/// The type and the name in a URN, both as slices of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Urn<'a> {
    pub kind: &'a str,
    pub name: &'a str,
}

/// Takes a URN apart; text that is none comes back whole as the name. Names may hold `::` themselves.
pub fn parse(urn: &str) -> Urn<'_> {
    let mut parts = urn.splitn(5, "::");
    let rest = urn.strip_prefix("urn:pulumi:").and_then(|_| {
        let (_, _) = (parts.next()?, parts.next()?);
        let kinds = parts.next()?;
        let name = &urn[urn.find(kinds)? + kinds.len()..];
        Some(Urn { kind: kinds.rsplit('$').next()?, name: name.strip_prefix("::")? })
    });
    rest.unwrap_or(Urn { kind: "", name: urn })
}

/// Whether this is the root that stands for the stack itself.
pub fn is_stack(urn: &str) -> bool {
    parse(urn).kind == "pulumi:pulumi:Stack"
}

/// Whether this is a provider, which people seldom ask after.
pub fn is_provider(urn: &str) -> bool {
    parse(urn).kind.starts_with("pulumi:providers:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_urn_comes_apart() {
        let cases = [
            ("urn:pulumi:dev::net::gitinfra:ec2:Vpc::web", "gitinfra:ec2:Vpc", "web"),
            ("urn:pulumi:dev::net::gitinfra:index:Network$gitinfra:ec2:Vpc::web", "gitinfra:ec2:Vpc", "web"),
            ("urn:pulumi:dev::net::a:b:C::x::y", "a:b:C", "x::y"),
            ("no urn", "", "no urn"),
            ("urn:pulumi:dev::net", "", "urn:pulumi:dev::net"),
        ];
        for (urn, kind, name) in cases {
            assert_eq!(parse(urn), Urn { kind, name }, "{urn}");
        }
    }
}
