//! Actions in their two spellings: ours and AWS's.

use std::collections::{BTreeMap, HashMap};
use std::slice;

use aws_sdk_elasticloadbalancingv2::types as sdk;
use pulumi_plugin::{Error, Property, Result};

use super::*;
use crate::aws::number::signed;
use crate::aws::word;

/// Actions as AWS takes them. `old`: what stands, whose secrets need not be sent again.
pub fn written(actions: &[Action], old: &[Action]) -> Result<Vec<sdk::Action>> {
    let secret = |oidc: &AuthenticateOidcConfig| {
        old.iter().filter_map(|action| action.authenticate_oidc_config.as_ref()).any(|before| {
            (&before.client_id, &before.issuer) == (&oidc.client_id, &oidc.issuer)
                && before.client_secret.is_some()
                && before.client_secret.as_ref().map(Secret::expose) == oidc.client_secret.as_ref().map(Secret::expose)
        })
    };
    let each = actions.iter().zip(1..).map(|(action, place)| {
        let oidc = action.authenticate_oidc_config.as_ref().map(|config| oidc(config, secret(config)));
        Ok(sdk::Action::builder()
            .r#type(sdk::ActionTypeEnum::from(action.r#type.as_str()))
            .order(action.order.and_then(|order| i32::try_from(order).ok()).unwrap_or(place))
            .set_target_group_arn(action.target_group_arn.clone())
            .set_forward_config(action.forward_config.as_ref().map(forward))
            .set_redirect_config(action.redirect_config.as_ref().map(redirect))
            .set_fixed_response_config(action.fixed_response_config.as_ref().map(fixed))
            .set_authenticate_cognito_config(action.authenticate_cognito_config.as_ref().map(cognito))
            .set_authenticate_oidc_config(oidc)
            .set_jwt_validation_config(action.jwt_validation_config.as_ref().map(jwt))
            .build())
    });
    each.collect()
}

fn forward(config: &ForwardConfig) -> sdk::ForwardActionConfig {
    let groups = config.target_groups.iter().map(|group| {
        sdk::TargetGroupTuple::builder().target_group_arn(&group.target_group_arn).weight(signed(group.weight)).build()
    });
    let sticky = config.target_group_stickiness_config.as_ref().map(|sticky| {
        let built = sdk::TargetGroupStickinessConfig::builder().enabled(sticky.enabled);
        built.set_duration_seconds(sticky.duration_seconds.map(signed)).build()
    });
    let built = sdk::ForwardActionConfig::builder().set_target_groups(Some(groups.collect()));
    built.set_target_group_stickiness_config(sticky).build()
}

fn redirect(config: &RedirectConfig) -> sdk::RedirectActionConfig {
    sdk::RedirectActionConfig::builder()
        .status_code(sdk::RedirectActionStatusCodeEnum::from(config.status_code.as_str()))
        .protocol(&config.protocol)
        .host(&config.host)
        .port(&config.port)
        .path(&config.path)
        .query(&config.query)
        .build()
}

fn fixed(config: &FixedResponseConfig) -> sdk::FixedResponseActionConfig {
    let body = Some(config.message_body.clone()).filter(|body| !body.is_empty());
    let built = sdk::FixedResponseActionConfig::builder().status_code(&config.status_code);
    built.content_type(config.content_type.as_str()).set_message_body(body).build()
}

fn extra(params: &BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    (!params.is_empty()).then(|| params.clone().into_iter().collect())
}

fn cognito(config: &AuthenticateCognitoConfig) -> sdk::AuthenticateCognitoActionConfig {
    sdk::AuthenticateCognitoActionConfig::builder()
        .user_pool_arn(&config.user_pool_arn)
        .user_pool_client_id(&config.user_pool_client_id)
        .user_pool_domain(&config.user_pool_domain)
        .session_cookie_name(&config.session_cookie_name)
        .scope(&config.scope)
        .session_timeout(config.session_timeout.into())
        .set_authentication_request_extra_params(extra(&config.authentication_request_extra_params))
        .on_unauthenticated_request(config.on_unauthenticated_request.as_str().into())
        .build()
}

fn oidc(config: &AuthenticateOidcConfig, known: bool) -> sdk::AuthenticateOidcActionConfig {
    sdk::AuthenticateOidcActionConfig::builder()
        .issuer(&config.issuer)
        .authorization_endpoint(&config.authorization_endpoint)
        .token_endpoint(&config.token_endpoint)
        .user_info_endpoint(&config.user_info_endpoint)
        .client_id(&config.client_id)
        .set_client_secret(config.client_secret.as_ref().filter(|_| !known).map(|secret| secret.expose().clone()))
        .set_use_existing_client_secret(known.then_some(true))
        .session_cookie_name(&config.session_cookie_name)
        .scope(&config.scope)
        .session_timeout(config.session_timeout.into())
        .set_authentication_request_extra_params(extra(&config.authentication_request_extra_params))
        .on_unauthenticated_request(config.on_unauthenticated_request.as_str().into())
        .build()
}

fn jwt(config: &JwtValidationConfig) -> sdk::JwtValidationActionConfig {
    let claims = config.additional_claims.iter().map(|claim| {
        sdk::JwtValidationActionAdditionalClaim::builder()
            .format(claim.format.as_str().into())
            .name(&claim.name)
            .set_values(Some(claim.values.clone()))
            .build()
    });
    let claims = Some(claims.collect::<Vec<_>>()).filter(|claims| !claims.is_empty());
    let built = sdk::JwtValidationActionConfig::builder().jwks_endpoint(&config.jwks_endpoint).issuer(&config.issuer);
    built.set_additional_claims(claims).build()
}

/// Actions as AWS tells them, in the plainest of our spellings: AWS tells a target group twice, by itself and in a list.
pub fn read(told: &[sdk::Action]) -> Result<Vec<Action>> {
    let mut told: Vec<_> = told.iter().collect();
    told.sort_by_key(|action| action.order);
    told.into_iter().map(action).collect()
}

fn action(told: &sdk::Action) -> Result<Action> {
    let kind = told.r#type.as_ref().ok_or_else(|| Error::new("AWS says nothing of an action's type"))?;
    let spelled = Action {
        r#type: word(kind)?,
        order: None,
        target_group_arn: told.target_group_arn.clone(),
        forward_config: told.forward_config.as_ref().map(forwarded),
        redirect_config: told.redirect_config.as_ref().map(redirected).transpose()?,
        fixed_response_config: told.fixed_response_config.as_ref().map(answered).transpose()?,
        authenticate_cognito_config: told.authenticate_cognito_config.as_ref().map(cognito_told).transpose()?,
        authenticate_oidc_config: told.authenticate_oidc_config.as_ref().map(oidc_told).transpose()?,
        jwt_validation_config: told.jwt_validation_config.as_ref().map(jwt_told).transpose()?,
    };
    Ok(plain(&spelled))
}

fn text(text: &Option<String>) -> String {
    text.clone().unwrap_or_default()
}

fn forwarded(told: &sdk::ForwardActionConfig) -> ForwardConfig {
    let groups = told.target_groups().iter().map(|group| TargetGroupTuple {
        target_group_arn: text(&group.target_group_arn),
        weight: group.weight.and_then(|weight| u32::try_from(weight).ok()).unwrap_or(1),
    });
    ForwardConfig {
        target_groups: groups.collect(),
        target_group_stickiness_config: told.target_group_stickiness_config.as_ref().map(|sticky| {
            TargetGroupStickinessConfig {
                enabled: sticky.enabled == Some(true),
                duration_seconds: sticky.duration_seconds.and_then(|seconds| u32::try_from(seconds).ok()),
            }
        }),
        ignore_weights: false,
    }
}

fn redirected(told: &sdk::RedirectActionConfig) -> Result<RedirectConfig> {
    let or = |text: &Option<String>, usual: &str| text.clone().unwrap_or_else(|| usual.to_owned());
    Ok(RedirectConfig {
        status_code: word(told.status_code.as_ref().map_or("", |code| code.as_str()))?,
        protocol: or(&told.protocol, "#{protocol}"),
        host: or(&told.host, "#{host}"),
        port: or(&told.port, "#{port}"),
        path: or(&told.path, "/#{path}"),
        query: or(&told.query, "#{query}"),
    })
}

fn answered(told: &sdk::FixedResponseActionConfig) -> Result<FixedResponseConfig> {
    Ok(FixedResponseConfig {
        status_code: text(&told.status_code),
        content_type: word(told.content_type.as_deref().unwrap_or("text/plain"))?,
        message_body: text(&told.message_body),
    })
}

fn seconds(told: Option<i64>) -> u32 {
    told.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(604_800)
}

fn sorted(told: &Option<HashMap<String, String>>) -> BTreeMap<String, String> {
    told.clone().unwrap_or_default().into_iter().collect()
}

fn or_usual<T: Property>(told: Option<&str>, usual: &str) -> Result<T> {
    word(told.unwrap_or(usual))
}

fn cognito_told(told: &sdk::AuthenticateCognitoActionConfig) -> Result<AuthenticateCognitoConfig> {
    Ok(AuthenticateCognitoConfig {
        user_pool_arn: text(&told.user_pool_arn),
        user_pool_client_id: text(&told.user_pool_client_id),
        user_pool_domain: text(&told.user_pool_domain),
        session_cookie_name: or_usual(told.session_cookie_name.as_deref(), "AWSELBAuthSessionCookie")?,
        scope: or_usual(told.scope.as_deref(), "openid")?,
        session_timeout: seconds(told.session_timeout),
        authentication_request_extra_params: sorted(&told.authentication_request_extra_params),
        on_unauthenticated_request: or_usual(
            told.on_unauthenticated_request.as_ref().map(|it| it.as_str()),
            "authenticate",
        )?,
    })
}

fn oidc_told(told: &sdk::AuthenticateOidcActionConfig) -> Result<AuthenticateOidcConfig> {
    Ok(AuthenticateOidcConfig {
        issuer: text(&told.issuer),
        authorization_endpoint: text(&told.authorization_endpoint),
        token_endpoint: text(&told.token_endpoint),
        user_info_endpoint: text(&told.user_info_endpoint),
        client_id: text(&told.client_id),
        client_secret: None,
        session_cookie_name: or_usual(told.session_cookie_name.as_deref(), "AWSELBAuthSessionCookie")?,
        scope: or_usual(told.scope.as_deref(), "openid")?,
        session_timeout: seconds(told.session_timeout),
        authentication_request_extra_params: sorted(&told.authentication_request_extra_params),
        on_unauthenticated_request: or_usual(
            told.on_unauthenticated_request.as_ref().map(|it| it.as_str()),
            "authenticate",
        )?,
    })
}

fn jwt_told(told: &sdk::JwtValidationActionConfig) -> Result<JwtValidationConfig> {
    let claims = told.additional_claims().iter().map(|claim| {
        Ok(JwtClaim {
            format: word(claim.format.as_ref().map_or("", |format| format.as_str()))?,
            name: text(&claim.name),
            values: claim.values().to_vec(),
        })
    });
    let additional_claims = claims.collect::<Result<_>>()?;
    Ok(JwtValidationConfig { jwks_endpoint: text(&told.jwks_endpoint), issuer: text(&told.issuer), additional_claims })
}

/// The one spelling of what means the same, without the secret: one target group stands by itself, and several in the order of their ARNs.
fn plain(action: &Action) -> Action {
    let mut plain = Action { order: None, ..action.clone() };
    if let Some(config) = &mut plain.forward_config {
        config.ignore_weights = false;
        config.target_groups.sort_by(|a, b| a.target_group_arn.cmp(&b.target_group_arn));
        config.target_group_stickiness_config = config.target_group_stickiness_config.take().filter(|it| it.enabled);
        if let ([only], None) = (config.target_groups.as_slice(), &config.target_group_stickiness_config)
            && only.weight > 0
        {
            plain.target_group_arn = Some(only.target_group_arn.clone());
            plain.forward_config = None;
        } else {
            plain.target_group_arn = None;
        }
    }
    if let Some(config) = &mut plain.authenticate_oidc_config {
        config.client_secret = None;
    }
    plain
}

/// Says actions as the program says them, where they mean the same. The secret of one is what the program says.
pub fn respell(seen: &mut [Action], given: &[Action]) {
    for (seen, given) in seen.iter_mut().zip(given) {
        if is_same(seen, given) {
            *seen = given.clone();
            continue;
        }
        if let (Some(seen), Some(given)) = (&mut seen.authenticate_oidc_config, &given.authenticate_oidc_config) {
            seen.client_secret.clone_from(&given.client_secret);
        }
        if let (Some(seen), Some(given)) = (&mut seen.forward_config, &given.forward_config) {
            seen.ignore_weights = given.ignore_weights;
        }
    }
}

fn is_same(seen: &Action, given: &Action) -> bool {
    if !ignores_weights(slice::from_ref(given)) {
        return plain(seen) == plain(given);
    }
    plain(&even(seen)) == plain(&even(given))
}

/// The action with the same weight for each of its target groups.
fn even(action: &Action) -> Action {
    let mut even = action.clone();
    let groups = even.forward_config.iter_mut().flat_map(|config| &mut config.target_groups);
    groups.for_each(|group| group.weight = 1);
    even
}

/// Whether the weights of an action are somebody else's.
pub fn ignores_weights(actions: &[Action]) -> bool {
    actions.iter().filter_map(|action| action.forward_config.as_ref()).any(|config| config.ignore_weights)
}

/// The program's actions with the weights that stand, where they are somebody else's. What comes new to groups that have traffic gets none.
pub fn weighed(new: &[Action], told: &[sdk::Action]) -> Vec<Action> {
    let configs = told.iter().filter_map(|action| action.forward_config.as_ref()).map(forwarded);
    let standing: HashMap<_, _> =
        configs.flat_map(|config| config.target_groups).map(|group| (group.target_group_arn, group.weight)).collect();
    let mut new = new.to_vec();
    let configs = new.iter_mut().filter_map(|action| action.forward_config.as_mut());
    for config in configs.filter(|config| config.ignore_weights) {
        let weight = |group: &TargetGroupTuple| standing.get(&group.target_group_arn).copied();
        if config.target_groups.iter().any(|group| weight(group).is_some_and(|weight| weight > 0)) {
            config.target_groups.iter_mut().for_each(|group| group.weight = weight(group).unwrap_or(0));
        }
    }
    new
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::{Property as _, Value};
    use serde_json::{Value as Json, json};

    use super::*;

    /// An action, with the default of what it leaves out.
    fn action(json: &Json) -> Action {
        let mut json = json.clone();
        if let Some(config) = json["forwardConfig"].as_object_mut() {
            config.entry("ignoreWeights").or_insert(false.into());
        }
        Action::decode(&Value::from_json(&json)).expect("an action")
    }

    #[test]
    fn what_means_the_same_is_said_as_the_program_says_it() {
        let one = json!({"type": "forward", "targetGroupArn": "a"});
        let list =
            json!({"type": "forward", "forwardConfig": {"targetGroups": [{"targetGroupArn": "a", "weight": 7}]}});
        let off = json!({"type": "forward", "order": 3, "forwardConfig": {"targetGroups": [{"targetGroupArn": "a", "weight": 1}], "targetGroupStickinessConfig": {"enabled": false}}});
        let on = json!({"type": "forward", "forwardConfig": {"targetGroups": [{"targetGroupArn": "a", "weight": 1}], "targetGroupStickinessConfig": {"enabled": true, "durationSeconds": 60}}});
        let two = |first: &str, second: &str| json!({"type": "forward", "forwardConfig": {"targetGroups": [{"targetGroupArn": first, "weight": 1}, {"targetGroupArn": second, "weight": 1}]}});
        for (seen, given, same) in [
            (&one, &list, true),
            (&list, &off, true),
            (&one, &on, false),
            (&two("a", "b"), &two("b", "a"), true),
            (&two("a", "b"), &two("a", "c"), false),
            (&weighted(0, 100, false), &weighted(1, 0, true), true),
            (&weighted(0, 100, false), &weighted(1, 0, false), false),
            (&two("a", "c"), &weighted(1, 0, true), false),
            (&one, &weighted(1, 0, true), false),
        ] {
            let mut told = [action(seen)];
            respell(&mut told, &[action(given)]);
            assert_eq!(told[0] == action(given), same, "{seen} {given}");
        }
    }

    /// Two target groups, `a` and `b`.
    fn weighted(a: u32, b: u32, ignored: bool) -> Json {
        let groups = json!([{"targetGroupArn": "a", "weight": a}, {"targetGroupArn": "b", "weight": b}]);
        json!({"type": "forward", "forwardConfig": {"targetGroups": groups, "ignoreWeights": ignored}})
    }

    #[test]
    fn weights_of_others_are_left_as_they_stand() {
        let one = json!({"type": "forward", "targetGroupArn": "a"});
        let third = json!({"type": "forward", "forwardConfig": {"targetGroups": [{"targetGroupArn": "c", "weight": 100}, {"targetGroupArn": "b", "weight": 0}]}});
        for (standing, ignored, weights) in [
            (&weighted(0, 100, false), true, [0, 100]),
            (&weighted(0, 100, false), false, [1, 0]),
            (&one, true, [1, 0]),
            // The one that has the traffic is replaced.
            (&third, true, [1, 0]),
        ] {
            let told = written(&[action(standing)], &[]).expect("it is written");
            let new = weighed(&[action(&weighted(1, 0, ignored))], &told);
            let groups = &new[0].forward_config.as_ref().expect("it forwards").target_groups;
            assert_eq!([groups[0].weight, groups[1].weight], weights, "{standing} {ignored}");
        }
    }

    #[test]
    fn a_secret_is_sent_once() {
        let oidc = |secret: &str| {
            action(&json!({"type": "authenticate-oidc", "authenticateOidcConfig": {
                "issuer": "i", "authorizationEndpoint": "a", "tokenEndpoint": "t", "userInfoEndpoint": "u", "clientId": "c",
                "clientSecret": secret, "sessionCookieName": "n", "scope": "openid", "sessionTimeout": 60,
                "authenticationRequestExtraParams": {}, "onUnauthenticatedRequest": "deny"}}))
        };
        for (old, sent) in [(vec![], true), (vec![oidc("s")], false), (vec![oidc("other")], true)] {
            let written = written(&[oidc("s")], &old).expect("it is written");
            let config = written[0].authenticate_oidc_config.as_ref().expect("it logs in");
            assert_eq!(
                (config.client_secret.is_some(), config.use_existing_client_secret == Some(true)),
                (sent, !sent)
            );
        }
    }
}
