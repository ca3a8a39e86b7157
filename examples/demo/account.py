"""What stands in the VPCs of the account that the environment names: a plain list."""

import boto3


def name(thing: dict) -> str:
    return next((tag["Value"] for tag in thing.get("Tags", []) if tag["Key"] == "Name"), "-")


def main() -> None:
    ec2 = boto3.client("ec2")
    ours = [{"Name": "tag:Project", "Values": ["network"]}]
    for vpc in ec2.describe_vpcs(Filters=ours)["Vpcs"]:
        here = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
        print(f"VPC {name(vpc)}  {vpc['VpcId']}  {vpc['CidrBlock']}")
        for subnet in sorted(ec2.describe_subnets(Filters=here)["Subnets"], key=name):
            print(f"  subnet {name(subnet):32} {subnet['CidrBlock']:16} {subnet['AvailabilityZone']}")
        for gateway in ec2.describe_nat_gateways(Filter=here)["NatGateways"]:
            address = gateway["NatGatewayAddresses"][0].get("PublicIp", "-")
            print(f"  NAT    {name(gateway):32} {address:16} {gateway['State']}")
        for table in sorted(ec2.describe_route_tables(Filters=here)["RouteTables"], key=name):
            for route in table["Routes"]:
                target = route.get("NatGatewayId") or route.get("GatewayId")
                if target != "local":
                    print(f"  route  {name(table):32} {route['DestinationCidrBlock']:16} {target}")
        for group in ec2.describe_security_groups(Filters=here)["SecurityGroups"]:
            rules = len(group["IpPermissions"]) + len(group["IpPermissionsEgress"])
            print(f"  group  {group['GroupName']:32} {rules} rules")


if __name__ == "__main__":
    main()
