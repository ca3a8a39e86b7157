//! A listener of a load balancer.

mod inputs;

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    Certificate, Listener as AwsListener, ListenerAttribute, MutualAuthenticationAttributes, ProtocolEnum,
};
use pulumi_plugin::{Error, Fault, Id, Made, Property, Resource, Result, Wait};

pub use self::inputs::*;
use crate::aws::{Aws, Doing as _, Tags};
use crate::elb::action::{self, Action};
use crate::elb::attributes as pairs;
use crate::elb::tags;

/// A listener: a port of a load balancer, and what is done with the requests that come to it.
///
/// Everything but the load balancer changes in place. Two listeners can't exchange their ports in one run.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Listener {
    /// The inputs, as AWS has them.
    #[prop(inputs)]
    pub inputs: ListenerInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for Listener {
    const TOKEN: &'static str = "gitinfra:elb:Listener";
    const WAIT: Wait = Wait::seconds(2, 300);
    type Session = Aws;
    type Inputs = ListenerInputs;
    type Seen = AwsListener;

    fn check(new: &ListenerInputs) -> Vec<Fault> {
        inputs::faults(new)
    }

    /// A target group belongs to one load balancer: the old listener must let go of it before one of another load balancer takes it.
    fn collides(old: &ListenerInputs, new: &ListenerInputs) -> bool {
        old.load_balancer_arn != new.load_balancer_arn
            && action::share_group(&old.default_actions, &new.default_actions)
    }

    /// AWS takes a second creation of the same port and settings for the first one, whoever made that.
    async fn standing(aws: &Aws, new: &ListenerInputs) -> Result<Option<Id>> {
        let listed =
            aws.elb().describe_listeners().load_balancer_arn(&new.load_balancer_arn).into_paginator().items().send();
        let listed = listed.collect::<Result<Vec<_>, _>>().await.unless(&["LoadBalancerNotFound"]);
        let listed = listed.doing("reading the listeners of", &new.load_balancer_arn)?.unwrap_or_default();
        let same = listed.into_iter().find(|listener| listener.port == new.port.map(i32::from));
        Ok(same.and_then(|listener| listener.listener_arn).map(Id::from))
    }

    async fn create(aws: &Aws, new: &ListenerInputs) -> Result<Made> {
        let create = aws
            .once()
            .elb()
            .create_listener()
            .load_balancer_arn(&new.load_balancer_arn)
            .set_port(new.port.map(i32::from))
            .set_protocol(new.protocol.map(|protocol| ProtocolEnum::from(protocol.as_str())))
            .set_ssl_policy(inputs::policy(new))
            .set_certificates(certificates(new))
            .set_alpn_policy(new.alpn_policy.map(|policy| vec![policy.as_str().to_owned()]))
            .set_mutual_authentication(new.mutual_authentication.as_ref().map(mutual))
            .set_default_actions(Some(action::written(&new.default_actions, &[])?))
            .set_tags(Some(aws.newborn(&new.tags)));
        let made =
            create.send().await.unless(&["DuplicateListener"]).doing("creating listener of", &new.load_balancer_arn);
        match made.map_err(explained)? {
            Some(made) => Made::new(made.listeners.and_then(|made| made.into_iter().next()?.listener_arn)),
            None => match Self::standing(aws, new).await? {
                Some(id) => Ok(Made::Exists(id)),
                None => Err(Error::new(format!("a listener of `{}` exists, but can't be seen", new.load_balancer_arn))),
            },
        }
    }

    async fn ours(aws: &Aws, id: &Id, _: &AwsListener, _: &ListenerInputs) -> Result<Option<Id>> {
        Ok(aws.bears_token(tags::list(aws, id.as_str()).await?).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsListener>> {
        let asked = aws.elb().describe_listeners().listener_arns(id).send().await;
        let answer = asked.unless(&["ListenerNotFound", "LoadBalancerNotFound"]).doing("reading listener", id)?;
        Ok(answer.and_then(|answer| answer.listeners?.into_iter().next()))
    }

    async fn read(aws: &Aws, id: &Id, seen: AwsListener) -> Result<Self> {
        let (told, tags) = futures::try_join!(attributes_of(aws, id), tags::visible(aws, id.as_str()))?;
        let mut inputs = inputs::read(&seen)?;
        inputs.attributes = pairs::read(&told, &inputs::table(&inputs))?;
        inputs.tags = tags;
        Ok(Listener { inputs, arn: id.to_string() })
    }

    fn respell(&mut self, given: &ListenerInputs) {
        let table = inputs::table(&self.inputs);
        pairs::respell(&mut self.inputs.attributes, &given.attributes, &table);
        inputs::respell(&mut self.inputs, given);
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &ListenerInputs) -> Result<()> {
        let old = &old.inputs;
        let bare = |of: &ListenerInputs| ListenerInputs {
            attributes: ListenerAttributes::default(),
            tags: Tags::new(),
            ..of.clone()
        };
        if bare(old) != bare(new) {
            modify(aws, id, old, new).await?;
        }
        let changed = pairs::changes(&old.attributes, &new.attributes, &inputs::table(new));
        if changed.is_empty() {
            return Ok(());
        }
        let changed =
            changed.into_iter().map(|(key, value)| ListenerAttribute::builder().key(key).value(value).build());
        let modify = aws.elb().modify_listener_attributes().listener_arn(id).set_attributes(Some(changed.collect()));
        modify.send().await.done("changing the attributes of listener", id)
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let deleted = aws.elb().delete_listener().listener_arn(id).send().await;
        let deleted = deleted.unless(&["ListenerNotFound", "LoadBalancerNotFound"]).done("deleting listener", id);
        deleted.map_err(explained)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

async fn attributes_of(aws: &Aws, id: &Id) -> Result<BTreeMap<String, String>> {
    let told = aws.elb().describe_listener_attributes().listener_arn(id).send().await;
    let told = told.doing("reading the attributes of listener", id)?.attributes.unwrap_or_default();
    Ok(told.into_iter().filter_map(|pair| Some((pair.key?, pair.value?))).collect())
}

/// Changes what differs. What is not sent stays; a policy and certificates of a protocol that has none fall away by themselves, and are refused.
async fn modify(aws: &Aws, id: &Id, old: &ListenerInputs, new: &ListenerInputs) -> Result<()> {
    let secure = inputs::is_secure(new);
    let turned = inputs::is_secure(old) != secure;
    let alpn = new.alpn_policy.map_or("None", |policy| policy.as_str()).to_owned();
    let alpn =
        (new.protocol == Some(ListenerProtocol::Tls) && (old.alpn_policy != new.alpn_policy)).then(|| vec![alpn]);
    let mutual_of = new
        .mutual_authentication
        .as_ref()
        .map_or_else(|| MutualAuthenticationAttributes::builder().mode("off").build(), mutual);
    let same_mutual =
        old.mutual_authentication == new.mutual_authentication || new.protocol != Some(ListenerProtocol::Https);
    let modify = aws
        .elb()
        .modify_listener()
        .listener_arn(id)
        .set_port(new.port.filter(|_| old.port != new.port).map(i32::from))
        .set_protocol(
            new.protocol.filter(|_| old.protocol != new.protocol).map(|protocol| ProtocolEnum::from(protocol.as_str())),
        )
        .set_ssl_policy(inputs::policy(new).filter(|policy| turned || inputs::policy(old).as_ref() != Some(policy)))
        .set_certificates(
            certificates(new).filter(|_| secure && (turned || old.certificate_arn != new.certificate_arn)),
        )
        .set_alpn_policy(alpn)
        .set_mutual_authentication((!same_mutual).then_some(mutual_of));
    let actions = match old.default_actions == new.default_actions {
        true => None,
        false => Some(action::written(&wanted(aws, id, new).await?, &old.default_actions)?),
    };
    let modify = modify.set_default_actions(actions);
    modify.send().await.done("changing listener", id).map_err(explained)
}

/// The default actions that it is to have: with the weights that stand, where those are somebody else's.
async fn wanted(aws: &Aws, id: &Id, new: &ListenerInputs) -> Result<Vec<Action>> {
    if !action::ignores_weights(&new.default_actions) {
        return Ok(new.default_actions.clone());
    }
    let standing = Listener::find(aws, id).await?;
    Ok(action::weighed(&new.default_actions, standing.as_ref().map_or(&[], AwsListener::default_actions)))
}

fn certificates(new: &ListenerInputs) -> Option<Vec<Certificate>> {
    let arn = new.certificate_arn.as_ref()?;
    Some(vec![Certificate::builder().certificate_arn(arn.as_str()).build()])
}

fn mutual(of: &MutualAuthentication) -> MutualAuthenticationAttributes {
    MutualAuthenticationAttributes::builder()
        .mode(of.mode.as_str())
        .set_trust_store_arn(of.trust_store_arn.clone())
        .set_ignore_client_certificate_expiry(
            of.ignore_client_certificate_expiry.filter(|_| of.mode == MutualMode::Verify),
        )
        .set_advertise_trust_store_ca_names(of.advertise_trust_store_ca_names.map(|names| names.as_str().into()))
        .build()
}

/// A refusal with the way on, where AWS's words hide it.
fn explained(error: Error) -> Error {
    match error.message() {
        said if said.contains("UnsupportedCertificate") => error.hint(
            "a certificate that is not issued yet is refused with these words, too: take the ARN out of a `gitinfra:acm:CertificateValidation`",
        ),
        said if said.contains("TargetGroupAssociationLimit") => error.hint(
            "a target group belongs to one load balancer: the listeners and rules of the other one must let go of it first",
        ),
        said if said.contains("is already in use") => error.hint(
            "a listener of that port exists already: if it is this program's under another name, give this one the resource option `aliases` with that name; else it must get another port, or be deleted, in a run before this one",
        ),
        said if said.contains("in use by registered target") => error.hint(
            "a target group of a Network Load Balancer has the listener's load balancer as a target, and must let go of it first: give that target \
             group the option `dependsOn` with this listener",
        ),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_with_the_way_on() {
        for (said, way) in [
            (
                "ResourceInUse: Listener port '80' is in use by registered target 'arn:web' and cannot be removed",
                "option `dependsOn`",
            ),
            (
                "UnsupportedCertificate: The certificate must have a fully-qualified domain name",
                "CertificateValidation",
            ),
            ("ValidationError: no", ""),
        ] {
            let told = explained(Error::new(said)).to_string();
            assert!(told.contains(said) && told.contains(way), "{told}");
        }
    }
}
