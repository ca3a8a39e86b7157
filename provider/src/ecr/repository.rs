//! A repository.

mod parts;

use std::collections::BTreeSet;

use aws_sdk_ecr::types::Repository as AwsRepository;
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Order, Property, Resource, Result, Wait};

use self::parts::{filters, unbuilt};
use crate::aws::{Aws, Doing as _, Tags, word_or};
use crate::kms;
use crate::types::{LifecyclePolicy, PolicyJson, RepositoryName};

/// The inputs of an ECR repository.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RepositoryInputs {
    /// The repository's name: lower-case words joined by `.`, `_`, `__` or hyphens, in folders by `/`; 2 to 256 characters. Default: made from the
    /// resource's name.
    #[prop(replace, unique, autoname = 256)]
    pub name: RepositoryName,
    /// The image tag mutability: whether a tag that is there can be pushed again. Default: `MUTABLE`.
    #[prop(default = ImageTagMutability::Mutable)]
    pub image_tag_mutability: ImageTagMutability,
    /// The exclusion filters: tags for which the opposite holds, with `*` for any characters. Needed with `_WITH_EXCLUSION`, and only with that.
    #[prop(default, max = 5)]
    pub image_tag_mutability_exclusion_filters: BTreeSet<String>,
    /// The image scanning configuration.
    #[prop(default)]
    pub image_scanning_configuration: ImageScanningConfiguration,
    /// The encryption configuration. Default: AES256, with keys of S3.
    #[prop(replace, default)]
    pub encryption_configuration: EncryptionConfiguration,
    /// The lifecycle policy: which images expire. Default: none.
    pub lifecycle_policy: Option<LifecyclePolicy>,
    /// The repository policy: who may pull and push, beside those whom IAM allows. Default: none.
    pub repository_policy: Option<PolicyJson>,
    /// Whether deleting the repository also deletes its images. Without it, a repository with images is not deleted. Default: false.
    #[prop(default)]
    pub force_delete: Order<bool>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// Whether a tag that is there can be pushed again.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ImageTagMutability {
    /// It can.
    #[prop(rename = "MUTABLE")]
    Mutable,
    /// It can not.
    #[prop(rename = "IMMUTABLE")]
    Immutable,
    /// It can, unless a filter fits.
    #[prop(rename = "MUTABLE_WITH_EXCLUSION")]
    MutableWithExclusion,
    /// It can not, unless a filter fits.
    #[prop(rename = "IMMUTABLE_WITH_EXCLUSION")]
    ImmutableWithExclusion,
}

/// The scanning of images.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct ImageScanningConfiguration {
    /// Whether images are scanned for vulnerabilities when they are pushed. Default: false.
    #[prop(default)]
    pub scan_on_push: bool,
}

/// The encryption of images.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct EncryptionConfiguration {
    /// The encryption type. Default: `AES256`.
    #[prop(default)]
    pub encryption_type: EncryptionType,
    /// The KMS key, by id, alias or ARN. Default: AWS's own key for ECR.
    #[prop(min = 1)]
    pub kms_key: Option<String>,
}

/// How images are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Default, Property)]
pub enum EncryptionType {
    /// With keys of S3.
    #[default]
    #[prop(rename = "AES256")]
    Aes256,
    /// With a KMS key.
    #[prop(rename = "KMS")]
    Kms,
    /// Twice, with a KMS key.
    #[prop(rename = "KMS_DSSE")]
    KmsDsse,
}

/// An ECR repository: holds container images.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Repository {
    /// The inputs, as ECR has them.
    #[prop(inputs)]
    pub inputs: RepositoryInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The repository URL, without a tag: `123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/web`.
    #[prop(stable)]
    pub repository_url: String,
    /// The registry id: the account.
    #[prop(stable)]
    pub registry_id: String,
}

impl Resource for Repository {
    const TOKEN: &'static str = "gitinfra:ecr:Repository";
    const WAIT: Wait = Wait::seconds(2, 300);
    type Session = Aws;
    type Inputs = RepositoryInputs;
    type Seen = AwsRepository;

    fn check(new: &RepositoryInputs) -> Vec<Fault> {
        use ImageTagMutability::{ImmutableWithExclusion, MutableWithExclusion};
        const FILTERS: &str = "imageTagMutabilityExclusionFilters";
        let excludes = matches!(new.image_tag_mutability, MutableWithExclusion | ImmutableWithExclusion);
        let none = new.image_tag_mutability_exclusion_filters.is_empty();
        let keyed = new.encryption_configuration.kms_key.is_some();
        let plain = new.encryption_configuration.encryption_type == EncryptionType::Aes256;
        let size = new.lifecycle_policy.as_ref().map(|policy| policy.to_string().chars().count());
        let policy = new.repository_policy.as_ref().map_or(0, |policy| policy.to_string().chars().count());
        Faults::of(new)
            .when(policy > 10240, "repositoryPolicy", format!("has {policy} characters; 10240 are allowed"))
            .when(excludes && none, FILTERS, "missing: `_WITH_EXCLUSION` needs 1 to 5 filters")
            .when(!excludes && !none, FILTERS, "needs an `imageTagMutability` with `_WITH_EXCLUSION`")
            .when(keyed && plain, "encryptionConfiguration.kmsKey", "needs `encryptionType: KMS` or `KMS_DSSE`")
            .when(size.is_some_and(|size| size > 30720), "lifecyclePolicy", "has more than 30720 characters")
            .into_vec()
    }

    async fn create(aws: &Aws, new: &RepositoryInputs) -> Result<Made> {
        let create = aws
            .once()
            .ecr()
            .create_repository()
            .repository_name(new.name.as_str())
            .image_tag_mutability(new.image_tag_mutability.as_str().into())
            .set_image_tag_mutability_exclusion_filters(filters(new)?)
            .image_scanning_configuration(new.image_scanning_configuration.write())
            .encryption_configuration(new.encryption_configuration.write().map_err(unbuilt)?)
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.unless(&["RepositoryAlreadyExistsException"]);
        let id = Id::from(new.name.as_str());
        Ok(match made.doing("creating repository", &new.name)? {
            Some(_) => Made::New(id),
            None => Made::Exists(id),
        })
    }

    async fn ours(aws: &Aws, id: &Id, seen: &AwsRepository, _: &RepositoryInputs) -> Result<Option<Id>> {
        let tags = parts::tags(aws, seen.repository_arn().unwrap_or_default()).await?;
        Ok(aws.bears_token(tags).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsRepository>> {
        let asked = aws.ecr().describe_repositories().repository_names(id).send().await;
        let answer = asked.unless(&["RepositoryNotFoundException"]).doing("reading repository", id)?;
        Ok(answer.and_then(|answer| answer.repositories?.pop()))
    }

    async fn read(aws: &Aws, id: &Id, seen: AwsRepository) -> Result<Self> {
        let arn = seen.repository_arn.clone().unwrap_or_default();
        let policies = futures::try_join!(parts::lifecycle(aws, id), parts::policy(aws, id), parts::tags(aws, &arn));
        let (lifecycle_policy, repository_policy, tags) = policies?;
        let excluded = seen.image_tag_mutability_exclusion_filters.unwrap_or_default().into_iter();
        let scanning = seen.image_scanning_configuration;
        Ok(Repository {
            inputs: RepositoryInputs {
                name: seen.repository_name.unwrap_or_default().into(),
                image_tag_mutability: word_or(seen.image_tag_mutability, ImageTagMutability::Mutable)?,
                image_tag_mutability_exclusion_filters: excluded.map(|it| it.filter).collect(),
                image_scanning_configuration: ImageScanningConfiguration {
                    scan_on_push: scanning.is_some_and(|it| it.scan_on_push),
                },
                encryption_configuration: EncryptionConfiguration::read(seen.encryption_configuration)?,
                lifecycle_policy,
                repository_policy,
                force_delete: Order::unknown(),
                tags: aws.visible(tags),
            },
            arn,
            repository_url: seen.repository_uri.unwrap_or_default(),
            registry_id: seen.registry_id.unwrap_or_default(),
        })
    }

    async fn in_place(aws: &Aws, old: &RepositoryInputs, new: &RepositoryInputs) -> Result<Vec<&'static str>> {
        let (old, new) = (&old.encryption_configuration, &new.encryption_configuration);
        let same = old.encryption_type == new.encryption_type && kms::is_same(aws, &old.kms_key, &new.kms_key).await;
        Ok(if same { vec!["encryptionConfiguration"] } else { Vec::new() })
    }

    /// AWS tells the ARN of the key, also of its own one.
    fn respell(&mut self, given: &RepositoryInputs) {
        let (given, key) = (&given.encryption_configuration.kms_key, &mut self.inputs.encryption_configuration.kms_key);
        if given.is_none() {
            *key = None;
        }
        kms::respell(given, key);
    }

    async fn recognize(aws: &Aws, state: &mut Self, given: &RepositoryInputs) {
        let key = &mut state.inputs.encryption_configuration.kms_key;
        kms::recognize(aws, &given.encryption_configuration.kms_key, key).await;
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &RepositoryInputs) -> Result<()> {
        parts::bring(aws, id, &old.inputs, new).await
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        parts::retag(aws, &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let delete = aws.ecr().delete_repository().repository_name(id).force(old.inputs.force_delete.value());
        let deleted = delete.send().await.unless(&["RepositoryNotFoundException"]);
        match deleted.done("deleting repository", id) {
            Err(error) if error.message().contains("RepositoryNotEmptyException") => {
                Err(inhabited(aws, id, error).await)
            }
            done => done,
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// The refusal to delete a repository that holds images, with some of their tags.
async fn inhabited(aws: &Aws, id: &Id, refusal: Error) -> Error {
    let listed = aws.ecr().list_images().repository_name(id).max_results(5).send().await;
    let images = listed.ok().and_then(|answer| answer.image_ids).unwrap_or_default();
    let named: Vec<_> = images.into_iter().filter_map(|image| image.image_tag.or(image.image_digest)).collect();
    let said = refusal.message();
    Error::new(format!("{said}; it holds {}", named.join(", ")))
        .hint("delete the images first, or set `forceDelete: true` and run `pulumi up` before it is deleted")
}
