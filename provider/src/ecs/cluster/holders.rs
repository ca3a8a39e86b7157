//! What is still in a cluster that AWS does not delete.

use pulumi_plugin::{Error, Id};

use crate::aws::Aws;

/// The refusal with the names of what is in the cluster. What can't be read is not named.
pub async fn named(aws: &Aws, id: &Id, refusal: Error) -> Error {
    let ecs = aws.ecs();
    let services = ecs.list_services().cluster(id).send();
    let (services, tasks) = futures::join!(services, ecs.list_tasks().cluster(id).send());
    let services = services.ok().and_then(|answer| answer.service_arns).unwrap_or_default();
    let tasks = tasks.ok().and_then(|answer| answer.task_arns).unwrap_or_default();
    let last = |arn: &String| arn.rsplit('/').next().unwrap_or_default().to_owned();
    let named: Vec<_> = services
        .iter()
        .map(|arn| format!("service `{}`", last(arn)))
        .chain(tasks.iter().take(5).map(|arn| format!("task `{}`", last(arn))))
        .collect();
    match named.is_empty() {
        true => refusal,
        false => Error::new(format!("{}; it holds {}", refusal.message(), named.join(", "))).again(refusal.retry()),
    }
}
