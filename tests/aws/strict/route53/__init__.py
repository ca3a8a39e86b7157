"""Route 53 as strict as AWS: zones made once, atomic batches of changes, and changes that take their time."""

import datetime
import random
import string

from moto.core.responses import ActionResult
from moto.route53 import models, urls
from moto.route53.models import RecordSet
from moto.route53.responses import Route53 as Moto

from .. import loaded
from ..clock import CLOCK
from ..response import Refusal, Strict, serve
from . import cidr, dnssec, record
from .dnssec import Dnssec
from .health import Health
from .record import canonical

# AWS's seconds until all of its name servers know a change.
PENDING = 30.0
SUFFIXES = ("com", "net", "org", "co.uk")


def name_servers():
    """Four name servers; every zone has its own in AWS, all the same in moto."""
    return [f"ns-{random.randrange(2048)}.awsdns-{random.randrange(64):02d}.{suffix}" for suffix in SUFFIXES]


class Route53(Strict, Health, Dnssec, Moto):
    def zone(self, zone_id):
        return self.backend.get_hosted_zone(zone_id)

    def change(self, comment=None):
        """A new change, pending for a while; moto knows no changes."""
        change_id = "C" + "".join(random.choices(string.ascii_uppercase + string.digits, k=20))
        changes = self.backend.__dict__.setdefault("changes", {})
        changes[change_id] = (CLOCK.now(), comment)
        return self.seen_change(change_id)

    def seen_change(self, change_id):
        submitted, comment = self.backend.__dict__.setdefault("changes", {}).get(change_id, (None, None))
        if submitted is None:
            raise Refusal("NoSuchChange", f"Could not find resource with ID: {change_id}")
        when = datetime.datetime.fromtimestamp(submitted, datetime.timezone.utc).replace(tzinfo=None)
        return {
            "Id": f"/change/{change_id}",
            "Status": "INSYNC" if CLOCK.passed(submitted, PENDING) else "PENDING",
            "SubmittedAt": when,
            "Comment": comment,
        }

    def get_change(self):
        return ActionResult({"ChangeInfo": self.seen_change(self._get_param("Id").removeprefix("/change/"))})

    def create_hosted_zone(self):
        reference, name = self._get_param("CallerReference"), self._get_param("Name")
        labels = name.rstrip(".").split(".")
        if len(name) > 255 or any(not label or len(label) > 63 for label in labels):
            raise Refusal("InvalidDomainName", f"{name} is not a valid domain name")
        # moto makes a second zone for the same reference.
        if any(zone.caller_reference == reference for zone in self.backend.zones.values()):
            raise Refusal(
                "HostedZoneAlreadyExists", "A hosted zone has already been created with the specified caller reference."
            )
        self.params["Name"] = canonical(name)
        reusable = self.reusable()
        if self._get_param("VPC"):
            self.check_vpc(self._get_param("VPC.VPCId"), self._get_param("VPC.VPCRegion"))
            self.check_conflict(self.params["Name"], self._get_param("VPC.VPCId"))
            # A zone with a VPC is a private one, said or not.
            self.params.setdefault("HostedZoneConfig", {})["PrivateZone"] = True
        answer = super().create_hosted_zone()
        zone = answer.result["HostedZone"]
        if reusable:
            # moto makes another set of the same id.
            self.backend.delegation_sets[reusable.id] = zone.delegation_set = reusable
        else:
            zone.delegation_set.name_servers = name_servers()
        servers = zone.delegation_set.name_servers
        zone.rrsets = [
            RecordSet({"Name": zone.name, "Type": "NS", "TTL": 172800, "ResourceRecords": [f"{server}." for server in servers]}),
            RecordSet(
                {
                    "Name": zone.name,
                    "Type": "SOA",
                    "TTL": 900,
                    "ResourceRecords": [f"{servers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"],
                }
            ),
        ]
        answer.result["ChangeInfo"] = self.change()
        return answer

    def reusable(self):
        """The delegation set that a new zone is to have; moto takes any id."""
        wanted = (self._get_param("DelegationSetId") or "").removeprefix("/delegationset/")
        if not wanted:
            return None
        if wanted not in self.backend.delegation_sets:
            raise Refusal("NoSuchDelegationSet", f"A reusable delegation set with the ID {wanted} does not exist.")
        if self._get_param("VPC"):
            raise Refusal("InvalidInput", "A private hosted zone cannot have a reusable delegation set.")
        self.params["DelegationSetId"] = wanted
        return self.backend.delegation_sets[wanted]

    def check_conflict(self, name, vpc_id, zone_id=None):
        """A VPC asks one private zone of a name."""
        for zone in self.backend.zones.values():
            if zone.resource_id != zone_id and zone.name == name and any(vpc["vpc_id"] == vpc_id for vpc in zone.vpcs):
                raise Refusal(
                    "ConflictingDomainExists",
                    f"The VPC {vpc_id} that you're trying to associate with the hosted zone is already associated with another private "
                    f"hosted zone with the same name {name}",
                )

    def create_cidr_collection(self):
        return ActionResult(cidr.create(self.backend, self._get_param("Name"), self._get_param("CallerReference")))

    def change_cidr_collection(self):
        return ActionResult(cidr.change(self.backend, self._get_param("Id"), self._get_param("Changes") or []))

    def check_vpc(self, vpc_id, region):
        ec2 = loaded.models("ec2")
        if ec2 and (not region or vpc_id not in ec2.ec2_backends[self.current_account][region].vpcs):
            raise Refusal(
                "InvalidVPCId",
                f"The VPC: {vpc_id} in region {region} that you provided is not authorized to make the association.",
            )

    def associate_vpc_with_hosted_zone(self):
        zone, vpc_id = self.zone(self._get_param("HostedZoneId")), self._get_param("VPC.VPCId")
        self.check_vpc(vpc_id, self._get_param("VPC.VPCRegion"))
        self.check_conflict(zone.name, vpc_id, zone.resource_id)
        return super().associate_vpc_with_hosted_zone()

    def get_hosted_zone(self):
        answer = super().get_hosted_zone()
        servers = answer.result["DelegationSet"]
        if servers:
            # AWS promises no order; each answer here has another one.
            servers.name_servers = [*servers.name_servers[1:], servers.name_servers[0]]
        return answer

    def update_hosted_zone_features(self):
        """moto lacks it."""
        zone, wanted = self.zone(self._get_param("Id") or self._get_param("HostedZoneId")), self._get_param("EnableAcceleratedRecovery")
        if zone.private_zone:
            raise Refusal("InvalidInput", "Accelerated recovery is not supported for private hosted zones.")
        zone.features = {"AcceleratedRecoveryStatus": "ENABLING" if str(wanted).lower() == "true" else "DISABLED"}
        return ActionResult({})

    def delete_hosted_zone(self):
        zone = self.zone(self._get_param("Id"))
        # moto takes any NS record for one of the zone's own.
        if any(each.name != zone.name or each.type not in ("NS", "SOA") for each in zone.rrsets):
            raise Refusal(
                "HostedZoneNotEmpty",
                "The specified hosted zone contains non-required resource record sets and so cannot be deleted.",
            )
        if getattr(zone, "signing_keys", None):
            raise Refusal(
                "HostedZoneNotEmpty",
                "The specified hosted zone contains DNSSEC Key Signing Keys and so cannot be deleted.",
            )
        answer = super().delete_hosted_zone()
        self.backend.resource_tags.pop(zone.resource_id, None)
        answer.result["ChangeInfo"] = self.change()
        return answer

    def change_resource_record_sets(self):
        zone, changes = self.zone(self._get_param("HostedZoneId")), self._get_param("ChangeBatch.Changes") or []
        if not changes:
            raise Refusal(
                "InvalidInput",
                "1 validation error detected: Value '[]' at 'changeBatch.changes' failed to satisfy constraint: "
                "Member must have length greater than or equal to 1",
            )
        if (
            sum(
                len(change["ResourceRecordSet"].get("ResourceRecords") or [1]) * (1 + (change["Action"] == "UPSERT"))
                for change in changes
            )
            > 1000
        ):
            raise Refusal("InvalidChangeBatch", "Number of records limit of 1000 exceeded.")
        if CLOCK.zone_busy and not CLOCK.passed(getattr(zone, "changed", 0), CLOCK.zone_busy):
            raise Refusal(
                "PriorRequestNotComplete",
                f"The request was rejected because Route 53 was still processing a prior request for {zone.id}.",
            )
        # All of the changes or none; moto stops in the middle.
        records = list(zone.rrsets)
        for change in changes:
            health = change["ResourceRecordSet"].get("HealthCheckId")
            if health and change["Action"] != "DELETE" and health not in self.backend.health_checks:
                raise Refusal("NoSuchHealthCheck", f"The specified health check {health} does not exist.")
            place = change["ResourceRecordSet"].get("CidrRoutingConfig")
            if place and change["Action"] != "DELETE":
                cidr.check(self.backend, place)
            record.apply(change, records, zone)
        record.check_weighted(records)
        zone.rrsets, zone.changed = records, CLOCK.now()
        return ActionResult({"ChangeInfo": self.change(self._get_param("ChangeBatch.Comment"))})

    def list_resource_record_sets(self):
        if self._get_param("StartRecordName"):
            self.params["StartRecordName"] = canonical(self._get_param("StartRecordName"))
        return super().list_resource_record_sets()

    def list_hosted_zones_by_name(self):
        answer = super().list_hosted_zones_by_name()
        answer.result.update(IsTruncated=False, MaxItems=100)
        return answer

    def list_tags_for_resource(self):
        self.check_taggable()
        return super().list_tags_for_resource()

    def change_tags_for_resource(self):
        self.check_taggable()
        adds = self._get_param("AddTags", []) or []
        if any(tag["Key"].lower().startswith("aws:") for tag in adds):
            raise Refusal("InvalidInput", "Tag keys beginning with aws: are reserved for system use")
        if len({tag["Key"] for tag in adds} | set(self.backend.resource_tags.get(self._get_param("ResourceId"), {}))) > 50:
            raise Refusal("InvalidInput", "The maximum number of tags for a resource has been reached")
        for tag in adds:
            tag.setdefault("Value", "")
        return super().change_tags_for_resource()

    def check_taggable(self):
        zone_id = self._get_param("ResourceId")
        if self._get_param("ResourceType") == "hostedzone" and zone_id not in self.backend.zones:
            raise Refusal("NoSuchHostedZone", f"No hosted zone found with ID: {zone_id}")
        if self._get_param("ResourceType") == "healthcheck" and zone_id not in self.checks:
            raise Refusal("NoSuchHealthCheck", f"A health check with id {zone_id} does not exist.")


def reversed_name(name):
    """What record sets are sorted by. moto leaves the last dot where it stands before the name, which is another order where a name has
    characters that come before a dot."""
    return ".".join(reversed(name.rstrip(".").split("."))) + "."


def install():
    features = r"{0}/(?P<api_version>[\d_-]+)/hostedzone/(?P<zone_id>[^/]+)/features$"
    urls.url_paths.update(dict.fromkeys([*cidr.PATHS, *dnssec.PATHS, features]))
    models.reverse_domain_name = reversed_name
    serve(urls, Route53)
