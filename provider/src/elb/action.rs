//! What a listener or a rule does with a request.

mod wire;

use std::collections::BTreeMap;

use pulumi_plugin::{Fault, Faults, Property, Secret};

pub use self::wire::{ignores_weights, read, respell, weighed, written};

/// What is done with a request: all but the last action prove who the client is, and the last one answers the request or sends it on.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Action {
    /// The type of the action.
    pub r#type: ActionType,
    /// The order of the action, 1 to 50000. Default: the place in the list.
    #[prop(min = 1, max = 50_000)]
    pub order: Option<u32>,
    /// The ARN of the target group of a `forward` action, where it has only one.
    pub target_group_arn: Option<String>,
    /// The target groups of a `forward` action.
    pub forward_config: Option<ForwardConfig>,
    /// Where a `redirect` action sends the client.
    pub redirect_config: Option<RedirectConfig>,
    /// What a `fixed-response` action answers.
    pub fixed_response_config: Option<FixedResponseConfig>,
    /// How an `authenticate-cognito` action proves who the client is.
    pub authenticate_cognito_config: Option<AuthenticateCognitoConfig>,
    /// How an `authenticate-oidc` action proves who the client is.
    pub authenticate_oidc_config: Option<AuthenticateOidcConfig>,
    /// How a `jwt-validation` action proves who the client is.
    pub jwt_validation_config: Option<JwtValidationConfig>,
}

/// The type of an action.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ActionType {
    /// The request goes to a target.
    #[prop(rename = "forward")]
    Forward,
    /// The client is sent to another address.
    #[prop(rename = "redirect")]
    Redirect,
    /// The load balancer answers by itself.
    #[prop(rename = "fixed-response")]
    FixedResponse,
    /// The client logs in with Amazon Cognito; only with HTTPS.
    #[prop(rename = "authenticate-cognito")]
    AuthenticateCognito,
    /// The client logs in with an OpenID Connect provider; only with HTTPS.
    #[prop(rename = "authenticate-oidc")]
    AuthenticateOidc,
    /// The request has a JSON Web Token; only with HTTPS.
    #[prop(rename = "jwt-validation")]
    JwtValidation,
}

/// The target groups of an action that forwards.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ForwardConfig {
    /// The target groups, and the share of each: at most 5.
    #[prop(min = 1, max = 5)]
    pub target_groups: Vec<TargetGroupTuple>,
    /// The stickiness: whether a client stays with the target group that it has.
    pub target_group_stickiness_config: Option<TargetGroupStickinessConfig>,
    /// Whether the weights are somebody else's once the action is there: other ones are no difference then, and a change of the action leaves them
    /// as they stand. Set it on the listener rules of an ECS service that deploys `BLUE_GREEN`, `LINEAR` or `CANARY`, and name both of its target
    /// groups: ECS moves the traffic between them, and going back to the program's weights would send it to the group that is empty. Default: false.
    #[prop(default)]
    pub ignore_weights: bool,
}

/// A target group and its share.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct TargetGroupTuple {
    /// The ARN of the target group.
    pub target_group_arn: String,
    /// The weight, 0 to 999: its share is this divided by the sum of all. Default: 1.
    #[prop(default = 1, min = 0, max = 999)]
    pub weight: u32,
}

/// Whether a client stays with the target group that it has.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct TargetGroupStickinessConfig {
    /// Whether it does. Default: false.
    #[prop(default = false)]
    pub enabled: bool,
    /// For how long, 1 to 604800 seconds. Needed if it does.
    #[prop(min = 1, max = 604_800)]
    pub duration_seconds: Option<u32>,
}

/// Where the client is sent.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RedirectConfig {
    /// The status code.
    pub status_code: RedirectStatusCode,
    /// The protocol: `HTTP`, `HTTPS` or `#{protocol}`. Default: that of the request.
    #[prop(default = "#{protocol}".to_owned())]
    pub protocol: String,
    /// The host, of 1 to 128 characters. Default: that of the request.
    #[prop(default = "#{host}".to_owned(), min = 1, max = 128)]
    pub host: String,
    /// The port: a number or `#{port}`. Default: that of the request.
    #[prop(default = "#{port}".to_owned())]
    pub port: String,
    /// The path, of 1 to 128 characters, with `/` in front. Default: that of the request.
    #[prop(default = "/#{path}".to_owned(), min = 1, max = 128)]
    pub path: String,
    /// The query, of up to 128 characters, without `?`. Default: that of the request.
    #[prop(default = "#{query}".to_owned(), max = 128)]
    pub query: String,
}

/// The status code of a redirection.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum RedirectStatusCode {
    /// Moved permanently.
    #[prop(rename = "HTTP_301")]
    Http301,
    /// Found.
    #[prop(rename = "HTTP_302")]
    Http302,
}

/// What the load balancer answers by itself.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct FixedResponseConfig {
    /// The status code: `2XX`, `4XX` or `5XX`, such as `503`.
    pub status_code: String,
    /// The content type. Default: `text/plain`.
    #[prop(default = ContentType::Plain)]
    pub content_type: ContentType,
    /// The message body, of up to 1024 characters. Default: none.
    #[prop(default, max = 1024)]
    pub message_body: String,
}

/// The content type of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ContentType {
    /// Plain text.
    #[prop(rename = "text/plain")]
    Plain,
    /// A style sheet.
    #[prop(rename = "text/css")]
    Css,
    /// HTML.
    #[prop(rename = "text/html")]
    Html,
    /// JavaScript.
    #[prop(rename = "application/javascript")]
    JavaScript,
    /// JSON.
    #[prop(rename = "application/json")]
    Json,
}

/// What becomes of a client that has not proved who it is.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum OnUnauthenticatedRequest {
    /// It is refused.
    #[prop(rename = "deny")]
    Deny,
    /// It is let through.
    #[prop(rename = "allow")]
    Allow,
    /// It is asked to log in.
    #[prop(rename = "authenticate")]
    Authenticate,
}

/// How a client logs in with Amazon Cognito.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct AuthenticateCognitoConfig {
    /// The ARN of the user pool.
    pub user_pool_arn: String,
    /// The id of the user pool's client.
    pub user_pool_client_id: String,
    /// The domain of the user pool: its prefix, or the name in full.
    pub user_pool_domain: String,
    /// The session cookie's name. Default: `AWSELBAuthSessionCookie`.
    #[prop(default = "AWSELBAuthSessionCookie".to_owned())]
    pub session_cookie_name: String,
    /// The scope: what is asked for of the user. Default: `openid`.
    #[prop(default = "openid".to_owned())]
    pub scope: String,
    /// The session timeout in seconds. Default: 604800 (7 days).
    #[prop(default = 604_800, min = 1, max = 604_800)]
    pub session_timeout: u32,
    /// Extra parameters of the login, at most 10.
    #[prop(default, max = 10)]
    pub authentication_request_extra_params: BTreeMap<String, String>,
    /// What becomes of a client that is not logged in. Default: `authenticate`.
    #[prop(default = OnUnauthenticatedRequest::Authenticate)]
    pub on_unauthenticated_request: OnUnauthenticatedRequest,
}

/// How a client logs in with an OpenID Connect provider.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct AuthenticateOidcConfig {
    /// The issuer: the provider's address.
    pub issuer: String,
    /// The authorization endpoint: the address where users log in.
    pub authorization_endpoint: String,
    /// The token endpoint's address.
    pub token_endpoint: String,
    /// The user info endpoint's address.
    pub user_info_endpoint: String,
    /// The client id.
    pub client_id: String,
    /// The client secret. AWS never tells it, so that a change of it outside is not seen.
    pub client_secret: Option<Secret<String>>,
    /// The session cookie's name. Default: `AWSELBAuthSessionCookie`.
    #[prop(default = "AWSELBAuthSessionCookie".to_owned())]
    pub session_cookie_name: String,
    /// The scope: what is asked for of the user. Default: `openid`.
    #[prop(default = "openid".to_owned())]
    pub scope: String,
    /// The session timeout in seconds. Default: 604800 (7 days).
    #[prop(default = 604_800, min = 1, max = 604_800)]
    pub session_timeout: u32,
    /// Extra parameters of the login, at most 10.
    #[prop(default, max = 10)]
    pub authentication_request_extra_params: BTreeMap<String, String>,
    /// What becomes of a client that is not logged in. Default: `authenticate`.
    #[prop(default = OnUnauthenticatedRequest::Authenticate)]
    pub on_unauthenticated_request: OnUnauthenticatedRequest,
}

/// How a request's JSON Web Token is validated.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct JwtValidationConfig {
    /// The address of the JSON Web Key Set.
    pub jwks_endpoint: String,
    /// The issuer of the tokens.
    pub issuer: String,
    /// Additional claims that are validated, at most 10.
    #[prop(default, max = 10)]
    pub additional_claims: Vec<JwtClaim>,
}

/// A claim of a token.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct JwtClaim {
    /// The format of the claim's value.
    pub format: JwtClaimFormat,
    /// The name of the claim.
    pub name: String,
    /// The values that are allowed, at most 10.
    #[prop(min = 1, max = 10)]
    pub values: Vec<String>,
}

/// The format of a claim's value.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum JwtClaimFormat {
    /// One text.
    #[prop(rename = "single-string")]
    SingleString,
    /// A list of texts.
    #[prop(rename = "string-array")]
    StringArray,
    /// Texts with spaces between them.
    #[prop(rename = "space-separated-values")]
    SpaceSeparatedValues,
}

/// What is wrong with actions where requests come over plain HTTP: nobody logs in there.
pub fn insecure_faults(actions: &[Action]) -> Vec<Fault> {
    let login = |kind| {
        matches!(kind, ActionType::AuthenticateCognito | ActionType::AuthenticateOidc | ActionType::JwtValidation)
    };
    let logins = actions.iter().enumerate().filter(|(_, action)| login(action.r#type));
    let fault = |kind: ActionType| Fault::new("type", format!("`{}` needs a listener of `HTTPS`", kind.as_str()));
    logins.map(|(i, action)| fault(action.r#type).below_index(i)).collect()
}

/// Whether one and the same target group gets requests from both.
pub fn share_group(some: &[Action], others: &[Action]) -> bool {
    let theirs: Vec<_> = others.iter().flat_map(Action::groups).collect();
    some.iter().flat_map(Action::groups).any(|group| theirs.contains(&group))
}

/// What is wrong with actions: each has what its type needs, and the last one, and no other, answers the request or sends it on.
pub fn faults(actions: &[Action]) -> Vec<Fault> {
    let last = actions.len().saturating_sub(1);
    let each = actions.iter().enumerate().flat_map(|(i, action)| {
        let ends = matches!(action.r#type, ActionType::Forward | ActionType::Redirect | ActionType::FixedResponse);
        let order = (ends != (i == last))
            .then(|| Fault::new("type", "the last action, and no other, is `forward`, `redirect` or `fixed-response`"));
        order.into_iter().chain(action.faults()).map(move |fault| fault.below_index(i)).collect::<Vec<_>>()
    });
    each.collect()
}

impl Action {
    /// An action of a type, with nothing else said.
    pub fn of(r#type: ActionType) -> Action {
        Action {
            r#type,
            order: None,
            target_group_arn: None,
            forward_config: None,
            redirect_config: None,
            fixed_response_config: None,
            authenticate_cognito_config: None,
            authenticate_oidc_config: None,
            jwt_validation_config: None,
        }
    }

    /// The target groups that it sends requests to.
    fn groups(&self) -> impl Iterator<Item = &str> {
        let listed = self.forward_config.iter().flat_map(|config| &config.target_groups);
        self.target_group_arn.as_deref().into_iter().chain(listed.map(|group| group.target_group_arn.as_str()))
    }

    fn faults(&self) -> Vec<Fault> {
        let groups = [("targetGroupArn", ActionType::Forward), ("forwardConfig", ActionType::Forward)];
        let others = [
            ("redirectConfig", ActionType::Redirect, self.redirect_config.is_some()),
            ("fixedResponseConfig", ActionType::FixedResponse, self.fixed_response_config.is_some()),
            ("authenticateCognitoConfig", ActionType::AuthenticateCognito, self.authenticate_cognito_config.is_some()),
            ("authenticateOidcConfig", ActionType::AuthenticateOidc, self.authenticate_oidc_config.is_some()),
            ("jwtValidationConfig", ActionType::JwtValidation, self.jwt_validation_config.is_some()),
        ];
        let mut faults = Faults::of(self);
        if self.r#type == ActionType::Forward {
            faults = faults.one_of(&groups.map(|(name, _)| name));
        } else {
            let given = self.target_group_arn.is_some();
            faults = faults.when(given, "targetGroupArn", "only a `forward` action has target groups").when(
                self.forward_config.is_some(),
                "forwardConfig",
                "only a `forward` action has target groups",
            );
        }
        for (name, of, given) in others {
            let (mine, kind) = (self.r#type == of, of.as_str());
            faults = faults.when(mine && !given, name, format!("missing: a `{kind}` action needs it")).when(
                !mine && given,
                name,
                format!("only a `{kind}` action has it"),
            );
        }
        let sticky = self.forward_config.as_ref().and_then(|it| it.target_group_stickiness_config.as_ref());
        let endless = sticky.is_some_and(|sticky| sticky.enabled && sticky.duration_seconds.is_none());
        let code = self.fixed_response_config.as_ref().map(|it| it.status_code.as_str());
        let odd = code
            .is_some_and(|code| code.len() != 3 || !code.starts_with(['2', '4', '5']) || code.parse::<u16>().is_err());
        faults
            .when(endless, "forwardConfig.targetGroupStickinessConfig.durationSeconds", "missing")
            .when(odd, "fixedResponseConfig.statusCode", "a number such as 200, 404 or 503 is needed")
            .into_vec()
    }
}
