"""The refusals and the life of VPC endpoints and flow logs, against the running server."""

import json

import pytest

from conftest import refused
from network import Network

TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
GROUP = "arn:aws:logs:ap-northeast-1:111111111111:log-group:flow"


class Endpoints(Network):
    """A network with VPC endpoints and flow logs."""

    def private(self, service="ssm", **more):
        about = {"VpcEndpointType": "Interface", "SubnetIds": [self.subnet], "ServiceName": f"com.amazonaws.ap-northeast-1.{service}"}
        self.ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": True})
        return self.ec2.create_vpc_endpoint(**{"VpcId": self.vpc, **about, **more})["VpcEndpoint"]["VpcEndpointId"]

    def gateway(self, **more):
        about = {"VpcId": self.vpc, "ServiceName": "com.amazonaws.ap-northeast-1.s3", "RouteTableIds": [self.table]}
        return self.ec2.create_vpc_endpoint(**{**about, **more})["VpcEndpoint"]["VpcEndpointId"]

    def modify(self, **more):
        self.ec2.modify_vpc_endpoint(VpcEndpointId=self.once("private", self.private), **more)

    def told(self, endpoint):
        return self.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"][0]

    @property
    def role(self):
        make = {"RoleName": "flow", "AssumeRolePolicyDocument": json.dumps(TRUST)}
        return self.once("role", lambda: self.aws.iam.create_role(**make)["Role"]["Arn"])

    def flow(self, **more):
        about = {"ResourceType": "VPC", "ResourceIds": [self.vpc], "TrafficType": "ALL", "LogDestination": GROUP}
        return self.ec2.create_flow_logs(**{**about, "DeliverLogsPermissionArn": self.role, **more})["FlowLogIds"][0]


REFUSALS = [
    ("an unknown service", "InvalidServiceName", lambda n: n.gateway(ServiceName="com.amazonaws.ap-northeast-1.ssm")),
    ("a service of another region", "InvalidServiceName", lambda n: n.gateway(ServiceName="com.amazonaws.us-east-1.s3")),
    ("a private name twice", "InvalidParameter", lambda n: [n.private() for _ in range(2)]),
    ("a route twice", "RouteAlreadyExists", lambda n: [n.gateway() for _ in range(2)]),
    ("a subnet at a gateway", "InvalidParameter", lambda n: n.gateway(SubnetIds=[n.subnet])),
    ("a table at an interface", "InvalidParameter", lambda n: n.private(RouteTableIds=[n.table])),
    ("an unknown group", "InvalidGroup.NotFound", lambda n: n.private(SecurityGroupIds=["sg-0123456789abcdef0"])),
    (
        "two subnets of a zone",
        "DuplicateSubnetsInSameZone",
        lambda n: n.private(SubnetIds=[n.add_subnet(f"10.0.{i}.0/24", AvailabilityZone="ap-northeast-1a") for i in (8, 9)]),
    ),
    (
        "a private name without DNS",
        "InvalidParameter",
        lambda n: n.private(VpcId=n.other_vpc, SubnetIds=[]),
    ),
    ("no group at all", "InvalidParameter", lambda n: n.modify(RemoveSecurityGroupIds=[n.default_group])),
    (
        "inbound names without a gateway",
        "InvalidParameter",
        lambda n: n.private("s3", DnsOptions={"PrivateDnsOnlyForInboundResolverEndpoint": True}),
    ),
    ("a subnet with an endpoint", "DependencyViolation", lambda n: n.private() and n.ec2.delete_subnet(SubnetId=n.subnet)),
    ("an unknown endpoint", "InvalidVpcEndpointId.NotFound", lambda n: n.told("vpce-0123456789abcdef0")),
    ("a flow log twice", "FlowLogAlreadyExists", lambda n: [n.flow() for _ in range(2)]),
    ("a flow log without a role", "InvalidParameter", lambda n: n.flow(DeliverLogsPermissionArn="")),
    ("a flow log with a strange role", "InvalidParameter", lambda n: n.flow(DeliverLogsPermissionArn="arn:aws:iam::111111111111:role/x")),
    ("a bucket with a role", "InvalidParameter", lambda n: n.flow(LogDestinationType="s3", LogDestination="arn:aws:s3:::b")),
    ("a destination of another type", "InvalidParameter", lambda n: n.flow(LogDestination="arn:aws:s3:::b")),
    ("61 seconds", "InvalidParameter", lambda n: n.flow(MaxAggregationInterval=61)),
    ("a flow log of no VPC", "InvalidVpcID.NotFound", lambda n: n.flow(ResourceIds=["vpc-0123456789abcdef0"])),
    (
        "an unknown egress-only gateway",
        "InvalidGatewayID.NotFound",
        lambda n: n.ec2.delete_egress_only_internet_gateway(EgressOnlyInternetGatewayId="eigw-0123456789abcdef0"),
    ),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(aws, code, call):
    refused(lambda: call(Endpoints(aws)), code)


def test_an_endpoint_takes_time(aws):
    net = Endpoints(aws)
    aws.clock(1000)
    endpoint = net.private()
    assert net.told(endpoint)["State"] == "pending"
    refused(lambda: net.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PrivateDnsEnabled=False), "IncorrectState")
    aws.clock(0)
    assert net.told(endpoint)["State"] == "available"
    aws.clock(1000)
    net.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    assert net.told(endpoint)["State"] == "deleting"
    refused(lambda: net.private(), "InvalidParameter", "conflicting DNS domain")
    aws.clock(0)
    refused(lambda: net.told(endpoint), "InvalidVpcEndpointId.NotFound")


def test_what_could_not_be_deleted_stands_in_the_answer(aws):
    net, none = Endpoints(aws), "0123456789abcdef0"
    undone = net.ec2.delete_vpc_endpoints(VpcEndpointIds=[f"vpce-{none}"])["Unsuccessful"]
    assert undone[0]["Error"]["Code"] == "InvalidVpcEndpoint.NotFound"
    undone = net.ec2.delete_flow_logs(FlowLogIds=[f"fl-{none}"])["Unsuccessful"]
    assert undone[0]["Error"]["Code"] == "InvalidFlowLogId.NotFound"


def test_a_policy_is_reset(aws):
    net = Endpoints(aws)
    endpoint = net.gateway(PolicyDocument='{"Statement": []}')
    assert net.told(endpoint)["PolicyDocument"] == '{"Statement": []}'
    net.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, ResetPolicy=True)
    assert json.loads(net.told(endpoint)["PolicyDocument"])["Statement"][0]["Action"] == "*"


def test_a_gateway_is_a_route(aws):
    net = Endpoints(aws)
    endpoint = net.gateway()
    routes = net.ec2.describe_route_tables(RouteTableIds=[net.table])["RouteTables"][0]["Routes"]
    assert [route.get("GatewayId") for route in routes] == ["local", endpoint]
    net.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    routes = net.ec2.describe_route_tables(RouteTableIds=[net.table])["RouteTables"][0]["Routes"]
    assert [route.get("GatewayId") for route in routes] == ["local"]


def test_a_flow_log_says_that_it_can_not_deliver(aws):
    net = Endpoints(aws)
    flow = net.flow()
    assert net.ec2.describe_flow_logs(FlowLogIds=[flow])["FlowLogs"][0]["DeliverLogsStatus"] == "FAILED"
    aws.logs.create_log_group(logGroupName="flow")
    assert net.ec2.describe_flow_logs(FlowLogIds=[flow])["FlowLogs"][0]["DeliverLogsStatus"] == "SUCCESS"
