"""A network for EC2's tests: a VPC, with what a test asks for made on first use."""


class Network:
    """A VPC with what a test asks for, made on first use."""

    def __init__(self, aws):
        self.aws, self.ec2, self.made = aws, aws.ec2, {}

    def once(self, name, make):
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]

    @property
    def vpc(self):
        return self.once("vpc", lambda: self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])

    @property
    def other_vpc(self):
        return self.once("other_vpc", lambda: self.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"])

    @property
    def subnet(self):
        return self.once("subnet", lambda: self.add_subnet("10.0.0.0/24"))

    def add_subnet(self, cidr, **more):
        return self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=cidr, **more)["Subnet"]["SubnetId"]

    @property
    def igw(self):
        return self.once("igw", self.attached_igw)

    def attached_igw(self):
        igw = self.loose_igw()
        self.ec2.attach_internet_gateway(InternetGatewayId=igw, VpcId=self.vpc)
        return igw

    def loose_igw(self):
        return self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]

    @property
    def eip(self):
        return self.once("eip", lambda: self.ec2.allocate_address(Domain="vpc")["AllocationId"])

    @property
    def nat(self):
        return self.once("nat", lambda: self.igw and self.add_nat())

    def add_nat(self, **more):
        return self.ec2.create_nat_gateway(SubnetId=self.subnet, AllocationId=self.eip, **more)["NatGateway"]["NatGatewayId"]

    def nat_state(self):
        return self.ec2.describe_nat_gateways(NatGatewayIds=[self.nat])["NatGateways"][0]

    @property
    def nat_interface(self):
        return self.nat_state()["NatGatewayAddresses"][0]["NetworkInterfaceId"]

    @property
    def table(self):
        return self.once("table", lambda: self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"])

    @property
    def main_table(self):
        return self.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [self.vpc]}])["RouteTables"][0]

    @property
    def association(self):
        return self.once(
            "association", lambda: self.ec2.associate_route_table(RouteTableId=self.table, SubnetId=self.subnet)["AssociationId"]
        )

    @property
    def group(self):
        return self.once("group", lambda: self.add_group("web"))

    def add_group(self, name, **more):
        return self.ec2.create_security_group(**{"GroupName": name, "Description": "d", "VpcId": self.vpc, **more})["GroupId"]

    @property
    def default_group(self):
        found = self.ec2.describe_security_groups(
            Filters=[{"Name": "vpc-id", "Values": [self.vpc]}, {"Name": "group-name", "Values": ["default"]}]
        )
        return found["SecurityGroups"][0]["GroupId"]

    @property
    def eni(self):
        return self.once(
            "eni",
            lambda: self.ec2.create_network_interface(SubnetId=self.subnet, Groups=[self.group])["NetworkInterface"][
                "NetworkInterfaceId"
            ],
        )

    @property
    def peering(self):
        return self.once("peering", lambda: self.add_peering(self.vpc, self.other_vpc))

    def add_peering(self, one, other):
        made = self.ec2.create_vpc_peering_connection(VpcId=one, PeerVpcId=other)["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        self.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=made)
        return made

    @property
    def transit(self):
        return self.once("transit", self.attached_transit)

    def attached_transit(self):
        gateway = self.loose_transit()
        self.ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=gateway, VpcId=self.vpc, SubnetIds=[self.subnet])
        return gateway

    def loose_transit(self):
        return self.ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]

    @property
    def balanced(self):
        """An endpoint of a Gateway Load Balancer."""
        service = "com.amazonaws.vpce.ap-northeast-1.vpce-svc-0123456789abcdef0"
        made = {"VpcEndpointType": "GatewayLoadBalancer", "VpcId": self.vpc, "ServiceName": service, "SubnetIds": [self.subnet]}
        return self.once("balanced", lambda: self.ec2.create_vpc_endpoint(**made)["VpcEndpoint"]["VpcEndpointId"])

    @property
    def egress(self):
        made = "EgressOnlyInternetGateway"
        return self.once("egress", lambda: self.ec2.create_egress_only_internet_gateway(VpcId=self.vpc)[made][f"{made}Id"])

    @property
    def prefixes(self):
        made = {"PrefixListName": "offices", "MaxEntries": 2, "AddressFamily": "IPv4"}
        return self.once("prefixes", lambda: self.ec2.create_managed_prefix_list(**made)["PrefixList"]["PrefixListId"])

    @property
    def block6(self):
        """The VPC's IPv6 range."""
        return self.once("block6", self.add_block6)

    def add_block6(self):
        self.ec2.associate_vpc_cidr_block(VpcId=self.vpc, AmazonProvidedIpv6CidrBlock=True)
        return self.ec2.describe_vpcs(VpcIds=[self.vpc])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]

    def route(self, destination="0.0.0.0/0", **target):
        return self.ec2.create_route(RouteTableId=self.table, DestinationCidrBlock=destination, **target)

    def allow(self, low=443, high=443, protocol="tcp", egress=False, tags=None, **peers):
        peers = peers or {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
        call = self.ec2.authorize_security_group_egress if egress else self.ec2.authorize_security_group_ingress
        ports = {} if low is None else {"FromPort": low, "ToPort": high}
        more = {"TagSpecifications": [{"ResourceType": "security-group-rule", "Tags": tags}]} if tags else {}
        return call(GroupId=self.group, IpPermissions=[{"IpProtocol": protocol, **ports, **peers}], **more)["SecurityGroupRules"]

    def rules(self, **filters):
        return self.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [self.group]}])[
            "SecurityGroupRules"
        ]


def tagged(kind, *pairs):
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in pairs]}]
