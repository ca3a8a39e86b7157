//! What ECS may do for a service's tasks, and what their containers may do.

use std::collections::BTreeSet;

use pulumi_plugin::{Error, Output, Result, Scope};
use serde_json::{Value as Json, json};

use super::Place;
use super::inputs::FargateServiceInputs;
use crate::iam::role::{Role, RoleArgs, RoleOutputs};
use crate::iam::role_policy::{RolePolicy, RolePolicyArgs};
use crate::logs::log_group::LogGroupOutputs;
use crate::types::{Arn, PolicyJson, RoleName};

/// The roles of a task.
pub struct Roles {
    /// ECS's own: pulls images, writes logs, reads secrets.
    pub execution: RoleOutputs,
    /// The containers'.
    pub task: RoleOutputs,
    /// The URNs of the policies that both need.
    pub policies: Vec<Output<String>>,
}

/// Both roles with their policies.
pub fn tell(here: &mut Scope, inputs: &FargateServiceInputs, place: &Place, logs: &LogGroupOutputs) -> Roles {
    let [execution, task] = ["execution-role", "task-role"].map(|key| {
        let args = RoleArgs { assume_role_policy: trust().into(), ..Default::default() };
        here.add::<Role>(key, args)
    });
    let mut policies = vec![policy(here, "execution-policy", &execution, allowed_to_ecs(inputs, place, logs))];
    if inputs.settings.enable_execute_command {
        policies.push(policy(here, "exec-policy", &task, Output::known(for_exec())));
    }
    for (name, document) in &inputs.settings.task_role_policies {
        policies.push(policy(here, &format!("task-policy-{name}"), &task, document.clone()));
    }
    Roles { execution, task, policies }
}

fn policy(here: &mut Scope, key: &str, role: &RoleOutputs, document: Output<PolicyJson>) -> Output<String> {
    let role = role.id.map(RoleName::from);
    here.add::<RolePolicy>(key, RolePolicyArgs { role: role.into(), policy: document.into(), ..Default::default() }).urn
}

fn trust() -> PolicyJson {
    let who = json!({"Service": "ecs-tasks.amazonaws.com"});
    PolicyJson::of([json!({"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"})])
}

/// What ECS Exec needs: a channel to Session Manager.
fn for_exec() -> PolicyJson {
    let channels = ["CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"];
    let actions = channels.map(|channel| format!("ssmmessages:{channel}"));
    PolicyJson::of([json!({"Effect": "Allow", "Action": actions, "Resource": "*"})])
}

/// Exactly what ECS needs to start the tasks: their log group, the repositories of their images, and their secrets.
fn allowed_to_ecs(inputs: &FargateServiceInputs, place: &Place, logs: &LogGroupOutputs) -> Output<PolicyJson> {
    let settings = &inputs.settings;
    let images = settings.sidecars.values().map(|sidecar| &sidecar.image).chain([&settings.image]);
    let secrets =
        settings.sidecars.values().flat_map(|sidecar| sidecar.secrets.values()).chain(settings.secrets.values());
    let (images, secrets) = (Output::all(images.cloned()), Output::all(secrets.cloned()));
    let partition = place.partition;
    logs.arn.zip(&images).zip(&secrets).try_map(move |((group, images), secrets)| {
        let write = json!({
            "Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": format!("{group}:*"),
        });
        let repositories: BTreeSet<_> = images.iter().filter_map(|image| repository(image, partition)).collect();
        Ok(PolicyJson::of([write].into_iter().chain(pull(&repositories)).chain(read(&secrets)?)))
    })
}

/// The repository of ECR that an image is in.
fn repository(image: &str, partition: &str) -> Option<String> {
    let (host, path) = image.split_once('/')?;
    let mut parts = host.split('.');
    let (account, "dkr", "ecr", region) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?) else {
        return None;
    };
    let name = path.split(['@', ':']).next()?;
    Some(format!("arn:{partition}:ecr:{region}:{account}:repository/{name}"))
}

fn pull(repositories: &BTreeSet<String>) -> Vec<Json> {
    let actions = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
    match repositories.is_empty() {
        true => Vec::new(),
        false => vec![
            json!({"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}),
            json!({"Effect": "Allow", "Action": actions, "Resource": repositories}),
        ],
    }
}

/// Secrets and parameters, and the keys that they may be encrypted with, which can be used for nothing else.
fn read(secrets: &[String]) -> Result<Vec<Json>> {
    let (mut kept, mut parameters, mut through) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for text in secrets {
        let arn = Arn::parse(text).map_err(|why| Error::new(format!("in `secrets`, {why}")))?;
        through.insert(format!("{}.{}.amazonaws.com", arn.service(), arn.region()));
        match arn.service() {
            // Behind the secret's own ARN there may be a key, a stage and a version.
            "secretsmanager" => kept.insert(text.splitn(8, ':').take(7).collect::<Vec<_>>().join(":")),
            "ssm" => parameters.insert(text.clone()),
            _ => return Err(Error::new(format!("in `secrets`, `{text}` is neither a secret nor a parameter"))),
        };
    }
    let of = |action: &str, what: BTreeSet<String>| {
        (!what.is_empty()).then(|| json!({"Effect": "Allow", "Action": action, "Resource": what}))
    };
    let condition = json!({"StringEquals": {"kms:ViaService": through}});
    let decrypt = json!({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Condition": condition});
    let decrypt = (!secrets.is_empty()).then_some(decrypt);
    let all = [of("secretsmanager:GetSecretValue", kept), of("ssm:GetParameters", parameters), decrypt];
    Ok(all.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::{read, repository};

    #[test]
    fn an_image_says_its_repository() {
        let ecr = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com";
        for (image, name) in [
            (format!("{ecr}/app"), Some("app")),
            (format!("{ecr}/team/app:1"), Some("team/app")),
            (format!("{ecr}/app@sha256:0123"), Some("app")),
            (format!("{ecr}/app:1@sha256:0123"), Some("app")),
            ("public.ecr.aws/nginx/nginx:stable".to_owned(), None),
            ("nginx".to_owned(), None),
            ("ghcr.io/acme/app:1".to_owned(), None),
        ] {
            let arn = name.map(|name| format!("arn:aws:ecr:ap-northeast-1:123456789012:repository/{name}"));
            assert_eq!(repository(&image, "aws"), arn, "{image}");
        }
    }

    #[test]
    fn secrets_are_read_whole_and_nothing_else_is() {
        let secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:web-AbCdEf";
        let parameter = "arn:aws:ssm:us-east-1:123456789012:parameter/web/token";
        let statements = read(&[format!("{secret}:password::"), parameter.to_owned()]).expect("both can be read");
        let resources: Vec<_> = statements.iter().map(|it| it["Resource"].to_string()).collect();
        assert_eq!(resources, [format!("[\"{secret}\"]"), format!("[\"{parameter}\"]"), "\"*\"".to_owned()]);
        for odd in ["password", "arn:aws:s3:::secrets"] {
            assert!(read(&[odd.to_owned()]).is_err_and(|error| error.message().contains("in `secrets`")), "{odd}");
        }
        assert!(read(&[]).expect("nothing is read").is_empty());
    }
}
