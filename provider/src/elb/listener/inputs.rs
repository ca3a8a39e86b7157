//! What a program says of a listener.

use aws_sdk_elasticloadbalancingv2::types::Listener as AwsListener;
use pulumi_plugin::{Fault, Faults, Property, Result};

use crate::aws::{Tags, word};
use crate::elb::action::{self, Action};
use crate::elb::attributes::strange;
use crate::types::CertificateArn;

/// The security policy where the program names none.
const POLICY: &str = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/// The inputs of a listener.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ListenerInputs {
    /// The ARN of the load balancer.
    #[prop(replace, unique)]
    pub load_balancer_arn: String,
    /// The port, 1 to 65535. A Gateway Load Balancer has none.
    #[prop(unique, min = 1, max = 65535)]
    pub port: Option<u16>,
    /// The protocol. A Gateway Load Balancer has none.
    pub protocol: Option<ListenerProtocol>,
    /// The security policy of `HTTPS` and `TLS`: which protocols and ciphers there are. Default: `ELBSecurityPolicy-TLS13-1-2-2021-06`, where AWS would take
    /// one of 2016 that still knows TLS 1.0.
    pub ssl_policy: Option<String>,
    /// The ARN of the default certificate of `HTTPS` and `TLS`, which must be issued. More of them are `ListenerCertificate`s.
    pub certificate_arn: Option<CertificateArn>,
    /// The ALPN policy of `TLS`: which protocols are negotiated. Default: `None`.
    pub alpn_policy: Option<AlpnPolicy>,
    /// The mutual authentication of `HTTPS`: whether clients show certificates, too. Default: they don't.
    pub mutual_authentication: Option<MutualAuthentication>,
    /// The default actions: what is done with requests to which no rule applies.
    #[prop(min = 1)]
    pub default_actions: Vec<Action>,
    /// The attributes.
    #[prop(default)]
    pub attributes: ListenerAttributes,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// The protocol of a listener.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ListenerProtocol {
    /// HTTP, of an Application Load Balancer.
    #[prop(rename = "HTTP")]
    Http,
    /// HTTPS, of an Application Load Balancer.
    #[prop(rename = "HTTPS")]
    Https,
    /// TCP, of a Network Load Balancer.
    #[prop(rename = "TCP")]
    Tcp,
    /// TLS, of a Network Load Balancer.
    #[prop(rename = "TLS")]
    Tls,
    /// UDP, of a Network Load Balancer.
    #[prop(rename = "UDP")]
    Udp,
    /// TCP and UDP on one port, of a Network Load Balancer.
    #[prop(rename = "TCP_UDP")]
    TcpUdp,
    /// QUIC, of a Network Load Balancer.
    #[prop(rename = "QUIC")]
    Quic,
    /// TCP and QUIC on one port, of a Network Load Balancer.
    #[prop(rename = "TCP_QUIC")]
    TcpQuic,
}

/// Which protocols are negotiated in TLS.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum AlpnPolicy {
    /// HTTP/1 only.
    #[prop(rename = "HTTP1Only")]
    Http1Only,
    /// HTTP/2 only.
    #[prop(rename = "HTTP2Only")]
    Http2Only,
    /// HTTP/1 rather than HTTP/2.
    #[prop(rename = "HTTP2Optional")]
    Http2Optional,
    /// HTTP/2 rather than HTTP/1.
    #[prop(rename = "HTTP2Preferred")]
    Http2Preferred,
    /// None.
    #[prop(rename = "None")]
    None,
}

/// Whether clients show certificates.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct MutualAuthentication {
    /// The mode.
    pub mode: MutualMode,
    /// The ARN of the trust store, for `verify`.
    pub trust_store_arn: Option<String>,
    /// Whether expired certificates of clients are taken, for `verify`. Default: false.
    pub ignore_client_certificate_expiry: Option<bool>,
    /// Whether clients are told which authorities are trusted, for `verify`: `on` or `off`. Default: `off`.
    pub advertise_trust_store_ca_names: Option<Advertise>,
}

/// What becomes of clients' certificates.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum MutualMode {
    /// Clients show none.
    #[prop(rename = "off")]
    Off,
    /// They are passed on to the targets.
    #[prop(rename = "passthrough")]
    Passthrough,
    /// They are verified with a trust store.
    #[prop(rename = "verify")]
    Verify,
}

/// Whether clients are told which authorities are trusted.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum Advertise {
    /// They are.
    #[prop(rename = "on")]
    On,
    /// They are not.
    #[prop(rename = "off")]
    Off,
}

/// The attributes of a listener. One that is left out is as AWS has it.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct ListenerAttributes {
    /// The idle timeout of TCP connections, 60 to 6000 seconds. Network and Gateway Load Balancers. Default: 350.
    #[prop(min = 60, max = 6000)]
    pub tcp_idle_timeout_seconds: Option<u32>,
    /// Whether answers tell the server. Application Load Balancers. Default: true.
    pub routing_http_response_server_enabled: Option<bool>,
    /// The header `Strict-Transport-Security` of answers, such as `max-age=31536000`. Application Load Balancers. Default: none.
    pub routing_http_response_strict_transport_security_header_value: Option<String>,
    /// The header `Access-Control-Allow-Origin` of answers. Application Load Balancers. Default: none.
    pub routing_http_response_access_control_allow_origin_header_value: Option<String>,
    /// The header `Access-Control-Allow-Methods` of answers. Application Load Balancers. Default: none.
    pub routing_http_response_access_control_allow_methods_header_value: Option<String>,
    /// The header `Access-Control-Allow-Headers` of answers. Application Load Balancers. Default: none.
    pub routing_http_response_access_control_allow_headers_header_value: Option<String>,
    /// The header `Access-Control-Allow-Credentials` of answers: `true`. Application Load Balancers. Default: none.
    pub routing_http_response_access_control_allow_credentials_header_value: Option<String>,
    /// The header `Access-Control-Expose-Headers` of answers. Application Load Balancers. Default: none.
    pub routing_http_response_access_control_expose_headers_header_value: Option<String>,
    /// The header `Access-Control-Max-Age` of answers, in seconds. Application Load Balancers. Default: none.
    pub routing_http_response_access_control_max_age_header_value: Option<String>,
    /// The header `Content-Security-Policy` of answers. Application Load Balancers. Default: none.
    pub routing_http_response_content_security_policy_header_value: Option<String>,
    /// The header `X-Content-Type-Options` of answers: `nosniff`. Application Load Balancers. Default: none.
    pub routing_http_response_x_content_type_options_header_value: Option<String>,
    /// The header `X-Frame-Options` of answers. Application Load Balancers. Default: none.
    pub routing_http_response_x_frame_options_header_value: Option<String>,
}

const NETWORK: &[(&str, Option<&str>)] = &[("tcp.idle_timeout.seconds", Some("350"))];

const APPLICATION: &[(&str, Option<&str>)] = &[
    ("routing.http.response.server.enabled", Some("true")),
    ("routing.http.response.strict_transport_security.header_value", Some("")),
    ("routing.http.response.access_control_allow_origin.header_value", Some("")),
    ("routing.http.response.access_control_allow_methods.header_value", Some("")),
    ("routing.http.response.access_control_allow_headers.header_value", Some("")),
    ("routing.http.response.access_control_allow_credentials.header_value", Some("")),
    ("routing.http.response.access_control_expose_headers.header_value", Some("")),
    ("routing.http.response.access_control_max_age.header_value", Some("")),
    ("routing.http.response.content_security_policy.header_value", Some("")),
    ("routing.http.response.x_content_type_options.header_value", Some("")),
    ("routing.http.response.x_frame_options.header_value", Some("")),
];

/// Which attributes a listener of this protocol has.
pub(super) fn table(of: &ListenerInputs) -> Vec<(&'static str, Option<&'static str>)> {
    match of.protocol {
        Some(ListenerProtocol::Http | ListenerProtocol::Https) => APPLICATION.to_vec(),
        Some(ListenerProtocol::Tcp) | None => NETWORK.to_vec(),
        Some(_) => Vec::new(),
    }
}

/// Whether it has a policy and certificates.
pub(super) fn is_secure(of: &ListenerInputs) -> bool {
    matches!(of.protocol, Some(ListenerProtocol::Https | ListenerProtocol::Tls))
}

/// The security policy that it is to have.
pub(super) fn policy(of: &ListenerInputs) -> Option<String> {
    is_secure(of).then(|| of.ssl_policy.clone().unwrap_or_else(|| POLICY.to_owned()))
}

/// What is wrong between the properties.
pub(super) fn faults(new: &ListenerInputs) -> Vec<Fault> {
    let secure = is_secure(new);
    let strange = strange(&new.attributes, &table(new));
    let https = new.protocol == Some(ListenerProtocol::Https);
    let tls = new.protocol == Some(ListenerProtocol::Tls);
    let plain = new.protocol == Some(ListenerProtocol::Http);
    let logins = if plain { action::insecure_faults(&new.default_actions) } else { Vec::new() };
    let mutual = new.mutual_authentication.as_ref();
    let verify = mutual.is_some_and(|it| it.mode == MutualMode::Verify);
    let trusts = mutual.is_some_and(|it| it.trust_store_arn.is_some());
    Faults::of(new)
        .when(
            new.port.is_some() != new.protocol.is_some(),
            if new.port.is_some() { "protocol" } else { "port" },
            "missing: a port has a protocol, and a protocol a port",
        )
        .when(
            secure && new.certificate_arn.is_none(),
            "certificateArn",
            "missing: `HTTPS` and `TLS` need a certificate",
        )
        .when(!secure && new.certificate_arn.is_some(), "certificateArn", "only `HTTPS` and `TLS` have certificates")
        .when(!secure && new.ssl_policy.is_some(), "sslPolicy", "only `HTTPS` and `TLS` have a security policy")
        .when(!tls && new.alpn_policy.is_some(), "alpnPolicy", "only `TLS` negotiates protocols")
        .when(!https && mutual.is_some(), "mutualAuthentication", "only `HTTPS` has it")
        .when(
            mutual.is_some() && verify != trusts,
            "mutualAuthentication.trustStoreArn",
            "`verify` needs a trust store, and nothing else has one",
        )
        .when(!strange.is_empty(), "attributes", format!("a listener of this protocol has no {}", strange.join(", ")))
        .into_vec()
        .into_iter()
        .chain(action::faults(&new.default_actions).into_iter().map(|fault| fault.below("defaultActions")))
        .chain(logins.into_iter().map(|fault| fault.below("defaultActions")))
        .collect()
}

/// What AWS tells of it, without attributes and tags.
pub(super) fn read(seen: &AwsListener) -> Result<ListenerInputs> {
    let mutual = seen.mutual_authentication.as_ref().filter(|it| it.mode.as_deref().is_some_and(|mode| mode != "off"));
    let mutual = mutual.map(|told| {
        Ok::<_, pulumi_plugin::Error>(MutualAuthentication {
            mode: word(told.mode.as_deref().unwrap_or("off"))?,
            trust_store_arn: told.trust_store_arn.clone(),
            ignore_client_certificate_expiry: told.ignore_client_certificate_expiry.filter(|ignored| *ignored),
            advertise_trust_store_ca_names: told
                .advertise_trust_store_ca_names
                .as_ref()
                .filter(|it| it.as_str() != "off")
                .map(word)
                .transpose()?,
        })
    });
    Ok(ListenerInputs {
        load_balancer_arn: seen.load_balancer_arn.clone().unwrap_or_default(),
        port: seen.port.and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0),
        protocol: seen.protocol.as_ref().map(word).transpose()?,
        ssl_policy: seen.ssl_policy.clone().filter(|policy| policy != POLICY && !policy.is_empty()),
        certificate_arn: seen
            .certificates()
            .first()
            .and_then(|first| first.certificate_arn.as_ref())
            .map(word)
            .transpose()?,
        alpn_policy: seen.alpn_policy().first().map(word).transpose()?.filter(|policy| *policy != AlpnPolicy::None),
        mutual_authentication: mutual.transpose()?,
        default_actions: action::read(seen.default_actions())?,
        attributes: ListenerAttributes::default(),
        tags: Tags::new(),
    })
}

/// Says what means the same as the program says it.
pub(super) fn respell(seen: &mut ListenerInputs, given: &ListenerInputs) {
    action::respell(&mut seen.default_actions, &given.default_actions);
    if policy(seen) == policy(given) {
        seen.ssl_policy.clone_from(&given.ssl_policy);
    }
    if seen.alpn_policy.is_none() && given.alpn_policy == Some(AlpnPolicy::None) {
        seen.alpn_policy = given.alpn_policy;
    }
    match (&mut seen.mutual_authentication, &given.mutual_authentication) {
        (None, Some(given)) if given.mode == MutualMode::Off => seen.mutual_authentication = Some(given.clone()),
        (Some(seen), Some(given)) => {
            seen.ignore_client_certificate_expiry =
                seen.ignore_client_certificate_expiry.or(given.ignore_client_certificate_expiry.filter(|it| !it));
            seen.advertise_trust_store_ca_names = seen
                .advertise_trust_store_ca_names
                .or(given.advertise_trust_store_ca_names.filter(|it| *it == Advertise::Off));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::Shaped as _;

    use super::{APPLICATION, ListenerAttributes, NETWORK};
    use crate::elb::attributes::property;

    #[test]
    fn each_key_is_a_property() {
        for (key, _) in APPLICATION.iter().chain(NETWORK) {
            assert!(ListenerAttributes::shape().field(&property(key)).is_some(), "{key}");
        }
    }
}
