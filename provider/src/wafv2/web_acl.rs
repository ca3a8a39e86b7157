//! A web ACL.

mod inputs;

use std::collections::BTreeMap;

use aws_sdk_wafv2::types::{
    AssociationConfig as AwsAssociationConfig, ResourceType, Rule as AwsRule, WebAcl as AwsWebAcl,
};
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Property, Resource, Result, Wait};

pub use self::inputs::*;
use super::holders::{self, listed};
use super::key::Key;
use super::piece::Piece;
use super::rule::{Rule, RuleAction};
use super::{rules, spelling};
use crate::aws::list::{filled, some};
use crate::aws::{Aws, Doing as _, Tags};
use crate::types::WafDescription;
use crate::wafv2::tags;

/// How a rule is named that Shield Advanced keeps in a web ACL.
const SHIELD: &str = "ShieldMitigationRuleGroup_";

/// A WAF web ACL: rules by which requests to CloudFront distributions, load balancers and other resources are allowed, blocked or counted.
///
/// A distribution names the ARN in its `webAclId`; other resources get it by a `WebAclAssociation`.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct WebAcl {
    /// The inputs, as WAF has them.
    #[prop(inputs)]
    pub inputs: WebAclInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The capacity in web ACL capacity units (WCU): at most 5,000; more than 1,500 cost extra.
    pub capacity: i64,
    /// The label namespace: what the labels of the web ACL's rules begin with.
    #[prop(stable)]
    pub label_namespace: String,
}

impl Resource for WebAcl {
    const TOKEN: &'static str = "gitinfra:wafv2:WebAcl";
    const WAIT: Wait = Wait::seconds(2, 900);
    type Session = Aws;
    type Inputs = WebAclInputs;
    type Seen = (AwsWebAcl, String);

    fn check(new: &WebAclInputs) -> Vec<Fault> {
        let bodies = new.association_config.iter().flat_map(|config| config.request_body.keys());
        let odd = bodies.filter(|kind| !TYPES.contains(&kind.as_str()));
        let odd = odd.map(|kind| Fault::new("associationConfig", format!("`{kind}` is none of {}", TYPES.join(", "))));
        let block = RuleAction { block: new.default_action.block.clone(), ..RuleAction::default() };
        Faults::of(new)
            .and(rules::faults(&new.rules, &new.custom_response_bodies))
            .part("defaultAction", rules::choices(&new.default_action))
            .part("defaultAction", rules::body(&block, &new.custom_response_bodies).into_iter().collect())
            .part("visibilityConfig", rules::metric(&new.visibility_config).into_iter().collect())
            .and(odd)
            .into_vec()
    }

    async fn create(aws: &Aws, new: &WebAclInputs) -> Result<Made> {
        new.scope.is_at(aws)?;
        let (name, scope) = (new.name.as_str(), new.scope);
        let create = aws
            .once()
            .wafv2()
            .create_web_acl()
            .name(name)
            .scope(scope.aws())
            .set_description(new.description.as_ref().map(WafDescription::to_string))
            .set_default_action(new.default_action.write()?)
            .set_rules(some(written(&new.rules)?))
            .set_visibility_config(new.visibility_config.write()?)
            .set_custom_response_bodies(new.custom_response_bodies.write()?)
            .set_captcha_config(new.captcha_config.write()?)
            .set_challenge_config(new.challenge_config.write()?)
            .set_token_domains(new.token_domains.write()?)
            .set_association_config(new.association_config.write()?)
            .set_data_protection_config(new.data_protection_config.write()?)
            .set_on_source_d_do_s_protection_config(new.on_source_d_do_s_protection_config.write()?)
            .set_application_config(new.application_config.write()?)
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.unless(&["WAFDuplicateItemException"]).doing("creating web ACL", name)?;
        match made {
            Some(made) => Made::new(made.summary.and_then(|it| it.id).map(|id| Key::id(id, name, scope).to_string())),
            None => holders::of_name(listed!(aws, list_web_acls, web_acls, scope), name, scope).map(Made::Exists),
        }
    }

    async fn ours(aws: &Aws, id: &Id, (seen, _): &Self::Seen, _: &WebAclInputs) -> Result<Option<Id>> {
        Ok(aws.bears_token(tags::list(aws, &seen.arn).await?).then(|| id.clone()))
    }

    /// The web ACL, with the lock token that a change of it must name.
    async fn find(aws: &Aws, id: &Id) -> Result<Option<Self::Seen>> {
        let Key { id, name, scope } = Key::parse(id)?;
        let got = aws.wafv2().get_web_acl().id(id).name(&name).scope(scope.aws()).send().await;
        let got = got.unless(&["WAFNonexistentItemException"]).doing("reading web ACL", &name)?;
        Ok(got.and_then(|got| got.web_acl.zip(got.lock_token)))
    }

    async fn read(aws: &Aws, id: &Id, (seen, _): Self::Seen) -> Result<Self> {
        let tags = tags::visible(aws, &seen.arn).await?;
        let inputs = WebAclInputs {
            name: seen.name.into(),
            scope: Key::parse(id)?.scope,
            default_action: Piece::read(seen.default_action)?,
            description: filled(seen.description).map(Into::into),
            rules: read(seen.rules)?,
            visibility_config: Piece::read(seen.visibility_config)?,
            custom_response_bodies: Piece::read(seen.custom_response_bodies)?,
            captcha_config: Piece::read(seen.captcha_config)?,
            challenge_config: Piece::read(seen.challenge_config)?,
            token_domains: seen.token_domains.unwrap_or_default(),
            association_config: Piece::read(seen.association_config.filter(|it| it.request_body.is_some()))?,
            data_protection_config: Piece::read(seen.data_protection_config)?,
            on_source_d_do_s_protection_config: match seen.on_source_d_do_s_protection_config {
                Some(told) => Piece::read(Some(told))?,
                None => OnSourceDDoSProtectionConfig::default(),
            },
            application_config: Piece::read(seen.application_config)?,
            tags,
        };
        let (arn, label_namespace) = (seen.arn, seen.label_namespace.unwrap_or_default());
        Ok(WebAcl { inputs, arn, capacity: seen.capacity, label_namespace })
    }

    fn respell(&mut self, given: &WebAclInputs) {
        spelling::respell(&mut self.inputs.rules, &given.rules);
    }

    /// An update replaces everything, so what others keep in the web ACL is sent back.
    async fn update(aws: &Aws, id: &Id, _: &Self, new: &WebAclInputs) -> Result<()> {
        let gone = || Error::new(format!("web ACL `{id}` is gone"));
        let (old, token) = Self::find(aws, id).await?.ok_or_else(gone)?;
        let mut rules = written(&new.rules)?;
        rules.extend(old.rules.into_iter().flatten().filter(|rule| rule.name.starts_with(SHIELD)));
        let key = Key::parse(id)?;
        let update = aws.wafv2().update_web_acl().id(key.id).name(key.name).scope(key.scope.aws()).lock_token(token);
        let update = update
            .set_description(new.description.as_ref().map(WafDescription::to_string))
            .set_default_action(new.default_action.write()?)
            .set_rules(some(rules))
            .set_visibility_config(new.visibility_config.write()?)
            .set_custom_response_bodies(new.custom_response_bodies.write()?)
            .set_captcha_config(new.captcha_config.write()?)
            .set_challenge_config(new.challenge_config.write()?)
            .set_token_domains(new.token_domains.write()?)
            .set_association_config(association(new, old.association_config)?)
            .set_data_protection_config(new.data_protection_config.write()?)
            .set_on_source_d_do_s_protection_config(new.on_source_d_do_s_protection_config.write()?)
            .set_application_config(new.application_config.write()?)
            .set_monetization_config(old.monetization_config);
        update.send().await.done("changing web ACL", id)
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let Some((_, token)) = Self::find(aws, id).await? else { return Ok(()) };
        let key = Key::parse(id)?;
        let delete = aws.wafv2().delete_web_acl().id(key.id).name(key.name).scope(key.scope.aws()).lock_token(token);
        match delete.send().await.unless(&["WAFNonexistentItemException"]).done("deleting web ACL", id) {
            Err(error) if error.message().contains("WAFAssociatedItemException") => {
                Err(held(aws, error, &old.arn).await)
            }
            deleted => deleted,
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// The association configuration, with what the web ACL has of it that is not known here.
fn association(new: &WebAclInputs, old: Option<AwsAssociationConfig>) -> Result<Option<AwsAssociationConfig>> {
    let mut written = new.association_config.write()?;
    if let Some(injected) = old.and_then(|old| old.challenge_javascript_sdk_injection) {
        let config = written.get_or_insert_with(|| AwsAssociationConfig::builder().build());
        config.challenge_javascript_sdk_injection = Some(injected);
    }
    Ok(written)
}

/// Rules as WAF takes them.
pub(super) fn written(rules: &BTreeMap<String, Rule>) -> Result<Vec<AwsRule>> {
    let mut written = rules.iter().map(|(name, rule)| rule.write(name)).collect::<Result<Vec<_>>>()?;
    written.sort_by_key(|rule| rule.priority);
    Ok(written)
}

/// Rules as WAF tells them, but those that Shield Advanced keeps.
pub(super) fn read(told: Option<Vec<AwsRule>>) -> Result<BTreeMap<String, Rule>> {
    let told = told.into_iter().flatten().filter(|rule| !rule.name.starts_with(SHIELD));
    told.map(Rule::read).collect()
}

/// The failed deletion, with what the web ACL is associated with.
async fn held(aws: &Aws, error: Error, arn: &str) -> Error {
    let mut holders = Vec::new();
    if arn.contains(":global/") {
        let ask = aws.cloudfront().list_distributions_by_web_acl_id().web_acl_id(arn).send().await;
        let list = ask.ok().and_then(|answer| answer.distribution_list);
        let items = list.and_then(|list| list.items).unwrap_or_default();
        holders.extend(items.into_iter().map(|it| format!("distribution {}", it.id)));
    } else {
        // Asked for no type, AWS tells load balancers only.
        for kind in ResourceType::values() {
            let ask = aws.wafv2().list_resources_for_web_acl().web_acl_arn(arn);
            let told = ask.resource_type(ResourceType::from(*kind)).send().await;
            holders.extend(told.ok().and_then(|answer| answer.resource_arns).unwrap_or_default());
        }
    }
    match holders.is_empty() {
        true => error,
        false => error.hint(format!("it is associated with {}", holders.join(", "))),
    }
}
