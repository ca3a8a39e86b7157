//! What the rows of a type leave out, and why. Names of inputs, or of parts of a row: `by_hand`, `other`, `in_place`.

/// Own cases try it.
const OWN: &str = "tried by the service's own cases";
/// The emulator lacks what it names, so that no trial can tell right from wrong.
const NOT_PLAYED: &str = "the emulator does not play what it asks for";
/// Nothing of AWS's: an order to us, which can't be read back.
const ORDER: &str = "an order to us, which the service's own cases try";
/// A call of AWS's wants an ETag or a lock token, which a row can't name.
const TOKEN: &str = "a deletion by hand takes a token that a row can't name";
/// It has one value for good.
const ONE_THING: &str = "there is room for one, whatever its inputs";
/// Nothing changes in place.
const NEW_ONE: &str = "every change takes a new one";
/// A row has no name for it beforehand.
const UNNAMED: &str = "its id differs from account to account; cases of components try it";

type LeftOut = (&'static str, &'static [(&'static str, &'static str)]);

pub const LEFT_OUT: &[LeftOut] = &[
    ("acm:CertificateValidation", &[("by_hand", "it is a wait, and nothing of AWS's"), ("other", ONE_THING)]),
    ("chatbot:SlackChannelConfiguration", &[("by_hand", "its API is in another region than the rest of the row")]),
    ("cloudfront:CachePolicy", &[("by_hand", TOKEN)]),
    (
        "cloudfront:Distribution",
        &[
            ("aliases cacheBehaviors cacheTagConfig customErrorResponses enabled isIpv6Enabled logging", OWN),
            ("originGroups restrictions viewerCertificate viewerMtlsConfig waitForDeployment", OWN),
            ("anycastIpListId connectionFunctionAssociation continuousDeploymentPolicyId staging webAclId", NOT_PLAYED),
            ("by_hand", TOKEN),
        ],
    ),
    ("cloudfront:Function", &[("by_hand", TOKEN), ("keyValueStoreAssociations", NOT_PLAYED)]),
    ("cloudfront:MonitoringSubscription", &[("other", ONE_THING), ("in_place", NEW_ONE)]),
    ("cloudfront:OriginAccessControl", &[("by_hand", TOKEN)]),
    ("cloudfront:OriginAccessIdentity", &[("by_hand", TOKEN)]),
    ("cloudfront:OriginRequestPolicy", &[("by_hand", TOKEN)]),
    ("cloudfront:ResponseHeadersPolicy", &[("by_hand", TOKEN)]),
    ("cloudfront:VpcOrigin", &[("by_hand", TOKEN)]),
    (
        "cloudwatch:MetricAlarm",
        &[("evaluateLowSampleCountPercentile evaluationCriteria evaluationInterval thresholdMetricId", OWN)],
    ),
    (
        "ec2:DefaultSecurityGroup",
        &[("by_hand", "AWS refuses to delete it"), ("other", ONE_THING), ("locked", "it is always true")],
    ),
    ("ec2:Eip", &[("address ipamPoolId networkBorderGroup publicIpv4Pool transferAddress", NOT_PLAYED)]),
    ("ec2:FlowLog", &[("deliverCrossAccountRole", NOT_PLAYED)]),
    ("ec2:Instance", &[("affinity hostId placementGroupName", NOT_PLAYED), ("userDataReplaceOnChange", ORDER)]),
    ("ec2:InternetGateway", &[("other", ONE_THING)]),
    ("ec2:NatGateway", &[("allocationId secondaryAllocationIds", OWN)]),
    (
        "ec2:Route",
        &[
            ("carrierGatewayId coreNetworkArn localGatewayId odbNetworkArn", NOT_PLAYED),
            ("destinationIpv6CidrBlock destinationPrefixListId egressOnlyInternetGatewayId natGatewayId", OWN),
            ("networkInterfaceId transitGatewayId vpcEndpointId vpcPeeringConnectionId", OWN),
            ("in_place", "each way of a route is an input of its own: two can't be given together"),
        ],
    ),
    ("ec2:SecurityGroupEgressRule", &[("cidrIpv6 referencedSecurityGroupId", OWN), ("prefixListId", UNNAMED)]),
    ("ec2:SecurityGroupIngressRule", &[("cidrIpv6 referencedSecurityGroupId", OWN), ("prefixListId", UNNAMED)]),
    ("ec2:Subnet", &[("availabilityZoneId enableDns64 enableResourceNameDnsAaaaRecordOnLaunch ipv6CidrBlock", OWN)]),
    ("ec2:VpcCidrBlockAssociation", &[("in_place", NEW_ONE)]),
    ("ec2:VpcEndpoint", &[("resourceConfigurationArn serviceNetworkArn serviceRegion", NOT_PLAYED)]),
    ("ecr:Repository", &[("forceDelete", ORDER)]),
    (
        "ecs:Service",
        &[
            ("keepDesiredCount keepTaskDefinition loadBalancers role", OWN),
            ("placementConstraints placementStrategy vpcLatticeConfigurations", NOT_PLAYED),
        ],
    ),
    ("ecs:TaskDefinition", &[("ipcMode placementConstraints proxyConfiguration", NOT_PLAYED), ("keepOnDelete", ORDER)]),
    (
        "elasticache:ReplicationGroup",
        &[
            ("engine finalSnapshotIdentifier", OWN),
            ("logDeliveryConfigurations multiAzEnabled notificationTopicArn", OWN),
            ("userGroupIds", OWN),
            ("atRestEncryptionEnabled kmsKeyId", "tried with keys and their aliases"),
            ("applyImmediately", ORDER),
            ("snapshotName", OWN),
        ],
    ),
    ("elb:ListenerCertificate", &[("in_place", NEW_ONE)]),
    ("elb:LoadBalancer", &[("accessLogs", OWN), ("customerOwnedIpv4Pool ipv4IpamPoolId", NOT_PLAYED)]),
    ("iam:Role", &[("forceDetachPolicies", ORDER)]),
    ("iam:RolePolicyAttachment", &[("in_place", NEW_ONE)]),
    ("iam:ServiceLinkedRole", &[("by_hand", "IAM deletes it in a task of its own")]),
    ("index:DeletionProtection", &[("by_hand", "no cloud knows it")]),
    ("kms:Key", &[("rotationPeriodInDays", OWN)]),
    ("random:RotatingSecret", &[("by_hand", "no cloud knows it")]),
    (
        "rds:Cluster",
        &[
            ("allowMajorVersionUpgrade dbInstanceParameterGroupName deletionProtection", OWN),
            ("finalSnapshotIdentifier snapshotIdentifier", OWN),
        ],
    ),
    ("rds:ClusterInstance", &[("engine", OWN)]),
    ("route53:Dnssec", &[("other", ONE_THING), ("in_place", NEW_ONE)]),
    ("route53:HealthCheck", &[("routingControlArn", NOT_PLAYED)]),
    ("route53:QueryLoggingConfig", &[("other", ONE_THING), ("in_place", NEW_ONE)]),
    ("route53:Record", &[("cidrRoutingConfig", OWN), ("overwrite", ORDER)]),
    ("route53:Zone", &[("delegationSetId forceDestroy hostedZoneFeatures", OWN)]),
    (
        "s3:Bucket",
        &[("bucketNamespace", "its names hold the account, which a row can't name: a case of its own tries it")],
    ),
    ("s3:BucketPolicy", &[("other", ONE_THING)]),
    ("secretsmanager:Secret", &[("generateSecretString recoveryWindowInDays", OWN)]),
    ("sns:TopicPolicy", &[("other", ONE_THING)]),
    ("ssm:Parameter", &[("dataType", OWN)]),
    ("ssm:SessionPreferences", &[("onDelete overwrite", ORDER), ("other", ONE_THING)]),
    ("wafv2:IpSet", &[("ipAddressVersion", OWN), ("by_hand", TOKEN)]),
    ("wafv2:LoggingConfiguration", &[("other", ONE_THING)]),
    ("wafv2:RegexPatternSet", &[("by_hand", TOKEN)]),
    ("wafv2:RuleGroup", &[("by_hand", TOKEN)]),
    ("wafv2:WebAcl", &[("by_hand", TOKEN)]),
    ("wafv2:WebAclAssociation", &[("overwrite", ORDER), ("other", ONE_THING)]),
];
