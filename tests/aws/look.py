"""Everything that stands in one region of an account, by kind, as boto3 sees it: `python look.py URL ACCOUNT REGION...`.

What AWS itself puts into every region (the default VPC with its parts) is left out; what it puts into each VPC is there.
"""


def look(client):
    """The things of a region by kind, each with its `id` and `tags`. `client` gives the client of a service."""
    ec2 = client("ec2")
    default = {vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if vpc["IsDefault"]}

    def all_of(operation, key, identity):
        pages = ec2.get_paginator(operation).paginate() if ec2.can_paginate(operation) else [getattr(ec2, operation)()]
        things = [plain(thing, identity) for page in pages for thing in page[key]]
        return sorted((t for t in things if not default & vpcs(t)), key=lambda t: t["id"])

    found = {
        "vpcs": all_of("describe_vpcs", "Vpcs", "VpcId"),
        "subnets": all_of("describe_subnets", "Subnets", "SubnetId"),
        "internetGateways": all_of("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
        "addresses": all_of("describe_addresses", "Addresses", "AllocationId"),
        "natGateways": all_of("describe_nat_gateways", "NatGateways", "NatGatewayId"),
        "routeTables": all_of("describe_route_tables", "RouteTables", "RouteTableId"),
        "securityGroups": all_of("describe_security_groups", "SecurityGroups", "GroupId"),
        "networkInterfaces": all_of("describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    }
    # AWS shows a deleted gateway for an hour, and one that came to nothing; they are gone all the same.
    found["natGateways"] = [nat for nat in found["natGateways"] if nat["State"] not in ("deleted", "failed")]
    for vpc in found["vpcs"]:
        for attribute in ("enableDnsSupport", "enableDnsHostnames"):
            said = ec2.describe_vpc_attribute(VpcId=vpc["id"], Attribute=attribute)
            vpc[attribute] = said[attribute[0].upper() + attribute[1:]]["Value"]
    return found


def plain(thing, identity):
    """A thing with its id and tags where every kind has them."""
    tags = {tag["Key"]: tag["Value"] for tag in thing.get("Tags") or thing.get("TagSet") or []}
    return {**thing, "id": thing[identity], "tags": tags}


def vpcs(thing):
    """The VPCs that a thing belongs to."""
    attached = [attachment.get("VpcId") for attachment in thing.get("Attachments", [])]
    return {thing.get("VpcId"), *attached} - {None}


def main():
    import json
    import sys

    import boto3

    url, account, *regions = sys.argv[1:]
    key = {"aws_access_key_id": f"AKIA{account}TEST", "aws_secret_access_key": "secret"}
    seen = {
        region: look(lambda service: boto3.client(service, region_name=region, endpoint_url=url, **key)) for region in regions
    }
    print(json.dumps(seen, indent=2, default=str))


if __name__ == "__main__":
    main()
