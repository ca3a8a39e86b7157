//! A rule group.

use std::collections::BTreeMap;

use aws_sdk_wafv2::types::RuleGroup as AwsRuleGroup;
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Property, Resource, Result, Wait};

use super::holders::{self, listed};
use super::key::{Key, Scope};
use super::piece::Piece;
use super::rule::{CustomResponseBody, Rule, VisibilityConfig};
use super::{rules, spelling, web_acl};
use crate::aws::list::{filled, some};
use crate::aws::{Aws, Doing as _, Tags};
use crate::types::{WafDescription, WafName};
use crate::wafv2::tags;

/// The inputs of a WAF rule group.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RuleGroupInputs {
    /// The rule group's name: 1 to 128 letters, digits, `-` and `_`, unique in its scope and region.
    #[prop(replace, unique, autoname = 128)]
    pub name: WafName,
    /// The scope. `CLOUDFRONT` is in us-east-1 only.
    #[prop(replace, unique)]
    pub scope: Scope,
    /// The capacity in web ACL capacity units (WCU) that the rules may take, for the group's whole life. Default: what its first rules take, so give
    /// more where rules are to come.
    #[prop(replace, computed, stable, min = 1, max = 5000)]
    pub capacity: Option<i64>,
    /// The description, 3 to 256 characters.
    pub description: Option<WafDescription>,
    /// The rules, by name. Their order is that of their priorities.
    #[prop(default)]
    pub rules: BTreeMap<String, Rule>,
    /// The visibility configuration.
    pub visibility_config: VisibilityConfig,
    /// The custom response bodies, by keys of your choice, which block actions name. Up to 50.
    #[prop(default, max = 50)]
    pub custom_response_bodies: BTreeMap<String, CustomResponseBody>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// A WAF rule group: rules that several web ACLs can share.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RuleGroup {
    /// The inputs, as WAF has them.
    #[prop(inputs)]
    pub inputs: RuleGroupInputs,
    /// The ARN, by which rules of web ACLs name the group.
    #[prop(stable)]
    pub arn: String,
    /// The label namespace: what the labels of the group's rules begin with.
    #[prop(stable)]
    pub label_namespace: String,
}

impl Resource for RuleGroup {
    const TOKEN: &'static str = "gitinfra:wafv2:RuleGroup";
    const WAIT: Wait = Wait::seconds(1, 600);
    type Session = Aws;
    type Inputs = RuleGroupInputs;
    type Seen = (AwsRuleGroup, String);

    fn check(new: &RuleGroupInputs) -> Vec<Fault> {
        let groups = new.rules.iter().filter(|(_, rule)| {
            let statement = &rule.statement;
            statement.managed_rule_group_statement.is_some() || statement.rule_group_reference_statement.is_some()
        });
        let groups = groups
            .map(|(name, _)| Fault::new("statement", "a rule group holds no other groups").below(name).below("rules"));
        Faults::of(new)
            .and(rules::faults(&new.rules, &new.custom_response_bodies))
            .and(groups)
            .part("visibilityConfig", rules::metric(&new.visibility_config).into_iter().collect())
            .into_vec()
    }

    async fn prevents(aws: &Aws, id: &Id, _: &RuleGroupInputs, _: &RuleGroupInputs) -> Result<()> {
        match Self::find(aws, id).await? {
            Some((seen, _)) => holders::prevents(aws, &seen.arn, Key::parse(id)?.scope).await,
            None => Ok(()),
        }
    }

    async fn create(aws: &Aws, new: &RuleGroupInputs) -> Result<Made> {
        new.scope.is_at(aws)?;
        let (name, scope) = (new.name.as_str(), new.scope);
        let capacity = match new.capacity {
            Some(capacity) => capacity,
            None => needed(aws, new).await?,
        };
        let create = aws.once().wafv2().create_rule_group().name(name).scope(scope.aws()).capacity(capacity);
        let create = create
            .set_description(new.description.as_ref().map(WafDescription::to_string))
            .set_rules(some(web_acl::written(&new.rules)?))
            .set_visibility_config(new.visibility_config.write()?)
            .set_custom_response_bodies(new.custom_response_bodies.write()?)
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.unless(&["WAFDuplicateItemException"]).doing("creating rule group", name);
        match made.map_err(too_much)? {
            Some(made) => Made::new(made.summary.and_then(|it| it.id).map(|id| Key::id(id, name, scope).to_string())),
            None => holders::of_name(listed!(aws, list_rule_groups, rule_groups, scope), name, scope).map(Made::Exists),
        }
    }

    async fn ours(aws: &Aws, id: &Id, (seen, _): &Self::Seen, _: &RuleGroupInputs) -> Result<Option<Id>> {
        Ok(aws.bears_token(tags::list(aws, &seen.arn).await?).then(|| id.clone()))
    }

    /// The rule group, with the lock token that a change of it must name.
    async fn find(aws: &Aws, id: &Id) -> Result<Option<Self::Seen>> {
        let Key { id, name, scope } = Key::parse(id)?;
        let got = aws.wafv2().get_rule_group().id(id).name(&name).scope(scope.aws()).send().await;
        let got = got.unless(&["WAFNonexistentItemException"]).doing("reading rule group", &name)?;
        Ok(got.and_then(|got| got.rule_group.zip(got.lock_token)))
    }

    async fn read(aws: &Aws, id: &Id, (seen, _): Self::Seen) -> Result<Self> {
        let tags = tags::visible(aws, &seen.arn).await?;
        Ok(RuleGroup {
            inputs: RuleGroupInputs {
                name: seen.name.into(),
                scope: Key::parse(id)?.scope,
                capacity: Some(seen.capacity),
                description: filled(seen.description).map(Into::into),
                rules: web_acl::read(seen.rules)?,
                visibility_config: Piece::read(seen.visibility_config)?,
                custom_response_bodies: Piece::read(seen.custom_response_bodies)?,
                tags,
            },
            arn: seen.arn,
            label_namespace: seen.label_namespace.unwrap_or_default(),
        })
    }

    fn respell(&mut self, given: &RuleGroupInputs) {
        spelling::respell(&mut self.inputs.rules, &given.rules);
    }

    /// An update replaces everything, so what is not known here is sent back.
    async fn update(aws: &Aws, id: &Id, _: &Self, new: &RuleGroupInputs) -> Result<()> {
        let gone = || Error::new(format!("rule group `{id}` is gone"));
        let (old, token) = Self::find(aws, id).await?.ok_or_else(gone)?;
        let key = Key::parse(id)?;
        let update = aws.wafv2().update_rule_group().id(key.id).name(key.name).scope(key.scope.aws()).lock_token(token);
        let update = update
            .set_description(new.description.as_ref().map(WafDescription::to_string))
            .set_rules(some(web_acl::written(&new.rules)?))
            .set_visibility_config(new.visibility_config.write()?)
            .set_custom_response_bodies(new.custom_response_bodies.write()?)
            .set_monetization_config(old.monetization_config);
        update.send().await.done("changing rule group", id).map_err(too_much)
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let Some((_, token)) = Self::find(aws, id).await? else { return Ok(()) };
        let key = Key::parse(id)?;
        let delete = aws.wafv2().delete_rule_group().id(key.id).name(key.name).scope(key.scope.aws()).lock_token(token);
        match delete.send().await.unless(&["WAFNonexistentItemException"]).done("deleting rule group", id) {
            Err(error) => Err(holders::held(aws, error, &old.arn, key.scope).await),
            Ok(()) => Ok(()),
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// What the rules take, by AWS's own count.
async fn needed(aws: &Aws, new: &RuleGroupInputs) -> Result<i64> {
    if new.rules.is_empty() {
        return Ok(1);
    }
    let ask = aws.wafv2().check_capacity().scope(new.scope.aws()).set_rules(Some(web_acl::written(&new.rules)?));
    let told = ask.send().await.doing("asking what the rules take of rule group", &new.name)?;
    Ok(told.capacity.max(1))
}

/// With what can be done where the rules take more than the group has.
fn too_much(error: Error) -> Error {
    match error.message().contains("capacity limit") || error.message().contains("minimum requirement for a threshold")
    {
        true => error.hint("give the group more `capacity`, which takes a new group"),
        false => error,
    }
}
