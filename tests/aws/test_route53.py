"""Route 53's refusals and round trips against the running server."""

import pytest

from conftest import OTHERS, refused


class Zone:
    def __init__(self, aws):
        self.aws, self.route53 = aws, aws.route53
        self.id = aws.route53.create_hosted_zone(Name="Example.com", CallerReference="one")["HostedZone"]["Id"]

    def change(self, *changes):
        return self.route53.change_resource_record_sets(HostedZoneId=self.id, ChangeBatch={"Changes": list(changes)})[
            "ChangeInfo"
        ]

    def twice(self, **policy):
        """Two records between which nothing chooses."""
        return self.change(routed("a", **policy)) and self.change(routed("b", **policy))

    def office(self):
        """A location of a new CIDR collection."""
        made = self.route53.create_cidr_collection(Name="c", CallerReference="c")["Collection"]["Id"]
        put = {"LocationName": "office", "Action": "PUT", "CidrList": ["192.0.2.0/24"]}
        self.route53.change_cidr_collection(Id=made, Changes=[put])
        return {"CollectionId": made, "LocationName": "office"}

    def private(self, reference):
        vpcs = self.aws.ec2.describe_vpcs()["Vpcs"] or [self.aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]]
        place = {"VPCId": vpcs[0]["VpcId"], "VPCRegion": "ap-northeast-1"}
        return self.route53.create_hosted_zone(Name="corp.example.com", CallerReference=reference, VPC=place)

    def records(self):
        return self.route53.list_resource_record_sets(HostedZoneId=self.id)["ResourceRecordSets"]

    def get(self):
        return self.route53.get_hosted_zone(Id=self.id)


@pytest.fixture
def zone(aws):
    return Zone(aws)


def change(action, name, kind, *values, ttl=300, **more):
    plain = {"TTL": ttl, "ResourceRecords": [{"Value": value} for value in values]} if values else {}
    return {"Action": action, "ResourceRecordSet": {"Name": name, "Type": kind, **plain, **more}}


def alias(action, name, target, zone_id="Z2FDTNDATAQYW2", **more):
    return change(
        action, name, "A", AliasTarget={"DNSName": target, "HostedZoneId": zone_id, "EvaluateTargetHealth": False}, **more
    )


def routed(identifier, action="CREATE", ttl=300, **policy):
    return change(action, "w.example.com", "A", "1.2.3.4", ttl=ttl, SetIdentifier=identifier, **policy)


def weighted_delegation():
    """A delegation to one of several sets of name servers."""
    delegation = change("CREATE", "sub.example.com", "NS", "ns1.x.com.")
    delegation["ResourceRecordSet"].update(SetIdentifier="a", Weight=1)
    return delegation


def multi_alias():
    return alias("CREATE", "a.example.com", "d1.cloudfront.net", SetIdentifier="a", MultiValueAnswer=True)


WWW = change("CREATE", "www.example.com", "A", "1.2.3.4")
REFUSALS = [
    (
        "a caller reference twice",
        "HostedZoneAlreadyExists",
        lambda z: z.route53.create_hosted_zone(Name="b.com", CallerReference="one"),
    ),
    ("a bad domain name", "InvalidDomainName", lambda z: z.route53.create_hosted_zone(Name="a..com", CallerReference="two")),
    (
        "no such delegation set",
        "NoSuchDelegationSet",
        lambda z: z.route53.create_hosted_zone(Name="b.com", CallerReference="two", DelegationSetId="N1"),
    ),
    (
        "no such health check",
        "NoSuchHealthCheck",
        lambda z: z.change(change("CREATE", "w.example.com", "A", "1.2.3.4", SetIdentifier="a", Weight=1, HealthCheckId="h")),
    ),
    (
        "a policy without an identifier",
        "InvalidChangeBatch",
        lambda z: z.change(change("CREATE", "w.example.com", "A", "1.2.3.4", Weight=1)),
    ),
    (
        "two policies for a name",
        "InvalidChangeBatch",
        lambda z: z.change(
            change("CREATE", "w.example.com", "A", "1.2.3.4", SetIdentifier="a", Weight=1),
            change("CREATE", "w.example.com", "A", "1.2.3.5", SetIdentifier="b", Failover="PRIMARY"),
        ),
    ),
    (
        "a simple record beside a weighted one",
        "InvalidChangeBatch",
        lambda z: z.change(routed("a", Weight=1)) and z.change(change("CREATE", "w.example.com", "A", "1.2.3.4")),
    ),
    (
        "a weighted record beside a simple one",
        "InvalidChangeBatch",
        lambda z: z.change(change("CREATE", "w.example.com", "A", "1.2.3.4")) and z.change(routed("a", Weight=1)),
    ),
    (
        "a record's own policy",
        "InvalidChangeBatch",
        lambda z: z.change(routed("a", Weight=1)) and z.change(routed("a", "UPSERT", Region="us-east-1")),
    ),
    (
        "two TTLs of weighted records",
        "InvalidChangeBatch",
        lambda z: z.change(routed("a", Weight=1), routed("b", ttl=5, Weight=1)),
    ),
    ("a primary record without a health check", "InvalidChangeBatch", lambda z: z.change(routed("a", Failover="PRIMARY"))),
    ("two secondary records", "InvalidChangeBatch", lambda z: z.twice(Failover="SECONDARY")),
    ("two records of a latency region", "InvalidChangeBatch", lambda z: z.twice(Region="us-east-1")),
    ("two records of a geolocation", "InvalidChangeBatch", lambda z: z.twice(GeoLocation={"ContinentCode": "EU"})),
    (
        "two records of a geoproximity location",
        "InvalidChangeBatch",
        lambda z: z.twice(GeoProximityLocation={"AWSRegion": "us-east-1"}),
    ),
    ("two records of a CIDR location", "InvalidChangeBatch", lambda z: z.twice(CidrRoutingConfig=z.office())),
    (
        "no geoproximity location",
        "InvalidInput",
        lambda z: z.change(routed("a", GeoProximityLocation={"Bias": 1})),
    ),
    (
        "an unknown CIDR collection",
        "NoSuchCidrCollectionException",
        lambda z: z.change(routed("a", CidrRoutingConfig={"CollectionId": "c", "LocationName": "*"})),
    ),
    (
        "an unknown CIDR location",
        "NoSuchCidrLocationException",
        lambda z: z.change(routed("a", CidrRoutingConfig={**z.office(), "LocationName": "home"})),
    ),
    ("a long set identifier", "InvalidInput", lambda z: z.change(routed("a" * 129, Weight=1))),
    ("a weighted delegation", "InvalidChangeBatch", lambda z: z.change(weighted_delegation())),
    (
        "a continent and a country",
        "InvalidInput",
        lambda z: z.change(routed("a", GeoLocation={"ContinentCode": "EU", "CountryCode": "FR"})),
    ),
    ("a multivalue alias", "InvalidChangeBatch", lambda z: z.change(multi_alias())),
    ("two private zones of a VPC", "ConflictingDomainExists", lambda z: [z.private(each) for each in "ab"]),
    ("an unknown zone", "NoSuchHostedZone", lambda z: z.route53.get_hosted_zone(Id="ZNONE")),
    ("an unknown change", "NoSuchChange", lambda z: z.route53.get_change(Id="CNONE")),
    ("a zone with records", "HostedZoneNotEmpty", lambda z: z.change(WWW) and z.route53.delete_hosted_zone(Id=z.id)),
    (
        "a zone with a delegation",
        "HostedZoneNotEmpty",
        lambda z: z.change(change("CREATE", "sub.example.com", "NS", "ns1.x.com.")) and z.route53.delete_hosted_zone(Id=z.id),
    ),
    ("a bad IPv4 address", "InvalidChangeBatch", lambda z: z.change(change("CREATE", "a.example.com", "A", "1.2.3.400"))),
    ("a bad IPv6 address", "InvalidChangeBatch", lambda z: z.change(change("CREATE", "a.example.com", "AAAA", "1.2.3.4"))),
    ("text without quotes", "InvalidChangeBatch", lambda z: z.change(change("CREATE", "a.example.com", "TXT", "hello"))),
    ("a value twice", "InvalidChangeBatch", lambda z: z.change(change("CREATE", "a.example.com", "A", "1.1.1.1", "1.1.1.1"))),
    ("two CNAME values", "InvalidChangeBatch", lambda z: z.change(change("CREATE", "a.example.com", "CNAME", "b.com", "c.com"))),
    ("a CNAME at the apex", "InvalidChangeBatch", lambda z: z.change(change("CREATE", "example.com", "CNAME", "b.com"))),
    (
        "a CNAME beside an A",
        "InvalidChangeBatch",
        lambda z: z.change(WWW) and z.change(change("CREATE", "www.example.com", "CNAME", "b.com")),
    ),
    (
        "an A beside a CNAME",
        "InvalidChangeBatch",
        lambda z: z.change(change("CREATE", "www.example.com", "CNAME", "b.com")) and z.change(WWW),
    ),
    ("a record outside", "InvalidChangeBatch", lambda z: z.change(change("CREATE", "a.notexample.com", "A", "1.2.3.4"))),
    ("a record twice", "InvalidChangeBatch", lambda z: z.change(WWW) and z.change(WWW)),
    ("a record twice at once", "InvalidChangeBatch", lambda z: z.change(WWW, WWW)),
    ("an unknown record", "InvalidChangeBatch", lambda z: z.change(change("DELETE", "a.example.com", "A", "1.2.3.4"))),
    (
        "another value",
        "InvalidChangeBatch",
        lambda z: z.change(WWW) and z.change(change("DELETE", "www.example.com", "A", "9.9.9.9")),
    ),
    (
        "another TTL",
        "InvalidChangeBatch",
        lambda z: z.change(WWW) and z.change(change("DELETE", "www.example.com", "A", "1.2.3.4", ttl=1)),
    ),
    ("the zone's NS", "InvalidChangeBatch", lambda z: z.change({"Action": "DELETE", "ResourceRecordSet": z.records()[0]})),
    ("the zone's SOA", "InvalidChangeBatch", lambda z: z.change({"Action": "DELETE", "ResourceRecordSet": z.records()[1]})),
    ("an alias with a TTL", "InvalidInput", lambda z: z.change(alias("CREATE", "a.example.com", "d1.cloudfront.net", TTL=60))),
    ("neither alias nor values", "InvalidInput", lambda z: z.change(change("CREATE", "a.example.com", "A"))),
    (
        "values without a TTL",
        "InvalidInput",
        lambda z: z.change(
            change("CREATE", "a.example.com", "A", "1.2.3.4", ttl=None)
            | {"ResourceRecordSet": {"Name": "a.example.com", "Type": "A", "ResourceRecords": [{"Value": "1.2.3.4"}]}}
        ),
    ),
    ("an alias out of its zone", "InvalidChangeBatch", lambda z: z.change(alias("CREATE", "a.example.com", "d1.example.net"))),
    (
        "tags of no zone",
        "NoSuchHostedZone",
        lambda z: z.route53.list_tags_for_resource(ResourceType="hostedzone", ResourceId="ZNONE"),
    ),
    (
        "a tag of AWS",
        "InvalidInput",
        lambda z: z.route53.change_tags_for_resource(
            ResourceType="hostedzone", ResourceId=z.id.split("/")[-1], AddTags=[{"Key": "aws:x", "Value": "1"}]
        ),
    ),
    ("another account's zone", "NoSuchHostedZone", lambda z: z.aws.client("route53", key=OTHERS).get_hosted_zone(Id=z.id)),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(zone, code, call):
    refused(lambda: call(zone), code)


def test_a_new_zone_has_its_own_servers(zone):
    seen, again = zone.get(), zone.get()
    servers = seen["DelegationSet"]["NameServers"]
    assert seen["HostedZone"]["Name"] == "example.com." and len(set(servers)) == 4
    assert servers != again["DelegationSet"]["NameServers"] and sorted(servers) == sorted(again["DelegationSet"]["NameServers"])
    ns, soa = zone.records()
    assert {value["Value"] for value in ns["ResourceRecords"]} == {f"{server}." for server in servers}
    assert (ns["TTL"], soa["Type"], soa["TTL"]) == (172800, "SOA", 900)
    other = zone.route53.create_hosted_zone(Name="sub.example.com", CallerReference="two")
    assert set(other["DelegationSet"]["NameServers"]) != set(servers)


def test_features(zone):
    zone.route53.update_hosted_zone_features(HostedZoneId=zone.id, EnableAcceleratedRecovery=True)
    assert zone.get()["HostedZone"]["Features"] == {"AcceleratedRecoveryStatus": "ENABLING"}
    private = zone.private("a")["HostedZone"]["Id"]
    refused(
        lambda: zone.route53.update_hosted_zone_features(HostedZoneId=private, EnableAcceleratedRecovery=True), "InvalidInput"
    )


def test_a_change_takes_its_time(zone):
    zone.aws.clock(1000)
    made = zone.change(WWW)
    assert made["Status"] == "PENDING" and zone.route53.get_change(Id=made["Id"])["ChangeInfo"]["Status"] == "PENDING"
    zone.aws.clock(0)
    assert zone.route53.get_change(Id=made["Id"])["ChangeInfo"]["Status"] == "INSYNC"


def test_a_refused_batch_changes_nothing(zone):
    refused(lambda: zone.change(WWW, change("CREATE", "bad.example.com", "A", "x")), "InvalidChangeBatch")
    assert len(zone.records()) == 2


def test_names_are_canonical(zone):
    zone.change(change("UPSERT", "*.Example.COM", "TXT", '"a b"'), alias("UPSERT", "example.com", "D1.cloudfront.net"))
    records = {record["Name"]: record for record in zone.records() if record["Type"] in ("A", "TXT")}
    assert records["example.com."]["AliasTarget"]["DNSName"] == "d1.cloudfront.net."
    assert records["\\052.example.com."]["ResourceRecords"] == [{"Value": '"a b"'}]
    zone.change(*({"Action": "DELETE", "ResourceRecordSet": record} for record in records.values()))
    zone.route53.delete_hosted_zone(Id=zone.id)


def test_a_record_is_replaced_in_one_batch(zone):
    zone.change(WWW)
    zone.change(change("DELETE", "www.example.com", "A", "1.2.3.4"), change("CREATE", "www.example.com", "CNAME", "b.com"))
    assert [record["Type"] for record in zone.records()] == ["NS", "SOA", "CNAME"]


def test_a_busy_zone_refuses_the_next_change(zone):
    zone.aws.clock(1000, zone_busy=1)
    zone.change(WWW)
    refused(lambda: zone.change(WWW), "PriorRequestNotComplete")


def test_tags(zone):
    place = {"ResourceType": "hostedzone", "ResourceId": zone.id.split("/")[-1]}
    zone.route53.change_tags_for_resource(**place, AddTags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
    zone.route53.change_tags_for_resource(**place, RemoveTagKeys=["a"])
    assert zone.route53.list_tags_for_resource(**place)["ResourceTagSet"]["Tags"] == [{"Key": "b", "Value": ""}]


def test_a_zone_is_found_by_name(zone):
    zones = zone.route53.list_hosted_zones_by_name(DNSName="example.com")["HostedZones"]
    assert [(each["Name"], each["CallerReference"]) for each in zones] == [("example.com.", "one")]


def test_records_are_listed_by_their_names_from_the_end(zone):
    names = ["b.example.com", "a.example.com", "x.a.example.com", "a-b.example.com"]
    zone.change(*(change("CREATE", name, "A", "192.0.2.1") for name in names))
    listed = [record["Name"] for record in zone.records() if record["Type"] == "A"]
    assert listed == ["a-b.example.com.", "a.example.com.", "x.a.example.com.", "b.example.com."]


def test_every_policy_is_told_as_it_was_given(zone):
    place = {"Coordinates": {"Latitude": "35.68", "Longitude": "139.77"}, "Bias": -10}
    for identifier, policy in (
        ("near", {"GeoProximityLocation": place}),
        ("office", {"CidrRoutingConfig": zone.office()}),
        ("other", {"GeoLocation": {"CountryCode": "*"}}),
    ):
        made = routed(identifier, **policy)
        zone.change(made)
        assert zone.records()[-1] == {**made["ResourceRecordSet"], "Name": "w.example.com."}
        zone.change({**made, "Action": "DELETE"})


def test_the_ttl_of_weighted_records_changes_in_one_batch(zone):
    zone.change(routed("a", Weight=1), routed("b", Weight=1))
    refused(lambda: zone.change(routed("a", "UPSERT", ttl=5, Weight=1)), "InvalidChangeBatch")
    zone.change(routed("a", "UPSERT", ttl=5, Weight=1), routed("b", "UPSERT", ttl=5, Weight=1))
