//! What to do about a refusal of a call that the caller may not make. Pure.

/// The codes of such refusals. SNS has one of its own.
pub const CODES: [&str; 4] = ["UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "AuthorizationError"];

/// What to do about it: what to allow, and where. AWS names the action and the kind of policy that lacks it or denies it, where it says why at all.
pub fn hint(message: &str, call: &str) -> String {
    let after = |words: &str| message.split_once(words).map(|(_, rest)| rest);
    let action = after("not authorized to perform: ").and_then(|rest| rest.split_whitespace().next());
    let kind = |words| after(words).and_then(kind_of);
    let Some(action) = action.filter(|action| action.contains(':')) else {
        let call = if call.is_empty() { "this".to_owned() } else { format!("`{call}`") };
        return format!(
            "the credentials in use may not do {call}, or a policy of the resource denies it; the page of the resource in `docs` lists the IAM actions that it needs"
        );
    };
    match (kind(" with an explicit deny in "), kind(" because no ")) {
        (Some(policy), _) => {
            format!("`{action}` is denied by a statement of the {policy}, whatever other policies allow")
        }
        (None, Some("identity-based policy") | None) => {
            format!("allow `{action}` in a policy of the role or user whose credentials are in use")
        }
        (None, Some(policy)) => format!("the {policy} has to allow `{action}`, too"),
    }
}

/// The kind of policy that AWS names next: `an identity-based policy`, `session policy allows the ... action`.
fn kind_of(said: &str) -> Option<&str> {
    let said = said.strip_prefix("an ").or_else(|| said.strip_prefix("a ")).unwrap_or(said);
    let end = ["policy", "boundary"].into_iter().filter_map(|word| said.find(word).map(|at| at + word.len())).min()?;
    said.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_not_is_told_what_to_allow() {
        let user = "User: arn:aws:sts::1:assumed-role/ci/run is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/app";
        let on = |rest: &str| format!("{user} {rest}");
        let allow = "allow `iam:PassRole` in a policy of the role or user whose credentials are in use";
        for (message, expected) in [
            (on("because no identity-based policy allows the iam:PassRole action"), allow),
            (user.to_owned(), allow),
            (
                on("because no session policy allows the iam:PassRole action"),
                "the session policy has to allow `iam:PassRole`, too",
            ),
            (
                on("because no permissions boundary allows the iam:PassRole action"),
                "the permissions boundary has to allow `iam:PassRole`, too",
            ),
            (
                on("with an explicit deny in a service control policy"),
                "`iam:PassRole` is denied by a statement of the service control policy, whatever other policies allow",
            ),
            (
                format!(
                    "You are not authorized to perform this operation. {}. Encoded authorization failure message: a1",
                    on("because no identity-based policy allows the iam:PassRole action")
                ),
                allow,
            ),
            (
                "Access Denied".to_owned(),
                "the credentials in use may not do `PutBucketPolicy`, or a policy of the resource denies it; the page of the resource in `docs` lists the IAM actions that it needs",
            ),
        ] {
            assert_eq!(hint(&message, "PutBucketPolicy"), expected, "{message}");
        }
    }
}
