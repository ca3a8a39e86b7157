//! A rule of a listener.

mod condition;
mod priority;
mod transform;

use aws_sdk_elasticloadbalancingv2::operation::create_rule::CreateRuleError;
use aws_sdk_elasticloadbalancingv2::types::Rule;
use pulumi_plugin::{Again, Error, Fault, Id, Made, Property, Resource, Result, Wait};

pub use self::condition::*;
pub use self::transform::*;
use crate::aws::number::signed;
use crate::aws::{Aws, Doing as _, Tags};
use crate::elb::action::{self, Action};
use crate::elb::tags;

/// The inputs of a listener's rule.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ListenerRuleInputs {
    /// The ARN of the listener.
    #[prop(replace, unique)]
    pub listener_arn: String,
    /// The priority, 1 to 50000: rules are tried from the lowest number to the highest. Default: one more than the highest that there is.
    #[prop(computed, stable, unique, min = 1, max = 50_000)]
    pub priority: Option<u32>,
    /// The conditions, all of which must be met: with at most 5 values in all.
    #[prop(min = 1)]
    pub conditions: Vec<Condition>,
    /// The actions.
    #[prop(min = 1)]
    pub actions: Vec<Action>,
    /// The transforms of a request before it is sent on: at most one of each type. Default: none.
    #[prop(default, max = 2)]
    pub transforms: Vec<Transform>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// A rule of an Application Load Balancer's listener: what is done with requests that meet its conditions.
///
/// Everything but the listener changes in place. Rules of one listener that exchange their priorities in one run are moved together.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ListenerRule {
    /// The inputs, as AWS has them.
    #[prop(inputs)]
    pub inputs: ListenerRuleInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for ListenerRule {
    const TOKEN: &'static str = "gitinfra:elb:ListenerRule";
    const WAIT: Wait = Wait::seconds(2, 300);
    type Session = Aws;
    type Inputs = ListenerRuleInputs;
    type Seen = Rule;

    fn check(new: &ListenerRuleInputs) -> Vec<Fault> {
        let actions = action::faults(&new.actions).into_iter().map(|fault| fault.below("actions"));
        condition::faults(&new.conditions)
            .into_iter()
            .chain(transform::faults(&new.transforms))
            .chain(actions)
            .collect()
    }

    /// A listener has one rule of a priority. And a target group belongs to one load balancer: the old rule must let go of it before a rule of
    /// another load balancer takes it.
    fn collides(old: &ListenerRuleInputs, new: &ListenerRuleInputs) -> bool {
        if old.listener_arn == new.listener_arn {
            return old.priority.is_some() && old.priority == new.priority;
        }
        balancer_of(&old.listener_arn) != balancer_of(&new.listener_arn)
            && action::share_group(&old.actions, &new.actions)
    }

    async fn earlier(aws: &Aws, new: &ListenerRuleInputs) -> Result<Option<Id>> {
        for rule in priority::rules(aws, &new.listener_arn).await? {
            let Some(arn) = rule.rule_arn.filter(|_| rule.is_default != Some(true)) else { continue };
            if aws.bears_token(tags::list(aws, &arn).await?) {
                return Ok(Some(Id::from(arn)));
            }
        }
        Ok(None)
    }

    async fn create(aws: &Aws, new: &ListenerRuleInputs) -> Result<Made> {
        let priority = match new.priority {
            Some(priority) => priority,
            None => priority::next(&priority::rules(aws, &new.listener_arn).await?),
        };
        let create = aws
            .once()
            .elb()
            .create_rule()
            .listener_arn(&new.listener_arn)
            .priority(signed(priority))
            .set_conditions(Some(condition::written(&new.conditions)))
            .set_actions(Some(action::written(&new.actions, &[])?))
            .set_transforms(transform::written(&new.transforms))
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await;
        let taken = |error: &CreateRuleError| error.is_priority_in_use_exception();
        let taken = made.as_ref().is_err_and(|error| error.as_service_error().is_some_and(taken));
        let made = made.doing("creating rule of", &new.listener_arn);
        match (made, taken && new.priority.is_none()) {
            (Ok(made), _) => Made::new(made.rules.and_then(|made| made.into_iter().next()?.rule_arn)),
            // Another rule got the number meanwhile.
            (Err(error), true) => Err(error.again(Again::Soon)),
            (Err(error), false) if taken => match priority::holder(aws, &new.listener_arn, priority).await? {
                Some(holder) => Ok(Made::Exists(holder)),
                None => Err(error.again(Again::Soon)),
            },
            (Err(error), false) => Err(error),
        }
    }

    async fn ours(aws: &Aws, id: &Id, seen: &Rule, _: &ListenerRuleInputs) -> Result<Option<Id>> {
        match aws.bears_token(tags::list(aws, id.as_str()).await?) {
            true => Ok(Some(id.clone())),
            false => Err(priority::standing(id, seen)),
        }
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<Rule>> {
        let asked = aws.elb().describe_rules().rule_arns(id).send().await;
        let answer =
            asked.unless(&["RuleNotFound", "ListenerNotFound", "LoadBalancerNotFound"]).doing("reading rule", id);
        match answer {
            // That is what AWS says once the listener is gone.
            Err(error) if error.message().contains("is not a valid listener rule ARN") => Ok(None),
            answer => Ok(answer?.and_then(|answer| answer.rules?.into_iter().next())),
        }
    }

    async fn read(aws: &Aws, id: &Id, seen: Rule) -> Result<Self> {
        if seen.is_default == Some(true) {
            return Err(Error::new(format!(
                "`{id}` is the default rule: the listener's `defaultActions` stand for it"
            )));
        }
        Ok(ListenerRule {
            inputs: ListenerRuleInputs {
                listener_arn: listener_of(id.as_str()),
                priority: priority::of(&seen),
                conditions: condition::read(seen.conditions())?,
                actions: action::read(seen.actions())?,
                transforms: transform::read(seen.transforms())?,
                tags: tags::visible(aws, id.as_str()).await?,
            },
            arn: id.to_string(),
        })
    }

    fn respell(&mut self, given: &ListenerRuleInputs) {
        action::respell(&mut self.inputs.actions, &given.actions);
        condition::respell(&mut self.inputs.conditions, &given.conditions);
        transform::respell(&mut self.inputs.transforms, &given.transforms);
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &ListenerRuleInputs) -> Result<()> {
        let old = &old.inputs;
        if let Some(priority) = new.priority.filter(|_| old.priority != new.priority) {
            priority::set(aws, &new.listener_arn, id, priority).await?;
        }
        let transforms = (old.transforms != new.transforms).then(|| transform::written(&new.transforms));
        let conditions = (old.conditions != new.conditions).then(|| condition::written(&new.conditions));
        let actions = match old.actions == new.actions {
            true => None,
            false => Some(action::written(&wanted(aws, id, new).await?, &old.actions)?),
        };
        if transforms.is_none() && conditions.is_none() && actions.is_none() {
            return Ok(());
        }
        let none = matches!(transforms, Some(None)).then_some(true);
        let modify = aws
            .elb()
            .modify_rule()
            .rule_arn(id)
            .set_conditions(conditions)
            .set_actions(actions)
            .set_transforms(transforms.flatten())
            .set_reset_transforms(none);
        modify.send().await.done("changing rule", id)
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let deleted = aws.elb().delete_rule().rule_arn(id).send().await;
        deleted.unless(&["RuleNotFound", "ListenerNotFound", "LoadBalancerNotFound"]).done("deleting rule", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// The actions that it is to have: with the weights that stand, where those are somebody else's.
async fn wanted(aws: &Aws, id: &Id, new: &ListenerRuleInputs) -> Result<Vec<Action>> {
    if !action::ignores_weights(&new.actions) {
        return Ok(new.actions.clone());
    }
    let standing = ListenerRule::find(aws, id).await?;
    Ok(action::weighed(&new.actions, standing.as_ref().map_or(&[], Rule::actions)))
}

/// The listener of a rule, as the rule's ARN says it.
fn listener_of(rule: &str) -> String {
    let listener = rule.rsplit_once('/').map_or(rule, |(listener, _)| listener);
    listener.replacen(":listener-rule/", ":listener/", 1)
}

/// What names the load balancer in the ARN of one of its listeners.
fn balancer_of(listener: &str) -> &str {
    listener.rsplit_once('/').map_or(listener, |(balancer, _)| balancer)
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::{Property as _, Resource as _, Shaped as _, Value, conform::conform};
    use serde_json::json;

    use super::{ListenerRule, ListenerRuleInputs, listener_of};

    /// A rule of a listener, which sends requests to a group.
    fn rule(listener: &str, priority: u32, group: &str) -> ListenerRuleInputs {
        let given = Value::from_json(&json!({
            "listenerArn": format!("arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/{listener}"),
            "priority": priority,
            "conditions": [{"field": "path-pattern", "values": ["/*"]}],
            "actions": [{"type": "forward", "targetGroupArn": group}],
        }));
        let checked = conform(&[ListenerRuleInputs::shape()], given.as_object().expect("properties"));
        assert_eq!(checked.faults, []);
        ListenerRuleInputs::decode(&Value::Object(checked.properties)).expect("conforming inputs")
    }

    #[test]
    fn a_rule_that_can_not_stand_beside_its_successor_goes_first() {
        let old = rule("web/1/2", 1, "blue");
        for (new, collides) in [
            (rule("web/1/2", 1, "green"), true),
            (rule("web/1/2", 2, "blue"), false),
            (rule("web/1/3", 1, "blue"), false),
            // A target group belongs to one load balancer.
            (rule("shop/4/5", 1, "blue"), true),
            (rule("shop/4/5", 1, "green"), false),
        ] {
            assert_eq!(ListenerRule::collides(&old, &new), collides, "{new:?}");
        }
    }

    #[test]
    fn a_rule_says_its_listener() {
        let arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/web/1/2/3";
        assert_eq!(listener_of(arn), "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/web/1/2");
    }
}
