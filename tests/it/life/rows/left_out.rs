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
/// Nobody has written it yet.
const NOT_YET: &str = "not tried yet";

type LeftOut = (&'static str, &'static [(&'static str, &'static str)]);

pub const LEFT_OUT: &[LeftOut] = &[
    ("acm:CertificateValidation", &[("by_hand", "it is a wait, and nothing of AWS's"), ("other", ONE_THING)]),
    ("chatbot:SlackChannelConfiguration", &[("by_hand", "its API is in another region than the rest of the row")]),
    ("cloudfront:CachePolicy", &[("by_hand", TOKEN)]),
    (
        "cloudfront:Distribution",
        &[
            (
                "aliases cacheBehaviors cacheTagConfig customErrorResponses enabled isIpv6Enabled logging originGroups",
                OWN,
            ),
            ("restrictions viewerCertificate viewerMtlsConfig waitForDeployment", OWN),
            ("anycastIpListId connectionFunctionAssociation continuousDeploymentPolicyId staging webAclId", NOT_PLAYED),
            ("by_hand", TOKEN),
        ],
    ),
    ("cloudfront:Function", &[("by_hand", TOKEN)]),
    ("cloudfront:MonitoringSubscription", &[("by_hand", NOT_YET), ("other", ONE_THING), ("in_place", NEW_ONE)]),
    ("cloudfront:OriginAccessControl", &[("by_hand", TOKEN)]),
    ("cloudfront:OriginAccessIdentity", &[("by_hand", TOKEN)]),
    ("cloudfront:OriginRequestPolicy", &[("by_hand", TOKEN)]),
    ("cloudfront:ResponseHeadersPolicy", &[("by_hand", TOKEN)]),
    ("cloudfront:VpcOrigin", &[("by_hand", TOKEN)]),
    (
        "cloudwatch:MetricAlarm",
        &[
            ("evaluateLowSampleCountPercentile evaluationCriteria thresholdMetricId", OWN),
            ("evaluationInterval", NOT_YET),
        ],
    ),
    ("ec2:DefaultSecurityGroup", &[("by_hand", "AWS refuses to delete it"), ("other", ONE_THING)]),
    ("ec2:Eip", &[("address ipamPoolId networkBorderGroup publicIpv4Pool transferAddress", NOT_PLAYED)]),
    ("ec2:FlowLog", &[("deliverCrossAccountRole", NOT_PLAYED)]),
    (
        "ec2:Instance",
        &[
            ("affinity hostId placementGroupName", NOT_PLAYED),
            ("availabilityZone ipv6AddressCount keyName", NOT_YET),
            ("userDataReplaceOnChange", ORDER),
        ],
    ),
    ("ec2:InternetGateway", &[("other", ONE_THING)]),
    (
        "ec2:Route",
        &[
            ("carrierGatewayId coreNetworkArn localGatewayId odbNetworkArn", NOT_PLAYED),
            ("destinationPrefixListId egressOnlyInternetGatewayId natGatewayId networkInterfaceId", OWN),
            ("transitGatewayId vpcEndpointId vpcPeeringConnectionId", OWN),
            ("instanceId", NOT_YET),
        ],
    ),
    ("ec2:Subnet", &[("availabilityZoneId enableDns64 enableResourceNameDnsAaaaRecordOnLaunch ipv6CidrBlock", OWN)]),
    (
        "ec2:VpcCidrBlockAssociation",
        &[
            (
                "ipv6CidrBlock ipv6CidrBlockNetworkBorderGroup ipv6NetmaskLength ipv4IpamPoolId ipv4NetmaskLength",
                NOT_YET,
            ),
            ("ipv6IpamPoolId ipv6Pool", NOT_YET),
            ("in_place", NEW_ONE),
        ],
    ),
    (
        "ec2:VpcEndpoint",
        &[
            ("dnsOptions resourceConfigurationArn serviceNetworkArn serviceRegion", NOT_PLAYED),
            ("ipAddressType", NOT_YET),
        ],
    ),
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
            ("engine engineVersion finalSnapshotIdentifier logDeliveryConfigurations multiAzEnabled", OWN),
            ("notificationTopicArn transitEncryptionEnabled userGroupIds", OWN),
            ("kmsKeyId atRestEncryptionEnabled", "tried with keys and their aliases"),
            ("applyImmediately", ORDER),
            (
                "authToken clusterMode dataTieringEnabled durability ipDiscovery networkType nodeGroupConfiguration",
                NOT_YET,
            ),
            ("numNodeGroups parameterGroupName snapshotArns snapshotName snapshottingClusterId", NOT_YET),
            ("transitEncryptionMode", NOT_YET),
        ],
    ),
    ("elb:Listener", &[("alpnPolicy mutualAuthentication", NOT_YET)]),
    ("elb:ListenerCertificate", &[("by_hand", NOT_YET), ("other", NOT_YET), ("in_place", NEW_ONE)]),
    (
        "elb:LoadBalancer",
        &[
            ("accessLogs type", OWN),
            ("customerOwnedIpv4Pool ipv4IpamPoolId", NOT_PLAYED),
            ("connectionLogs healthCheckLogs ipAddressType minimumLoadBalancerCapacity", NOT_YET),
            ("enablePrefixForIpv6SourceNat enforceSecurityGroupInboundRulesOnPrivateLinkTraffic", NOT_YET),
        ],
    ),
    ("elb:TargetGroup", &[("ipAddressType targetControlPort", NOT_YET)]),
    ("iam:Role", &[("forceDetachPolicies", ORDER)]),
    ("iam:RolePolicyAttachment", &[("by_hand", NOT_YET), ("in_place", NEW_ONE)]),
    ("iam:ServiceLinkedRole", &[("by_hand", "IAM deletes it in a task of its own")]),
    ("index:DeletionProtection", &[("by_hand", "no cloud knows it")]),
    ("random:RotatingSecret", &[("by_hand", "no cloud knows it")]),
    (
        "rds:Cluster",
        &[
            ("allowMajorVersionUpgrade dbInstanceParameterGroupName deletionProtection engine", OWN),
            ("finalSnapshotIdentifier masterUserSecretKmsKeyId snapshotIdentifier", OWN),
            ("backtrackWindow clusterScalabilityType deleteAutomatedBackups manageMasterUserPassword", NOT_YET),
            ("performanceInsightsKmsKeyId restoreToTime sourceDbClusterResourceId vpcSecurityGroupIds", NOT_YET),
        ],
    ),
    (
        "rds:ClusterInstance",
        &[("engine", OWN), ("performanceInsightsKmsKeyId performanceInsightsRetentionPeriod", NOT_YET)],
    ),
    ("route53:Dnssec", &[("by_hand", NOT_YET), ("other", ONE_THING), ("in_place", NEW_ONE)]),
    (
        "route53:HealthCheck",
        &[("alarmIdentifier insufficientDataHealthStatus", NOT_YET), ("routingControlArn", NOT_PLAYED)],
    ),
    ("route53:QueryLoggingConfig", &[("by_hand", NOT_YET), ("other", ONE_THING), ("in_place", NEW_ONE)]),
    ("route53:Record", &[("cidrRoutingConfig", OWN), ("overwrite", ORDER)]),
    ("route53:Zone", &[("delegationSetId forceDestroy hostedZoneFeatures", OWN)]),
    ("s3:Bucket", &[("replicationConfiguration", OWN)]),
    ("s3:BucketPolicy", &[("other", ONE_THING)]),
    ("sns:Subscription", &[("deliveryPolicy replayPolicy", NOT_YET)]),
    ("sns:Topic", &[("archivePolicy fifoThroughputScope", NOT_YET)]),
    ("sns:TopicPolicy", &[("other", ONE_THING)]),
    ("ssm:Document", &[("attachments documentFormat requires", NOT_YET)]),
    ("ssm:SessionPreferences", &[("onDelete overwrite", ORDER), ("other", ONE_THING)]),
    ("wafv2:IpSet", &[("ipAddressVersion", OWN), ("by_hand", TOKEN)]),
    ("wafv2:LoggingConfiguration", &[("other", ONE_THING)]),
    ("wafv2:RegexPatternSet", &[("by_hand", TOKEN)]),
    ("wafv2:RuleGroup", &[("by_hand", TOKEN)]),
    ("wafv2:WebAcl", &[("by_hand", TOKEN)]),
    ("wafv2:WebAclAssociation", &[("overwrite", ORDER), ("other", ONE_THING)]),
];
