//! What holds a thing of WAF's: the web ACLs and rule groups whose rules name it.

use aws_sdk_wafv2::types::Rule;
use pulumi_plugin::{Again, Error, Id, Result};

use super::key::{Key, Scope};
use crate::aws::{Aws, Doing as _};

/// A thing in a list: its id and name.
pub(super) type Listed = (String, String);

/// Everything of a kind in a scope, out of all pages of a list.
macro_rules! listed {
    ($aws:expr, $list:ident, $items:ident, $scope:expr) => {{
        let (mut found, mut marker) = (Vec::<$crate::wafv2::holders::Listed>::new(), None);
        loop {
            let ask = $aws.wafv2().$list().scope($scope.aws()).limit(100).set_next_marker(marker);
            let answer = ask.send().await.doing("listing what there is of WAF's", "")?;
            let items = answer.$items.unwrap_or_default().into_iter();
            found.extend(items.map(|item| (item.id.unwrap_or_default(), item.name.unwrap_or_default())));
            marker = $crate::aws::list::filled(answer.next_marker);
            if marker.is_none() {
                break found;
            }
        }
    }};
}
pub(super) use listed;

/// The id of what has a name, out of a list.
pub(super) fn of_name(listed: Vec<Listed>, name: &str, scope: Scope) -> Result<Id> {
    let found = listed.into_iter().find(|(_, other)| other == name);
    let unlisted = || Error::new(format!("`{name}` exists, but is not listed yet")).again(Again::Soon);
    found.map(|(id, name)| Key::id(id, name, scope)).ok_or_else(unlisted)
}

/// The web ACLs and rule groups of the scope in whose rules the ARN stands.
async fn holders(aws: &Aws, arn: &str, scope: Scope) -> Result<Vec<String>> {
    let mut holders = Vec::new();
    // What AWS says of a rule holds every ARN in it, however deep.
    let names = |rules: &[Rule]| format!("{rules:?}").contains(&format!("{arn:?}"));
    for (id, name) in listed!(aws, list_web_acls, web_acls, scope) {
        let got = aws.wafv2().get_web_acl().id(id).name(&name).scope(scope.aws()).send().await;
        let got = got.unless(&["WAFNonexistentItemException"]).doing("reading web ACL", &name)?;
        if got.and_then(|it| it.web_acl).is_some_and(|acl| names(acl.rules())) {
            holders.push(format!("web ACL `{name}`"));
        }
    }
    for (id, name) in listed!(aws, list_rule_groups, rule_groups, scope) {
        let got = aws.wafv2().get_rule_group().id(id).name(&name).scope(scope.aws()).send().await;
        let got = got.unless(&["WAFNonexistentItemException"]).doing("reading rule group", &name)?;
        if got.and_then(|it| it.rule_group).is_some_and(|group| names(group.rules())) {
            holders.push(format!("rule group `{name}`"));
        }
    }
    Ok(holders)
}

/// Refuses a replacement of what a rule names, where the old one would have to go first.
pub(super) async fn prevents(aws: &Aws, arn: &str, scope: Scope) -> Result<()> {
    match holders(aws, arn, scope).await?.as_slice() {
        [] => Ok(()),
        holders => Err(Error::new(format!(
            "it can't be replaced under its name: the old one would have to go first, and the rules of {} name it",
            holders.join(", ")
        ))
        .hint("give the new one another `name`, or leave `name` out so that one is made up")),
    }
}

/// A failed deletion with the names of what is in the way.
pub(super) async fn held(aws: &Aws, error: Error, arn: &str, scope: Scope) -> Error {
    if !error.message().contains("WAFAssociatedItemException") {
        return error;
    }
    match holders(aws, arn, scope).await {
        Ok(holders) if !holders.is_empty() => error.hint(format!("the rules of {} name it", holders.join(", "))),
        _ => error,
    }
}
