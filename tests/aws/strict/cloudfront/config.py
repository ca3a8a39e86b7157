"""A distribution's configuration: complete and consistent, with the values that AWS fills in. moto keeps only parts of it."""

import copy

from moto.core.utils import get_service_model

from ..response import Refusal

METHODS = ("HEAD", "DELETE", "POST", "GET", "OPTIONS", "PUT", "PATCH")


def check(config):
    check_value(get_service_model("cloudfront").shape_for("DistributionConfig"), config, "DistributionConfig")


def check_value(shape, value, name):
    """Holds a value against the service's model: required members, enumerations, and quantities that count their items."""
    if shape.type_name == "structure":
        for member in shape.required_members:
            # An empty list is written as a quantity of zero without items.
            if value.get(member) is None and not (member == "Items" and value.get("Quantity") == 0):
                raise Refusal("InvalidArgument", f"The parameter {name}.{member} is required.")
        if (
            "Quantity" in shape.members
            and "Items" in shape.members
            and (value.get("Quantity") or 0) != len(value.get("Items") or [])
        ):
            raise Refusal("InconsistentQuantities", f"The value of Quantity and the size of Items don't match: {name}")
        for member, inner in value.items():
            if inner is not None and member in shape.members:
                check_value(shape.members[member], inner, member)
    elif shape.type_name == "list":
        for inner in value:
            check_value(shape.member, inner, name)
    elif shape.type_name == "string" and shape.enum and value not in shape.enum:
        raise Refusal("InvalidArgument", f"The parameter {name} has the value {value}, which is none of {', '.join(shape.enum)}.")


def none():
    return {"Quantity": 0}


def filled(config):
    """The configuration as AWS gives it back."""
    made = copy.deepcopy(config)
    defaults = {
        "Aliases": none(),
        "OriginGroups": none(),
        "CacheBehaviors": none(),
        "CustomErrorResponses": none(),
        "DefaultRootObject": "",
        "PriceClass": "PriceClass_All",
        "HttpVersion": "http2",
        "IsIPV6Enabled": False,
        "WebACLId": "",
        "Staging": False,
        "ContinuousDeploymentPolicyId": "",
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
        "ViewerCertificate": {"CloudFrontDefaultCertificate": True},
    }
    fill(made, defaults)
    made["Logging"] = {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": "", **(made.get("Logging") or {})}
    made["ViewerCertificate"] = filled_certificate(made["ViewerCertificate"])
    for origin in made["Origins"]["Items"]:
        fill_origin(origin)
    for behavior in behaviors(made):
        fill_behavior(behavior)
    return made


def fill(value, defaults):
    for name, default in defaults.items():
        if value.get(name) is None:
            value[name] = default


def behaviors(config):
    return [config["DefaultCacheBehavior"], *((config.get("CacheBehaviors") or {}).get("Items") or [])]


def fill_origin(origin):
    fill(
        origin,
        {
            "OriginPath": "",
            "CustomHeaders": none(),
            "ConnectionAttempts": 3,
            "ConnectionTimeout": 10,
            "OriginShield": {"Enabled": False},
            "OriginAccessControlId": "",
        },
    )
    if origin.get("S3OriginConfig"):
        fill(origin["S3OriginConfig"], {"OriginReadTimeout": 30})
    if origin.get("CustomOriginConfig"):
        fill(
            origin["CustomOriginConfig"],
            {
                "OriginReadTimeout": 30,
                "OriginKeepaliveTimeout": 5,
                "OriginSslProtocols": {"Quantity": 2, "Items": ["SSLv3", "TLSv1"]},
            },
        )


def fill_behavior(behavior):
    fill(
        behavior,
        {
            "TrustedSigners": {"Enabled": False, "Quantity": 0},
            "TrustedKeyGroups": {"Enabled": False, "Quantity": 0},
            "SmoothStreaming": False,
            "AllowedMethods": {"Quantity": 2, "Items": ["HEAD", "GET"]},
            "Compress": False,
            "LambdaFunctionAssociations": none(),
            "FunctionAssociations": none(),
            "FieldLevelEncryptionId": "",
            "GrpcConfig": {"Enabled": False},
        },
    )
    methods = behavior["AllowedMethods"]
    fill(methods, {"CachedMethods": {"Quantity": 2, "Items": ["HEAD", "GET"]}})
    # AWS has its own order of the methods.
    for listed in (methods, methods["CachedMethods"]):
        listed["Items"] = sorted(listed["Items"], key=METHODS.index)
    if behavior.get("ForwardedValues"):
        fill(behavior, {"MinTTL": 0, "DefaultTTL": 86400, "MaxTTL": 31536000})
        fill(behavior["ForwardedValues"], {"Headers": none(), "QueryStringCacheKeys": none()})


def filled_certificate(given):
    if given.get("ACMCertificateArn"):
        arn = given["ACMCertificateArn"]
        return {
            "CloudFrontDefaultCertificate": False,
            "MinimumProtocolVersion": "TLSv1",
            **given,
            "Certificate": arn,
            "CertificateSource": "acm",
        }
    if given.get("IAMCertificateId"):
        name = given["IAMCertificateId"]
        return {
            "CloudFrontDefaultCertificate": False,
            "MinimumProtocolVersion": "TLSv1",
            **given,
            "Certificate": name,
            "CertificateSource": "iam",
        }
    # Whatever was asked for, the default certificate means these.
    return {
        "CloudFrontDefaultCertificate": True,
        "SSLSupportMethod": "vip",
        "MinimumProtocolVersion": "TLSv1",
        "CertificateSource": "cloudfront",
    }
