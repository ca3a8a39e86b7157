"""What a distribution's configuration points at: origins, policies, certificates, functions; all of it must be there."""

import calendar
import re

from ..clock import CLOCK
from ..response import Refusal
from .config import behaviors

# AWS's seconds until a certificate is issued.
ISSUING = 120.0

CACHE_POLICIES = {
    "658327ea-f89d-4fab-a63d-7e88639e58f6",
    "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
    "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
    "08627262-05a9-4f76-9ded-b50ca2e3a84f",
    "2e54312d-136d-493c-8eb9-b001f22f67d2",
    "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
    "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
}
ORIGIN_REQUEST_POLICIES = {
    "216adef6-5c7f-47e4-b989-5492eafa07d3",
    "33f36d7e-f396-46d9-90e0-52428a34d9dc",
    "b689b0a8-53d0-40ab-baf2-68738e2966ac",
    "59781a5b-3903-41f3-afcb-af62929ccde1",
    "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
    "775133bc-15f2-49f9-abea-afb2e0bf67d2",
    "acba4595-bd28-49b8-b9fe-13317c0390fa",
}
RESPONSE_HEADERS_POLICIES = {
    "60669652-455b-4ae9-85a4-c4c02393f86c",
    "5cc3b908-e619-4b99-88e5-2cf7f45965bd",
    "67f7725c-6f97-4210-82d7-5512b31e9d03",
    "e61eb60c-9c35-4d20-a928-2b84e02af89c",
    "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
}
# AWS's managed ones; an account's own are kept by policies.py.
POLICIES = (
    ("CachePolicyId", CACHE_POLICIES, "NoSuchCachePolicy", "The specified cache policy does not exist."),
    (
        "OriginRequestPolicyId",
        ORIGIN_REQUEST_POLICIES,
        "NoSuchOriginRequestPolicy",
        "The specified origin request policy does not exist.",
    ),
    (
        "ResponseHeadersPolicyId",
        RESPONSE_HEADERS_POLICIES,
        "NoSuchResponseHeadersPolicy",
        "The specified response headers policy does not exist.",
    ),
)
DOMAIN = re.compile(r"^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,}$", re.IGNORECASE)
WEB_ACL = re.compile(r"^(arn:aws:wafv2:us-east-1:\d{12}:global/webacl/[^/]+/[0-9a-f-]{36}|[0-9a-f-]{36})$")


def kept(backend, what):
    """What an account has of a kind that moto doesn't know."""
    return backend.__dict__.setdefault(what, {})


def argument(words):
    return Refusal("InvalidArgument", words)


def check(config, backend):
    if len(config["Comment"]) > 128:
        raise argument("The parameter Comment is too big.")
    check_origins(config, backend)
    groups = [group["Id"] for group in (config.get("OriginGroups") or {}).get("Items") or []]
    origins = [origin["Id"] for origin in config["Origins"]["Items"]]
    for behavior in behaviors(config):
        if behavior["TargetOriginId"] not in origins + groups:
            raise Refusal("NoSuchOrigin", "One or more of your origins or origin groups do not exist.")
        check_behavior(behavior, backend)
    for group in (config.get("OriginGroups") or {}).get("Items") or []:
        if any(member["OriginId"] not in origins for member in group["Members"]["Items"]):
            raise Refusal("NoSuchOrigin", "One or more of your origins or origin groups do not exist.")
    check_entities(config)
    if config.get("WebACLId") and not WEB_ACL.match(config["WebACLId"]):
        raise Refusal("InvalidWebACLId", "The web ACL ID is not valid, or its web ACL is not one of scope CLOUDFRONT.")


def check_entities(config):
    """moto makes no Anycast IP lists, trust stores and connection functions, so none is there."""
    store = ((config.get("ViewerMtlsConfig") or {}).get("TrustStoreConfig") or {}).get("TrustStoreId")
    function = (config.get("ConnectionFunctionAssociation") or {}).get("Id")
    for named in (config.get("AnycastIpListId"), store, function):
        if named:
            raise Refusal("EntityNotFound", "The entity was not found.")
    mode = (config.get("ViewerMtlsConfig") or {}).get("Mode")
    if mode in ("required", "optional") and not store:
        raise argument("The parameter TrustStoreConfig is required for mutual TLS that verifies certificates.")
    header = (config.get("CacheTagConfig") or {}).get("HeaderName")
    if header is not None and not re.match(r"^[A-Za-z0-9-]+$", header):
        raise argument("The parameter HeaderName is not a valid header name.")


def check_origins(config, backend):
    origins = config["Origins"].get("Items") or []
    if not origins:
        raise argument("The parameter Origins is required.")
    if len({origin["Id"] for origin in origins}) < len(origins):
        raise argument("The parameter Origin Id must be unique.")
    for origin in origins:
        kinds = [kind for kind in ("S3OriginConfig", "CustomOriginConfig", "VpcOriginConfig") if origin.get(kind)]
        if len(kinds) != 1:
            raise argument("Exactly one of S3OriginConfig, CustomOriginConfig and VpcOriginConfig must be given for an origin.")
        if not DOMAIN.match(origin["DomainName"]):
            raise Refusal("InvalidOrigin", "The specified origin server does not exist or is not valid.")
        if origin.get("OriginPath") and (not origin["OriginPath"].startswith("/") or origin["OriginPath"].endswith("/")):
            raise argument("The parameter OriginPath must begin with a slash and not end with one.")
        if origin.get("OriginAccessControlId") and origin["OriginAccessControlId"] not in backend.origin_access_controls:
            raise Refusal("InvalidOriginAccessControl", "The origin access control is not valid.")
        if kinds == ["S3OriginConfig"]:
            check_s3(origin, backend)
        if kinds == ["VpcOriginConfig"] and origin["VpcOriginConfig"]["VpcOriginId"] not in kept(backend, "vpc_origins"):
            raise Refusal("EntityNotFound", "The specified vpc origin does not exist.")
        if kinds == ["CustomOriginConfig"]:
            check_custom(origin["CustomOriginConfig"])


def check_s3(origin, backend):
    seconds = origin["S3OriginConfig"].get("OriginReadTimeout")
    if seconds is not None and not 1 <= seconds <= 120:
        raise argument("The parameter OriginReadTimeout must be between 1 and 120.")
    if not re.search(r"\.s3[.-].*amazonaws\.com$|\.s3\.amazonaws\.com$", origin["DomainName"]):
        raise argument("The parameter Origin DomainName does not refer to a valid S3 bucket.")
    identity = origin["S3OriginConfig"].get("OriginAccessIdentity")
    if identity and identity.removeprefix("origin-access-identity/cloudfront/") not in kept(backend, "identities"):
        raise Refusal("InvalidOriginAccessIdentity", "The specified origin access identity does not exist or is not valid.")


def check_custom(custom):
    for name in ("HTTPPort", "HTTPSPort"):
        if custom[name] not in (80, 443) and not 1024 <= custom[name] <= 65535:
            raise argument(f"The parameter {name} must be 80, 443, or between 1024 and 65535.")
    certificate = (custom.get("OriginMtlsConfig") or {}).get("ClientCertificateArn")
    if certificate and not re.match(r"^arn:aws:acm:us-east-1:\d{12}:certificate/.+$", certificate):
        raise argument("The parameter ClientCertificateArn is not the ARN of a certificate in us-east-1.")
    for name, most in (("OriginReadTimeout", 120), ("OriginKeepaliveTimeout", 120)):
        if custom.get(name) is not None and not 1 <= custom[name] <= most:
            raise argument(f"The parameter {name} must be between 1 and {most}.")


def check_behavior(behavior, backend):
    for name, known, code, words in POLICIES:
        own = kept(backend, "policies").get(name.removesuffix("Id"), {})
        if behavior.get(name) and behavior[name] not in known and behavior[name] not in own:
            raise Refusal(code, words)
    if (behavior.get("GrpcConfig") or {}).get("Enabled") and len(behavior["AllowedMethods"]["Items"]) < 7:
        raise argument("The parameter gRPC only supports the POST method.")
    if behavior.get("CachePolicyId") and behavior.get("ForwardedValues"):
        raise argument("The parameter ForwardedValues cannot be used when a cache policy is associated to the cache behavior.")
    if not behavior.get("CachePolicyId") and not behavior.get("ForwardedValues"):
        raise argument("The parameter ForwardedValues is required.")
    for association in (behavior.get("FunctionAssociations") or {}).get("Items") or []:
        # Only what is published can be associated.
        if association["FunctionARN"] not in {function.arn for function in backend.functions.values() if function.live}:
            raise Refusal("InvalidFunctionAssociation", "A CloudFront function association is invalid.")
    for association in (behavior.get("LambdaFunctionAssociations") or {}).get("Items") or []:
        if not re.match(r"^arn:aws:lambda:us-east-1:\d{12}:function:[^:]+:\d+$", association["LambdaFunctionARN"]):
            raise Refusal("InvalidLambdaFunctionAssociation", "The specified Lambda@Edge function association is invalid.")


def check_certificate(config, account):
    """Aliases need a certificate of us-east-1 that is issued and covers them."""
    given, aliases = config.get("ViewerCertificate") or {}, (config.get("Aliases") or {}).get("Items") or []
    arn = given.get("ACMCertificateArn")
    if not arn:
        if aliases and not given.get("IAMCertificateId"):
            raise Refusal(
                "InvalidViewerCertificate",
                "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a "
                "trusted certificate that validates your authorization to use the domain name.",
            )
        return
    if not given.get("SSLSupportMethod"):
        raise argument("The parameter SSLSupportMethod is required.")
    from moto.acm.models import acm_backends

    certificate = acm_backends[account]["us-east-1"]._certificates.get(arn)
    # AWS issues one some minutes after its records are there; moto, a minute after it was asked for, whatever the clock says here.
    if certificate and certificate.status == "PENDING_VALIDATION":
        if CLOCK.passed(calendar.timegm(certificate.created_at.timetuple()), ISSUING):
            certificate.status = "ISSUED"
    if not certificate or certificate.status != "ISSUED":
        raise Refusal(
            "InvalidViewerCertificate",
            "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or "
            "doesn't include a valid certificate chain.",
        )
    names = {certificate.common_name, *certificate.sans}
    for alias in aliases:
        if alias not in names and "*." + alias.split(".", 1)[-1] not in names:
            raise Refusal(
                "InvalidViewerCertificate",
                "The certificate that is attached to your distribution doesn't cover the alternate domain "
                "name (CNAME) that you're trying to add.",
            )
