"""What distributions reach their origins by: origin access controls and identities, VPC origins; and what watches them: monitoring subscriptions."""

import datetime
import re
import uuid

from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import get_service_model
from moto.ec2.models import ec2_backends

from .. import loaded
from ..clock import CLOCK
from ..response import Refusal
from . import config as configs
from .reference import argument, kept

# AWS's seconds until a VPC origin is deployed, or gone.
DEPLOYING = 300.0
ENDPOINT = re.compile(r"^arn:aws:(elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer/(app|net)/.+|ec2:[a-z0-9-]+:\d{12}:instance/i-.+)$")

# What lets CloudFront in, one for each VPC that origins are in.
SERVICE_GROUP = "CloudFront-VPCOrigins-Service-SG"


def etag():
    return "E" + uuid.uuid4().hex[:13].upper()


def checked(call, shape):
    config = call._get_param(shape) or {}
    configs.check_value(get_service_model("cloudfront").shape_for(shape), config, shape)
    return config


def place_of(account, arn):
    """EC2 and the VPC of what an origin leads to; nothing where it isn't there."""
    _, _, service, region, _, rest = arn.split(":", 5)
    if service == "ec2":
        name = rest.split("/")[1]
        reservations = ec2_backends[account][region].reservations.values()
        found = next((each.subnet_id for it in reservations for each in it.instances if each.id == name), None)
        vpc = found and ec2_backends[account][region].get_subnet(found).vpc_id
    else:
        balancers = loaded.models("elbv2")
        found = balancers and balancers.elbv2_backends[account][region].load_balancers.get(arn)
        vpc = found and found.vpc_id
    return (ec2_backends[account][region], vpc) if vpc else None


def service_group(ec2, vpc):
    return next((each for each in ec2.groups[vpc].values() if each.name == SERVICE_GROUP), None)


def settle(backend):
    """VPC origins that are going are gone after a while, and with the last one of a VPC the group that CloudFront made there."""
    known = kept(backend, "vpc_origins")
    for each in [each for each in known.values() if each["Going"] and CLOCK.passed(each["Changed"], DEPLOYING)]:
        del known[each["Id"]]
        backend.tagger.delete_all_tags_for_resource(each["Arn"])
        place = each["Place"]
        group = place and not any(other["Place"] == place for other in known.values()) and service_group(*place)
        if group:
            del place[0].groups[place[1]][group.id]


class Controls:
    """Origin access controls; moto ignores If-Match and clashes of names when one is changed."""

    def control(self):
        known = self.backend.origin_access_controls.get(self._get_param("Id"))
        if not known:
            raise Refusal("NoSuchOriginAccessControl", "The specified origin access control does not exist.")
        return known

    def check_name(self, own=None):
        config = checked(self, "OriginAccessControlConfig")
        others = (other for other in self.backend.origin_access_controls.values() if other is not own)
        if any(other.name == config["Name"] for other in others):
            raise Refusal("OriginAccessControlAlreadyExists", "An origin access control with this name already exists.")
        if len(config["Name"]) > 64:
            raise argument("The parameter Name is too big.")
        return config

    def controlled(self, control):
        return any(
            origin.get("OriginAccessControlId") == control.id
            for each in self.backend.distributions.values()
            for origin in each.config["Origins"]["Items"]
        )

    def create_origin_access_control(self):
        self.check_name()
        return super().create_origin_access_control()

    def get_origin_access_control(self):
        self.control()
        return super().get_origin_access_control()

    def update_origin_access_control(self):
        control = self.control()
        self.check_match(control.etag)
        config = self.check_name(control)
        if config["OriginAccessControlOriginType"] != control.origin_type and self.controlled(control):
            raise Refusal("IllegalUpdate", "The origin type can't be changed while the origin access control is in use.")
        # What is left out is taken for nothing.
        self.params["OriginAccessControlConfig"].setdefault("Description", "")
        control.etag = etag()
        return super().update_origin_access_control()

    def delete_origin_access_control(self):
        control = self.control()
        self.check_match(control.etag)
        if self.controlled(control):
            raise Refusal(
                "OriginAccessControlInUse",
                "Cannot delete the origin access control because it's in use by one or more distributions.",
            )
        return super().delete_origin_access_control()


class Identities:
    """Origin access identities; moto has none."""

    def identity(self):
        known = kept(self.backend, "identities").get(self._get_param("Id"))
        if not known:
            raise Refusal("NoSuchCloudFrontOriginAccessIdentity", "The specified origin access identity does not exist.")
        return known

    def answer_identity(self, identity):
        view = {name: identity[name] for name in ("Id", "S3CanonicalUserId", "CloudFrontOriginAccessIdentityConfig")}
        return ActionResult({"CloudFrontOriginAccessIdentity": view, "ETag": identity["ETag"], "Location": identity["Id"]})

    def create_cloud_front_origin_access_identity(self):
        config = checked(self, "CloudFrontOriginAccessIdentityConfig")
        known = kept(self.backend, "identities")
        for other in known.values():
            if other["CloudFrontOriginAccessIdentityConfig"]["CallerReference"] == config["CallerReference"]:
                # The same request again gives the same identity.
                if other["CloudFrontOriginAccessIdentityConfig"] == config:
                    return self.answer_identity(other)
                raise Refusal(
                    "CloudFrontOriginAccessIdentityAlreadyExists",
                    "The caller reference is associated with another origin access identity.",
                )
        made = {
            "Id": etag(),
            "S3CanonicalUserId": uuid.uuid4().hex * 2,
            "CloudFrontOriginAccessIdentityConfig": config,
            "ETag": etag(),
        }
        known[made["Id"]] = made
        return self.answer_identity(made)

    def get_cloud_front_origin_access_identity(self):
        return self.answer_identity(self.identity())

    def list_cloud_front_origin_access_identities(self):
        items = [
            {
                "Id": each["Id"],
                "S3CanonicalUserId": each["S3CanonicalUserId"],
                "Comment": each["CloudFrontOriginAccessIdentityConfig"]["Comment"],
            }
            for each in kept(self.backend, "identities").values()
        ]
        page = {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": len(items), "Items": items}
        return ActionResult({"CloudFrontOriginAccessIdentityList": page})

    def update_cloud_front_origin_access_identity(self):
        identity, config = self.identity(), checked(self, "CloudFrontOriginAccessIdentityConfig")
        self.check_match(identity["ETag"])
        if config["CallerReference"] != identity["CloudFrontOriginAccessIdentityConfig"]["CallerReference"]:
            raise Refusal("IllegalUpdate", "The update contains modifications that are not allowed.")
        identity |= {"CloudFrontOriginAccessIdentityConfig": config, "ETag": etag()}
        return self.answer_identity(identity)

    def delete_cloud_front_origin_access_identity(self):
        identity = self.identity()
        self.check_match(identity["ETag"])
        path = f"origin-access-identity/cloudfront/{identity['Id']}"
        for each in self.backend.distributions.values():
            if any((o.get("S3OriginConfig") or {}).get("OriginAccessIdentity") == path for o in each.config["Origins"]["Items"]):
                raise Refusal("CloudFrontOriginAccessIdentityInUse", "The origin access identity is in use.")
        del kept(self.backend, "identities")[identity["Id"]]
        return EmptyResult()


class VpcOrigins:
    """VPC origins; moto has none."""

    def vpc_origins(self):
        """All of them, after time has passed over those that are going."""
        settle(self.backend)
        return kept(self.backend, "vpc_origins")

    def vpc_origin(self):
        known = self.vpc_origins().get(self._get_param("Id"))
        if not known:
            raise Refusal("EntityNotFound", "The entity was not found.")
        return known

    def view_origin(self, origin):
        deployed = not origin["Going"] and CLOCK.passed(origin["Changed"], DEPLOYING)
        when = datetime.datetime.fromtimestamp(origin["Changed"], datetime.timezone.utc).replace(tzinfo=None)
        return {
            "Id": origin["Id"],
            "Arn": origin["Arn"],
            "AccountId": self.current_account,
            "Status": "Deployed" if deployed else "Deploying",
            "CreatedTime": when,
            "LastModifiedTime": when,
        }

    def answer_origin(self, origin):
        view = {**self.view_origin(origin), "VpcOriginEndpointConfig": origin["Config"]}
        return ActionResult({"VpcOrigin": view, "ETag": origin["ETag"], "Location": origin["Id"]})

    def check_endpoint(self, own=None):
        config = checked(self, "VpcOriginEndpointConfig")
        if not ENDPOINT.match(config["Arn"]):
            raise argument("The parameter Arn is not valid.")
        for name in ("HTTPPort", "HTTPSPort"):
            if config[name] not in (80, 443) and not 1024 <= config[name] <= 65535:
                raise argument(f"The parameter {name} must be 80, 443, or between 1024 and 65535.")
        if any(each is not own and each["Config"]["Name"] == config["Name"] for each in self.vpc_origins().values()):
            raise Refusal("EntityAlreadyExists", "A VPC origin with this name already exists.")
        config.setdefault("OriginSslProtocols", {"Quantity": 2, "Items": ["SSLv3", "TLSv1"]})
        config.setdefault("IpAddressType", "ipv4")
        return config

    def used(self, origin):
        return any(
            (each.get("VpcOriginConfig") or {}).get("VpcOriginId") == origin["Id"]
            for distribution in self.backend.distributions.values()
            for each in distribution.config["Origins"]["Items"]
        )

    def create_vpc_origin(self):
        config, tags = self.check_endpoint(), self._get_param("Tags.Items") or []
        self.check_tags(tags)
        name = "vo_" + uuid.uuid4().hex[:22]
        arn = f"arn:aws:cloudfront::{self.current_account}:vpcorigin/{name}"
        place = place_of(self.current_account, config["Arn"])
        if place and not service_group(*place):
            place[0].create_security_group(SERVICE_GROUP, "Managed by CloudFront", place[1])
        made = {"Id": name, "Arn": arn, "Config": config, "ETag": etag(), "Changed": CLOCK.now(), "Going": False, "Place": place}
        self.vpc_origins()[name] = made
        self.backend.tagger.tag_resource(arn, tags)
        return self.answer_origin(made)

    def get_vpc_origin(self):
        return self.answer_origin(self.vpc_origin())

    def list_vpc_origins(self):
        items = [
            {**self.view_origin(each), "Name": each["Config"]["Name"], "OriginEndpointArn": each["Config"]["Arn"]}
            for each in self.vpc_origins().values()
        ]
        page = {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": len(items), "Items": items}
        return ActionResult({"VpcOriginList": page})

    def update_vpc_origin(self):
        origin = self.vpc_origin()
        self.check_match(origin["ETag"])
        if self.used(origin):
            raise Refusal(
                "CannotUpdateEntityWhileInUse",
                "The VPC origin is currently associated with one or more distributions. Please disassociate it first.",
            )
        origin |= {"Config": self.check_endpoint(origin), "ETag": etag(), "Changed": CLOCK.now()}
        return self.answer_origin(origin)

    def delete_vpc_origin(self):
        origin = self.vpc_origin()
        self.check_match(origin["ETag"])
        if self.used(origin):
            raise Refusal("CannotDeleteEntityWhileInUse", "The VPC origin is associated with one or more distributions.")
        if self.view_origin(origin)["Status"] != "Deployed":
            raise Refusal("IllegalDelete", "The VPC origin is being deployed.")
        origin |= {"Going": True, "Changed": CLOCK.now()}
        return self.answer_origin(origin)


class Subscriptions:
    """Monitoring subscriptions; moto has none."""

    def watched(self):
        known = self.backend.distributions.get(self._get_param("DistributionId"))
        if not known:
            raise Refusal("NoSuchDistribution", "The specified distribution does not exist.")
        return known

    def subscribed(self):
        known = self.watched()
        if not getattr(known, "subscription", None):
            raise Refusal("NoSuchMonitoringSubscription", "A monitoring subscription does not exist for the distribution.")
        return known

    def create_monitoring_subscription(self):
        known = self.watched()
        if getattr(known, "subscription", None):
            raise Refusal("MonitoringSubscriptionAlreadyExists", "A monitoring subscription already exists for the distribution.")
        known.subscription = self._get_param("MonitoringSubscription")
        return ActionResult({"MonitoringSubscription": known.subscription})

    def get_monitoring_subscription(self):
        return ActionResult({"MonitoringSubscription": self.subscribed().subscription})

    def delete_monitoring_subscription(self):
        self.subscribed().subscription = None
        return EmptyResult()
