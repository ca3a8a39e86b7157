//! URNs, as the engine makes them.

/// A URN's parts: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. What a malformed one lacks is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Urn<'a> {
    /// With the stack and the project, as they stand: `urn:pulumi:dev::web`.
    home: &'a str,
    /// The resource's type token behind those of its parents: `p:index:Site$p:index:File`.
    types: &'a str,
    /// The resource's own name, which may hold `::`.
    pub name: &'a str,
}

impl<'a> Urn<'a> {
    /// Takes one apart.
    pub fn parse(text: &'a str) -> Urn<'a> {
        let cut = |text: &'a str| text.split_once("::").unwrap_or((text, ""));
        let (stack, rest) = cut(text);
        let (project, rest) = cut(rest);
        let (types, name) = cut(rest);
        let home = &text[..text.len().min(stack.len() + 2 + project.len())];
        Urn { home, types, name }
    }

    /// The resource's type token.
    pub fn token(&self) -> &'a str {
        self.types.rsplit('$').next().unwrap_or_default()
    }

    /// The URN that the engine gives a child of this resource.
    pub fn child(&self, token: &str, name: &str) -> String {
        format!("{}::{}${token}::{name}", self.home, self.types)
    }
}

#[cfg(test)]
mod tests {
    use super::Urn;

    #[test]
    fn a_urn_has_parts() {
        for (text, token, name) in [
            ("urn:pulumi:dev::web::p:index:File::a", "p:index:File", "a"),
            ("urn:pulumi:dev::web::p:index:Site$p:index:File::s::map", "p:index:File", "s::map"),
            ("urn:pulumi:dev::web", "", ""),
            ("web", "", ""),
            ("", "", ""),
        ] {
            let urn = Urn::parse(text);
            assert_eq!((urn.token(), urn.name), (token, name), "{text}");
        }
    }

    #[test]
    fn a_childs_urn_is_its_parents_with_one_more_type() {
        for (parent, child) in [
            ("urn:pulumi:dev::web::p:index:Site::s", "urn:pulumi:dev::web::p:index:Site$p:index:File::s-map"),
            (
                "urn:pulumi:dev::web::q:a:Outer$p:index:Site::in::out",
                "urn:pulumi:dev::web::q:a:Outer$p:index:Site$p:index:File::s-map",
            ),
        ] {
            assert_eq!(Urn::parse(parent).child("p:index:File", "s-map"), child);
        }
    }
}
