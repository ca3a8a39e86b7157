//! What is wrong between the inputs of a service on Fargate.

use std::collections::BTreeMap;

use pulumi_plugin::{Fault, Faults, Output, Path};

use super::inputs::{FargateServiceInputs, FargateServiceSettings};
use crate::components::security_group;
use crate::ecs::task_definition::rules::size_fault;
use crate::logs::log_group::retention_fault;

/// The name of the service's own container.
pub const OWN: &str = "app";

/// How many values all conditions of a rule can have.
const MOST_VALUES: usize = 5;
/// How many of them a required header has, while it is changed.
const HEADER_VALUES: usize = 2;

/// All that is wrong.
pub fn faults(new: &FargateServiceInputs) -> Vec<Fault> {
    let settings = &new.settings;
    let (check, alone) = (&settings.health_check, new.listener.is_none());
    let odd_check = check.command.first().is_some_and(|word| !["CMD", "CMD-SHELL"].contains(&word.as_str()));
    let odd_path = settings.writable_paths.iter().find(|path| !path.starts_with('/') || path.len() < 2);
    Faults::of(new)
        .and(size_fault(Some(settings.cpu), Some(new.memory())))
        .and(retention_fault("logRetentionDays", settings.log_retention_days))
        .and(counts(new))
        .and(requests(new))
        .and(containers(settings))
        .and(security_group::faults("allowTo", &settings.allow_to))
        .when(!settings.hosts.is_empty() && alone, "hosts", "needs a `listener`")
        .when(!settings.paths.is_empty() && alone, "paths", "needs a `listener`")
        .when(settings.priority.is_some() && alone, "priority", "needs a `listener`")
        .when(settings.scaling.requests.is_some() && alone, "scaling.requests", "needs a `listener`")
        .when(!check.path.starts_with('/'), "healthCheck.path", "begins with `/`")
        .when(check.timeout >= check.interval, "healthCheck.timeout", "must be less than the interval")
        .when(
            settings.enable_execute_command && new.readonly(),
            "enableExecuteCommand",
            "needs a root file system that can be written: `readonlyRootFilesystem: false`",
        )
        .when(odd_check, "healthCheck.command", "begins with `CMD` or `CMD-SHELL`")
        .when(odd_path.is_some(), "writablePaths", "each begins with `/` and is not `/` itself")
        .into_vec()
}

/// How many tasks there are.
fn counts(new: &FargateServiceInputs) -> Vec<Fault> {
    let (min, max) = new.bounds();
    let odd = new.settings.desired_count.filter(|count| !(min..=max).contains(count));
    Faults::of(new)
        .when(min > max, "scaling.maxCapacity", format!("is less than `minCapacity`, which is {min}"))
        .when(
            odd.is_some() && min <= max,
            "desiredCount",
            format!("is not between {min} and {max}, which `scaling` allows"),
        )
        .into_vec()
}

/// Which requests there are.
fn requests(new: &FargateServiceInputs) -> Vec<Fault> {
    let settings = &new.settings;
    let header = new.listener.as_ref().is_some_and(|listener| listener.require_header.is_some());
    let most = if header { MOST_VALUES - HEADER_VALUES } else { MOST_VALUES };
    let count = settings.hosts.len() + settings.paths.len();
    let at = if settings.paths.is_empty() { "hosts" } else { "paths" };
    let beside = if header { " beside the two values of `requireHeader`" } else { "" };
    let odd = settings.paths.iter().find(|path| !path.starts_with(['/', '*']));
    Faults::of(new)
        .when(count > most, at, format!("a rule has at most {most} hosts and paths in all{beside}, and not {count}"))
        .when(odd.is_some(), "paths", format!("`{}` does not begin with `/`", odd.cloned().unwrap_or_default()))
        .into_vec()
}

type Variables = BTreeMap<String, Output<String>>;

fn containers(settings: &FargateServiceSettings) -> Vec<Fault> {
    let own = twice(Path::root(), &settings.environment, &settings.secrets);
    let beside = settings.sidecars.iter().flat_map(|(name, sidecar)| {
        let at = Path::root().key("sidecars").key(name);
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let odd = name.is_empty() || !name.chars().all(fits);
        let why = match name.as_str() {
            OWN => Some(format!("the service's own container has the name `{OWN}`; give another one")),
            _ if odd => Some("a container's name has letters, digits, hyphens and underscores".to_owned()),
            _ => None,
        };
        let named = why.map(|why| Fault { at: at.clone(), why });
        named.into_iter().chain(twice(at, &sidecar.environment, &sidecar.secrets))
    });
    own.into_iter().chain(beside).collect()
}

/// A variable has one value.
fn twice(at: Path, environment: &Variables, secrets: &Variables) -> Vec<Fault> {
    let both = secrets.keys().filter(|name| environment.contains_key(*name));
    both.map(|name| Fault { at: at.key("secrets").key(name), why: "is in `environment`, too".into() }).collect()
}
