"""What stands in the two accounts of the demo, asked of AWS's API by boto3: a plain list."""

import os

import boto3

HERE, EDGE = "ap-northeast-1", "us-east-1"


def ask(service: str, operation: str, found: str, region: str = HERE, **parameters) -> list:
    answer = getattr(boto3.client(service, region_name=region), operation)(**parameters)
    for part in found.split("."):
        answer = answer.get(part, [])
    return answer


def tell(what: str, *facts) -> None:
    print(f"  {what:31} {'  '.join(str(fact) for fact in facts)}")


def name(thing: dict) -> str:
    return next((tag["Value"] for tag in thing.get("Tags", []) if tag["Key"] == "Name"), "-")


def network() -> None:
    for vpc in ask("ec2", "describe_vpcs", "Vpcs", Filters=[{"Name": "is-default", "Values": ["false"]}]):
        within = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
        tell("VPC", vpc["VpcId"], vpc["CidrBlock"])
        for subnet in sorted(ask("ec2", "describe_subnets", "Subnets", Filters=within), key=name):
            tell("  subnet", name(subnet), subnet["CidrBlock"])
        for gateway in ask("ec2", "describe_nat_gateways", "NatGateways", Filter=within):
            tell("  NAT gateway", gateway["NatGatewayAddresses"][0].get("PublicIp"), gateway["State"])
        for point in ask("ec2", "describe_vpc_endpoints", "VpcEndpoints", Filters=within):
            tell("  VPC endpoint", point["ServiceName"], point["State"])


def service() -> None:
    for balancer in ask("elbv2", "describe_load_balancers", "LoadBalancers"):
        tell("load balancer", balancer["LoadBalancerName"], balancer["State"]["Code"])
    for cluster in ask("ecs", "list_clusters", "clusterArns"):
        names = ask("ecs", "list_services", "serviceArns", cluster=cluster)
        for each in ask("ecs", "describe_services", "services", cluster=cluster, services=names):
            task = ask("ecs", "describe_task_definition", "taskDefinition", taskDefinition=each["taskDefinition"])
            tell("Fargate service", each["serviceName"], task["containerDefinitions"][0]["image"])
    for cluster in ask("rds", "describe_db_clusters", "DBClusters"):
        members = len(cluster["DBClusterMembers"])
        tell("Aurora", cluster["DBClusterIdentifier"], cluster["Engine"], cluster["EngineVersion"], f"{members} instances")
    for group in ask("elasticache", "describe_replication_groups", "ReplicationGroups"):
        tell("Redis", group["ReplicationGroupId"], f"{len(group['MemberClusters'])} nodes", group["Status"])


def edge() -> None:
    for each in ask("cloudfront", "list_distributions", "DistributionList.Items", EDGE):
        tell("CloudFront distribution", each["DomainName"], f"https://{each['Aliases']['Items'][0]}", each["Status"])
    for region, scope in ((EDGE, "CLOUDFRONT"), (HERE, "REGIONAL")):
        for acl in ask("wafv2", "list_web_acls", "WebACLs", region, Scope=scope):
            tell(f"web ACL in {region}", acl["Name"])
        for stream in ask("firehose", "list_delivery_streams", "DeliveryStreamNames", region):
            tell(f"its logs in {region}", stream)
        for certificate in ask("acm", "list_certificates", "CertificateSummaryList", region):
            tell(f"certificate in {region}", certificate["DomainName"], certificate["Status"])
        alarms = ask("cloudwatch", "describe_alarms", "MetricAlarms", region)
        tell(f"alarms in {region}", len(alarms))


def parent() -> None:
    for zone in ask("route53", "list_hosted_zones", "HostedZones", EDGE):
        for record in ask("route53", "list_resource_record_sets", "ResourceRecordSets", EDGE, HostedZoneId=zone["Id"]):
            if record["Type"] == "NS" and record["Name"] != zone["Name"]:
                tell(f"zone {zone['Name']}", f"{record['Name']} is delegated to", record["ResourceRecords"][0]["Value"], "...")


def main() -> None:
    print("In the account 123456789012:")
    network()
    service()
    edge()
    print("In the account 222222222222:")
    os.environ["AWS_ACCESS_KEY_ID"] = "AKIA222222222222DEMO"
    boto3.setup_default_session()
    parent()


if __name__ == "__main__":
    main()
