"""Route 53 record sets: names in canonical form, values checked by type, and one change applied to a list of sets."""

import ipaddress
import re

from moto.route53.models import RecordSet

from ..response import Refusal

KINDS = (
    "A",
    "AAAA",
    "CAA",
    "CNAME",
    "DS",
    "HTTPS",
    "MX",
    "NAPTR",
    "NS",
    "PTR",
    "SOA",
    "SPF",
    "SRV",
    "SSHFP",
    "SVCB",
    "TLSA",
    "TXT",
)
# What chooses between several records of one name and type, in AWS's words.
POLICIES = {
    "weight": "non-weighted set",
    "region": "non-latency set",
    "failover": "non-failover set",
    "geo_location": "non-geolocation set",
    "geo_proximity_location": "non-geoproximity set",
    "cidr_routing_config": "non-IP-based set",
    "multi_value_answer": "non multi-answer RRSet",
}
# Of these, every record of a name and type has its own.
CHOICES = {
    "region": ("latency", "region"),
    "failover": ("failover", "failover type"),
    "geo_location": ("geolocation", "location"),
    "geo_proximity_location": ("geoproximity", "location"),
    "cidr_routing_config": ("IP-based", "CIDR location"),
}
PLAIN = re.compile(r"[a-z0-9_\-.]")
TEXT = re.compile(r'^("(?:[^"\\]|\\.)*"\s*)+$')
# The hosted zones that stand for AWS's own services, and the names that lie in them.
SERVICE_ZONES = {"Z2FDTNDATAQYW2": ".cloudfront.net."}


def canonical(name):
    """Lower case, with the last dot, other characters as octal escapes: as Route 53 keeps a name; moto keeps it as given."""
    name = name.lower()
    name = re.sub(r"\\(\d{3})", lambda match: chr(int(match.group(1), 8)), name)
    escaped = "".join(char if PLAIN.match(char) else f"\\{ord(char):03o}" for char in name)
    return escaped if escaped.endswith(".") else escaped + "."


def batch(message):
    """AWS lists its reasons in brackets."""
    return Refusal("InvalidChangeBatch", f"[{message}]")


def fatal(problem, value):
    return batch(f"Invalid Resource Record: 'FATAL problem: {problem} encountered with '{value}''")


def check_value(kind, value):
    if kind in ("A", "AAAA"):
        try:
            (ipaddress.IPv4Address if kind == "A" else ipaddress.IPv6Address)(value)
        except ValueError:
            family = "IPv4" if kind == "A" else "IPv6"
            raise fatal(f"{kind}RRDATAIllegal{family}Address (Value is not a valid {family} address)", value) from None
    elif kind in ("CNAME", "NS", "PTR"):
        if (
            not value
            or any(len(label) > 63 or not label for label in value.rstrip(".").split("."))
            or re.search(r"[\s/:]", value)
        ):
            raise fatal("UnsupportedCharacter (Value contains unsupported characters)", value)
    elif kind in ("TXT", "SPF"):
        if not TEXT.match(value):
            raise fatal("InvalidCharacterString (Value should be enclosed in quotation marks)", value)
        if any(len(part) > 255 for part in re.findall(r'"((?:[^"\\]|\\.)*)"', value)):
            raise fatal("CharacterStringTooLong (Value is too long)", value)
    elif kind == "MX" and not re.match(r"^\d+\s+\S+$", value):
        raise fatal("MXRRDATANotTwoFields (MX record doesn't have 2 fields)", value)
    elif kind == "CAA" and not re.match(r'^\d+\s+[a-zA-Z0-9]+\s+".*"$', value):
        raise fatal("CAARRDATANotThreeFields (CAA record doesn't have 3 fields)", value)


def check_shape(action, given):
    """An alias, or a TTL with values: exactly one of them."""
    alias, plain = given.get("AliasTarget"), given.get("TTL") is not None and bool(given.get("ResourceRecords"))
    half = (given.get("TTL") is not None or bool(given.get("ResourceRecords"))) and bool(alias)
    if bool(alias) + plain != 1 or half:
        found = "more than one" if half else "none"
        raise Refusal(
            "InvalidInput",
            "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or "
            f"TrafficPolicyInstanceId], but found {found} in Change with [Action={action}, Name={given['Name']}, "
            f"Type={given['Type']}, SetIdentifier={given.get('SetIdentifier', 'null')}]",
        )


def made(action, given, zone):
    """The record set of a change, in canonical form."""
    if given["Type"] not in KINDS:
        raise Refusal(
            "InvalidInput", f"Value '{given['Type']}' at 'type' failed to satisfy constraint: Member must satisfy enum value set"
        )
    check_shape(action, given)
    name = canonical(given["Name"])
    if name != zone.name and not name.endswith("." + zone.name):
        raise batch(f"RRSet with DNS name {name} is not permitted in zone {zone.name}")
    if any(len(label) > 63 or not label for label in name[:-1].split(".")):
        raise batch(f"FATAL problem: DomainLabelTooLong (Domain label is too long) encountered with '{given['Name']}'")
    values = [value["Value"] for value in given.get("ResourceRecords") or []]
    for value in values:
        check_value(given["Type"], value)
        if values.count(value) > 1:
            raise batch(f"Duplicate Resource Record: '{value}'")
    if given["Type"] == "CNAME" and len(values) > 1:
        raise batch("Invalid Resource Record: 'FATAL problem: CNAMEMoreThanOneValue (CNAME records can have only one value)'")
    record = RecordSet({**given, "Name": name, "ResourceRecords": values})
    # moto forgets these.
    record.geo_proximity_location = given.get("GeoProximityLocation")
    record.cidr_routing_config = given.get("CidrRoutingConfig")
    record.alias_target = made_alias(given, name, zone)
    check_routing(record)
    return record


def check_routing(record):
    """What a routing policy asks of a record by itself."""
    if len(record.set_identifier or "") > 128:
        raise Refusal(
            "InvalidInput",
            f"1 validation error detected: Value '{record.set_identifier}' at 'setIdentifier' failed to satisfy constraint: "
            "Member must have length less than or equal to 128",
        )
    if bool(record.set_identifier) != bool(policy(record)):
        raise batch(f"Missing field 'SetIdentifier' or routing policy in Change with [Name={record.name}, Type={record.type}]")
    if record.failover == "PRIMARY" and not record.alias_target and not record.health_check_id:
        raise batch("A non-alias primary ResourceRecordSet must have an associated health check. No changes made.")
    if record.multi_value_answer and (record.alias_target or record.type == "CNAME"):
        raise batch(f"Multivalue answer RRSet with DNS name {record.name}, type {record.type} can't be an alias or a CNAME")
    if record.set_identifier and record.type in ("NS", "SOA"):
        raise batch(f"RRSet with DNS name {record.name}, type {record.type} can only be a simple one")
    if record.set_identifier and record.type in ("NS", "SOA"):
        raise batch(f"RRSet with DNS name {record.name}, type {record.type} can't have a routing policy")
    if record.geo_location and bool(record.geo_location.get("ContinentCode")) == bool(record.geo_location.get("CountryCode")):
        raise Refusal("InvalidInput", "Invalid request: Expected exactly one of [ContinentCode, CountryCode] in GeoLocation")
    place = record.geo_proximity_location
    if place and sum(name in place for name in ("AWSRegion", "LocalZoneGroup", "Coordinates")) != 1:
        raise Refusal(
            "InvalidInput", "Invalid request: Expected exactly one of [AWSRegion, LocalZoneGroup, Coordinates] in GeoProximityLocation"
        )
    if place and not -99 <= int(place.get("Bias") or 0) <= 99:
        raise Refusal(
            "InvalidInput", f"Value '{place['Bias']}' at 'bias' failed to satisfy constraint: Member must be between -99 and 99"
        )


def made_alias(given, name, zone):
    if not given.get("AliasTarget"):
        return None
    target = {**given["AliasTarget"], "DNSName": canonical(given["AliasTarget"]["DNSName"])}
    target.setdefault("EvaluateTargetHealth", False)
    suffix = SERVICE_ZONES.get(target["HostedZoneId"])
    if target["HostedZoneId"] == zone.resource_id:
        suffix = "." + zone.name
    if suffix and not ("." + target["DNSName"]).endswith(suffix):
        raise batch(
            f"Tried to create an alias that targets {target['DNSName']}, type {given['Type']} in zone {target['HostedZoneId']}, but "
            "the alias target name does not lie within the target zone"
        )
    if target["HostedZoneId"] == zone.resource_id and target["DNSName"] == name:
        raise batch(f"The alias target {target['DNSName']} is the record set itself")
    return target


def key(record):
    return record.name, record.type, record.set_identifier


def content(record):
    # What moto itself makes, the zone's own records, knows less.
    routing = [str(getattr(record, name, None)) for name in (*POLICIES, "health_check_id")]
    return record.ttl and int(record.ttl), sorted(record.records or []), record.alias_target, routing


def policy(record):
    return next((name for name in POLICIES if getattr(record, name, None) is not None), None)


def words(record):
    identifier = f", set-identifier='{record.set_identifier}'" if record.set_identifier else ""
    return f"[name='{record.name}', type='{record.type}'{identifier}]"


def apply(change, records, zone):
    """Carries out one change on a list of record sets, or refuses it."""
    action, record = change["Action"], made(change["Action"], change["ResourceRecordSet"], zone)
    place = next((index for index, other in enumerate(records) if key(other) == key(record)), None)
    if action == "DELETE":
        delete(record, records, place, zone)
        return
    if action == "CREATE" and place is not None:
        raise batch(f"Tried to create resource record set {words(record)} but it already exists")
    check_neighbours(record, records, zone)
    if place is None:
        records.append(record)
    else:
        records[place] = record


def delete(record, records, place, zone):
    if place is None:
        raise batch(f"Tried to delete resource record set {words(record)} but it was not found")
    if content(records[place]) != content(record):
        raise batch(
            f"Tried to delete resource record set {words(record)} but the values provided do not match the current values"
        )
    if record.name == zone.name and record.type == "NS":
        raise batch("A HostedZone must contain at least one NS record for the zone itself.")
    if record.name == zone.name and record.type == "SOA":
        raise batch("A HostedZone must contain exactly one SOA record.")
    del records[place]


def check_neighbours(record, records, zone):
    """A CNAME stands alone at its name, and never at the apex; records of one name and type are chosen between in one way."""
    same = [other for other in records if other.name == record.name]
    check_policies(record, [other for other in same if other.type == record.type])
    same = [other for other in same if key(other) != key(record)]
    if record.type == "CNAME":
        if record.name == zone.name:
            raise batch(f"RRSet of type CNAME with DNS name {record.name} is not permitted at apex in zone {zone.name}")
        if any(other.type != "CNAME" for other in same):
            raise batch(
                f"RRSet of type CNAME with DNS name {record.name} is not permitted as it conflicts with other records with the same "
                f"DNS name in zone {zone.name}"
            )
    elif any(other.type == "CNAME" for other in same):
        raise batch(
            f"RRSet of type {record.type} with DNS name {record.name} is not permitted because a conflicting RRSet of type CNAME "
            f"with the same DNS name already exists in zone {zone.name}"
        )


def chosen(record, name):
    """By what a record is chosen; the bias of a geoproximity location is no other place."""
    choice = getattr(record, name)
    return {**choice, "Bias": 0} if name == "geo_proximity_location" else choice


def check_policies(record, others):
    """Either one simple record, or several of one routing policy, of which each has a set identifier and a choice of its own."""
    said = f"RRSet with DNS name {record.name}, type {record.type}"
    if not record.set_identifier:
        if any(other.set_identifier for other in others):
            raise batch(f"{said} cannot be created as other RRSets exist with the same name and type.")
        return
    said += f", SetIdentifier {record.set_identifier}"
    # Not even of the record itself is the policy exchanged.
    if any(policy(other) != policy(record) for other in others):
        raise batch(f"{said} cannot be created as a {POLICIES[policy(record)]} exists with the same name and type.")
    for name, (kind, choice) in CHOICES.items():
        wanted = getattr(record, name)
        if wanted and any(chosen(other, name) == chosen(record, name) for other in others if key(other) != key(record)):
            raise batch(f"{said} cannot be created because a {kind} RRSet with the same name, type and {choice} already exists.")


def check_weighted(records):
    """All weighted records of a name and type have one TTL, when a batch is done."""
    ttls = {}
    for record in records:
        if record.weight is not None and not record.alias_target:
            ttl = ttls.setdefault((record.name, record.type), int(record.ttl))
            if ttl != int(record.ttl):
                raise batch(
                    f"RRSet with DNS name {record.name}, type {record.type}, SetIdentifier {record.set_identifier} cannot be created as "
                    "weighted sets must contain the same TTL."
                )
