//! The settings of a bucket, each of which S3 keeps, tells and takes by itself.

use aws_sdk_s3::types as aws;
use aws_smithy_types::error::operation::BuildError;
use pulumi_plugin::{Again, Error, Id, Result};

use super::inputs::*;
use super::lifecycle;
use crate::aws::list::{filled, some};
use crate::aws::{Aws, Doing as _, word};

/// A bucket as its settings are reached. A bucket of the name that is another account's is refused.
pub struct Settings<'a> {
    pub aws: &'a Aws,
    pub s3: aws_sdk_s3::Client,
    pub id: &'a Id,
    pub owner: String,
}

impl<'a> Settings<'a> {
    pub async fn of(aws: &'a Aws, id: &'a Id) -> Result<Settings<'a>> {
        Ok(Settings { aws, s3: aws.s3(), id, owner: aws.account().await? })
    }

    /// The inputs of a bucket that has none of its own choice, with all settings as S3 tells them.
    pub async fn read(&self) -> Result<BucketInputs> {
        let (public_access_block, object_ownership, encryption, versioning, lifecycle, logging, cors_rules) = futures::try_join!(
            self.public_access_block(),
            self.object_ownership(),
            self.encryption(),
            self.versioning(),
            self.lifecycle(),
            self.logging(),
            self.cors_rules(),
        )?;
        let inputs = BucketInputs {
            name: String::from(self.id).into(),
            bucket_namespace: self.namespace(),
            public_access_block,
            object_ownership,
            encryption,
            versioning,
            lifecycle_rules: lifecycle.0,
            transition_default_minimum_object_size: lifecycle.1,
            logging,
            cors_rules,
            notification_configuration: None,
            website_configuration: None,
            replication_configuration: None,
            accelerate_status: None,
            object_lock_configuration: None,
            analytics_configurations: None,
            intelligent_tiering_configurations: None,
            inventory_configurations: None,
            metrics_configurations: None,
            force_destroy: pulumi_plugin::Order::unknown(),
            tags: crate::aws::Tags::new(),
        };
        self.read_listed(self.read_further(inputs).await?).await
    }

    /// Brings what differs, one after another: S3 refuses two changes of one bucket at a time.
    pub async fn bring(&self, old: &BucketInputs, new: &BucketInputs) -> Result<()> {
        if old.public_access_block != new.public_access_block {
            self.put_public_access_block(&new.public_access_block).await?;
        }
        if old.object_ownership != new.object_ownership {
            self.put_object_ownership(new.object_ownership).await?;
        }
        self.end_replication(old, new).await?;
        if old.versioning != new.versioning {
            self.put_versioning(new.versioning).await?;
        }
        if old.encryption != new.encryption {
            self.put_encryption(&new.encryption).await?;
        }
        self.bring_lifecycle(old, new).await?;
        if old.logging != new.logging {
            self.put_logging(new.logging.as_ref()).await?;
        }
        if old.cors_rules != new.cors_rules {
            self.put_cors_rules(&new.cors_rules).await?;
        }
        self.bring_further(old, new).await?;
        self.bring_listed(old, new).await
    }

    /// Nothing tells the namespace but the end of the name, which no other namespace has.
    fn namespace(&self) -> BucketNamespace {
        let own = format!("-{}-{}-an", self.owner, self.aws.region());
        match self.id.as_str().ends_with(&own) {
            true => BucketNamespace::AccountRegional,
            false => BucketNamespace::Global,
        }
    }

    /// Once it is deleted, nothing is blocked.
    async fn public_access_block(&self) -> Result<PublicAccessBlock> {
        let get = self.s3.get_public_access_block().bucket(self.id).expected_bucket_owner(&self.owner);
        let got = get.send().await.unless(&["NoSuchPublicAccessBlockConfiguration"]);
        let got = got.doing("reading the public access block of bucket", self.id)?;
        let on = |flag: Option<bool>| flag.unwrap_or_default();
        Ok(match got.and_then(|got| got.public_access_block_configuration) {
            None => PublicAccessBlock::all(false),
            Some(block) => PublicAccessBlock {
                block_public_acls: on(block.block_public_acls),
                ignore_public_acls: on(block.ignore_public_acls),
                block_public_policy: on(block.block_public_policy),
                restrict_public_buckets: on(block.restrict_public_buckets),
            },
        })
    }

    async fn put_public_access_block(&self, block: &PublicAccessBlock) -> Result<()> {
        let block = aws::PublicAccessBlockConfiguration::builder()
            .block_public_acls(block.block_public_acls)
            .ignore_public_acls(block.ignore_public_acls)
            .block_public_policy(block.block_public_policy)
            .restrict_public_buckets(block.restrict_public_buckets);
        let put = self.s3.put_public_access_block().bucket(self.id).expected_bucket_owner(&self.owner);
        let put = put.public_access_block_configuration(block.build()).send().await;
        put.done("setting the public access block of bucket", self.id)
    }

    /// Buckets from before there was such a setting have none: then who writes an object owns it.
    async fn object_ownership(&self) -> Result<ObjectOwnership> {
        let get = self.s3.get_bucket_ownership_controls().bucket(self.id).expected_bucket_owner(&self.owner);
        let got = get.send().await.unless(&["OwnershipControlsNotFoundError"]);
        let got = got.doing("reading the object ownership of bucket", self.id)?;
        let rule = got.and_then(|got| got.ownership_controls?.rules.pop());
        rule.map_or(Ok(ObjectOwnership::ObjectWriter), |rule| word(rule.object_ownership))
    }

    async fn put_object_ownership(&self, ownership: ObjectOwnership) -> Result<()> {
        let rule = aws::OwnershipControlsRule::builder().object_ownership(ownership.as_str().into());
        let controls = rule.build().and_then(|rule| aws::OwnershipControls::builder().rules(rule).build());
        let put = self.s3.put_bucket_ownership_controls().bucket(self.id).expected_bucket_owner(&self.owner);
        let put = put.ownership_controls(controls.map_err(built)?).send().await;
        put.done("setting the object ownership of bucket", self.id).map_err(|error| {
            match error.message().contains("InvalidBucketAclWithObjectOwnership") {
                true => error.hint("its access control list grants others something: make it private first, `aws s3api put-bucket-acl --acl private`"),
                false => error,
            }
        })
    }

    async fn encryption(&self) -> Result<Encryption> {
        let get = self.s3.get_bucket_encryption().bucket(self.id).expected_bucket_owner(&self.owner);
        let got = get.send().await.unless(&["ServerSideEncryptionConfigurationNotFoundError"]);
        let got = got.doing("reading the encryption of bucket", self.id)?;
        let rule = got.and_then(|got| got.server_side_encryption_configuration?.rules.pop());
        let by_default = rule.as_ref().and_then(|rule| rule.apply_server_side_encryption_by_default.clone());
        let blocked = rule.as_ref().and_then(|rule| rule.blocked_encryption_types.clone()?.encryption_type);
        let blocked = blocked.unwrap_or_default().into_iter().filter(|kind| *kind != aws::EncryptionType::None);
        Ok(Encryption {
            sse_algorithm: by_default.as_ref().map_or(Ok(SseAlgorithm::Aes256), |d| word(&d.sse_algorithm))?,
            kms_master_key_id: by_default.and_then(|by_default| by_default.kms_master_key_id),
            bucket_key_enabled: rule.and_then(|rule| rule.bucket_key_enabled).unwrap_or_default(),
            blocked_encryption_types: blocked.map(word).collect::<Result<_>>()?,
        })
    }

    async fn put_encryption(&self, encryption: &Encryption) -> Result<()> {
        let by_default = aws::ServerSideEncryptionByDefault::builder()
            .sse_algorithm(encryption.sse_algorithm.as_str().into())
            .set_kms_master_key_id(encryption.kms_master_key_id.clone());
        let blocked = encryption.blocked_encryption_types.iter().map(|kind| kind.as_str().into());
        let blocked = some(blocked).unwrap_or_else(|| vec![aws::EncryptionType::None]);
        let rule = aws::ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(by_default.build().map_err(built)?)
            .bucket_key_enabled(encryption.bucket_key_enabled)
            .blocked_encryption_types(
                aws::BlockedEncryptionTypes::builder().set_encryption_type(Some(blocked)).build(),
            );
        let all = aws::ServerSideEncryptionConfiguration::builder().rules(rule.build()).build().map_err(built)?;
        let put = self.s3.put_bucket_encryption().bucket(self.id).expected_bucket_owner(&self.owner);
        let put = put.server_side_encryption_configuration(all).send().await;
        put.done("setting the encryption of bucket", self.id)
    }

    async fn versioning(&self) -> Result<bool> {
        let get = self.s3.get_bucket_versioning().bucket(self.id).expected_bucket_owner(&self.owner);
        let got = get.send().await.doing("reading the versioning of bucket", self.id)?;
        Ok(got.status == Some(aws::BucketVersioningStatus::Enabled))
    }

    async fn put_versioning(&self, on: bool) -> Result<()> {
        let status = match on {
            true => aws::BucketVersioningStatus::Enabled,
            false => aws::BucketVersioningStatus::Suspended,
        };
        let versioning = aws::VersioningConfiguration::builder().status(status).build();
        let put = self.s3.put_bucket_versioning().bucket(self.id).expected_bucket_owner(&self.owner);
        let put = put.versioning_configuration(versioning).send().await;
        put.done("setting the versioning of bucket", self.id)
    }

    async fn lifecycle(&self) -> Result<LifecycleSettings> {
        let get = self.s3.get_bucket_lifecycle_configuration().bucket(self.id).expected_bucket_owner(&self.owner);
        let got = get.send().await.unless(&["NoSuchLifecycleConfiguration"]);
        let Some(got) = got.doing("reading the lifecycle rules of bucket", self.id)? else {
            return Ok(LifecycleSettings::default());
        };
        let size = got.transition_default_minimum_object_size.map(word).transpose()?;
        Ok((lifecycle::read(got.rules.unwrap_or_default())?, size))
    }

    /// S3 goes on telling the old rules for some seconds, so that it is looked until it tells the new ones.
    async fn bring_lifecycle(&self, old: &BucketInputs, new: &BucketInputs) -> Result<()> {
        let size = new.transition_default_minimum_object_size;
        let same_size = size.is_none() || size == old.transition_default_minimum_object_size;
        if old.lifecycle_rules == new.lifecycle_rules && same_size {
            return Ok(());
        }
        let size = size.or(old.transition_default_minimum_object_size);
        self.aws.call().once("lifecycle", self.put_lifecycle(new, size)).await?;
        let told = self.lifecycle().await?.0;
        match told == new.lifecycle_rules || told != old.lifecycle_rules {
            true => Ok(()),
            false => {
                Err(Error::new(format!("bucket `{}` still tells its old lifecycle rules", self.id)).again(Again::Later))
            }
        }
    }

    async fn put_lifecycle(
        &self,
        new: &BucketInputs,
        size: Option<lifecycle::TransitionDefaultMinimumObjectSize>,
    ) -> Result<()> {
        if new.lifecycle_rules.is_empty() {
            let delete = self.s3.delete_bucket_lifecycle().bucket(self.id).expected_bucket_owner(&self.owner);
            return delete.send().await.done("removing the lifecycle rules of bucket", self.id);
        }
        let rules = lifecycle::write(&new.lifecycle_rules).map_err(built)?;
        let put = self.s3.put_bucket_lifecycle_configuration().bucket(self.id).expected_bucket_owner(&self.owner);
        let put = put.set_transition_default_minimum_object_size(size.map(|size| size.as_str().into()));
        let put = put.lifecycle_configuration(rules).send().await;
        put.done("setting the lifecycle rules of bucket", self.id)
    }

    async fn logging(&self) -> Result<Option<Logging>> {
        let get = self.s3.get_bucket_logging().bucket(self.id).expected_bucket_owner(&self.owner);
        let got = get.send().await.doing("reading the logging of bucket", self.id)?;
        let Some(enabled) = got.logging_enabled else { return Ok(None) };
        let partitions = enabled.target_object_key_format.and_then(|format| format.partitioned_prefix);
        let source = partitions.map(|prefix| {
            // Where it isn't told, it is the time of delivery.
            let source = prefix.partition_date_source.unwrap_or(aws::PartitionDateSource::DeliveryTime);
            word(source)
        });
        Ok(Some(Logging {
            target_bucket: enabled.target_bucket.into(),
            target_prefix: enabled.target_prefix,
            partition_date_source: source.transpose()?,
        }))
    }

    async fn put_logging(&self, logging: Option<&Logging>) -> Result<()> {
        let enabled = logging.map(Logging::write).transpose().map_err(built)?;
        let status = aws::BucketLoggingStatus::builder().set_logging_enabled(enabled).build();
        let put = self.s3.put_bucket_logging().bucket(self.id).expected_bucket_owner(&self.owner);
        let put = put.bucket_logging_status(status).send().await;
        put.done("setting the logging of bucket", self.id)
    }

    async fn cors_rules(&self) -> Result<Vec<CorsRule>> {
        let get = self.s3.get_bucket_cors().bucket(self.id).expected_bucket_owner(&self.owner);
        let got = get.send().await.unless(&["NoSuchCORSConfiguration"]);
        let got = got.doing("reading the CORS rules of bucket", self.id)?;
        got.and_then(|got| got.cors_rules).unwrap_or_default().into_iter().map(CorsRule::read).collect()
    }

    async fn put_cors_rules(&self, rules: &[CorsRule]) -> Result<()> {
        if rules.is_empty() {
            let delete = self.s3.delete_bucket_cors().bucket(self.id).expected_bucket_owner(&self.owner);
            return delete.send().await.done("removing the CORS rules of bucket", self.id);
        }
        let rules = rules.iter().map(CorsRule::write).collect::<Result<Vec<_>, _>>().map_err(built)?;
        let rules = aws::CorsConfiguration::builder().set_cors_rules(Some(rules)).build().map_err(built)?;
        let put = self.s3.put_bucket_cors().bucket(self.id).expected_bucket_owner(&self.owner);
        put.cors_configuration(rules).send().await.done("setting the CORS rules of bucket", self.id)
    }
}

/// Lifecycle rules, and which objects are too small for transitions.
type LifecycleSettings = (
    std::collections::BTreeMap<String, lifecycle::LifecycleRule>,
    Option<lifecycle::TransitionDefaultMinimumObjectSize>,
);

/// The SDK refuses to build what lacks something. Nothing here does.
pub fn built(error: BuildError) -> Error {
    Error::new(error.to_string())
}

impl Logging {
    fn write(&self) -> Result<aws::LoggingEnabled, BuildError> {
        let format = self.partition_date_source.map(|source| {
            let prefix = aws::PartitionedPrefix::builder().partition_date_source(source.as_str().into()).build();
            aws::TargetObjectKeyFormat::builder().partitioned_prefix(prefix).build()
        });
        let enabled = aws::LoggingEnabled::builder().target_bucket(self.target_bucket.as_str());
        enabled.target_prefix(&self.target_prefix).set_target_object_key_format(format).build()
    }
}

impl CorsRule {
    fn write(&self) -> Result<aws::CorsRule, BuildError> {
        aws::CorsRule::builder()
            .set_id(filled(self.id.as_deref()))
            .set_allowed_origins(some(self.allowed_origins.iter().cloned()))
            .set_allowed_methods(some(self.allowed_methods.iter().map(|method| method.as_str().to_owned())))
            .set_allowed_headers(some(self.allowed_headers.iter().cloned()))
            .set_expose_headers(some(self.expose_headers.iter().cloned()))
            .set_max_age_seconds(self.max_age_seconds)
            .build()
    }

    fn read(rule: aws::CorsRule) -> Result<CorsRule> {
        Ok(CorsRule {
            id: filled(rule.id),
            allowed_origins: rule.allowed_origins.into_iter().collect(),
            allowed_methods: rule.allowed_methods.into_iter().map(word).collect::<Result<_>>()?,
            allowed_headers: rule.allowed_headers.unwrap_or_default().into_iter().collect(),
            expose_headers: rule.expose_headers.unwrap_or_default().into_iter().collect(),
            max_age_seconds: rule.max_age_seconds,
        })
    }
}
