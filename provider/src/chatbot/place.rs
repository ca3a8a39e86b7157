//! Where Chatbot is: its API is in four regions, which share what it keeps.

use crate::aws::Aws;

/// The regions that have Chatbot's API.
const REGIONS: [&str; 4] = ["us-east-2", "us-west-2", "eu-west-1", "ap-southeast-1"];

/// AWS where Chatbot is: in the resource's region, or in the one of the four that is near.
pub fn near(aws: &Aws) -> Aws {
    aws.at(nearest(aws.region()))
}

fn nearest(region: &str) -> &str {
    match region.split_once('-').map_or("", |(part, _)| part) {
        _ if REGIONS.contains(&region) => region,
        "eu" | "af" | "il" | "me" => "eu-west-1",
        "ap" => "ap-southeast-1",
        _ if region.starts_with("us-west") || region.starts_with("mx") => "us-west-2",
        _ => "us-east-2",
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn there_is_one_for_every_region() {
        for (region, expected) in [
            ("ap-northeast-1", "ap-southeast-1"),
            ("us-east-1", "us-east-2"),
            ("us-west-1", "us-west-2"),
            ("us-west-2", "us-west-2"),
            ("eu-central-1", "eu-west-1"),
            ("me-south-1", "eu-west-1"),
            ("sa-east-1", "us-east-2"),
            ("ca-central-1", "us-east-2"),
        ] {
            assert_eq!(nearest(region), expected, "{region}");
        }
    }
}
