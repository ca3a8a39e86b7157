//! A user of caches.

use aws_sdk_elasticache::types::{
    AuthenticationMode, AuthenticationType as AwsAuthenticationType, InputAuthenticationType, User as AwsUser,
};
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Progress, Property, Resource, Result, Secret, Wait};

use crate::aws::{Aws, Doing as _, Tags, word};
use crate::elasticache::replication_group::Engine;
use crate::elasticache::tags;
use crate::types::Identifier;

/// The inputs of a user.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct UserInputs {
    /// The user id: a letter, then letters, digits and single hyphens; at most 40 characters. AWS keeps it in lower case. Default: made from the resource's
    /// name.
    #[prop(replace, unique, autoname = 40)]
    pub user_id: Identifier<40>,
    /// The user name, by which the user logs in: 1 to 120 characters. A user group of the engine `redis` needs a user named `default`. With the
    /// authentication type `iam` it is the same as the user id.
    #[prop(replace, min = 1, max = 120)]
    pub user_name: String,
    /// The engine. Default: `valkey`.
    #[prop(default = Engine::Valkey)]
    pub engine: Engine,
    /// The access string: the permissions, in the words of Valkey's and Redis's ACLs, such as `on ~app:* +@read`. Without `on` the user can't log in. Later
    /// words win over earlier ones.
    #[prop(min = 1)]
    pub access_string: String,
    /// The authentication type. Default: `password`.
    #[prop(default = AuthenticationType::Password)]
    pub authentication_type: AuthenticationType,
    /// The passwords: one or two of 16 to 128 characters, both of which are taken, so that a password can be changed without a break. AWS never returns
    /// them. Needed with the authentication type `password`, not allowed with others.
    #[prop(keep)]
    pub passwords: Option<Secret<Vec<String>>>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// How a user shows who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum AuthenticationType {
    /// By a password.
    #[prop(rename = "password")]
    Password,
    /// By a token of IAM.
    #[prop(rename = "iam")]
    Iam,
    /// Not at all. Only the engine `redis` has such users.
    #[prop(rename = "no-password-required")]
    NoPasswordRequired,
}

/// A user of caches, which gets into a cache by a user group.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct User {
    /// The inputs, as ElastiCache has them.
    #[prop(inputs)]
    pub inputs: UserInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for User {
    const TOKEN: &'static str = "gitinfra:elasticache:User";
    const WAIT: Wait = Wait::seconds(20, 900);
    type Session = Aws;
    type Inputs = UserInputs;
    type Seen = AwsUser;

    fn check(new: &UserInputs) -> Vec<Fault> {
        let by_password = new.authentication_type == AuthenticationType::Password;
        let passwords = new.passwords.as_ref().map(Secret::expose);
        let fits = |passwords: &Vec<String>| {
            (1..=2).contains(&passwords.len()) && passwords.iter().all(|one| (16..=128).contains(&one.chars().count()))
        };
        Faults::of(new)
            .when(new.user_id.as_str() == "default", "userId", "`default` is AWS's own user; give another id")
            .when(
                new.authentication_type == AuthenticationType::Iam && new.user_id.as_str() != new.user_name,
                "userName",
                "must be the same as `userId` with the authentication type `iam`",
            )
            .when(
                new.authentication_type == AuthenticationType::NoPasswordRequired && new.engine == Engine::Valkey,
                "authenticationType",
                "the engine `valkey` has no users without a password",
            )
            .when(
                by_password && passwords.is_none(),
                "passwords",
                "missing: the authentication type `password` needs one or two",
            )
            .when(
                !by_password && passwords.is_some(),
                "passwords",
                "only the authentication type `password` has passwords",
            )
            .when(
                passwords.is_some_and(|passwords| !fits(passwords)),
                "passwords",
                "must be one or two passwords of 16 to 128 characters",
            )
            .into_vec()
    }

    async fn create(aws: &Aws, new: &UserInputs) -> Result<Made> {
        let id = new.user_id.as_str();
        let create = aws
            .once()
            .elasticache()
            .create_user()
            .user_id(id)
            .user_name(&new.user_name)
            .engine(new.engine.as_str())
            .access_string(&new.access_string)
            .authentication_mode(mode(new))
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.unless(&["UserAlreadyExists"]).doing("creating user", id)?;
        Ok(if made.is_some() { Made::New(id.into()) } else { Made::Exists(id.into()) })
    }

    async fn ours(aws: &Aws, id: &Id, seen: &AwsUser, _: &UserInputs) -> Result<Option<Id>> {
        let tags = tags::list(aws, seen.arn().unwrap_or_default()).await?;
        Ok(aws.bears_token(tags).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsUser>> {
        let asked = aws.elasticache().describe_users().user_id(id).send().await;
        let answer = asked.unless(&["UserNotFound"]).doing("reading user", id)?;
        Ok(answer.and_then(|a| a.users?.pop()))
    }

    fn progress(seen: &AwsUser) -> Progress {
        match seen.status().unwrap_or_default() {
            "active" => Progress::Done,
            "deleting" => Progress::Leaving("deleting".into()),
            state => Progress::Pending(state.to_owned()),
        }
    }

    async fn read(aws: &Aws, _: &Id, seen: AwsUser) -> Result<Self> {
        let arn = seen.arn.unwrap_or_default();
        let authentication = match seen.authentication.and_then(|authentication| authentication.r#type) {
            // AWS has another word for it than it takes.
            Some(AwsAuthenticationType::NoPassword) => AuthenticationType::NoPasswordRequired,
            Some(kind) => word(kind)?,
            None => AuthenticationType::Password,
        };
        Ok(User {
            inputs: UserInputs {
                user_id: seen.user_id.unwrap_or_default().into(),
                user_name: seen.user_name.unwrap_or_default(),
                engine: word(seen.engine.unwrap_or_default().to_lowercase())?,
                access_string: seen.access_string.unwrap_or_default(),
                authentication_type: authentication,
                passwords: None,
                tags: tags::visible(aws, &arn).await?,
            },
            arn,
        })
    }

    fn respell(&mut self, given: &UserInputs) {
        if means_the_same(&self.inputs.access_string, &given.access_string) {
            self.inputs.access_string = given.access_string.clone();
        }
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &UserInputs) -> Result<()> {
        let was = &old.inputs;
        let mut modify = aws.elasticache().modify_user().user_id(id);
        if was.access_string != new.access_string {
            modify = modify.access_string(&new.access_string);
        }
        if (was.authentication_type, &was.passwords) != (new.authentication_type, &new.passwords) {
            modify = modify.authentication_mode(mode(new));
        }
        if was.engine != new.engine {
            modify = modify.engine(new.engine.as_str());
        }
        modify.send().await.done("changing user", id)
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    /// AWS takes it out of its user groups.
    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.elasticache().delete_user().user_id(id).send().await;
        match delete.unless(&["UserNotFound"]).done("deleting user", id) {
            Err(refused) if refused.message().contains("DefaultUserAssociatedToUserGroup") => {
                Err(held(aws, id, refused).await)
            }
            deleted => deleted,
        }
    }
}

/// A refusal to delete the only user named `default` of a group, with the group's id.
async fn held(aws: &Aws, id: &Id, refused: Error) -> Error {
    let groups = User::find(aws, id).await.ok().flatten().and_then(|user| user.user_group_ids).unwrap_or_default();
    let groups = groups.join(", ");
    refused.hint(format!(
        "it is the only user named `default` of user group {groups}: give the group another one first, or delete the group"
    ))
}

fn mode(new: &UserInputs) -> AuthenticationMode {
    AuthenticationMode::builder()
        .r#type(InputAuthenticationType::from(new.authentication_type.as_str()))
        .set_passwords(new.passwords.as_ref().map(|passwords| passwords.expose().clone()))
        .build()
}

/// Whether AWS's access string is the given one: AWS takes all commands away before the first that is given, and single spaces between the words.
fn means_the_same(seen: &str, given: &str) -> bool {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (mut seen, given) = (words(seen), words(given));
    if seen == given {
        return true;
    }
    if let Some(added) = seen.iter().position(|word| word == "-@all") {
        seen.remove(added);
    }
    seen == given
}

#[cfg(test)]
mod tests {
    use super::means_the_same;

    #[test]
    fn the_order_of_an_access_string_matters() {
        for (seen, given, same) in [
            ("on ~app:* -@all +@read", "on ~app:* +@read", true),
            ("on ~app:* -@all +@read", "on  ~app:*  +@read ", true),
            ("on ~* +@all", "on ~* +@all", true),
            ("on ~* -@all +@read", "on ~* -@all +@read", true),
            ("on ~app:* -@all +@read -get", "on ~app:* -get +@read", false),
            ("on ~app:* -@all +@write", "on ~app:* +@read", false),
        ] {
            assert_eq!(means_the_same(seen, given), same, "{seen} {given}");
        }
    }
}
