//! The configuration of a cluster, and how AWS takes and returns it.

use aws_sdk_ecs::types as aws;
use pulumi_plugin::{Fault, Faults, Property, Result};

use crate::aws::list::filled;
use crate::aws::word_or;

/// The configuration of a cluster.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct ClusterConfiguration {
    /// The configuration of ECS Exec, which runs commands in containers.
    #[prop(default)]
    pub execute_command_configuration: ExecuteCommandConfiguration,
    /// The configuration of the storage of tasks.
    #[prop(default)]
    pub managed_storage_configuration: ManagedStorageConfiguration,
}

/// The configuration of ECS Exec.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct ExecuteCommandConfiguration {
    /// The KMS key that encrypts the data between client and container, by id, alias or ARN. Default: TLS only.
    pub kms_key_id: Option<String>,
    /// The logging of sessions: where their output goes. Default: `DEFAULT`.
    #[prop(default)]
    pub logging: ExecuteCommandLogging,
    /// The log configuration. Needed by `logging: OVERRIDE`, and only by that.
    pub log_configuration: Option<ExecuteCommandLogConfiguration>,
}

/// Where the output of ECS Exec's sessions goes.
#[derive(Debug, Clone, Copy, PartialEq, Default, Property)]
pub enum ExecuteCommandLogging {
    /// To the `awslogs` configuration of the task definition; nowhere if there is none.
    #[default]
    #[prop(rename = "DEFAULT")]
    Default,
    /// Nowhere.
    #[prop(rename = "NONE")]
    None,
    /// Where `logConfiguration` says.
    #[prop(rename = "OVERRIDE")]
    Override,
}

/// The logs of ECS Exec.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ExecuteCommandLogConfiguration {
    /// The CloudWatch Logs group. It must exist.
    pub cloud_watch_log_group_name: Option<String>,
    /// Whether the log group is encrypted. Default: false.
    #[prop(default)]
    pub cloud_watch_encryption_enabled: bool,
    /// The S3 bucket. It must exist.
    pub s3_bucket_name: Option<String>,
    /// Whether the objects in the S3 bucket are encrypted. Default: false.
    #[prop(default)]
    pub s3_encryption_enabled: bool,
    /// The S3 key prefix of the logs.
    pub s3_key_prefix: Option<String>,
}

/// The configuration of the storage of a cluster's tasks.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct ManagedStorageConfiguration {
    /// The ARN of the KMS key that encrypts volumes which ECS makes. Default: AWS's own key.
    pub kms_key_id: Option<String>,
    /// The ARN of the KMS key that encrypts the ephemeral storage of Fargate tasks. Default: AWS's own key.
    pub fargate_ephemeral_storage_kms_key_id: Option<String>,
}

impl ClusterConfiguration {
    /// What is wrong with it, as a property of the cluster.
    pub fn faults(&self) -> Vec<Fault> {
        let exec = &self.execute_command_configuration;
        let overrides = exec.logging == ExecuteCommandLogging::Override;
        let logs = Faults::of(exec)
            .when(
                overrides && exec.log_configuration.is_none(),
                "logConfiguration",
                "missing: `logging: OVERRIDE` needs it",
            )
            .when(!overrides && exec.log_configuration.is_some(), "logConfiguration", "needs `logging: OVERRIDE`");
        let faults = logs.into_vec().into_iter();
        faults.map(|fault| fault.below("executeCommandConfiguration").below("configuration")).collect()
    }

    /// As AWS takes it.
    pub fn write(&self) -> aws::ClusterConfiguration {
        let storage = &self.managed_storage_configuration;
        let storage = aws::ManagedStorageConfiguration::builder()
            .set_kms_key_id(storage.kms_key_id.clone())
            .set_fargate_ephemeral_storage_kms_key_id(storage.fargate_ephemeral_storage_kms_key_id.clone());
        let exec = &self.execute_command_configuration;
        let written = aws::ExecuteCommandConfiguration::builder()
            .set_kms_key_id(exec.kms_key_id.clone())
            .logging(exec.logging.as_str().into())
            .set_log_configuration(exec.log_configuration.as_ref().map(ExecuteCommandLogConfiguration::write));
        aws::ClusterConfiguration::builder()
            .execute_command_configuration(written.build())
            .managed_storage_configuration(storage.build())
            .build()
    }

    /// As AWS returns it.
    pub fn read(seen: Option<aws::ClusterConfiguration>) -> Result<ClusterConfiguration> {
        let Some(seen) = seen else { return Ok(ClusterConfiguration::default()) };
        let storage = seen.managed_storage_configuration.map(|storage| ManagedStorageConfiguration {
            kms_key_id: filled(storage.kms_key_id),
            fargate_ephemeral_storage_kms_key_id: filled(storage.fargate_ephemeral_storage_kms_key_id),
        });
        let exec = match seen.execute_command_configuration {
            None => ExecuteCommandConfiguration::default(),
            Some(exec) => ExecuteCommandConfiguration {
                kms_key_id: filled(exec.kms_key_id),
                logging: word_or(exec.logging, ExecuteCommandLogging::Default)?,
                log_configuration: exec.log_configuration.map(ExecuteCommandLogConfiguration::read),
            },
        };
        Ok(ClusterConfiguration {
            execute_command_configuration: exec,
            managed_storage_configuration: storage.unwrap_or_default(),
        })
    }
}

impl ExecuteCommandLogConfiguration {
    fn write(&self) -> aws::ExecuteCommandLogConfiguration {
        aws::ExecuteCommandLogConfiguration::builder()
            .set_cloud_watch_log_group_name(self.cloud_watch_log_group_name.clone())
            .cloud_watch_encryption_enabled(self.cloud_watch_encryption_enabled)
            .set_s3_bucket_name(self.s3_bucket_name.clone())
            .s3_encryption_enabled(self.s3_encryption_enabled)
            .set_s3_key_prefix(self.s3_key_prefix.clone())
            .build()
    }

    fn read(seen: aws::ExecuteCommandLogConfiguration) -> ExecuteCommandLogConfiguration {
        ExecuteCommandLogConfiguration {
            cloud_watch_log_group_name: filled(seen.cloud_watch_log_group_name),
            cloud_watch_encryption_enabled: seen.cloud_watch_encryption_enabled,
            s3_bucket_name: filled(seen.s3_bucket_name),
            s3_encryption_enabled: seen.s3_encryption_enabled,
            s3_key_prefix: filled(seen.s3_key_prefix),
        }
    }
}
