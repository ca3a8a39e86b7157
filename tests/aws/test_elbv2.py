"""The refusals of Elastic Load Balancing, and its round trips, against the running server."""

import pytest

from conftest import refused
from network import Network
from test_acm import prove, request


class Balanced(Network):
    """A network with two zones, and what balances in it."""

    @property
    def elb(self):
        return self.aws.elbv2

    @property
    def subnets(self):
        return self.once("subnets", lambda: self.igw and [self.add_subnet("10.0.1.0/24", AvailabilityZone="ap-northeast-1a"), self.add_subnet("10.0.2.0/24", AvailabilityZone="ap-northeast-1c")])

    def add_balancer(self, name="web", **more):
        asked = {"Name": name, **more} if "Subnets" in more else {"Name": name, "Subnets": self.subnets, **more}
        return self.elb.create_load_balancer(**asked)["LoadBalancers"][0]

    @property
    def balancer(self):
        return self.once("balancer", lambda: self.add_balancer()["LoadBalancerArn"])

    def seen(self):
        return self.elb.describe_load_balancers(LoadBalancerArns=[self.balancer])["LoadBalancers"][0]

    def add_group(self, name="web", **more):
        asked = {"Name": name, "Protocol": "HTTP", "Port": 80, "VpcId": self.vpc, "TargetType": "ip", **more}
        return self.elb.create_target_group(**asked)["TargetGroups"][0]

    @property
    def targets(self):
        return self.once("targets", lambda: self.add_group()["TargetGroupArn"])

    def add_listener(self, port=80, balancer=None, **more):
        asked = {
            "LoadBalancerArn": balancer or self.balancer,
            "Port": port,
            "Protocol": "HTTP",
            "DefaultActions": [{"Type": "forward", "TargetGroupArn": self.targets}],
            **more,
        }
        return self.elb.create_listener(**asked)["Listeners"][0]

    @property
    def listener(self):
        return self.once("listener", lambda: self.add_listener()["ListenerArn"])

    def add_rule(self, priority=1, values=("/a",), **more):
        asked = {
            "ListenerArn": self.listener,
            "Priority": priority,
            "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": list(values)}}],
            "Actions": [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
            **more,
        }
        return self.elb.create_rule(**asked)["Rules"][0]

    def issued(self, name="www.example.com"):
        arn = request(self.aws, name)
        prove(self.aws, arn, name)
        return arn

    def secure(self, arn, **more):
        return self.add_listener(443, Protocol="HTTPS", Certificates=[{"CertificateArn": arn}], **more)

    def set(self, **attributes):
        pairs = [{"Key": key.replace("__", "."), "Value": value} for key, value in attributes.items()]
        self.elb.modify_load_balancer_attributes(LoadBalancerArn=self.balancer, Attributes=pairs)

    def set_group(self, **attributes):
        pairs = [{"Key": key.replace("__", "."), "Value": value} for key, value in attributes.items()]
        self.elb.modify_target_group_attributes(TargetGroupArn=self.targets, Attributes=pairs)


@pytest.fixture
def net(aws):
    return Balanced(aws)


NOTHING = "arn:aws:elasticloadbalancing:ap-northeast-1:111111111111:"
REFUSALS = [
    ("a name that AWS keeps", "ValidationError", lambda n: n.add_balancer("internal-web")),
    ("a long name", "ValidationError", lambda n: n.add_balancer("a" * 33)),
    ("another balancer of the name", "DuplicateLoadBalancerName", lambda n: [n.balancer, n.add_balancer(Scheme="internal")]),
    ("one subnet", "ValidationError", lambda n: n.add_balancer(Subnets=n.subnets[:1])),
    ("an unknown subnet", "SubnetNotFound", lambda n: n.add_balancer(Subnets=["subnet-1", "subnet-2"])),
    (
        "two subnets of a zone",
        "InvalidConfigurationRequest",
        lambda n: n.add_balancer(Subnets=[*n.subnets, n.add_subnet("10.0.3.0/24", AvailabilityZone="ap-northeast-1a")]),
    ),
    ("an unknown security group", "InvalidConfigurationRequest", lambda n: n.add_balancer(SecurityGroups=["sg-1"])),
    (
        "no internet gateway",
        "InvalidSubnet",
        lambda n: n.add_balancer(Subnets=[n.add_subnet(f"10.0.{i}.0/24", AvailabilityZone=f"ap-northeast-1{z}") for i, z in ((4, "a"), (5, "c"))]),
    ),
    ("an attribute of another type", "ValidationError", lambda n: n.set(dns_record__client_routing_policy="x")),
    ("an empty bucket", "ValidationError", lambda n: n.set(access_logs__s3__bucket="")),
    ("a bucket that refuses", "InvalidConfigurationRequest", lambda n: n.set(access_logs__s3__enabled="true", access_logs__s3__bucket="b")),
    ("no zones across", "InvalidConfigurationRequest", lambda n: n.set(load_balancing__cross_zone__enabled="false")),
    (
        "deletion protection",
        "OperationNotPermitted",
        lambda n: [n.set(deletion_protection__enabled="true"), n.elb.delete_load_balancer(LoadBalancerArn=n.balancer)],
    ),
    (
        "another subnet of a zone that a network balancer has",
        "InvalidConfigurationRequest",
        lambda n: n.elb.set_subnets(
            LoadBalancerArn=n.add_balancer("net", Type="network", Subnets=n.subnets)["LoadBalancerArn"],
            Subnets=[n.add_subnet("10.0.3.0/24", AvailabilityZone="ap-northeast-1a"), n.subnets[1]],
        ),
    ),
    ("another group of the name", "DuplicateTargetGroupName", lambda n: [n.targets, n.add_group(Port=81)]),
    ("a TCP check of HTTP", "ValidationError", lambda n: n.add_group(HealthCheckProtocol="TCP")),
    ("a late timeout", "ValidationError", lambda n: n.add_group(HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=5)),
    ("a cookie for TCP", "InvalidConfigurationRequest", lambda n: n.set_group(stickiness__type="source_ip")),
    ("an attribute of another kind", "InvalidConfigurationRequest", lambda n: n.set_group(proxy_protocol_v2__enabled="true")),
    ("no check", "ValidationError", lambda n: n.elb.modify_target_group(TargetGroupArn=n.targets, HealthCheckEnabled=False)),
    (
        "a listener behind another balancer",
        "ResourceInUse",
        lambda n: [
            n.listener,
            n.elb.register_targets(
                TargetGroupArn=n.add_group("front", Protocol="TCP", TargetType="alb")["TargetGroupArn"], Targets=[{"Id": n.balancer, "Port": 80}]
            ),
            n.elb.delete_listener(ListenerArn=n.listener),
        ],
    ),
    ("a group in use", "ResourceInUse", lambda n: [n.listener, n.elb.delete_target_group(TargetGroupArn=n.targets)]),
    ("another listener of the port", "DuplicateListener", lambda n: [n.listener, n.add_listener(DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}])]),
    ("a port in use", "ValidationError", lambda n: [n.listener, n.elb.modify_listener(ListenerArn=n.add_listener(81)["ListenerArn"], Port=80)]),
    ("TCP of an application", "ValidationError", lambda n: n.add_listener(Protocol="TCP")),
    ("HTTPS without a certificate", "ValidationError", lambda n: n.add_listener(443, Protocol="HTTPS")),
    ("a policy of HTTP", "ValidationError", lambda n: n.add_listener(SslPolicy="ELBSecurityPolicy-2016-08")),
    ("a certificate that is pending", "UnsupportedCertificate", lambda n: n.secure(request(n.aws))),
    ("an unknown certificate", "CertificateNotFound", lambda n: n.secure("arn:aws:acm:x")),
    ("an unknown policy", "SSLPolicyNotFound", lambda n: n.secure(n.issued(), SslPolicy="none")),
    (
        "a group of another balancer",
        "TargetGroupAssociationLimit",
        lambda n: [n.listener, n.add_listener(balancer=n.add_balancer("other")["LoadBalancerArn"])],
    ),
    ("a group of another VPC", "InvalidConfigurationRequest", lambda n: n.add_listener(DefaultActions=[{"Type": "forward", "TargetGroupArn": n.add_group("o", VpcId=n.other_vpc)["TargetGroupArn"]}])),
    ("a login over HTTP", "InvalidLoadBalancerAction", lambda n: n.add_rule(Actions=[{"Type": "authenticate-oidc", "AuthenticateOidcConfig": {}}, {"Type": "forward", "TargetGroupArn": n.targets}])),
    ("a priority twice", "PriorityInUse", lambda n: [n.add_rule(), n.add_rule(values=["/b"])]),
    ("six values", "ValidationError", lambda n: n.add_rule(values=list("123456"))),
    (
        "a move onto another rule",
        "PriorityInUse",
        lambda n: [n.add_rule(1), n.elb.set_rule_priorities(RulePriorities=[{"RuleArn": n.add_rule(2)["RuleArn"], "Priority": 1}])],
    ),
    ("the default rule", "OperationNotPermitted", lambda n: n.elb.delete_rule(RuleArn=n.elb.describe_rules(ListenerArn=n.listener)["Rules"][0]["RuleArn"])),
    ("a certificate of HTTP", "UnsupportedProtocol", lambda n: n.elb.add_listener_certificates(ListenerArn=n.listener, Certificates=[{"CertificateArn": n.issued()}])),
    ("a tag of AWS", "ValidationError", lambda n: n.add_group(Tags=[{"Key": "aws:x", "Value": "1"}])),
    ("an unknown listener", "ListenerNotFound", lambda n: n.elb.describe_listeners(ListenerArns=[NOTHING + "listener/app/a/1/2"])),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(net, code, call):
    refused(lambda: call(net), code)


def test_the_same_again_is_the_one_that_is_there(net):
    assert net.add_balancer()["LoadBalancerArn"] == net.add_balancer(Tags=[{"Key": "a", "Value": "b"}])["LoadBalancerArn"]
    assert net.add_group("g")["TargetGroupArn"] == net.add_group("g")["TargetGroupArn"]
    assert net.add_listener()["ListenerArn"] == net.add_listener()["ListenerArn"]


def test_a_balancer_is_provisioned_and_its_interfaces_stay(net):
    net.aws.clock(1000)
    assert net.seen()["State"]["Code"] == "provisioning"
    net.aws.clock(0)
    seen = net.seen()
    assert (seen["State"]["Code"], seen["CanonicalHostedZoneId"], len(seen["SecurityGroups"])) == ("active", "Z14GRHDCWA56QT", 1)
    interfaces = lambda: net.ec2.describe_network_interfaces(Filters=[{"Name": "description", "Values": [f"ELB app/web/{net.balancer.rsplit('/')[-1]}"]}])["NetworkInterfaces"]
    assert len(interfaces()) == 2
    net.aws.clock(1000)
    net.elb.delete_load_balancer(LoadBalancerArn=net.balancer)
    net.elb.delete_load_balancer(LoadBalancerArn=net.balancer)
    assert len(interfaces()) == 2
    refused(lambda: net.ec2.delete_subnet(SubnetId=net.subnets[0]), "DependencyViolation")
    net.aws.clock(0)
    assert not interfaces()
    net.ec2.delete_subnet(SubnetId=net.subnets[0])


def test_a_group_knows_who_has_it(net):
    net.listener
    group = lambda: net.elb.describe_target_groups(TargetGroupArns=[net.targets])["TargetGroups"][0]
    assert group()["LoadBalancerArns"] == [net.balancer]
    net.elb.delete_listener(ListenerArn=net.listener)
    assert group()["LoadBalancerArns"] == []
    net.elb.delete_target_group(TargetGroupArn=net.targets)
    net.elb.delete_target_group(TargetGroupArn=net.targets)


def test_actions_are_told_twice(net):
    action = net.elb.describe_listeners(ListenerArns=[net.listener])["Listeners"][0]["DefaultActions"][0]
    assert action["TargetGroupArn"] == action["ForwardConfig"]["TargetGroups"][0]["TargetGroupArn"]
    condition = net.add_rule()["Conditions"][0]
    assert condition["Values"] == condition["PathPatternConfig"]["Values"] == ["/a"]


def test_priorities_are_judged_in_the_end(net):
    one, two = net.add_rule(1)["RuleArn"], net.add_rule(2, ["/b"])["RuleArn"]
    net.elb.set_rule_priorities(RulePriorities=[{"RuleArn": one, "Priority": 2}, {"RuleArn": two, "Priority": 1}])
    rules = net.elb.describe_rules(RuleArns=[one])["Rules"]
    assert rules[0]["Priority"] == "2"


def test_a_certificate_is_held_and_let_go(net):
    first, second = net.issued(), net.issued("shop.example.com")
    listener = net.secure(first)["ListenerArn"]
    acm = net.aws.acm
    refused(lambda: acm.delete_certificate(CertificateArn=first), "ResourceInUseException")
    net.elb.add_listener_certificates(ListenerArn=listener, Certificates=[{"CertificateArn": second}])
    told = net.elb.describe_listener_certificates(ListenerArn=listener)["Certificates"]
    assert [each["IsDefault"] for each in told] == [True, False]
    refused(lambda: net.elb.remove_listener_certificates(ListenerArn=listener, Certificates=[{"CertificateArn": first}]), "OperationNotPermitted")
    net.elb.modify_listener(ListenerArn=listener, Protocol="HTTP", Port=8080)
    acm.delete_certificate(CertificateArn=first)
    net.elb.remove_listener_certificates(ListenerArn=listener, Certificates=[{"CertificateArn": second}])
    acm.delete_certificate(CertificateArn=second)


def test_capacity_is_reserved_and_given_back(net):
    arn, elb = net.balancer, net.elb
    told = lambda: elb.describe_capacity_reservation(LoadBalancerArn=arn).get("MinimumLoadBalancerCapacity")
    assert told() is None
    elb.modify_capacity_reservation(LoadBalancerArn=arn, MinimumLoadBalancerCapacity={"CapacityUnits": 200})
    assert told() == {"CapacityUnits": 200}
    elb.modify_capacity_reservation(LoadBalancerArn=arn, ResetCapacityReservation=True)
    assert told() is None
    few = {"CapacityUnits": 1}
    refused(lambda: elb.modify_capacity_reservation(LoadBalancerArn=arn, MinimumLoadBalancerCapacity=few), "InvalidConfigurationRequest")
