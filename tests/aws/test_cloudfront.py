"""The refusals of CloudFront distributions, and their round trips, against the running server."""

import copy
import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from conftest import OTHERS, refused

OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"


def config(**more):
    return {
        "CallerReference": "one",
        "Comment": "c",
        "Enabled": True,
        "Origins": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": "web",
                    "DomainName": "origin.example.com",
                    "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
                }
            ],
        },
        "DefaultCacheBehavior": {
            "TargetOriginId": "web",
            "ViewerProtocolPolicy": "redirect-to-https",
            "CachePolicyId": OPTIMIZED,
        },
        **more,
    }


def origin(**more):
    made = config()
    made["Origins"]["Items"][0] |= more
    return made


def behavior(**more):
    made = config()
    made["DefaultCacheBehavior"] |= more
    return made


class Edge:
    def __init__(self, aws):
        self.aws, self.cloudfront = aws, aws.client("cloudfront", region="us-east-1")

    def make(self, given=None, key=None, tags=None):
        client = self.aws.client("cloudfront", region="us-east-1", key=key) if key else self.cloudfront
        if tags:
            return client.create_distribution_with_tags(
                DistributionConfigWithTags={"DistributionConfig": given or config(), "Tags": {"Items": tags}}
            )
        return client.create_distribution(DistributionConfig=given or config())

    def update(self, made, etag=None, **more):
        given = copy.deepcopy(made["Distribution"]["DistributionConfig"]) | more
        return self.cloudfront.update_distribution(
            Id=made["Distribution"]["Id"], DistributionConfig=given, IfMatch=etag or made["ETag"]
        )

    def delete(self, made):
        return self.cloudfront.delete_distribution(Id=made["Distribution"]["Id"], IfMatch=made["ETag"])

    def get(self, made):
        return self.cloudfront.get_distribution(Id=made["Distribution"]["Id"])

    def aliased(self, *names, covers="*.example.com", region="us-east-1", account=None, **more):
        acm = self.aws.client("acm", region=region, **({"key": account} if account else {}))
        arn = acm.import_certificate(**certificate(covers))["CertificateArn"]
        return config(
            Aliases={"Quantity": len(names), "Items": list(names)},
            ViewerCertificate={
                "ACMCertificateArn": arn,
                "SSLSupportMethod": "sni-only",
                "MinimumProtocolVersion": "TLSv1.2_2021",
            },
            **more,
        )


def certificate(name):
    """A certificate for the name, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = x509.CertificateBuilder(subject, subject, key.public_key(), 1, now, now + datetime.timedelta(days=90)).sign(
        key, hashes.SHA256()
    )
    return {
        "Certificate": made.public_bytes(serialization.Encoding.PEM),
        "PrivateKey": key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    }


@pytest.fixture
def edge(aws):
    return Edge(aws)


def frozen(edge):
    edge.aws.clock(1000)
    return edge.make(config(Enabled=False))


REFUSALS = [
    ("a caller reference for two", "DistributionAlreadyExists", lambda e: e.make() and e.make(config(Comment="other"))),
    ("an unknown target origin", "NoSuchOrigin", lambda e: e.make(behavior(TargetOriginId="none"))),
    (
        "an unknown cache policy",
        "NoSuchCachePolicy",
        lambda e: e.make(behavior(CachePolicyId="00000000-0000-0000-0000-000000000000")),
    ),
    (
        "an unknown origin request policy",
        "NoSuchOriginRequestPolicy",
        lambda e: e.make(behavior(OriginRequestPolicyId=OPTIMIZED)),
    ),
    (
        "an unknown response headers policy",
        "NoSuchResponseHeadersPolicy",
        lambda e: e.make(behavior(ResponseHeadersPolicyId=OPTIMIZED)),
    ),
    ("neither policy nor values", "InvalidArgument", lambda e: e.make(behavior(CachePolicyId=""))),
    (
        "policy and values",
        "InvalidArgument",
        lambda e: e.make(behavior(ForwardedValues={"QueryString": False, "Cookies": {"Forward": "none"}})),
    ),
    (
        "an unknown function",
        "InvalidFunctionAssociation",
        lambda e: e.make(
            behavior(
                FunctionAssociations={
                    "Quantity": 1,
                    "Items": [{"FunctionARN": "arn:aws:cloudfront::111111111111:function/none", "EventType": "viewer-request"}],
                }
            )
        ),
    ),
    (
        "a Lambda function without version",
        "InvalidLambdaFunctionAssociation",
        lambda e: e.make(
            behavior(
                LambdaFunctionAssociations={
                    "Quantity": 1,
                    "Items": [
                        {"LambdaFunctionARN": "arn:aws:lambda:us-east-1:111111111111:function:f", "EventType": "viewer-request"}
                    ],
                }
            )
        ),
    ),
    ("an unknown viewer protocol policy", "InvalidArgument", lambda e: e.make(behavior(ViewerProtocolPolicy="http"))),
    ("a wrong quantity", "InconsistentQuantities", lambda e: e.make(config(Aliases={"Quantity": 2, "Items": ["a.example.com"]}))),
    ("no comment", "InvalidArgument", lambda e: e.make({name: value for name, value in config().items() if name != "Comment"})),
    ("a long comment", "InvalidArgument", lambda e: e.make(config(Comment="c" * 129))),
    ("an origin that is no name", "InvalidOrigin", lambda e: e.make(origin(DomainName="http://origin"))),
    ("an origin path that ends with a slash", "InvalidArgument", lambda e: e.make(origin(OriginPath="/a/"))),
    (
        "an origin's odd port",
        "InvalidArgument",
        lambda e: e.make(origin(CustomOriginConfig={"HTTPPort": 81, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"})),
    ),
    ("an origin of two kinds", "InvalidArgument", lambda e: e.make(origin(S3OriginConfig={"OriginAccessIdentity": ""}))),
    ("an unknown access control", "InvalidOriginAccessControl", lambda e: e.make(origin(OriginAccessControlId="E0"))),
    (
        "a bucket that is none",
        "InvalidArgument",
        lambda e: e.make(origin(S3OriginConfig={"OriginAccessIdentity": ""}, CustomOriginConfig=None)),
    ),
    (
        "a regional web ACL",
        "InvalidWebACLId",
        lambda e: e.make(
            config(WebACLId="arn:aws:wafv2:ap-northeast-1:111111111111:regional/webacl/a/00000000-0000-0000-0000-000000000000")
        ),
    ),
    (
        "an alias without a certificate",
        "InvalidViewerCertificate",
        lambda e: e.make(config(Aliases={"Quantity": 1, "Items": ["a.example.com"]})),
    ),
    ("an alias not covered", "InvalidViewerCertificate", lambda e: e.make(e.aliased("a.example.net"))),
    (
        "a certificate of another region",
        "InvalidViewerCertificate",
        lambda e: e.make(e.aliased("a.example.com", region="ap-northeast-1")),
    ),
    (
        "an alias in use",
        "CNAMEAlreadyExists",
        lambda e: e.make(e.aliased("a.example.com")) and e.make(e.aliased("a.example.com", CallerReference="two")),
    ),
    (
        "an alias in use elsewhere",
        "CNAMEAlreadyExists",
        lambda e: e.make(e.aliased("a.example.com")) and e.make(e.aliased("a.example.com", account=OTHERS), key=OTHERS),
    ),
    ("a tag of AWS", "InvalidTagging", lambda e: e.make(tags=[{"Key": "aws:x", "Value": "1"}])),
    ("an unknown distribution", "NoSuchDistribution", lambda e: e.cloudfront.get_distribution(Id="ENONE")),
    (
        "another account's distribution",
        "NoSuchDistribution",
        lambda e: e.aws.client("cloudfront", region="us-east-1", key=OTHERS).get_distribution(Id=e.make()["Distribution"]["Id"]),
    ),
    ("a stale ETag", "PreconditionFailed", lambda e: e.update(e.make(), etag="EOLD")),
    (
        "no ETag",
        "InvalidIfMatchVersion",
        lambda e: e.cloudfront.update_distribution(Id=e.make()["Distribution"]["Id"], DistributionConfig=config()),
    ),
    ("another caller reference", "IllegalUpdate", lambda e: e.update(e.make(), CallerReference="two")),
    (
        "an update to nowhere",
        "NoSuchOrigin",
        lambda e: e.update(e.make(), **{"DefaultCacheBehavior": behavior(TargetOriginId="none")["DefaultCacheBehavior"]}),
    ),
    ("an enabled distribution", "DistributionNotDisabled", lambda e: e.delete(e.make())),
    ("a distribution being disabled", "DistributionNotDisabled", lambda e: e.delete(frozen(e))),
    ("a distribution under another ETag", "PreconditionFailed", lambda e: e.delete(e.make() | {"ETag": "EOLD"})),
    (
        "tags of nothing",
        "NoSuchResource",
        lambda e: e.cloudfront.list_tags_for_resource(Resource="arn:aws:cloudfront::111111111111:distribution/ENONE"),
    ),
]


REFUSALS += [
    ("an unknown Anycast list", "EntityNotFound", lambda e: e.make(config(AnycastIpListId="aip_none"))),
    (
        "an unknown trust store",
        "EntityNotFound",
        lambda e: e.make(config(ViewerMtlsConfig={"Mode": "required", "TrustStoreConfig": {"TrustStoreId": "none"}})),
    ),
    ("certificates without a trust store", "InvalidArgument", lambda e: e.make(config(ViewerMtlsConfig={"Mode": "optional"}))),
    ("an unknown connection function", "EntityNotFound", lambda e: e.make(config(ConnectionFunctionAssociation={"Id": "none"}))),
    ("a header that is none", "InvalidArgument", lambda e: e.make(config(CacheTagConfig={"HeaderName": "a b"}))),
    ("gRPC without POST", "InvalidArgument", lambda e: e.make(behavior(GrpcConfig={"Enabled": True}))),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(edge, code, call):
    refused(lambda: call(edge), code)


def test_the_life_of_a_distribution(edge):
    edge.aws.clock(1000)
    made = edge.make(tags=[{"Key": "a", "Value": "1"}])
    assert made["Distribution"]["Status"] == "InProgress" and made["Distribution"]["DomainName"].endswith(".cloudfront.net")
    assert edge.make()["Distribution"]["Id"] == made["Distribution"]["Id"]
    edge.aws.clock(0)
    assert edge.get(made)["Distribution"]["Status"] == "Deployed" and edge.get(made)["ETag"] == made["ETag"]
    off = edge.update(made, Enabled=False)
    assert off["ETag"] != made["ETag"]
    edge.delete(off)
    refused(lambda: edge.get(made), "NoSuchDistribution")


def test_aws_fills_in_defaults(edge):
    seen = edge.make()["Distribution"]["DistributionConfig"]
    assert (seen["PriceClass"], seen["HttpVersion"], seen["IsIPV6Enabled"], seen["Aliases"]) == (
        "PriceClass_All",
        "http2",
        False,
        {"Quantity": 0},
    )
    assert (
        seen["ViewerCertificate"]["CloudFrontDefaultCertificate"]
        and seen["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1"
    )
    assert seen["DefaultCacheBehavior"]["AllowedMethods"]["Items"] == ["HEAD", "GET"]
    assert seen["Origins"]["Items"][0]["CustomOriginConfig"]["OriginReadTimeout"] == 30


def origins(control):
    """One origin of each kind; the bucket is reached through the access control."""
    web = {
        "Id": "web",
        "DomainName": "origin.example.com",
        "OriginPath": "/v1",
        "ConnectionAttempts": 2,
        "ConnectionTimeout": 5,
        "CustomHeaders": {"Quantity": 1, "Items": [{"HeaderName": "x-origin", "HeaderValue": "secret"}]},
        "OriginShield": {"Enabled": True, "OriginShieldRegion": "ap-northeast-1"},
        "OriginAccessControlId": "",
        "CustomOriginConfig": {
            "HTTPPort": 80,
            "HTTPSPort": 8443,
            "OriginProtocolPolicy": "https-only",
            "OriginReadTimeout": 60,
            "OriginKeepaliveTimeout": 10,
            "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
        },
    }
    files = {
        "Id": "files",
        "DomainName": "files.s3.ap-northeast-1.amazonaws.com",
        "OriginPath": "",
        "ConnectionAttempts": 3,
        "ConnectionTimeout": 10,
        "CustomHeaders": {"Quantity": 0},
        "OriginShield": {"Enabled": False},
        "OriginAccessControlId": control,
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    return {"Quantity": 2, "Items": [web, files]}


def policies(function):
    """A default behavior with a policy of each kind."""
    return config()["DefaultCacheBehavior"] | {
        "OriginRequestPolicyId": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
        "ResponseHeadersPolicyId": "67f7725c-6f97-4210-82d7-5512b31e9d03",
        "Compress": True,
        "FunctionAssociations": {"Quantity": 1, "Items": [{"FunctionARN": function, "EventType": "viewer-request"}]},
        "AllowedMethods": {
            "Quantity": 3,
            "Items": ["HEAD", "GET", "OPTIONS"],
            "CachedMethods": {"Quantity": 2, "Items": ["HEAD", "GET"]},
        },
    }


FORWARDING = {
    "PathPattern": "/files/*",
    "TargetOriginId": "both",
    "ViewerProtocolPolicy": "https-only",
    "MinTTL": 1,
    "DefaultTTL": 2,
    "MaxTTL": 3,
    "ForwardedValues": {
        "QueryString": True,
        "Cookies": {"Forward": "whitelist", "WhitelistedNames": {"Quantity": 1, "Items": ["c"]}},
        "Headers": {"Quantity": 1, "Items": ["Origin"]},
        "QueryStringCacheKeys": {"Quantity": 0},
    },
}
BOTH = {
    "Id": "both",
    "FailoverCriteria": {"StatusCodes": {"Quantity": 1, "Items": [500]}},
    "Members": {"Quantity": 2, "Items": [{"OriginId": "web"}, {"OriginId": "files"}]},
}
ERROR = {"ErrorCode": 404, "ResponsePagePath": "/e.html", "ResponseCode": "200", "ErrorCachingMinTTL": 5}


def whole(edge):
    """A configuration that says everything."""
    control = edge.cloudfront.create_origin_access_control(
        OriginAccessControlConfig={
            "Name": "s3",
            "OriginAccessControlOriginType": "s3",
            "SigningBehavior": "always",
            "SigningProtocol": "sigv4",
        }
    )["OriginAccessControl"]["Id"]
    function = edge.cloudfront.create_function(
        Name="f", FunctionConfig={"Comment": "", "Runtime": "cloudfront-js-2.0"}, FunctionCode=b"x"
    )
    edge.cloudfront.publish_function(Name="f", IfMatch=function["ETag"])
    return edge.aliased(
        "a.example.com",
        "b.example.com",
        CallerReference="whole",
        HttpVersion="http2and3",
        PriceClass="PriceClass_200",
        IsIPV6Enabled=True,
        DefaultRootObject="index.html",
        WebACLId="arn:aws:wafv2:us-east-1:111111111111:global/webacl/a/00000000-0000-0000-0000-000000000000",
        Logging={"Enabled": True, "IncludeCookies": True, "Bucket": "logs.s3.amazonaws.com", "Prefix": "p/"},
        Restrictions={"GeoRestriction": {"RestrictionType": "whitelist", "Quantity": 2, "Items": ["JP", "DE"]}},
        CustomErrorResponses={"Quantity": 1, "Items": [ERROR]},
        Origins=origins(control),
        OriginGroups={"Quantity": 1, "Items": [BOTH]},
        DefaultCacheBehavior=policies(function["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]),
        CacheBehaviors={"Quantity": 1, "Items": [FORWARDING]},
    )


def contains(have, want, path=""):
    """Everything wanted is there; AWS may say more."""
    if isinstance(want, dict):
        for name, value in want.items():
            assert name in have, f"{path}.{name} is lost"
            contains(have[name], value, f"{path}.{name}")
    elif isinstance(want, list):
        assert len(have) == len(want), path
        for place, value in enumerate(want):
            contains(have[place], value, f"{path}[{place}]")
    else:
        assert have == want, f"{path}: {have} != {want}"


def test_a_configuration_is_kept_whole(edge):
    given = whole(edge)
    made = edge.make(given)
    contains(made["Distribution"]["DistributionConfig"], given)
    contains(edge.get(made)["Distribution"]["DistributionConfig"], given)
    seen = edge.cloudfront.get_distribution_config(Id=made["Distribution"]["Id"])
    again = edge.update(made, **(seen["DistributionConfig"] | {"Comment": "new"}))
    contains(again["Distribution"]["DistributionConfig"], given | {"Comment": "new"})
    assert edge.cloudfront.list_distributions()["DistributionList"]["Items"][0]["Aliases"]["Items"] == [
        "a.example.com",
        "b.example.com",
    ]
    control = given["Origins"]["Items"][1]["OriginAccessControlId"]
    etag = edge.cloudfront.get_origin_access_control(Id=control)["ETag"]
    refused(lambda: edge.cloudfront.delete_origin_access_control(Id=control, IfMatch=etag), "OriginAccessControlInUse")


def test_tags(edge):
    arn = edge.make(tags=[{"Key": "a", "Value": "1"}])["Distribution"]["ARN"]
    edge.cloudfront.tag_resource(Resource=arn, Tags={"Items": [{"Key": "b", "Value": ""}]})
    edge.cloudfront.untag_resource(Resource=arn, TagKeys={"Items": ["a"]})
    assert edge.cloudfront.list_tags_for_resource(Resource=arn)["Tags"]["Items"] == [{"Key": "b", "Value": ""}]
