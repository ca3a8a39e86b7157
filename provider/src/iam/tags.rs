//! The tags of IAM's things: each kind has calls of its own.

use pulumi_plugin::Result;

use crate::aws::tags::written;
use crate::aws::{Aws, Doing as _, Tags};

/// A kind of thing: the function that sets and removes its tags, IAM's two calls and the name by which they know it, and what it is called.
macro_rules! kinds {
    ($($retag:ident: $tag:ident $untag:ident $id:ident $what:literal;)*) => {
        $(
            #[doc = concat!("Sets and removes tags of ", $what, "s.")]
            pub async fn $retag(aws: &Aws, id: &str, set: &Tags, unset: &[String]) -> Result<()> {
                if !set.is_empty() {
                    let tag = aws.iam().$tag().$id(id).set_tags(Some(written(set)));
                    tag.send().await.doing(concat!("tagging ", $what), id)?;
                }
                if !unset.is_empty() {
                    let untag = aws.iam().$untag().$id(id).set_tag_keys(Some(unset.to_vec()));
                    untag.send().await.doing(concat!("removing tags of ", $what), id)?;
                }
                Ok(())
            }
        )*
    };
}

kinds! {
    retag_role: tag_role untag_role role_name "role";
    retag_policy: tag_policy untag_policy policy_arn "policy";
    retag_instance_profile: tag_instance_profile untag_instance_profile instance_profile_name "instance profile";
}
