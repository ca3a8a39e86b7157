//! Application Auto Scaling.

pub mod policy;
pub mod target;

use pulumi_plugin::{Again, Error, Id, Result};

use crate::aws::Passing;

/// Which of Application Auto Scaling's refusals pass.
pub(crate) const PASSING: Passing = &[
    // Several policies of one target at once.
    ("ConcurrentUpdateException", "", Again::Soon),
    ("InternalServiceException", "", Again::Later),
    ("FailedResourceAccessException", "", Again::Soon),
    // What has just been made may not be seen yet: a service, or the target of a policy.
    ("ValidationException", "ecs service doesn't exist", Again::Moment),
    // Policies hear of a new target late.
    ("ObjectNotFoundException", "no scalable target registered", Again::Soon),
    ("ObjectNotFoundException", "", Again::Moment),
    ("ResourceNotFoundException", "", Again::Moment),
];

/// What is scaled: the namespace of a service, a resource of it, and what of that.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Key<'a> {
    namespace: &'a str,
    resource: &'a str,
    dimension: &'a str,
}

impl Key<'_> {
    /// As the id of a target.
    fn id(&self) -> String {
        format!("{}/{}/{}", self.namespace, self.resource, self.dimension)
    }

    /// Out of an id: the namespace is before the first slash, the dimension after the last one.
    fn of<'a>(id: &'a str, whole: &Id, form: &str) -> Result<Key<'a>> {
        let parts = id.split_once('/').and_then(|(namespace, rest)| Some((namespace, rest.rsplit_once('/')?)));
        match parts {
            Some((namespace, (resource, dimension))) if !resource.is_empty() && dimension.contains(':') => {
                Ok(Key { namespace, resource, dimension })
            }
            _ => Err(Error::new(format!("`{whole}` is not an id of the form {form}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::Id;

    use super::Key;

    #[test]
    fn an_id_is_taken_apart() {
        let id = Id::from("ecs/service/web/shop/ecs:service:DesiredCount");
        let key = Key::of(id.as_str(), &id, "").expect("an id");
        assert_eq!(
            (key.namespace, key.resource, key.dimension),
            ("ecs", "service/web/shop", "ecs:service:DesiredCount")
        );
        assert_eq!(key.id(), id.as_str());
        for odd in ["", "ecs", "ecs/service", "ecs/service/web/shop"] {
            let id = Id::from(odd);
            assert!(Key::of(odd, &id, "").is_err(), "{odd}");
        }
    }
}
