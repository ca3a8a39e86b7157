//! Ranges out of IPAM pools.

use std::fmt::Display;

use pulumi_plugin::Error;

/// What a range is named by before it is there.
pub fn place(range: Option<impl Display>, pool: Option<&str>) -> String {
    match (range, pool) {
        (Some(range), _) => range.to_string(),
        (None, Some(pool)) => format!("out of {pool}"),
        (None, None) => String::new(),
    }
}

/// What can be done about a pool's refusal.
pub fn explained(error: Error) -> Error {
    match error.message() {
        said if said.contains("too big for the pool") => error.hint(
            "the IPAM pool has no free range of that size. A range goes back to its pool some minutes after what had it is deleted; \
             ask for a greater netmask length, or provision another range to the pool",
        ),
        said if said.contains("InvalidIpamPoolId.NotFound") => {
            error.hint("the IPAM pool must be of this region, and of this account or shared with it (AWS RAM)")
        }
        said if said.contains("resource tags required by the IPAM pool") => {
            error.hint("give it the `tags` that the pool's allocation rules ask for")
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::Error;

    use super::{explained, place};

    #[test]
    fn a_refusal_says_what_to_do() {
        for (said, hint) in [
            ("creating VPC: InvalidParameterValue: The allocation size is too big for the pool.", "no free range"),
            ("creating VPC: InvalidIpamPoolId.NotFound: The ipam-pool ID 'x' does not exist", "shared with it"),
            ("The resource is missing one or more of the resource tags required by the IPAM pool.", "`tags`"),
        ] {
            let told = explained(Error::new(said)).to_string();
            assert!(told.contains(hint), "{told}");
        }
        assert_eq!(explained(Error::new("VpcLimitExceeded")).to_string(), "VpcLimitExceeded");
    }

    #[test]
    fn a_range_is_named_by_itself_or_by_its_pool() {
        assert_eq!(place(Some("10.0.0.0/16"), Some("ipam-pool-1")), "10.0.0.0/16");
        assert_eq!(place(None::<&str>, Some("ipam-pool-1")), "out of ipam-pool-1");
    }
}
