//! Whether a service has come to rest after its last deployment, and if it never will, why.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_sdk_ecs::primitives::DateTime;
use aws_sdk_ecs::types::{
    CreatedAt, Deployment, DeploymentRolloutState, DesiredStatus, Service as AwsService, ServiceDeploymentBrief,
    ServiceDeploymentStatus as Status,
};
use pulumi_plugin::{Error, Id, Progress, Result};

use super::place;
use crate::aws::{Aws, Doing as _};

/// How much earlier than its own tasks a deployment may begin, in seconds.
const AHEAD: i64 = 10;

/// The deployment of each service that this process has started.
#[derive(Default)]
struct Begun(Mutex<HashMap<String, Ours>>);

/// A deployment of ours.
#[derive(Debug, Clone, PartialEq)]
struct Ours {
    /// Its number, which the ARN of the service revision that it brings ends with.
    number: String,
    /// When it began, by the clock of AWS.
    began: i64,
}

impl Ours {
    fn of(deployment: &Deployment) -> Option<Ours> {
        let number = deployment.id()?.rsplit('/').next()?.to_owned();
        Some(Ours { number, began: deployment.created_at?.secs() })
    }

    /// Whether a run brings its revision.
    fn is_brought_by(&self, run: &ServiceDeploymentBrief) -> bool {
        run.target_service_revision_arn().and_then(|arn| arn.rsplit('/').next()) == Some(&self.number)
    }
}

/// Notes the deployment that AWS has just told of, so that no other one is taken for it: an older one, or somebody else's that came after it.
pub fn note(aws: &Aws, id: &Id, service: Option<&AwsService>) {
    if let Some(ours) = service.and_then(primary).and_then(Ours::of) {
        aws.kept::<Begun>().0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_string(), ours);
    }
}

/// The deployment that the service is to end with.
pub fn primary(service: &AwsService) -> Option<&Deployment> {
    service.deployments().iter().find(|deployment| deployment.status() == Some("PRIMARY"))
}

/// How far the last deployment has come. A service is active at once, and has as many tasks as it should also after a rollback: neither says that
/// the deployment is through.
pub async fn progress(aws: &Aws, id: &Id, service: &AwsService) -> Result<Progress> {
    let Some(deployment) = primary(service) else { return Ok(Progress::Pending("no deployment yet".to_owned())) };
    let noted = aws.kept::<Begun>().0.lock().unwrap_or_else(PoisonError::into_inner).get(id.as_str()).cloned();
    let run = match noted.or_else(|| Ours::of(deployment)) {
        Some(ours) => run_of(aws, id, &ours).await?,
        None => None,
    };
    let failed = match run.as_ref().and_then(|run| run.status.as_ref()) {
        Some(Status::Successful) => return Ok(counted(service)),
        Some(Status::Stopped | Status::RollbackSuccessful | Status::RollbackFailed) => true,
        Some(state) => return Ok(Progress::Pending(format!("{state}, {}", tasks(service)))),
        // AWS keeps the runs of 90 days, and knows a new one a moment late.
        None => match &deployment.rollout_state {
            Some(DeploymentRolloutState::Completed) => return Ok(counted(service)),
            state => *state == Some(DeploymentRolloutState::Failed),
        },
    };
    match failed {
        true => Err(failure(aws, id, service, run).await),
        false => Ok(Progress::Pending(format!("deploying, {}", tasks(service)))),
    }
}

/// The run of a deployment.
async fn run_of(aws: &Aws, id: &Id, ours: &Ours) -> Result<Option<ServiceDeploymentBrief>> {
    let (cluster, name) = place(id)?;
    let since = CreatedAt::builder().after(DateTime::from_secs(ours.began - AHEAD)).build();
    let list = aws.ecs().list_service_deployments().cluster(cluster).service(name).created_at(since);
    let mut page = None;
    loop {
        let listed = list.clone().set_next_token(page).send().await;
        let listed = listed.doing("reading the deployments of service", id)?;
        let found = listed.service_deployments.unwrap_or_default().into_iter().find(|run| ours.is_brought_by(run));
        if found.is_some() || listed.next_token.is_none() {
            return Ok(found);
        }
        page = listed.next_token;
    }
}

/// The deployment is through: are all tasks there?
fn counted(service: &AwsService) -> Progress {
    match service.running_count == service.desired_count && service.pending_count == 0 {
        true => Progress::Done,
        false => Progress::Pending(tasks(service)),
    }
}

fn tasks(service: &AwsService) -> String {
    format!("{} of {} tasks running", service.running_count, service.desired_count)
}

/// Why the deployment has failed, in AWS's words: the run's reason, what became of the tasks, and the last event that tells of trouble.
async fn failure(aws: &Aws, id: &Id, service: &AwsService, run: Option<ServiceDeploymentBrief>) -> Error {
    let rolled_back = run.as_ref().is_some_and(|run| run.status == Some(Status::RollbackSuccessful));
    let mut said = vec![match rolled_back {
        true => format!("the deployment of service `{id}` was rolled back"),
        false => format!("the deployment of service `{id}` has failed"),
    }];
    let rollout = primary(service).and_then(|deployment| deployment.rollout_state_reason.clone());
    said.extend(run.and_then(|run| run.status_reason).or(rollout));
    said.extend(stopped(aws, id).await);
    const TROUBLE: [&str; 4] = ["unable", "unhealthy", "failed", "error"];
    let events = service.events().iter().filter_map(|event| event.message.clone());
    let trouble = |message: &String| TROUBLE.iter().any(|word| message.to_lowercase().contains(word));
    said.extend(events.take(20).find(trouble));
    let said: Vec<_> = said.iter().map(|words| words.trim_end_matches('.')).collect();
    Error::new(said.join("; ")).hint(match rolled_back {
        true => "the service runs its last good deployment; correct what has failed, and `pulumi up` deploys again",
        false => "correct what has failed, and `pulumi up` deploys again",
    })
}

/// Why the service's last task was stopped. What can't be read is not told.
async fn stopped(aws: &Aws, id: &Id) -> Option<String> {
    let (cluster, name) = place(id).ok()?;
    let list = aws.ecs().list_tasks().cluster(cluster).service_name(name).desired_status(DesiredStatus::Stopped);
    let arn = list.send().await.ok()?.task_arns?.into_iter().next()?;
    let tasks = aws.ecs().describe_tasks().cluster(cluster).tasks(arn).send().await.ok()?.tasks?;
    let task = tasks.first()?;
    let of_container = task.containers().iter().find_map(|container| container.reason.clone());
    let reason = [task.stopped_reason.clone(), of_container].into_iter().flatten().collect::<Vec<_>>();
    (!reason.is_empty()).then(|| format!("its last task stopped: {}", reason.join(": ")))
}
