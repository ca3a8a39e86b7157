"""The story of a web stack, asked of the emulator question by question: what AWS keeps, tells and refuses on the way.
Its score is printed after the tests."""

import json

import pytest
from botocore.exceptions import ClientError

from conftest import OTHERS

QUESTIONS = []
SCORE = pytest.StashKey()
US = "us-east-1"


def asks(service, what):
    """A question: the story so far is its argument, and whatever it raises is a wrong answer."""

    def note(question):
        QUESTIONS.append((service, what, question))
        return question

    return note


def code_of(call):
    """The code with which a call is refused; None for one that is not."""
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"]


def refuses(service, what, code, call):
    """A question that has to be refused with AWS's code."""

    def question(s):
        got = code_of(lambda: call(s))
        assert got == code, f"{got or 'accepted'}, AWS says {code}"

    QUESTIONS.append((service, what, question))


def trust(principal):
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}
    )


class Story:
    def __init__(self, aws):
        self.aws = aws

    def __getattr__(self, service):
        return self.aws.client(service)

    def global_(self, service):
        return self.aws.client(service, region=US)

    def role(self, name, principal):
        return self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(principal))["Role"]["Arn"]


@asks("sts", "a role of another account is assumed where it trusts us")
def _(s):
    theirs = s.aws.client("iam", key=OTHERS)
    role = theirs.create_role(RoleName="dns", AssumeRolePolicyDocument=trust({"AWS": "111111111111"}))["Role"]["Arn"]
    credentials = s.sts.assume_role(RoleArn=role, RoleSessionName="story")["Credentials"]
    them = s.aws.client("sts", key=credentials["AccessKeyId"], token=credentials["SessionToken"])
    assert them.get_caller_identity()["Account"] == "222222222222"


@asks("ec2", "a VPC with subnets in two zones, with tags")
def _(s):
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "b"}]}]
    s.vpc = s.ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"]
    zones = ("ap-northeast-1a", "ap-northeast-1c")
    made = [s.ec2.create_subnet(VpcId=s.vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=zone) for i, zone in enumerate(zones)]
    s.subnets = [it["Subnet"]["SubnetId"] for it in made]
    assert s.ec2.describe_vpcs(VpcIds=[s.vpc])["Vpcs"][0]["Tags"] == [{"Key": "a", "Value": "b"}]


refuses("ec2", "a subnet over another", "InvalidSubnet.Conflict", lambda s: s.ec2.create_subnet(VpcId=s.vpc, CidrBlock="10.0.0.0/25"))
refuses("ec2", "a subnet outside of the VPC", "InvalidSubnet.Range", lambda s: s.ec2.create_subnet(VpcId=s.vpc, CidrBlock="10.9.0.0/24"))


@asks("ec2", "an internet gateway, and a NAT gateway that becomes available")
def _(s):
    s.igw = s.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    s.ec2.attach_internet_gateway(InternetGatewayId=s.igw, VpcId=s.vpc)
    s.eip = s.ec2.allocate_address(Domain="vpc")["AllocationId"]
    s.nat = s.ec2.create_nat_gateway(SubnetId=s.subnets[0], AllocationId=s.eip)["NatGateway"]["NatGatewayId"]
    assert s.ec2.describe_nat_gateways(NatGatewayIds=[s.nat])["NatGateways"][0]["State"] == "available"


refuses("ec2", "the release of an address in use", "AuthFailure", lambda s: s.ec2.release_address(AllocationId=s.eip))
refuses(
    "ec2",
    "the end of an internet gateway that is attached",
    "DependencyViolation",
    lambda s: s.ec2.delete_internet_gateway(InternetGatewayId=s.igw),
)
refuses("ec2", "the end of a subnet with a NAT gateway", "DependencyViolation", lambda s: s.ec2.delete_subnet(SubnetId=s.subnets[0]))


@asks("ec2", "groups that name one another")
def _(s):
    made = [s.ec2.create_security_group(GroupName=name, Description="d", VpcId=s.vpc) for name in ("alb", "app")]
    s.groups = [it["GroupId"] for it in made]
    pair = [{"GroupId": s.groups[0]}]
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": pair}
    s.ec2.authorize_security_group_ingress(GroupId=s.groups[1], IpPermissions=[rule])
    told = s.ec2.describe_security_groups(GroupIds=[s.groups[1]])["SecurityGroups"][0]["IpPermissions"]
    assert told[0]["UserIdGroupPairs"][0]["GroupId"] == s.groups[0]


refuses(
    "ec2", "the end of a group that another names", "DependencyViolation", lambda s: s.ec2.delete_security_group(GroupId=s.groups[0])
)
refuses(
    "ec2",
    "an interface endpoint as a gateway",
    "InvalidServiceName",
    lambda s: s.ec2.create_vpc_endpoint(VpcId=s.vpc, ServiceName="com.amazonaws.ap-northeast-1.ssm", VpcEndpointType="Gateway"),
)


@asks("ec2", "an instance, its volume tagged with it")
def _(s):
    image = s.ssm.get_parameter(Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64")["Parameter"]["Value"]
    tags = [{"ResourceType": kind, "Tags": [{"Key": "a", "Value": "b"}]} for kind in ("instance", "volume")]
    made = s.ec2.run_instances(
        ImageId=image, InstanceType="t4g.nano", MinCount=1, MaxCount=1, SubnetId=s.subnets[1], TagSpecifications=tags
    )
    s.instance = made["Instances"][0]["InstanceId"]
    told = s.ec2.describe_instances(InstanceIds=[s.instance])["Reservations"][0]["Instances"][0]
    assert (told["State"]["Name"], told["Tags"]) == ("running", [{"Key": "a", "Value": "b"}])


@asks("kms", "a key that rotates, under an alias")
def _(s):
    s.key = s.kms.create_key()["KeyMetadata"]["Arn"]
    s.kms.enable_key_rotation(KeyId=s.key)
    s.kms.create_alias(AliasName="alias/web", TargetKeyId=s.key)
    assert s.kms.describe_key(KeyId="alias/web")["KeyMetadata"]["Arn"] == s.key
    assert s.kms.get_key_rotation_status(KeyId=s.key)["KeyRotationEnabled"]


refuses("kms", "an alias twice", "AlreadyExistsException", lambda s: s.kms.create_alias(AliasName="alias/web", TargetKeyId=s.key))


@asks("secretsmanager", "a secret, read back and changed")
def _(s):
    s.secretsmanager.create_secret(Name="db", SecretString="one")
    s.secretsmanager.put_secret_value(SecretId="db", SecretString="two")
    assert s.secretsmanager.get_secret_value(SecretId="db")["SecretString"] == "two"


refuses(
    "secretsmanager",
    "a secret twice",
    "ResourceExistsException",
    lambda s: s.secretsmanager.create_secret(Name="db", SecretString="x"),
)


@asks("s3", "a bucket with all that a private one has")
def _(s):
    s.s3.create_bucket(Bucket="probe-files", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s.s3.put_public_access_block(Bucket="probe-files", PublicAccessBlockConfiguration=block)
    s.s3.put_bucket_versioning(Bucket="probe-files", VersioningConfiguration={"Status": "Enabled"})
    s.s3.put_object(Bucket="probe-files", Key="a", Body=b"a")
    assert s.s3.get_public_access_block(Bucket="probe-files")["PublicAccessBlockConfiguration"] == block
    assert s.s3.get_bucket_location(Bucket="probe-files")["LocationConstraint"] == "ap-northeast-1"


refuses("s3", "the end of a bucket that is not empty", "BucketNotEmpty", lambda s: s.s3.delete_bucket(Bucket="probe-files"))
refuses("s3", "a name with capitals", "InvalidBucketName", lambda s: s.global_("s3").create_bucket(Bucket="Probe_Files"))


@asks("route53", "a zone that its parent in another account delegates")
def _(s):
    r53, theirs = s.global_("route53"), s.aws.client("route53", region=US, key=OTHERS)
    made = r53.create_hosted_zone(Name="app.example.com", CallerReference="1")
    s.zone, servers = made["HostedZone"]["Id"].split("/")[-1], made["DelegationSet"]["NameServers"]
    parent = theirs.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"].split("/")[-1]
    records = [{"Value": name} for name in servers]
    s.change(theirs, parent, "CREATE", {"Name": "app.example.com", "Type": "NS", "TTL": 60, "ResourceRecords": records})
    assert code_of(lambda: r53.get_hosted_zone(Id=parent)) in ("NoSuchHostedZone", "AccessDenied")


def change(self, r53, zone, action, record):
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
    return r53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


Story.change = change
A = {"Name": "www.app.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}


@asks("route53", "a record, listed as it was written")
def _(s):
    s.change(s.global_("route53"), s.zone, "CREATE", A)
    listed = s.global_("route53").list_resource_record_sets(HostedZoneId=s.zone)["ResourceRecordSets"]
    assert {**A, "Name": "www.app.example.com."} in listed


refuses("route53", "a record twice", "InvalidChangeBatch", lambda s: s.change(s.global_("route53"), s.zone, "CREATE", A))
refuses(
    "route53",
    "an address that is none",
    "InvalidChangeBatch",
    lambda s: s.change(s.global_("route53"), s.zone, "CREATE", {**A, "Name": "x.app.example.com", "ResourceRecords": [{"Value": "a.b"}]}),
)
refuses("route53", "the end of a zone with records", "HostedZoneNotEmpty", lambda s: s.global_("route53").delete_hosted_zone(Id=s.zone))


@asks("acm", "a certificate that is issued once its record stands")
def _(s):
    s.certificate = s.acm.request_certificate(DomainName="app.example.com", ValidationMethod="DNS")["CertificateArn"]
    told = s.acm.describe_certificate(CertificateArn=s.certificate)["Certificate"]
    assert told["Status"] == "PENDING_VALIDATION"
    proof = told["DomainValidationOptions"][0]["ResourceRecord"]
    record = {"Name": proof["Name"], "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": proof["Value"]}]}
    s.change(s.global_("route53"), s.zone, "CREATE", record)
    assert s.acm.describe_certificate(CertificateArn=s.certificate)["Certificate"]["Status"] == "ISSUED"


@asks("elbv2", "a load balancer that answers by HTTPS")
def _(s):
    made = s.elbv2.create_load_balancer(Name="web", Subnets=s.subnets, SecurityGroups=[s.groups[0]])["LoadBalancers"][0]
    s.balancer = made["LoadBalancerArn"]
    target = s.elbv2.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=s.vpc, TargetType="ip")
    s.target = target["TargetGroups"][0]["TargetGroupArn"]
    action = [{"Type": "forward", "TargetGroupArn": s.target}]
    certificates = [{"CertificateArn": s.certificate}]
    listener = {"LoadBalancerArn": s.balancer, "Protocol": "HTTPS", "Port": 443, "DefaultActions": action}
    s.listener = s.elbv2.create_listener(**listener, Certificates=certificates)["Listeners"][0]["ListenerArn"]
    assert s.elbv2.describe_load_balancers(LoadBalancerArns=[s.balancer])["LoadBalancers"][0]["State"]["Code"] == "active"
    attributes = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    s.elbv2.modify_load_balancer_attributes(LoadBalancerArn=s.balancer, Attributes=attributes)


refuses("elbv2", "a load balancer in one zone", "ValidationError", lambda s: s.elbv2.create_load_balancer(Name="x", Subnets=s.subnets[:1]))
refuses(
    "elbv2",
    "the end of a protected load balancer",
    "OperationNotPermitted",
    lambda s: s.elbv2.delete_load_balancer(LoadBalancerArn=s.balancer),
)
refuses(
    "elbv2", "the end of a target group in use", "ResourceInUse", lambda s: s.elbv2.delete_target_group(TargetGroupArn=s.target)
)
refuses(
    "acm", "the end of a certificate in use", "ResourceInUseException", lambda s: s.acm.delete_certificate(CertificateArn=s.certificate)
)


@asks("ecs", "a service on Fargate that comes to rest")
def _(s):
    s.ecs.create_cluster(clusterName="web")
    execution = s.role("execution", {"Service": "ecs-tasks.amazonaws.com"})
    s.definition = s.ecs.register_task_definition(
        family="web", requiresCompatibilities=["FARGATE"], networkMode="awsvpc", cpu="256", memory="512", executionRoleArn=execution,
        containerDefinitions=[{"name": "web", "image": "nginx", "portMappings": [{"containerPort": 80}]}],
    )["taskDefinition"]["taskDefinitionArn"]  # fmt: skip
    network = {"awsvpcConfiguration": {"subnets": s.subnets, "securityGroups": [s.groups[1]]}}
    balancers = [{"targetGroupArn": s.target, "containerName": "web", "containerPort": 80}]
    s.service = {"serviceName": "web", "taskDefinition": s.definition, "desiredCount": 1, "launchType": "FARGATE"}
    s.ecs.create_service(cluster="web", **s.service, networkConfiguration=network, loadBalancers=balancers)
    told = s.ecs.describe_services(cluster="web", services=["web"])["services"][0]
    assert (told["status"], told["runningCount"]) == ("ACTIVE", 1)


refuses("ecs", "a service in no cluster", "ClusterNotFoundException", lambda s: s.ecs.create_service(cluster="none", **s.service))
refuses("ecs", "the end of a cluster with services", "ClusterContainsServicesException", lambda s: s.ecs.delete_cluster(cluster="web"))


@asks("application-autoscaling", "a target that follows the load")
def _(s):
    where = {"ServiceNamespace": "ecs", "ResourceId": "service/web/web", "ScalableDimension": "ecs:service:DesiredCount"}
    scaling = s.aws.client("application-autoscaling")
    scaling.register_scalable_target(**where, MinCapacity=1, MaxCapacity=4)
    load = {"TargetValue": 50.0, "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}}
    policy = {"PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": load}
    scaling.put_scaling_policy(PolicyName="cpu", **where, **policy)
    assert scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"][0]["PolicyName"] == "cpu"


@asks("rds", "a cluster with an instance, whose password AWS keeps")
def _(s):
    s.rds.create_db_subnet_group(DBSubnetGroupName="db", DBSubnetGroupDescription="d", SubnetIds=s.subnets)
    versions = s.rds.describe_db_engine_versions(Engine="aurora-postgresql", DefaultOnly=True)["DBEngineVersions"]
    s.rds.create_db_cluster(
        DBClusterIdentifier="db", Engine="aurora-postgresql", EngineVersion=versions[0]["EngineVersion"], DBSubnetGroupName="db",
        MasterUsername="app", ManageMasterUserPassword=True, DeletionProtection=True,
        ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 2},
    )  # fmt: skip
    instance = {"DBInstanceIdentifier": "db-1", "DBInstanceClass": "db.serverless", "Engine": "aurora-postgresql"}
    s.rds.create_db_instance(DBClusterIdentifier="db", **instance)
    told = s.rds.describe_db_clusters(DBClusterIdentifier="db")["DBClusters"][0]
    assert (told["Status"], [it["DBInstanceIdentifier"] for it in told["DBClusterMembers"]]) == ("available", ["db-1"])
    assert told["MasterUserSecret"]["SecretStatus"] == "active"


refuses(
    "rds",
    "the end of a protected cluster",
    "InvalidParameterCombination",
    lambda s: s.rds.delete_db_cluster(DBClusterIdentifier="db", SkipFinalSnapshot=True),
)
refuses(
    "rds",
    "the end of a subnet group in use",
    "InvalidDBSubnetGroupStateFault",
    lambda s: s.rds.delete_db_subnet_group(DBSubnetGroupName="db"),
)


@asks("elasticache", "a replication group with TLS")
def _(s):
    s.elasticache.create_cache_subnet_group(CacheSubnetGroupName="cache", CacheSubnetGroupDescription="d", SubnetIds=s.subnets)
    s.elasticache.create_replication_group(
        ReplicationGroupId="cache", ReplicationGroupDescription="d", Engine="valkey", CacheNodeType="cache.t4g.micro",
        NumCacheClusters=2, AutomaticFailoverEnabled=True, CacheSubnetGroupName="cache", TransitEncryptionEnabled=True,
    )  # fmt: skip
    told = s.elasticache.describe_replication_groups(ReplicationGroupId="cache")["ReplicationGroups"][0]
    assert (told["Status"], told["TransitEncryptionEnabled"], len(told["MemberClusters"])) == ("available", True, 2)


refuses(
    "elasticache",
    "the end of a subnet group in use",
    "CacheSubnetGroupInUse",
    lambda s: s.elasticache.delete_cache_subnet_group(CacheSubnetGroupName="cache"),
)


@asks("sns", "a topic, and an alarm that tells it")
def _(s):
    s.topic = s.sns.create_topic(Name="alarms")["TopicArn"]
    alarm = {"MetricName": "CPUUtilization", "Namespace": "AWS/ECS", "Statistic": "Average", "Period": 60, "EvaluationPeriods": 2}
    compared = {"Threshold": 80.0, "ComparisonOperator": "GreaterThanThreshold", "AlarmActions": [s.topic]}
    s.cloudwatch.put_metric_alarm(AlarmName="cpu", **alarm, **compared)
    assert s.cloudwatch.describe_alarms(AlarmNames=["cpu"])["MetricAlarms"][0]["AlarmActions"] == [s.topic]


@asks("chatbot", "a Slack channel that gets it")
def _(s):
    role = s.role("chatbot", {"Service": "chatbot.amazonaws.com"})
    chatbot = s.aws.client("chatbot", region="us-east-2")
    made = chatbot.create_slack_channel_configuration(
        ConfigurationName="web", SlackTeamId="T07EA123LEP", SlackChannelId="C07EZ1ABC23", IamRoleArn=role, SnsTopicArns=[s.topic]
    )
    arn = made["ChannelConfiguration"]["ChatConfigurationArn"]
    told = s.aws.client("chatbot", region="us-west-2").describe_slack_channel_configurations(ChatConfigurationArn=arn)
    assert told["SlackChannelConfigurations"][0]["SnsTopicArns"] == [s.topic]


@asks("logs", "a log group that keeps its events for a month")
def _(s):
    s.logs.create_log_group(logGroupName="/web")
    s.logs.put_retention_policy(logGroupName="/web", retentionInDays=30)
    assert s.logs.describe_log_groups(logGroupNamePrefix="/web")["logGroups"][0]["retentionInDays"] == 30


refuses(
    "logs",
    "a retention of 31 days",
    "InvalidParameterException",
    lambda s: s.logs.put_retention_policy(logGroupName="/web", retentionInDays=31),
)


def acl(s, scope, name="web", group="AWSManagedRulesCommonRuleSet"):
    seen = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name}
    managed = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": group}}
    rule = {"Name": "core", "Priority": 0, "Statement": managed, "OverrideAction": {"None": {}}, "VisibilityConfig": seen}
    waf = s.global_("wafv2") if scope == "CLOUDFRONT" else s.wafv2
    return waf.create_web_acl(Name=name, Scope=scope, DefaultAction={"Allow": {}}, Rules=[rule], VisibilityConfig=seen)["Summary"]


@asks("wafv2", "a web ACL in front of the load balancer, with its logs")
def _(s):
    s.acl = acl(s, "REGIONAL")
    s.wafv2.associate_web_acl(WebACLArn=s.acl["ARN"], ResourceArn=s.balancer)
    assert s.wafv2.get_web_acl_for_resource(ResourceArn=s.balancer)["WebACL"]["ARN"] == s.acl["ARN"]
    role = s.role("firehose", {"Service": "firehose.amazonaws.com"})
    destination = {"RoleARN": role, "BucketARN": "arn:aws:s3:::probe-files"}
    name = "aws-waf-logs-web"
    stream = s.firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration=destination)
    told = s.firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
    assert told["DeliveryStreamStatus"] == "ACTIVE"
    logging = {"ResourceArn": s.acl["ARN"], "LogDestinationConfigs": [stream["DeliveryStreamARN"]]}
    s.wafv2.put_logging_configuration(LoggingConfiguration=logging)


refuses(
    "wafv2",
    "a managed rule group that AWS does not have",
    "WAFNonexistentItemException",
    lambda s: acl(s, "REGIONAL", "x", "AWSManagedRulesNone"),
)
refuses("wafv2", "a web ACL twice", "WAFDuplicateItemException", lambda s: acl(s, "REGIONAL"))


def end_of_acl(s):
    which = {"Name": "web", "Id": s.acl["Id"], "Scope": "REGIONAL"}
    s.wafv2.delete_web_acl(**which, LockToken=s.wafv2.get_web_acl(**which)["LockToken"])


refuses("wafv2", "the end of a web ACL in use", "WAFAssociatedItemException", end_of_acl)
refuses(
    "wafv2",
    "CloudFront's scope outside of us-east-1",
    "WAFInvalidParameterException",
    lambda s: s.wafv2.list_web_acls(Scope="CLOUDFRONT"),
)


def distribution(s, acl="", policy="658327ea-f89d-4fab-a63d-7e88639e58f6"):
    behavior = {"TargetOriginId": "files", "ViewerProtocolPolicy": "redirect-to-https", "CachePolicyId": policy}
    origin = {"Id": "files", "DomainName": "probe-files.s3.ap-northeast-1.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    config = {"CallerReference": acl + policy, "Comment": "", "Enabled": True, "Origins": {"Quantity": 1, "Items": [origin]}}
    return {**config, "DefaultCacheBehavior": behavior, "WebACLId": acl}


@asks("cloudfront", "a distribution behind a web ACL of its scope")
def _(s):
    s.edge = acl(s, "CLOUDFRONT", "edge")
    made = s.cloudfront.create_distribution(DistributionConfig=distribution(s, s.edge["ARN"]))["Distribution"]
    s.cdn = made["Id"]
    told = s.cloudfront.get_distribution(Id=s.cdn)["Distribution"]
    assert (told["Status"], told["DistributionConfig"]["WebACLId"]) == ("Deployed", s.edge["ARN"])


refuses(
    "cloudfront",
    "a regional web ACL",
    "InvalidWebACLId",
    lambda s: s.cloudfront.create_distribution(DistributionConfig=distribution(s, s.acl["ARN"])),
)
refuses(
    "cloudfront",
    "a cache policy that is not there",
    "NoSuchCachePolicy",
    lambda s: s.cloudfront.create_distribution(DistributionConfig=distribution(s, policy="0" * 36)),
)
refuses(
    "cloudfront",
    "the end of a distribution that is enabled",
    "DistributionNotDisabled",
    lambda s: s.cloudfront.delete_distribution(Id=s.cdn, IfMatch=s.cloudfront.get_distribution(Id=s.cdn)["ETag"]),
)
refuses("cloudfront", "a change with an old ETag", "PreconditionFailed", lambda s: s.cloudfront.delete_distribution(Id=s.cdn, IfMatch="E0"))


@asks("ssm", "a document of session preferences, changed")
def _(s):
    content = {"schemaVersion": "1.0", "sessionType": "Standard_Stream", "inputs": {"idleSessionTimeout": "20"}}
    s.ssm.create_document(Name="SSM-SessionManagerRunShell", Content=json.dumps(content), DocumentType="Session")
    content["inputs"]["idleSessionTimeout"] = "30"
    s.ssm.update_document(Name="SSM-SessionManagerRunShell", Content=json.dumps(content), DocumentVersion="$LATEST")
    told = s.ssm.describe_document(Name="SSM-SessionManagerRunShell")["Document"]
    assert told["LatestVersion"] == "2"


@asks("ecs", "the service drains and the cluster goes")
def _(s):
    s.ecs.delete_service(cluster="web", service="web", force=True)
    assert s.ecs.describe_services(cluster="web", services=["web"])["services"][0]["status"] != "ACTIVE"
    s.ecs.delete_cluster(cluster="web")


@asks("elbv2", "the load balancer goes, and then its target group and certificate")
def _(s):
    s.wafv2.disassociate_web_acl(ResourceArn=s.balancer)
    attributes = [{"Key": "deletion_protection.enabled", "Value": "false"}]
    s.elbv2.modify_load_balancer_attributes(LoadBalancerArn=s.balancer, Attributes=attributes)
    s.elbv2.delete_load_balancer(LoadBalancerArn=s.balancer)
    s.elbv2.delete_target_group(TargetGroupArn=s.target)
    s.acm.delete_certificate(CertificateArn=s.certificate)


@asks("rds", "the cluster goes after its instance")
def _(s):
    s.rds.modify_db_cluster(DBClusterIdentifier="db", DeletionProtection=False, ApplyImmediately=True)
    s.rds.delete_db_instance(DBInstanceIdentifier="db-1", SkipFinalSnapshot=True)
    s.rds.delete_db_cluster(DBClusterIdentifier="db", SkipFinalSnapshot=True)
    assert code_of(lambda: s.rds.describe_db_clusters(DBClusterIdentifier="db")) == "DBClusterNotFoundFault"
    s.rds.delete_db_subnet_group(DBSubnetGroupName="db")


@asks("ec2", "the network goes once nothing is in it")
def _(s):
    s.elasticache.delete_replication_group(ReplicationGroupId="cache")
    s.elasticache.delete_cache_subnet_group(CacheSubnetGroupName="cache")
    s.ec2.terminate_instances(InstanceIds=[s.instance])
    told = s.ec2.describe_instances(InstanceIds=[s.instance])["Reservations"][0]["Instances"][0]
    assert told["State"]["Name"] == "terminated"
    s.ec2.delete_nat_gateway(NatGatewayId=s.nat)
    s.ec2.release_address(AllocationId=s.eip)
    s.ec2.detach_internet_gateway(InternetGatewayId=s.igw, VpcId=s.vpc)
    s.ec2.delete_internet_gateway(InternetGatewayId=s.igw)
    for subnet in s.subnets:
        s.ec2.delete_subnet(SubnetId=subnet)
    for group in reversed(s.groups):
        s.ec2.delete_security_group(GroupId=group)
    s.ec2.delete_vpc(VpcId=s.vpc)
    assert code_of(lambda: s.ec2.describe_vpcs(VpcIds=[s.vpc])) == "InvalidVpcID.NotFound"


def test_a_web_stack_is_answered_as_aws_answers(aws, request):
    story, wrong = Story(aws), []
    for service, what, question in QUESTIONS:
        try:
            question(story)
        except Exception as error:
            wrong.append(f"{service}: {what}: {type(error).__name__}: {error}")
    request.config.stash[SCORE] = (len(QUESTIONS) - len(wrong), len(QUESTIONS))
    assert not wrong, "\n".join(wrong)
