//! What the program asks of a service on Fargate.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Output, Property};

use crate::components::security_group::{Peer, https};
use crate::components::{Profile, SharedArgs, SharedInputs};
use crate::ecs::task_definition::CpuArchitecture;
use crate::types::PolicyJson;

/// What the program asks of a service on Fargate.
#[derive(Debug, Clone, Property)]
pub struct FargateServiceInputs {
    /// The ECS cluster: its name or ARN. It must have the capacity providers `FARGATE` and, unless `spot.weight` is 0, `FARGATE_SPOT`.
    pub cluster_name: Output<String>,
    /// The id of the VPC.
    pub vpc_id: Output<String>,
    /// The ids of the subnets that the tasks run in: private ones, unless `assignPublicIp` is set.
    #[prop(min = 1, max = 16)]
    pub subnet_ids: Output<Vec<String>>,
    /// The listener of a load balancer that sends the service its requests. Left out: the service takes none.
    pub listener: Option<ServiceListener>,
    /// The ids of more security groups of the tasks, beside the service's own, such as one that a database lets in: at most four. Default: none.
    #[prop(max = 4)]
    pub security_group_ids: Option<Output<Vec<String>>>,
    /// What the program says of the service itself.
    #[prop(flatten)]
    pub settings: FargateServiceSettings,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// The listener of a load balancer that sends a service its requests.
#[derive(Debug, Clone, Property)]
pub struct ServiceListener {
    /// The ARN of the listener: the output `httpsListenerArn` of a `gitinfra:index:LoadBalancer`.
    pub listener_arn: Output<String>,
    /// The id of the load balancer's security group. The service lets in nobody else, and lets the load balancer out to itself.
    pub security_group_id: Output<String>,
    /// A header that requests must have, such as a secret that only CloudFront knows. Default: none.
    pub require_header: Option<RequiredHeader>,
    /// Whether there is another rule without `requireHeader` than with it, unless `priority` is given. So the old one stands until all else is rolled out, and
    /// whoever still comes as before is not refused. Default: false.
    #[prop(default = false)]
    pub separate_rules: bool,
}

/// A header that requests must have.
#[derive(Debug, Clone, Property)]
pub struct RequiredHeader {
    /// The header's name, of up to 40 characters.
    #[prop(min = 1, max = 40)]
    pub name: Output<String>,
    /// The values, any one of which will do, of up to 128 characters each: two, while a secret is changed for the next one.
    #[prop(min = 1, max = 2)]
    pub values: Output<Vec<String>>,
}

/// What the program says of a service on Fargate itself.
#[derive(Debug, Clone, Property)]
pub struct FargateServiceSettings {
    /// The image, such as `123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/app:1` or `public.ecr.aws/nginx/nginx:stable`.
    pub image: Output<String>,
    /// The port on which the container takes requests. Default: 80.
    #[prop(default = 80, min = 1, max = 65535)]
    pub port: u16,
    /// The CPU units of a task, 1024 for a vCPU: 256, 512, 1024, 2048, 4096, 8192 or 16384. Default: 256.
    #[prop(default = 256)]
    pub cpu: u32,
    /// The memory of a task in MiB, which must go with `cpu`: with 256 it is 512, 1024 or 2048. Default: 2 MiB for each unit of `cpu`.
    pub memory: Option<u32>,
    /// The CPU architecture, which the image must be for: `X86_64` or `ARM64` (Graviton, a fifth cheaper). Default: `X86_64`.
    #[prop(default)]
    pub cpu_architecture: CpuArchitecture,
    /// The command, in place of the image's.
    #[prop(default)]
    pub command: Vec<String>,
    /// The environment variables. Not for secrets: everybody who may read task definitions reads them.
    #[prop(default)]
    pub environment: BTreeMap<String, Output<String>>,
    /// The secrets: environment variables, each with the ARN of the Secrets Manager secret or the Systems Manager parameter that its value comes from.
    /// `ARN:KEY::` is one key of a secret that is JSON. The service may read exactly these.
    #[prop(default)]
    pub secrets: BTreeMap<String, Output<String>>,
    /// The user that the processes run as, such as `1000:1000`. Default: the image's.
    pub user: Option<String>,
    /// Whether the root file system of the containers is read-only. Default: false; true in the profile `fsbp`.
    pub readonly_root_filesystem: Option<bool>,
    /// The folders that the service's own container can write to although its root file system is read-only, such as `/tmp`. Each is empty when a task
    /// starts, and gone with it. Default: none.
    #[prop(default)]
    pub writable_paths: BTreeSet<String>,
    /// Containers that run beside the service's own, by name. Default: none.
    #[prop(default)]
    pub sidecars: BTreeMap<String, Sidecar>,
    /// The hosts whose requests the service takes, such as `app.example.com` or `*.example.com`. Default: all.
    #[prop(default)]
    pub hosts: BTreeSet<String>,
    /// The paths whose requests the service takes, such as `/api/*`. Default: all.
    #[prop(default)]
    pub paths: BTreeSet<String>,
    /// The priority of the listener's rule, 1 to 50000: the lowest number comes first. Default: made from hosts, paths and the service's name. Rules for
    /// certain hosts then come before those for all, and longer paths before shorter ones. In the rare case that two services get the same number, give one of them another.
    #[prop(min = 1, max = 50000)]
    pub priority: Option<u32>,
    /// The health check.
    #[prop(default)]
    pub health_check: ServiceHealthCheck,
    /// The desired count of tasks at first, and again whenever it is changed here; otherwise it is up to the scaling. Default: the first task is waited for,
    /// and the scaling then starts the others up to `scaling.minCapacity`.
    pub desired_count: Option<u32>,
    /// How many tasks there are by how much there is to do.
    #[prop(default)]
    pub scaling: ServiceScaling,
    /// How many tasks run on Fargate Spot.
    #[prop(default)]
    pub spot: SpotShare,
    /// The outbound traffic that is allowed, each kind by a name of its own. Default: HTTPS to everywhere.
    #[prop(default = https())]
    pub allow_to: BTreeMap<String, Peer>,
    /// Whether tasks get a public IP address, by which they reach the internet from a public subnet without NAT. Default: false.
    #[prop(default)]
    pub assign_public_ip: bool,
    /// The policies of the task role, by name: what the containers may do in AWS. Default: none, they may do nothing.
    #[prop(default)]
    pub task_role_policies: BTreeMap<String, Output<PolicyJson>>,
    /// Whether ECS Exec can run commands in the containers (`aws ecs execute-command`). Default: false.
    #[prop(default)]
    pub enable_execute_command: bool,
    /// Whether the deployment circuit breaker is on: a deployment whose tasks fail is given up, and the service goes back to the last one that worked. Default: true.
    #[prop(default = true)]
    pub circuit_breaker: bool,
    /// Whether creation and update wait until the service is in a steady state, and fail when its deployment does. Default: true.
    #[prop(default = true)]
    pub wait_for_steady_state: bool,
    /// Whether the service keeps the task definition that somebody else has rolled out, such as the app's own pipeline. Then what is said of containers here
    /// matters only at first. Default: false.
    #[prop(default)]
    pub keep_task_definition: bool,
    /// Any text, such as a date: another one starts all tasks anew, for what they read at their start only, such as a secret with a new value. Default: none.
    pub redeployment: Option<String>,
    /// The stop timeout in seconds: how long a container has to end by itself, 120 at most. Default: 30.
    #[prop(default = 30, max = 120)]
    pub stop_timeout: u32,
    /// The deregistration delay in seconds: how long a task that leaves may finish its requests. One on Spot has 120 at most. Default: 30.
    #[prop(default = 30, max = 3600)]
    pub deregistration_delay: u32,
    /// The retention of the containers' logs in days, of those that CloudWatch Logs has: 1, 3, 5, 7, 14, 30, 60, 90 and so on. Default: 30.
    /// `protectStateful` does not hold them: they go with the service.
    #[prop(default = 30)]
    pub log_retention_days: u32,
}

/// A container that runs beside a service's own. Both share the task's CPU, memory and network: they reach each other at `localhost`.
#[derive(Debug, Clone, Property)]
pub struct Sidecar {
    /// The image.
    pub image: Output<String>,
    /// The command, in place of the image's.
    #[prop(default)]
    pub command: Vec<String>,
    /// The environment variables. Not for secrets.
    #[prop(default)]
    pub environment: BTreeMap<String, Output<String>>,
    /// The secrets, as those of the service's own container.
    #[prop(default)]
    pub secrets: BTreeMap<String, Output<String>>,
    /// Whether the whole task is stopped when the container ends. Default: false.
    #[prop(default)]
    pub essential: bool,
}

/// How it is told that a task is healthy. All but `command` is about the load balancer, which asks each task.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ServiceHealthCheck {
    /// The path that the load balancer asks for. Default: `/`.
    #[prop(default = "/".to_owned(), min = 1, max = 1024)]
    pub path: String,
    /// The HTTP codes that mean healthy: numbers and ranges, such as `200,204` or `200-299`. Default: `200`.
    #[prop(default = "200".to_owned())]
    pub matcher: String,
    /// The interval in seconds between two checks of a task. Default: 15.
    #[prop(default = 15, min = 5, max = 300)]
    pub interval: u32,
    /// The timeout in seconds: no answer for so long is a failure. It is less than the interval. Default: 5.
    #[prop(default = 5, min = 2, max = 120)]
    pub timeout: u32,
    /// So many successes in a row make a task healthy. Default: 2.
    #[prop(default = 2, min = 2, max = 10)]
    pub healthy_threshold: u32,
    /// So many failures in a row make a task unhealthy: it is stopped, and another one is started. Default: 3.
    #[prop(default = 3, min = 2, max = 10)]
    pub unhealthy_threshold: u32,
    /// The grace period in seconds, in which a new task is not stopped whatever its checks say. Default: 60.
    #[prop(default = 60)]
    pub grace_period: u32,
    /// A command by which ECS checks the container itself: `CMD` and its words, or `CMD-SHELL` and a line for the shell. Default: none.
    #[prop(default)]
    pub command: Vec<String>,
}

/// How many tasks a service has by how much there is to do. Each target adds tasks on its own, and tasks go only when all targets agree.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ServiceScaling {
    /// The minimum capacity: there are never fewer tasks. Default: 2, in two zones; 1 in the profile `dev`.
    pub min_capacity: Option<u32>,
    /// The maximum capacity: there are never more tasks. Default: 10, or the minimum where that is more.
    pub max_capacity: Option<u32>,
    /// The average CPU utilization in percent that is aimed at; 0: it does not matter. Default: 60.
    #[prop(default = 60, max = 100)]
    pub cpu: u32,
    /// The average memory utilization in percent that is aimed at; 0: it does not matter. Default: 70.
    #[prop(default = 70, max = 100)]
    pub memory: u32,
    /// The number of requests a minute that each task is to have. It needs a `listener`. Default: it does not matter.
    #[prop(min = 1)]
    pub requests: Option<u32>,
    /// The scale-in cooldown in seconds, after which more tasks are taken away. Default: 300.
    #[prop(default = 300)]
    pub scale_in_cooldown: u32,
    /// The scale-out cooldown in seconds, after which more tasks are added. Default: 60.
    #[prop(default = 60)]
    pub scale_out_cooldown: u32,
}

/// How many tasks run on Fargate Spot: spare capacity for about a third of the price, which AWS takes back at two minutes' notice.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SpotShare {
    /// The base: so many tasks always run on Fargate proper. Default: 1.
    #[prop(default = 1, max = 100_000)]
    pub base: u32,
    /// The weight: of the tasks beyond the base, so many run on Spot for each one on Fargate proper. 0: none do. Default: 4.
    #[prop(default = 4, max = 1000)]
    pub weight: u32,
}

impl Default for ServiceHealthCheck {
    fn default() -> Self {
        ServiceHealthCheck {
            path: "/".to_owned(),
            matcher: "200".to_owned(),
            interval: 15,
            timeout: 5,
            healthy_threshold: 2,
            unhealthy_threshold: 3,
            grace_period: 60,
            command: Vec::new(),
        }
    }
}

impl Default for ServiceScaling {
    fn default() -> Self {
        ServiceScaling {
            min_capacity: None,
            max_capacity: None,
            cpu: 60,
            memory: 70,
            requests: None,
            scale_in_cooldown: 300,
            scale_out_cooldown: 60,
        }
    }
}

impl Default for SpotShare {
    fn default() -> Self {
        SpotShare { base: 1, weight: 4 }
    }
}

impl FargateServiceInputs {
    /// The least and the most tasks.
    pub fn bounds(&self) -> (u32, u32) {
        let scaling = &self.settings.scaling;
        let usual = if self.shared.profile == Profile::Dev { 1 } else { 2 };
        let min = scaling.min_capacity.unwrap_or_else(|| scaling.max_capacity.map_or(usual, |max| max.min(usual)));
        (min, scaling.max_capacity.unwrap_or_else(|| min.max(10)))
    }

    /// The memory of a task in MiB.
    pub fn memory(&self) -> u32 {
        self.settings.memory.unwrap_or(self.settings.cpu.saturating_mul(2))
    }

    /// Whether the root file system is read-only.
    pub fn readonly(&self) -> bool {
        self.settings.readonly_root_filesystem.unwrap_or(self.shared.profile == Profile::Fsbp)
    }
}
