//! A response headers policy as AWS takes and returns it, and what AWS refuses.

use std::collections::BTreeSet;

use aws_sdk_cloudfront::error::BuildError;
use aws_sdk_cloudfront::operation::get_response_headers_policy::GetResponseHeadersPolicyOutput;
use aws_sdk_cloudfront::types::{self as sdk, ResponseHeadersPolicyConfig};
use pulumi_plugin::{Error, Fault, Faults, Id, Result};

use super::inputs::*;
use crate::aws::list::{count, filled, some};
use crate::aws::word;
use crate::types::Lowercase;

/// What viewers could not do without.
const KEPT: [&str; 5] = ["content-encoding", "content-length", "transfer-encoding", "warning", "via"];
/// The headers that have properties of their own.
const OWN: [&str; 7] = [
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "strict-transport-security",
    "x-xss-protection",
    "server-timing",
];

/// Everything that is wrong.
pub fn faults(new: &ResponseHeadersPolicyInputs) -> Vec<Fault> {
    let none = new.cors_config.is_none()
        && new.security_headers_config == SecurityHeadersConfig::default()
        && new.server_timing_headers_config.is_none()
        && new.custom_headers.is_empty()
        && new.remove_headers.is_empty();
    let kept = new.remove_headers.iter().find(|name| KEPT.contains(&name.as_str()));
    let own = |name: &&String| {
        let name = name.to_lowercase();
        OWN.contains(&name.as_str()) || name.starts_with("access-control-")
    };
    let own = new.custom_headers.keys().find(own).cloned().unwrap_or_default();
    let named = |name: &str| format!("`{name}` can't be given here: it has a property of its own");
    let xss = new.security_headers_config.xss_protection.as_ref();
    Faults::of(new)
        .when(none, "securityHeadersConfig", "missing: a policy adds or removes at least one header")
        .when(!own.is_empty(), "customHeaders", named(&own))
        .when(kept.is_some(), "removeHeaders", format!("can't have {}", KEPT.join(", ")))
        .part("corsConfig", new.cors_config.as_ref().map(CorsConfig::faults).unwrap_or_default())
        .when(
            xss.is_some_and(|xss| xss.mode_block && xss.report_uri.is_some()),
            "securityHeadersConfig.xssProtection.reportUri",
            "can't be given together with `modeBlock: true`",
        )
        .into_vec()
}

/// As AWS takes it.
pub fn write(new: &ResponseHeadersPolicyInputs) -> Result<ResponseHeadersPolicyConfig, BuildError> {
    let secure = new.security_headers_config != SecurityHeadersConfig::default();
    let timing = new.server_timing_headers_config.as_ref().map(|timing| {
        let written = sdk::ResponseHeadersPolicyServerTimingHeadersConfig::builder().enabled(timing.enabled);
        written.sampling_rate(timing.sampling_rate).build()
    });
    let custom = new.custom_headers.iter().map(|(name, header)| {
        let written = sdk::ResponseHeadersPolicyCustomHeader::builder().header(name).value(&header.value);
        written.r#override(header.overrides).build()
    });
    let custom = custom.collect::<Result<Vec<_>, _>>()?;
    let removed = new.remove_headers.iter();
    let removed = removed.map(|name| sdk::ResponseHeadersPolicyRemoveHeader::builder().header(name.as_str()).build());
    let removed = removed.collect::<Result<Vec<_>, _>>()?;
    let custom =
        sdk::ResponseHeadersPolicyCustomHeadersConfig::builder().quantity(count(&custom)).set_items(some(custom));
    let removed =
        sdk::ResponseHeadersPolicyRemoveHeadersConfig::builder().quantity(count(&removed)).set_items(some(removed));
    ResponseHeadersPolicyConfig::builder()
        .name(new.name.as_str())
        .comment(&new.comment)
        .set_cors_config(new.cors_config.as_ref().map(CorsConfig::write).transpose()?)
        .set_security_headers_config(secure.then(|| new.security_headers_config.write()).transpose()?)
        .set_server_timing_headers_config(timing.transpose()?)
        .custom_headers_config(custom.build()?)
        .remove_headers_config(removed.build()?)
        .build()
}

/// As AWS returns it.
pub fn read(id: &Id, seen: GetResponseHeadersPolicyOutput) -> Result<ResponseHeadersPolicyInputs> {
    let config = seen.response_headers_policy.and_then(|policy| policy.response_headers_policy_config);
    let config = config.ok_or_else(|| Error::new(format!("`{id}` has no configuration")))?;
    let custom = config.custom_headers_config.and_then(|custom| custom.items).unwrap_or_default().into_iter();
    let removed = config.remove_headers_config.and_then(|removed| removed.items).unwrap_or_default().into_iter();
    Ok(ResponseHeadersPolicyInputs {
        name: config.name.into(),
        comment: config.comment.unwrap_or_default(),
        cors_config: config.cors_config.map(CorsConfig::read).transpose()?,
        security_headers_config: config
            .security_headers_config
            .map_or_else(|| Ok(SecurityHeadersConfig::default()), SecurityHeadersConfig::read)?,
        server_timing_headers_config: config.server_timing_headers_config.map(|timing| ServerTimingHeadersConfig {
            enabled: timing.enabled,
            sampling_rate: timing.sampling_rate.unwrap_or_default(),
        }),
        custom_headers: custom
            .map(|each| (each.header, CustomHeader { value: each.value, overrides: each.r#override }))
            .collect(),
        remove_headers: removed.map(|each| Lowercase::from(each.header)).collect(),
    })
}

fn texts(items: &BTreeSet<String>) -> Option<Vec<String>> {
    some(items.iter().cloned())
}

impl CorsConfig {
    fn faults(&self) -> Vec<Fault> {
        let all = [&self.access_control_allow_origins, &self.access_control_allow_headers];
        let open = all.iter().any(|items| items.contains("*"))
            || self.access_control_allow_methods.contains(&AllowMethod::All);
        Faults::of(self)
            .when(
                open && self.access_control_allow_credentials,
                "accessControlAllowCredentials",
                "can't be `true` with `*` for origins or headers, or `ALL` for methods",
            )
            .into_vec()
    }

    fn write(&self) -> Result<sdk::ResponseHeadersPolicyCorsConfig, BuildError> {
        let (origins, headers) = (&self.access_control_allow_origins, &self.access_control_allow_headers);
        let methods = self.access_control_allow_methods.iter().map(|method| method.as_str().into());
        let exposed = &self.access_control_expose_headers;
        let origins = sdk::ResponseHeadersPolicyAccessControlAllowOrigins::builder()
            .quantity(count(origins))
            .set_items(texts(origins));
        let headers = sdk::ResponseHeadersPolicyAccessControlAllowHeaders::builder()
            .quantity(count(headers))
            .set_items(texts(headers));
        let methods = sdk::ResponseHeadersPolicyAccessControlAllowMethods::builder()
            .quantity(count(&self.access_control_allow_methods))
            .set_items(some(methods));
        let exposed = sdk::ResponseHeadersPolicyAccessControlExposeHeaders::builder()
            .quantity(count(exposed))
            .set_items(texts(exposed));
        sdk::ResponseHeadersPolicyCorsConfig::builder()
            .access_control_allow_origins(origins.build()?)
            .access_control_allow_headers(headers.build()?)
            .access_control_allow_methods(methods.build()?)
            .access_control_allow_credentials(self.access_control_allow_credentials)
            .access_control_expose_headers(exposed.build()?)
            .set_access_control_max_age_sec(self.access_control_max_age_sec)
            .origin_override(self.origin_override)
            .build()
    }

    fn read(cors: sdk::ResponseHeadersPolicyCorsConfig) -> Result<CorsConfig> {
        let methods = cors.access_control_allow_methods.map(|methods| methods.items).unwrap_or_default().into_iter();
        let origins = cors.access_control_allow_origins.map(|origins| origins.items).unwrap_or_default();
        let headers = cors.access_control_allow_headers.map(|headers| headers.items).unwrap_or_default();
        let exposed = cors.access_control_expose_headers.and_then(|headers| headers.items).unwrap_or_default();
        Ok(CorsConfig {
            access_control_allow_origins: origins.into_iter().collect(),
            access_control_allow_headers: headers.into_iter().collect(),
            access_control_allow_methods: methods.map(word).collect::<Result<_>>()?,
            access_control_allow_credentials: cors.access_control_allow_credentials,
            access_control_expose_headers: exposed.into_iter().collect(),
            access_control_max_age_sec: cors.access_control_max_age_sec,
            origin_override: cors.origin_override,
        })
    }
}

impl SecurityHeadersConfig {
    fn write(&self) -> Result<sdk::ResponseHeadersPolicySecurityHeadersConfig, BuildError> {
        let csp = self.content_security_policy.as_ref().map(|csp| {
            let written = sdk::ResponseHeadersPolicyContentSecurityPolicy::builder().r#override(csp.overrides);
            written.content_security_policy(&csp.content_security_policy).build()
        });
        let options = self.content_type_options.as_ref();
        let options = options.map(|options| {
            sdk::ResponseHeadersPolicyContentTypeOptions::builder().r#override(options.overrides).build()
        });
        let frame = self.frame_options.as_ref().map(|frame| {
            let written = sdk::ResponseHeadersPolicyFrameOptions::builder().r#override(frame.overrides);
            written.frame_option(frame.frame_option.as_str().into()).build()
        });
        let referrer = self.referrer_policy.as_ref().map(|referrer| {
            let written = sdk::ResponseHeadersPolicyReferrerPolicy::builder().r#override(referrer.overrides);
            written.referrer_policy(referrer.referrer_policy.as_str().into()).build()
        });
        Ok(sdk::ResponseHeadersPolicySecurityHeadersConfig::builder()
            .set_content_security_policy(csp.transpose()?)
            .set_content_type_options(options.transpose()?)
            .set_frame_options(frame.transpose()?)
            .set_referrer_policy(referrer.transpose()?)
            .set_strict_transport_security(
                self.strict_transport_security.as_ref().map(StrictTransportSecurity::write).transpose()?,
            )
            .set_xss_protection(self.xss_protection.as_ref().map(XssProtection::write).transpose()?)
            .build())
    }

    fn read(security: sdk::ResponseHeadersPolicySecurityHeadersConfig) -> Result<SecurityHeadersConfig> {
        let frame = security.frame_options.map(|frame| {
            Ok::<_, Error>(FrameOptions { frame_option: word(frame.frame_option)?, overrides: frame.r#override })
        });
        let referrer = security.referrer_policy.map(|referrer| {
            let referrer_policy = word(referrer.referrer_policy)?;
            Ok::<_, Error>(ReferrerPolicy { referrer_policy, overrides: referrer.r#override })
        });
        let transport = security.strict_transport_security;
        Ok(SecurityHeadersConfig {
            content_security_policy: security.content_security_policy.map(|csp| ContentSecurityPolicy {
                content_security_policy: csp.content_security_policy,
                overrides: csp.r#override,
            }),
            content_type_options: security
                .content_type_options
                .map(|options| ContentTypeOptions { overrides: options.r#override }),
            frame_options: frame.transpose()?,
            referrer_policy: referrer.transpose()?,
            strict_transport_security: transport.map(|transport| StrictTransportSecurity {
                access_control_max_age_sec: transport.access_control_max_age_sec,
                include_subdomains: transport.include_subdomains.unwrap_or_default(),
                preload: transport.preload.unwrap_or_default(),
                overrides: transport.r#override,
            }),
            xss_protection: security.xss_protection.map(|xss| XssProtection {
                protection: xss.protection,
                mode_block: xss.mode_block.unwrap_or_default(),
                report_uri: filled(xss.report_uri),
                overrides: xss.r#override,
            }),
        })
    }
}

impl StrictTransportSecurity {
    fn write(&self) -> Result<sdk::ResponseHeadersPolicyStrictTransportSecurity, BuildError> {
        sdk::ResponseHeadersPolicyStrictTransportSecurity::builder()
            .access_control_max_age_sec(self.access_control_max_age_sec)
            .include_subdomains(self.include_subdomains)
            .preload(self.preload)
            .r#override(self.overrides)
            .build()
    }
}

impl XssProtection {
    fn write(&self) -> Result<sdk::ResponseHeadersPolicyXssProtection, BuildError> {
        sdk::ResponseHeadersPolicyXssProtection::builder()
            .protection(self.protection)
            .mode_block(self.mode_block)
            .set_report_uri(self.report_uri.clone())
            .r#override(self.overrides)
            .build()
    }
}
