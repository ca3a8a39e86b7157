//! A distribution's configuration, as AWS takes and returns it.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudfront::error::BuildError;
use aws_sdk_cloudfront::types as aws;
use pulumi_plugin::{Error, Order, Result, Spelled as _};

use super::behavior::{CacheBehavior, DefaultCacheBehavior};
use super::inputs::*;
use super::origin::{Origin, OriginGroup};
use crate::aws::list::{count, filled, some};
use crate::aws::{word, word_or};

/// The configuration of a new distribution, with its caller reference.
pub fn new(reference: &str, inputs: &DistributionInputs) -> Result<aws::DistributionConfig> {
    let empty =
        aws::DistributionConfig::builder().caller_reference(reference).comment(&inputs.comment).enabled(inputs.enabled);
    write(empty.build().map_err(incomplete)?, inputs)
}

/// A configuration brought to what the program asks for. What this resource doesn't know stays as it is.
pub fn write(was: aws::DistributionConfig, inputs: &DistributionInputs) -> Result<aws::DistributionConfig> {
    merged(was, inputs).map_err(incomplete)
}

/// The SDK refuses a part that lacks what AWS requires.
fn incomplete(error: BuildError) -> Error {
    Error::new(error.to_string())
}

fn merged(was: aws::DistributionConfig, new: &DistributionInputs) -> Result<aws::DistributionConfig, BuildError> {
    // CloudFront represents "none" as an empty string.
    let text = |text: &Option<String>| Some(text.clone().unwrap_or_default());
    let mut config = was;
    config.origins = Some(origins(&new.origins)?);
    config.origin_groups = Some(origin_groups(&new.origin_groups)?);
    config.default_cache_behavior = Some(new.default_cache_behavior.write()?);
    config.cache_behaviors = Some(behaviors(&new.cache_behaviors)?);
    config.aliases = Some(aliases(&new.aliases)?);
    config.comment.clone_from(&new.comment);
    config.enabled = new.enabled;
    config.default_root_object = Some(new.default_root_object.clone());
    config.continuous_deployment_policy_id = text(&new.continuous_deployment_policy_id);
    config.web_acl_id = text(&new.web_acl_id);
    config.staging = Some(new.staging);
    config.is_ipv6_enabled = Some(new.is_ipv6_enabled);
    config.http_version = Some(new.http_version.as_str().into());
    config.price_class = Some(new.price_class.as_str().into());
    config.custom_error_responses = Some(errors(&new.custom_error_responses)?);
    config.logging = Some(logging(new.logging.as_ref()));
    config.restrictions = Some(restrictions(&new.restrictions)?);
    config.viewer_certificate = Some(certificate(new.viewer_certificate.as_ref()));
    config.anycast_ip_list_id.clone_from(&new.anycast_ip_list_id);
    let tags = new.cache_tag_config.as_ref();
    let tags = tags.map(|tags| aws::CacheTagConfig::builder().header_name(&tags.header_name).build());
    config.cache_tag_config = tags.transpose()?;
    let function = new.connection_function_association.as_ref();
    let function = function.map(|function| aws::ConnectionFunctionAssociation::builder().id(&function.id).build());
    config.connection_function_association = function.transpose()?;
    config.viewer_mtls_config = new.viewer_mtls_config.as_ref().map(mtls).transpose()?;
    Ok(config)
}

fn origins(new: &BTreeMap<String, Origin>) -> Result<aws::Origins, BuildError> {
    let items = new.iter().map(|(id, origin)| origin.write(id)).collect::<Result<Vec<_>, _>>()?;
    aws::Origins::builder().quantity(count(&items)).set_items(Some(items)).build()
}

fn origin_groups(new: &BTreeMap<String, OriginGroup>) -> Result<aws::OriginGroups, BuildError> {
    let items = new.iter().map(|(id, group)| group.write(id)).collect::<Result<Vec<_>, _>>()?;
    aws::OriginGroups::builder().quantity(count(&items)).set_items(some(items)).build()
}

fn behaviors(new: &[CacheBehavior]) -> Result<aws::CacheBehaviors, BuildError> {
    let items = new.iter().map(CacheBehavior::write).collect::<Result<Vec<_>, _>>()?;
    aws::CacheBehaviors::builder().quantity(count(&items)).set_items(some(items)).build()
}

fn aliases(new: &BTreeSet<String>) -> Result<aws::Aliases, BuildError> {
    aws::Aliases::builder().quantity(count(new)).set_items(some(new.iter().cloned())).build()
}

fn errors(new: &BTreeSet<CustomErrorResponse>) -> Result<aws::CustomErrorResponses, BuildError> {
    let items = new.iter().map(|error| {
        aws::CustomErrorResponse::builder()
            .error_code(error.error_code)
            .response_code(error.response_code.map(|code| code.to_string()).unwrap_or_default())
            .response_page_path(error.response_page_path.as_deref().unwrap_or_default())
            .error_caching_min_ttl(error.error_caching_min_ttl)
            .build()
    });
    let items = items.collect::<Result<Vec<_>, _>>()?;
    aws::CustomErrorResponses::builder().quantity(count(&items)).set_items(some(items)).build()
}

fn logging(new: Option<&Logging>) -> aws::LoggingConfig {
    aws::LoggingConfig::builder()
        .enabled(new.is_some())
        .bucket(new.map(|l| l.bucket.as_str()).unwrap_or_default())
        .prefix(new.map(|l| l.prefix.as_str()).unwrap_or_default())
        .include_cookies(new.is_some_and(|l| l.include_cookies))
        .build()
}

fn restrictions(new: &Restrictions) -> Result<aws::Restrictions, BuildError> {
    let geo = &new.geo_restriction;
    let geo = aws::GeoRestriction::builder()
        .restriction_type(geo.restriction_type.as_str().into())
        .quantity(count(&geo.locations))
        .set_items(some(geo.locations.iter().cloned()))
        .build()?;
    Ok(aws::Restrictions::builder().geo_restriction(geo).build())
}

fn certificate(new: Option<&ViewerCertificate>) -> aws::ViewerCertificate {
    let builder = aws::ViewerCertificate::builder();
    let Some(new) = new else {
        return builder.cloud_front_default_certificate(true).build();
    };
    builder
        .set_acm_certificate_arn(new.acm_certificate_arn.as_ref().map(|arn| arn.spell()))
        .set_iam_certificate_id(new.iam_certificate_id.clone())
        .minimum_protocol_version(new.minimum_protocol_version.as_str().into())
        .ssl_support_method(new.ssl_support_method.as_str().into())
        .build()
}

fn mtls(new: &ViewerMtlsConfig) -> Result<aws::ViewerMtlsConfig, BuildError> {
    let store = new.trust_store_config.as_ref().map(|store| {
        aws::TrustStoreConfig::builder()
            .trust_store_id(&store.trust_store_id)
            .advertise_trust_store_ca_names(store.advertise_trust_store_ca_names)
            .ignore_certificate_expiry(store.ignore_certificate_expiry)
            .build()
    });
    let written = aws::ViewerMtlsConfig::builder().mode(new.mode.as_str().into());
    Ok(written.set_trust_store_config(store.transpose()?).build())
}

/// The inputs that a configuration holds; without tags and what AWS never returns.
pub fn read(config: aws::DistributionConfig) -> Result<DistributionInputs> {
    if config.connection_mode == Some(aws::ConnectionMode::TenantOnly) {
        return Err(Error::new(
            "a distribution of connection mode `tenant-only` serves tenants; this resource has none",
        ));
    }
    let default = config.default_cache_behavior.ok_or_else(|| Error::new("AWS returned no default cache behavior"))?;
    let origins = config.origins.map(|origins| origins.items).unwrap_or_default().into_iter();
    let groups = config.origin_groups.and_then(|groups| groups.items).unwrap_or_default().into_iter();
    let behaviors = config.cache_behaviors.and_then(|behaviors| behaviors.items).unwrap_or_default().into_iter();
    let errors = config.custom_error_responses.and_then(|errors| errors.items).unwrap_or_default().into_iter();
    let function = config.connection_function_association;
    Ok(DistributionInputs {
        aliases: config.aliases.and_then(|aliases| aliases.items).unwrap_or_default().into_iter().collect(),
        anycast_ip_list_id: filled(config.anycast_ip_list_id),
        cache_behaviors: behaviors.map(CacheBehavior::read).collect::<Result<_>>()?,
        cache_tag_config: config.cache_tag_config.map(|tags| CacheTagConfig { header_name: tags.header_name }),
        comment: config.comment,
        connection_function_association: function.map(|function| ConnectionFunctionAssociation { id: function.id }),
        continuous_deployment_policy_id: filled(config.continuous_deployment_policy_id),
        custom_error_responses: errors.map(error_of).collect::<Result<_>>()?,
        default_cache_behavior: DefaultCacheBehavior::read(default)?,
        default_root_object: config.default_root_object.unwrap_or_default(),
        enabled: config.enabled,
        http_version: word_or(config.http_version, HttpVersion::Http2)?,
        is_ipv6_enabled: config.is_ipv6_enabled.unwrap_or_default(),
        logging: config.logging.filter(|logging| logging.enabled).map(logging_of),
        origins: origins.map(|origin| Ok((origin.id.clone(), Origin::read(origin)?))).collect::<Result<_>>()?,
        origin_groups: groups.map(|group| Ok((group.id.clone(), OriginGroup::read(group)?))).collect::<Result<_>>()?,
        price_class: word_or(config.price_class, PriceClass::All)?,
        restrictions: restrictions_of(config.restrictions)?,
        staging: config.staging.unwrap_or_default(),
        viewer_certificate: config.viewer_certificate.map(certificate_of).transpose()?.flatten(),
        viewer_mtls_config: config.viewer_mtls_config.map(mtls_of).transpose()?,
        wait_for_deployment: Order::unknown(),
        web_acl_id: filled(config.web_acl_id),
        tags: BTreeMap::new(),
    })
}

fn error_of(error: aws::CustomErrorResponse) -> Result<CustomErrorResponse> {
    let code = filled(error.response_code).map(|code| {
        code.parse().map_err(|_| Error::new(format!("AWS returned the response code `{code}`, which is not a number")))
    });
    Ok(CustomErrorResponse {
        error_code: error.error_code,
        response_code: code.transpose()?,
        response_page_path: filled(error.response_page_path),
        error_caching_min_ttl: error.error_caching_min_ttl.unwrap_or(10),
    })
}

fn logging_of(logging: aws::LoggingConfig) -> Logging {
    Logging { bucket: logging.bucket, prefix: logging.prefix, include_cookies: logging.include_cookies }
}

fn restrictions_of(restrictions: Option<aws::Restrictions>) -> Result<Restrictions> {
    let Some(geo) = restrictions.and_then(|restrictions| restrictions.geo_restriction) else {
        return Ok(Restrictions::default());
    };
    let locations = geo.items.unwrap_or_default().into_iter().collect();
    let restriction_type = word(geo.restriction_type)?;
    Ok(Restrictions { geo_restriction: GeoRestriction { restriction_type, locations } })
}

fn certificate_of(certificate: aws::ViewerCertificate) -> Result<Option<ViewerCertificate>> {
    if certificate.cloud_front_default_certificate.unwrap_or_default() {
        return Ok(None);
    }
    Ok(Some(ViewerCertificate {
        acm_certificate_arn: filled(certificate.acm_certificate_arn).map(word).transpose()?,
        iam_certificate_id: filled(certificate.iam_certificate_id),
        minimum_protocol_version: word_or(certificate.minimum_protocol_version, MinimumProtocolVersion::Tls1)?,
        ssl_support_method: word_or(certificate.ssl_support_method, SslSupportMethod::SniOnly)?,
    }))
}

fn mtls_of(mtls: aws::ViewerMtlsConfig) -> Result<ViewerMtlsConfig> {
    Ok(ViewerMtlsConfig {
        mode: word(mtls.mode)?,
        trust_store_config: mtls.trust_store_config.map(|store| TrustStoreConfig {
            trust_store_id: store.trust_store_id,
            advertise_trust_store_ca_names: store.advertise_trust_store_ca_names.unwrap_or_default(),
            ignore_certificate_expiry: store.ignore_certificate_expiry.unwrap_or_default(),
        }),
    })
}

#[cfg(test)]
mod tests;
