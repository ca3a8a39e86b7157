//! What a whole stack is protected by from a deletion that would end half-way.

use pulumi_plugin::{Error, Id, Made, Property, Resource, Result};

use crate::aws::Aws;

/// The inputs of a deletion protection.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DeletionProtectionInputs {
    /// The name of what is protected, for people.
    #[prop(keep)]
    pub of: String,
    /// What of it holds data, for people. Default: nothing is named.
    #[prop(keep, default)]
    pub data: Vec<String>,
    /// What of it holds data, protected or not. While a deletion is refused, so is a change that leaves out here what stood in `data`: it would be deleted.
    /// Default: changes are not looked at.
    #[prop(keep)]
    pub standing: Option<Vec<String>>,
    /// Whether a deletion is refused.
    #[prop(keep)]
    pub enabled: bool,
}

/// Names that former versions gave to what holds data, each with the name that it has now: states still have them, and so may programs in other versions.
const FORMER: [(&str, &str); 3] = [
    ("wafLogs of CloudFront", "wafLogs.cloudfront"),
    ("wafLogs of the load balancer", "wafLogs.regional"),
    ("slack of CloudFront", "slack.cloudfront"),
];

/// What only the profile `fsbp` has by itself, and how it is kept in another one.
const OF_PROFILE: [(&str, &str); 2] = [
    ("bucket.accessLogs", ", and the access logs that only the profile `fsbp` has with `bucket: {accessLogs: {}}`"),
    ("dns.queryLog", ", and the query log that only the profile `fsbp` has with `dns: {queryLog: true}`"),
];

/// The name of a load balancer without logs.
const BALANCER: &str = "loadBalancer";

/// The name that something has now.
fn current(name: &str) -> &str {
    FORMER.into_iter().find(|(former, _)| *former == name).map_or(name, |(_, now)| now)
}

impl DeletionProtectionInputs {
    /// What is protected, and would be deleted by a change.
    fn dropped(&self, new: &Self) -> Vec<String> {
        let Some(standing) = new.standing.as_ref().filter(|_| self.enabled) else { return Vec::new() };
        // A load balancer goes by its logs where it has some.
        let same =
            |it: &str, name: &str| it == name || (name == BALANCER && it.strip_prefix(BALANCER) == Some(".accessLogs"));
        let stands = |name: &&str| standing.iter().any(|it| same(current(it), name));
        self.data.iter().map(|name| current(name)).filter(|name| !stands(name)).map(str::to_owned).collect()
    }
}

/// Deletion protection for several resources at once. It depends on all of them, so that a destroy begins with it, and is refused there, before anything
/// else is deleted: Pulumi's resource option `protect` would let the engine delete all others first. It is kept in Pulumi's state alone: AWS has no such
/// thing, a refresh finds no drift, and there is nothing to import.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DeletionProtection {
    /// The inputs.
    #[prop(inputs)]
    pub inputs: DeletionProtectionInputs,
}

impl Resource for DeletionProtection {
    const TOKEN: &'static str = "gitinfra:index:DeletionProtection";
    // It is nowhere in AWS, so another region is no reason to replace it.
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = DeletionProtectionInputs;
    type Seen = ();

    /// A change that would delete what is protected is none that could be made.
    fn replaces(old: &DeletionProtectionInputs, new: &DeletionProtectionInputs) -> Vec<&'static str> {
        if old.dropped(new).is_empty() { Vec::new() } else { vec!["data"] }
    }

    fn collides(old: &DeletionProtectionInputs, new: &DeletionProtectionInputs) -> bool {
        !old.dropped(new).is_empty()
    }

    async fn prevents(_: &Aws, _: &Id, old: &DeletionProtectionInputs, new: &DeletionProtectionInputs) -> Result<()> {
        let dropped = old.dropped(new);
        let keep: String =
            OF_PROFILE.iter().filter(|it| dropped.iter().any(|name| name == it.0)).map(|it| it.1).collect();
        let dropped = dropped.join(", ");
        let words = format!(
            "`{}` is protected from deletion, and would lose {dropped}, which holds data; nothing of it has been changed",
            old.of
        );
        Err(Error::new(words).hint(format!(
            "to keep it, declare it as before{keep}; to drop it, set `protectStateful: false`, of the stack or of that block, and no `deletionProtection: true` there, roll that out, and drop {dropped} then"
        )))
    }

    async fn create(aws: &Aws, _: &DeletionProtectionInputs) -> Result<Made> {
        Ok(Made::New(Id::from(aws.birth().token.as_str())))
    }

    /// What the state has is there. An import has no state yet: its call gives nothing.
    async fn find(aws: &Aws, id: &Id) -> Result<Option<()>> {
        match aws.call().given.contains_key("of") {
            true => Ok(Some(())),
            false => {
                Err(Error::new(format!("`{id}` can't be imported: deletion protection is kept in the state alone"))
                    .hint("declare it, and `pulumi up` makes it"))
            }
        }
    }

    async fn read(_: &Aws, _: &Id, (): ()) -> Result<Self> {
        let inputs = DeletionProtectionInputs { of: String::new(), data: Vec::new(), standing: None, enabled: true };
        Ok(DeletionProtection { inputs })
    }

    async fn update(_: &Aws, _: &Id, _: &Self, _: &DeletionProtectionInputs) -> Result<()> {
        Ok(())
    }

    async fn delete(_: &Aws, _: &Id, old: &Self) -> Result<()> {
        let DeletionProtectionInputs { of, data, enabled, .. } = &old.inputs;
        if !enabled {
            return Ok(());
        }
        let holds = if data.is_empty() { String::new() } else { format!(", which holds data in {}", data.join(", ")) };
        Err(Error::new(format!("`{of}` is protected from deletion{holds}; nothing of it has been deleted"))
            .hint("to destroy it, set `protectStateful: false` (of the stack, and of each block that says otherwise) or `profile: dev`, with no `deletionProtection: true` left, roll that out, and destroy it then"))
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::{DeletionProtection, DeletionProtectionInputs};
    use pulumi_plugin::Resource as _;

    fn protection(data: &[&str], standing: Option<&[&str]>, enabled: bool) -> DeletionProtectionInputs {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        DeletionProtectionInputs { of: "web".into(), data: owned(data), standing: standing.map(owned), enabled }
    }

    #[test]
    fn what_is_protected_is_not_dropped() {
        let old = protection(&["aurora", "redis"], Some(&["aurora", "redis", "dns"]), true);
        for (new, dropped) in [
            (protection(&["aurora", "redis"], Some(&["aurora", "redis"]), true), false),
            // It is still there, and not protected any more.
            (protection(&["redis"], Some(&["aurora", "redis"]), true), false),
            (protection(&["redis"], Some(&["redis"]), true), true),
            // Whoever wants both at once has to do one after the other.
            (protection(&[], Some(&["redis"]), false), true),
            (protection(&[], None, false), false),
        ] {
            assert_eq!(!DeletionProtection::replaces(&old, &new).is_empty(), dropped, "{new:?}");
        }
        // A new name is no change.
        let (before, now) = ("wafLogs of the load balancer", "wafLogs.regional");
        for (of, stands) in [(before, now), (now, before), (before, before)] {
            let (old, new) = (protection(&[of], Some(&[of]), true), protection(&[stands], Some(&[stands]), true));
            assert!(DeletionProtection::replaces(&old, &new).is_empty(), "{of} is {stands}");
        }
        assert_eq!(protection(&[before], None, true).dropped(&protection(&[], Some(&[]), true)), [now]);
        // A load balancer that gets logs is still there.
        let bare = protection(&["loadBalancer"], Some(&["loadBalancer"]), true);
        for (standing, dropped) in [("loadBalancer.accessLogs", false), ("loadBalancer", false), ("redis", true)] {
            let new = protection(&[], Some(&[standing]), true);
            assert_eq!(!DeletionProtection::replaces(&bare, &new).is_empty(), dropped, "{standing}");
        }
        let off = DeletionProtectionInputs { enabled: false, ..old };
        assert!(DeletionProtection::replaces(&off, &protection(&[], Some(&[]), false)).is_empty());
    }
}
