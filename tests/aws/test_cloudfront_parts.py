"""The refusals of what distributions use - policies, functions, origin access, VPC origins - and their round trips."""

import pytest

from conftest import refused
from test_cloudfront import behavior, config, origin

BALANCER = "arn:aws:elasticloadbalancing:ap-northeast-1:111111111111:loadbalancer/app/web/0"
OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"


class Parts:
    def __init__(self, aws):
        self.aws, self.cloudfront = aws, aws.client("cloudfront", region="us-east-1")

    def cache(self, **more):
        return self.cloudfront.create_cache_policy(CachePolicyConfig=cache(**more))

    def request(self, behavior, *names):
        headers = {"HeaderBehavior": behavior}
        if names:
            headers["Headers"] = {"Quantity": len(names), "Items": list(names)}
        none = {"CookiesConfig": {"CookieBehavior": "none"}, "QueryStringsConfig": {"QueryStringBehavior": "none"}}
        given = {"Name": "web", "HeadersConfig": headers, **none}
        return self.cloudfront.create_origin_request_policy(OriginRequestPolicyConfig=given)

    def response(self, **more):
        return self.cloudfront.create_response_headers_policy(ResponseHeadersPolicyConfig={"Name": "web", **more})

    def function(self, code=b"x"):
        runtime = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
        return self.cloudfront.create_function(Name="f", FunctionConfig=runtime, FunctionCode=code)

    def control(self, name="web"):
        given = {"Name": name, "OriginAccessControlOriginType": "s3", "SigningBehavior": "always", "SigningProtocol": "sigv4"}
        return self.cloudfront.create_origin_access_control(OriginAccessControlConfig=given)

    def identity(self, reference="r", comment=""):
        given = {"CallerReference": reference, "Comment": comment}
        return self.cloudfront.create_cloud_front_origin_access_identity(CloudFrontOriginAccessIdentityConfig=given)

    def vpc_origin(self, **more):
        given = {"Name": "web", "Arn": BALANCER, "HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only", **more}
        return self.cloudfront.create_vpc_origin(VpcOriginEndpointConfig=given)

    def distribution(self, given=None):
        return self.cloudfront.create_distribution(DistributionConfig=given or config())["Distribution"]["Id"]

    def watch(self, distribution):
        on = {"RealtimeMetricsSubscriptionConfig": {"RealtimeMetricsSubscriptionStatus": "Enabled"}}
        return self.cloudfront.create_monitoring_subscription(DistributionId=distribution, MonitoringSubscription=on)


@pytest.fixture
def parts(aws):
    return Parts(aws)


def cache(gzip=False, headers=(), cookies="none", **more):
    listed = {"HeaderBehavior": "none"}
    if headers:
        listed = {"HeaderBehavior": "whitelist", "Headers": {"Quantity": len(headers), "Items": list(headers)}}
    key = {
        "EnableAcceptEncodingGzip": gzip,
        "HeadersConfig": listed,
        "CookiesConfig": {"CookieBehavior": cookies},
        "QueryStringsConfig": {"QueryStringBehavior": "none"},
    }
    return {"Name": "web", "MinTTL": 0, "ParametersInCacheKeyAndForwardedToOrigin": key, **more}


def cors(**more):
    none = {"Quantity": 1, "Items": ["*"]}
    return {
        "AccessControlAllowOrigins": none,
        "AccessControlAllowHeaders": none,
        "AccessControlAllowMethods": {"Quantity": 1, "Items": ["GET"]},
        "AccessControlAllowCredentials": False,
        "OriginOverride": True,
        **more,
    }


def used_policy(parts):
    made = parts.cache()
    parts.distribution(behavior(CachePolicyId=made["CachePolicy"]["Id"]))
    parts.cloudfront.delete_cache_policy(Id=made["CachePolicy"]["Id"], IfMatch=made["ETag"])


def associated(made):
    arn = made["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
    return behavior(FunctionAssociations={"Quantity": 1, "Items": [{"FunctionARN": arn, "EventType": "viewer-request"}]})


def used_function(parts):
    made = parts.function()
    parts.cloudfront.publish_function(Name="f", IfMatch=made["ETag"])
    parts.distribution(associated(made))
    etag = parts.cloudfront.describe_function(Name="f")["ETag"]
    parts.cloudfront.delete_function(Name="f", IfMatch=etag)


def published_twice(parts):
    made = parts.function()
    parts.cloudfront.publish_function(Name="f", IfMatch=made["ETag"])
    parts.cloudfront.publish_function(Name="f", IfMatch=parts.cloudfront.describe_function(Name="f")["ETag"])


def only(kind, value, **more):
    """A distribution with an origin of one kind."""
    made = origin(**{kind: value}, **more)
    del made["Origins"]["Items"][0]["CustomOriginConfig"]
    return made


def vpc(made):
    return only("VpcOriginConfig", {"VpcOriginId": made["VpcOrigin"]["Id"]})


def used_origin(parts, change):
    made = parts.vpc_origin()
    parts.distribution(vpc(made))
    given = {"Id": made["VpcOrigin"]["Id"], "IfMatch": made["ETag"]}
    if change:
        return parts.cloudfront.update_vpc_origin(VpcOriginEndpointConfig=made["VpcOrigin"]["VpcOriginEndpointConfig"], **given)
    return parts.cloudfront.delete_vpc_origin(**given)


def deploying(parts):
    parts.aws.clock(1000)
    made = parts.vpc_origin()
    parts.cloudfront.delete_vpc_origin(Id=made["VpcOrigin"]["Id"], IfMatch=made["ETag"])


REFUSALS = [
    ("a policy's name twice", "CachePolicyAlreadyExists", lambda p: p.cache() and p.cache()),
    ("a policy's name with a blank", "InvalidArgument", lambda p: p.cache(Name="a b")),
    ("times in another order", "InvalidArgument", lambda p: p.cache(MinTTL=10, DefaultTTL=5)),
    ("compression without caching", "InvalidArgument", lambda p: p.cache(gzip=True, MaxTTL=0, DefaultTTL=0)),
    ("cookies without caching", "InvalidArgument", lambda p: p.cache(cookies="all", MaxTTL=0, DefaultTTL=0)),
    ("a whitelist without names", "InvalidArgument", lambda p: p.cache(cookies="whitelist")),
    ("an encoding beside compression", "InvalidArgument", lambda p: p.cache(gzip=True, headers=["Accept-Encoding"])),
    ("too many headers", "TooManyHeadersInCachePolicy", lambda p: p.cache(headers=[f"h{n}" for n in range(11)])),
    ("no policy", "NoSuchCachePolicy", lambda p: p.cloudfront.get_cache_policy(Id="none")),
    (
        "an older policy",
        "PreconditionFailed",
        lambda p: p.cloudfront.delete_cache_policy(Id=p.cache()["CachePolicy"]["Id"], IfMatch="E1"),
    ),
    ("a policy of AWS's", "IllegalDelete", lambda p: p.cloudfront.delete_cache_policy(Id=OPTIMIZED, IfMatch="E1")),
    ("a policy in use", "CachePolicyInUse", used_policy),
    ("the viewer's authorization", "InvalidArgument", lambda p: p.request("whitelist", "Authorization")),
    ("a header that is not CloudFront's", "InvalidArgument", lambda p: p.request("allViewerAndWhitelistCloudFront", "X-A")),
    ("all headers, and some", "InvalidArgument", lambda p: p.request("allViewer", "X-A")),
    ("no headers", "InvalidArgument", lambda p: p.response()),
    ("credentials for all", "InvalidArgument", lambda p: p.response(CorsConfig=cors(AccessControlAllowCredentials=True))),
    (
        "a header that stays",
        "InvalidArgument",
        lambda p: p.response(RemoveHeadersConfig={"Quantity": 1, "Items": [{"Header": "Via"}]}),
    ),
    ("a function twice", "FunctionAlreadyExists", lambda p: p.function() and p.function()),
    ("a long function", "FunctionSizeLimitExceeded", lambda p: p.function(b"x" * 10241)),
    (
        "a function that is not live",
        "NoSuchFunctionExists",
        lambda p: p.function() and p.cloudfront.describe_function(Name="f", Stage="LIVE"),
    ),
    ("a function that was never published", "InvalidFunctionAssociation", lambda p: p.distribution(associated(p.function()))),
    ("publishing what is published", "PreconditionFailed", published_twice),
    ("a function in use", "FunctionInUse", used_function),
    ("a control's name twice", "OriginAccessControlAlreadyExists", lambda p: p.control() and p.control()),
    (
        "a control renamed to another's name",
        "OriginAccessControlAlreadyExists",
        lambda p: p.control("a")
        and (lambda made: p.cloudfront.update_origin_access_control(
            Id=made["OriginAccessControl"]["Id"],
            IfMatch=made["ETag"],
            OriginAccessControlConfig=made["OriginAccessControl"]["OriginAccessControlConfig"] | {"Name": "a"},
        ))(p.control("b")),
    ),
    (
        "an older control",
        "PreconditionFailed",
        lambda p: (lambda made: p.cloudfront.update_origin_access_control(
            Id=made["OriginAccessControl"]["Id"],
            IfMatch="E1",
            OriginAccessControlConfig=made["OriginAccessControl"]["OriginAccessControlConfig"],
        ))(p.control()),
    ),
    (
        "a reference with another comment",
        "CloudFrontOriginAccessIdentityAlreadyExists",
        lambda p: p.identity() and p.identity(comment="c"),
    ),
    (
        "no identity",
        "NoSuchCloudFrontOriginAccessIdentity",
        lambda p: p.cloudfront.get_cloud_front_origin_access_identity(Id="none"),
    ),
    (
        "an unknown identity in an origin",
        "InvalidOriginAccessIdentity",
        lambda p: p.distribution(
            only(
                "S3OriginConfig",
                {"OriginAccessIdentity": "origin-access-identity/cloudfront/E1"},
                DomainName="b.s3.amazonaws.com",
            )
        ),
    ),
    ("a VPC origin's name twice", "EntityAlreadyExists", lambda p: p.vpc_origin() and p.vpc_origin()),
    ("a VPC origin of a bucket", "InvalidArgument", lambda p: p.vpc_origin(Arn="arn:aws:s3:::web")),
    ("no VPC origin", "EntityNotFound", lambda p: p.cloudfront.get_vpc_origin(Id="vo_none")),
    ("a change of a VPC origin in use", "CannotUpdateEntityWhileInUse", lambda p: used_origin(p, True)),
    ("a VPC origin in use", "CannotDeleteEntityWhileInUse", lambda p: used_origin(p, False)),
    ("a VPC origin that is being deployed", "IllegalDelete", deploying),
    (
        "a second subscription",
        "MonitoringSubscriptionAlreadyExists",
        lambda p: (lambda made: p.watch(made) and p.watch(made))(p.distribution()),
    ),
    (
        "no subscription",
        "NoSuchMonitoringSubscription",
        lambda p: p.cloudfront.get_monitoring_subscription(DistributionId=p.distribution()),
    ),
    ("a subscription to nothing", "NoSuchDistribution", lambda p: p.watch("E1")),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(parts, code, call):
    refused(lambda: call(parts), code)


def test_policies_come_back_whole_and_in_pages(parts):
    given = [cache(Name=name, headers=["X-A"]) for name in "abc"]
    for each in given:
        parts.cloudfront.create_cache_policy(CachePolicyConfig=each)
    first = parts.cloudfront.list_cache_policies(Type="custom")["CachePolicyList"]
    second = parts.cloudfront.list_cache_policies(Type="custom", Marker=first["NextMarker"])["CachePolicyList"]
    told = [item["CachePolicy"]["CachePolicyConfig"] for page in (first, second) for item in page["Items"]]
    assert [each["Name"] for each in told] == ["a", "b", "c"]
    assert (told[0]["DefaultTTL"], told[0]["MaxTTL"]) == (86400, 31536000)
    key = "ParametersInCacheKeyAndForwardedToOrigin"
    assert told[0][key] == given[0][key] | {"EnableAcceptEncodingBrotli": False}


def test_a_function_has_two_stages(parts):
    made = parts.function(b"one")
    published = parts.cloudfront.publish_function(Name="f", IfMatch=made["ETag"])
    assert published["FunctionSummary"]["FunctionMetadata"]["Stage"] == "LIVE"
    etag = parts.cloudfront.describe_function(Name="f")["ETag"]
    runtime = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    parts.cloudfront.update_function(Name="f", IfMatch=etag, FunctionConfig=runtime, FunctionCode=b"two")
    codes = [parts.cloudfront.get_function(Name="f", Stage=stage)["FunctionCode"].read() for stage in ("DEVELOPMENT", "LIVE")]
    assert codes == [b"two", b"one"]


def test_the_same_identity_is_made_once(parts):
    names = [parts.identity()["CloudFrontOriginAccessIdentity"]["Id"] for _ in range(2)]
    assert len(set(names)) == 1


def test_cloudfront_makes_a_group_in_the_vpc_of_its_origins(parts):
    ec2, elb = parts.aws.ec2, parts.aws.elbv2
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    zones = [{"CidrBlock": f"10.0.{i}.0/24", "AvailabilityZone": f"ap-northeast-1{zone}"} for i, zone in enumerate("ac")]
    subnets = [ec2.create_subnet(VpcId=vpc, **each)["Subnet"]["SubnetId"] for each in zones]
    balancer = elb.create_load_balancer(Name="web", Subnets=subnets, Scheme="internal")["LoadBalancers"][0]["LoadBalancerArn"]

    def groups():
        found = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
        return sorted(each["GroupName"] for each in found)

    made = [parts.vpc_origin(Arn=balancer, Name=name) for name in ("a", "b")]
    assert groups() == ["CloudFront-VPCOrigins-Service-SG", "default"]
    for each, left in zip(made, (["CloudFront-VPCOrigins-Service-SG", "default"], ["default"])):
        parts.cloudfront.delete_vpc_origin(Id=each["VpcOrigin"]["Id"], IfMatch=each["ETag"])
        assert groups() == left


def test_a_vpc_origin_takes_its_time(parts):
    parts.aws.clock(1000)
    made = parts.vpc_origin()
    given = {"Id": made["VpcOrigin"]["Id"]}
    assert parts.cloudfront.get_vpc_origin(**given)["VpcOrigin"]["Status"] == "Deploying"
    assert made["VpcOrigin"]["VpcOriginEndpointConfig"]["OriginSslProtocols"]["Items"] == ["SSLv3", "TLSv1"]
    parts.aws.clock(0)
    assert parts.cloudfront.get_vpc_origin(**given)["VpcOrigin"]["Status"] == "Deployed"
    parts.aws.clock(1000)
    parts.aws.clock(0)
    parts.cloudfront.delete_vpc_origin(**given, IfMatch=made["ETag"])
    refused(lambda: parts.cloudfront.get_vpc_origin(**given), "EntityNotFound")
