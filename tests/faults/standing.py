"""How much of each kind stands in an account, as boto3 sees it in both regions: what an orphan or a twin would show in."""

import json

import boto3

HERE, EDGE = "ap-northeast-1", "us-east-1"

# Service, operation, where its answer has the list, and what it is asked with. IAM, Route 53 and CloudFront have no regions.
EVERYWHERE = [
    ("ec2", "describe_vpcs", "Vpcs", {}),
    ("ec2", "describe_subnets", "Subnets", {}),
    ("ec2", "describe_internet_gateways", "InternetGateways", {}),
    ("ec2", "describe_addresses", "Addresses", {}),
    ("ec2", "describe_nat_gateways", "NatGateways", {"Filter": [{"Name": "state", "Values": ["pending", "available"]}]}),
    ("ec2", "describe_route_tables", "RouteTables", {}),
    ("ec2", "describe_security_groups", "SecurityGroups", {}),
    ("ec2", "describe_security_group_rules", "SecurityGroupRules", {}),
    ("ec2", "describe_network_interfaces", "NetworkInterfaces", {}),
    ("ec2", "describe_flow_logs", "FlowLogs", {}),
    ("ec2", "describe_vpc_endpoints", "VpcEndpoints", {}),
    ("acm", "list_certificates", "CertificateSummaryList", {}),
    ("cloudwatch", "describe_alarms", "MetricAlarms", {}),
    ("ecs", "list_clusters", "clusterArns", {}),
    ("ecs", "list_task_definitions", "taskDefinitionArns", {}),
    ("elasticache", "describe_replication_groups", "ReplicationGroups", {}),
    ("elasticache", "describe_cache_subnet_groups", "CacheSubnetGroups", {}),
    ("elasticache", "describe_cache_parameter_groups", "CacheParameterGroups", {}),
    ("elbv2", "describe_load_balancers", "LoadBalancers", {}),
    ("elbv2", "describe_target_groups", "TargetGroups", {}),
    ("firehose", "list_delivery_streams", "DeliveryStreamNames", {}),
    ("logs", "describe_log_groups", "logGroups", {}),
    ("rds", "describe_db_clusters", "DBClusters", {}),
    ("rds", "describe_db_instances", "DBInstances", {}),
    ("rds", "describe_db_subnet_groups", "DBSubnetGroups", {}),
    ("rds", "describe_db_cluster_parameter_groups", "DBClusterParameterGroups", {}),
    ("secretsmanager", "list_secrets", "SecretList", {}),
    ("sns", "list_topics", "Topics", {}),
    ("wafv2", "list_web_acls", "WebACLs", {"Scope": "REGIONAL"}),
]
ONCE = [
    ("cloudfront", "list_distributions", "DistributionList.Items", {}),
    ("cloudfront", "list_origin_access_controls", "OriginAccessControlList.Items", {}),
    ("iam", "list_roles", "Roles", {}),
    ("iam", "list_instance_profiles", "InstanceProfiles", {}),
    ("route53", "list_hosted_zones", "HostedZones", {}),
    ("s3", "list_buckets", "Buckets", {}),
    ("wafv2", "list_web_acls", "WebACLs", {"Scope": "CLOUDFRONT"}),
]


class Account:
    """An account of the emulator."""

    def __init__(self, url: str, number: int) -> None:
        self.url, self.number, self.session, self.clients = url, str(number), boto3.session.Session(), {}
        self.key = f"AKIA{number}TEST"

    def client(self, service: str, region: str = HERE):
        if (service, region) not in self.clients:
            key = {"aws_access_key_id": self.key, "aws_secret_access_key": "secret"}
            self.clients[service, region] = self.session.client(service, region_name=region, endpoint_url=self.url, **key)
        return self.clients[service, region]

    def asked(self, service: str, operation: str, where: str, parameters: dict, region: str) -> list:
        client = self.client(service, region)
        paged = client.can_paginate(operation)
        pages = client.get_paginator(operation).paginate(**parameters) if paged else [getattr(client, operation)(**parameters)]
        found = []
        for page in pages:
            for part in where.split("."):
                page = page.get(part) or []
            found += page
        return found

    def standing(self) -> dict[str, int]:
        """How many there are of each kind; of roles, without those that AWS makes for its services."""
        places = [(each, region) for each in EVERYWHERE for region in (HERE, EDGE)] + [(each, EDGE) for each in ONCE]
        counts = {}
        for (service, operation, where, parameters), region in places:
            found = self.asked(service, operation, where, parameters, region)
            own = [it for it in found if "/aws-service-role/" not in str(it)]
            counts[f"{service} {where.split('.')[0]} {parameters.get('Scope', region)}"] = len(own)
        return {**counts, **self.records(), **self.keys()}

    def records(self) -> dict[str, int]:
        zones = self.asked("route53", "list_hosted_zones", "HostedZones", {}, EDGE)
        of = lambda zone: self.asked("route53", "list_resource_record_sets", "ResourceRecordSets", {"HostedZoneId": zone["Id"]}, EDGE)  # noqa: E731
        return {"route53 records": sum(len(of(zone)) for zone in zones)}

    def keys(self) -> dict[str, int]:
        """Keys with tags that are not about to be deleted; those that a service made have none."""
        counts = {}
        for region in (HERE, EDGE):
            kms = self.client("kms", region)
            keys = self.asked("kms", "list_keys", "Keys", {}, region)
            metadata = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in keys]
            own = [it["KeyId"] for it in metadata if it["KeyState"] != "PendingDeletion"]
            counts[f"kms keys {region}"] = sum(bool(kms.list_resource_tags(KeyId=key)["Tags"]) for key in own)
        return counts

    def parent_zone(self, ours: "Account") -> dict[str, str]:
        """A zone of `example.com` that the other account may change, as the example's configuration."""
        zone = self.client("route53").create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
        allow = {"Effect": "Allow", "Principal": {"AWS": ours.number}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        role = self.client("iam").create_role(RoleName="dns", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        return {"parentZoneId": zone.rsplit("/", 1)[-1], "parentRole": role}
