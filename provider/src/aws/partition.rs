//! The partitions of AWS: separate sets of regions, each with accounts, global services and names of its own.

/// Where the services without regions are, for types that have no other region. In another partition it is that partition's own: [`home`].
pub const GLOBAL: &[(&str, &str)] = &[("region", EDGE)];

/// Where CloudFront has its certificates, web ACLs, metrics and functions at the edge, and Route 53 the keys and query logs of public zones. Only the
/// partition `aws` has these.
pub const EDGE: &str = "us-east-1";

/// A partition.
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    /// Its name, as ARNs have it.
    pub name: &'static str,
    /// How its regions' names begin.
    prefix: &'static str,
    /// The region in which its services without regions are called.
    pub home: &'static str,
    /// The domain of its services.
    pub domain: &'static str,
}

static AWS: Partition = Partition { name: "aws", prefix: "", home: EDGE, domain: "amazonaws.com" };

static OTHERS: [Partition; 2] = [
    Partition { name: "aws-cn", prefix: "cn-", home: "cn-northwest-1", domain: "amazonaws.com.cn" },
    Partition { name: "aws-us-gov", prefix: "us-gov-", home: "us-gov-west-1", domain: "amazonaws.com" },
];

impl Partition {
    /// The one that a region belongs to.
    pub fn of(region: &str) -> &'static Partition {
        OTHERS.iter().find(|partition| region.starts_with(partition.prefix)).unwrap_or(&AWS)
    }

    /// The ARN of an account itself, to which its own IAM policies then give what they give.
    pub fn root(&self, account: &str) -> String {
        format!("arn:{}:iam::{account}:root", self.name)
    }

    /// The ARN of a policy of AWS's own.
    pub fn managed_policy(&self, name: &str) -> String {
        format!("arn:{}:iam::aws:policy/{name}", self.name)
    }
}

/// Where a type that a service without regions fixes to [`EDGE`] is, for whoever works in `region`.
pub fn home<'a>(fixed: &'a str, region: &str) -> &'a str {
    if fixed == EDGE { Partition::of(region).home } else { fixed }
}

/// The principal by which policies name a service. EC2's is of its partition; CloudWatch Logs' of its region, too; all others are the same everywhere.
pub fn principal(service: &str, region: &str) -> String {
    let domain = Partition::of(region).domain;
    match service {
        "ec2" => format!("ec2.{domain}"),
        "logs" => format!("logs.{region}.{domain}"),
        _ => format!("{service}.{}", AWS.domain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_belongs_to_one_partition() {
        for (region, name, home_there, domain) in [
            ("ap-northeast-1", "aws", "us-east-1", "amazonaws.com"),
            ("us-west-2", "aws", "us-east-1", "amazonaws.com"),
            ("cn-north-1", "aws-cn", "cn-northwest-1", "amazonaws.com.cn"),
            ("us-gov-east-1", "aws-us-gov", "us-gov-west-1", "amazonaws.com"),
        ] {
            let found = Partition::of(region);
            assert_eq!((found.name, found.home, found.domain), (name, home_there, domain), "{region}");
            assert_eq!(home(EDGE, region), home_there, "{region}");
            assert_eq!(home("us-east-2", region), "us-east-2", "{region}");
        }
        let policy = Partition::of("cn-north-1").managed_policy("ReadOnlyAccess");
        assert_eq!(policy, "arn:aws-cn:iam::aws:policy/ReadOnlyAccess");
    }

    #[test]
    fn principals_are_those_of_the_partition() {
        for (service, region, expected) in [
            ("ec2", "ap-northeast-1", "ec2.amazonaws.com"),
            ("ec2", "cn-north-1", "ec2.amazonaws.com.cn"),
            ("ec2", "us-gov-west-1", "ec2.amazonaws.com"),
            ("logs", "eu-west-1", "logs.eu-west-1.amazonaws.com"),
            ("logs", "cn-north-1", "logs.cn-north-1.amazonaws.com.cn"),
            ("ecs-tasks", "cn-north-1", "ecs-tasks.amazonaws.com"),
            ("delivery.logs", "us-gov-west-1", "delivery.logs.amazonaws.com"),
        ] {
            assert_eq!(principal(service, region), expected, "{service} in {region}");
        }
    }
}
