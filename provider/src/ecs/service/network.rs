//! How the tasks of a service are reached, and how AWS takes and returns that.

use std::collections::BTreeSet;

use aws_sdk_ecs::error::BuildError;
use aws_sdk_ecs::types as aws;
use pulumi_plugin::{Property, Result};

use crate::aws::list::filled;
use crate::aws::number::port;
use crate::aws::word_or;

/// The network configuration of a service.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct NetworkConfiguration {
    /// The VPC configuration.
    pub awsvpc_configuration: AwsvpcConfiguration,
}

/// Where in a VPC tasks have their network interfaces.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct AwsvpcConfiguration {
    /// The subnets, all of one VPC.
    #[prop(min = 1, max = 16)]
    pub subnets: BTreeSet<String>,
    /// The security groups. Default: the VPC's default group.
    #[prop(default, max = 5)]
    pub security_groups: BTreeSet<String>,
    /// Whether tasks get a public IP address. Default: `DISABLED`.
    #[prop(default = AssignPublicIp::Disabled)]
    pub assign_public_ip: AssignPublicIp,
}

/// Whether tasks get a public IP address.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum AssignPublicIp {
    /// They do.
    #[prop(rename = "ENABLED")]
    Enabled,
    /// They do not.
    #[prop(rename = "DISABLED")]
    Disabled,
}

/// A load balancer in front of a service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct LoadBalancer {
    /// The ARN of the target group. With network mode `awsvpc` its target type has to be `ip`.
    pub target_group_arn: Option<String>,
    /// The name of a Classic Load Balancer.
    pub load_balancer_name: Option<String>,
    /// The container that gets the traffic.
    pub container_name: String,
    /// The container port.
    pub container_port: u16,
    /// The advanced configuration, for the strategies `BLUE_GREEN`, `LINEAR` and `CANARY`. Each deployment swaps the two target groups.
    pub advanced_configuration: Option<AdvancedConfiguration>,
}

/// What a load balancer needs to move traffic between two target groups.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct AdvancedConfiguration {
    /// The ARN of the alternate target group.
    pub alternate_target_group_arn: String,
    /// The ARN of the production listener rule, or of the listener of a Network Load Balancer. Its `forwardConfig` names both target groups and has
    /// `ignoreWeights: true`, for ECS moves the traffic between them.
    pub production_listener_rule: Option<String>,
    /// The ARN of the test listener rule, or of a listener of a Network Load Balancer. It needs `ignoreWeights: true`, too.
    pub test_listener_rule: Option<String>,
    /// The role with which ECS changes the rules.
    pub role_arn: Option<String>,
}

/// A Cloud Map service that knows the tasks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct ServiceRegistry {
    /// The ARN of the Cloud Map service.
    pub registry_arn: String,
    /// The port, for SRV records with network mode `awsvpc`.
    pub port: Option<u16>,
    /// The container, for SRV records with other network modes.
    pub container_name: Option<String>,
    /// The container port.
    pub container_port: Option<u16>,
}

/// A target group of VPC Lattice that the tasks are in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct VpcLatticeConfiguration {
    /// The role with which ECS changes the group.
    pub role_arn: String,
    /// The ARN of the target group.
    pub target_group_arn: String,
    /// The port name: the `name` of one of the port mappings.
    pub port_name: String,
}

impl NetworkConfiguration {
    pub(super) fn write(&self) -> Result<aws::NetworkConfiguration, BuildError> {
        let vpc = &self.awsvpc_configuration;
        let written = aws::AwsVpcConfiguration::builder()
            .set_subnets(Some(vpc.subnets.iter().cloned().collect()))
            .set_security_groups(Some(vpc.security_groups.iter().cloned().collect()))
            .assign_public_ip(vpc.assign_public_ip.as_str().into());
        Ok(aws::NetworkConfiguration::builder().awsvpc_configuration(written.build()?).build())
    }

    pub(super) fn read(seen: aws::NetworkConfiguration) -> Result<Option<NetworkConfiguration>> {
        let Some(vpc) = seen.awsvpc_configuration else { return Ok(None) };
        Ok(Some(NetworkConfiguration {
            awsvpc_configuration: AwsvpcConfiguration {
                subnets: vpc.subnets.into_iter().collect(),
                security_groups: vpc.security_groups.unwrap_or_default().into_iter().collect(),
                assign_public_ip: word_or(vpc.assign_public_ip, AssignPublicIp::Disabled)?,
            },
        }))
    }
}

impl LoadBalancer {
    pub(super) fn write(&self) -> aws::LoadBalancer {
        let advanced = self.advanced_configuration.as_ref().map(|it| {
            aws::AdvancedConfiguration::builder()
                .alternate_target_group_arn(&it.alternate_target_group_arn)
                .set_production_listener_rule(it.production_listener_rule.clone())
                .set_test_listener_rule(it.test_listener_rule.clone())
                .set_role_arn(it.role_arn.clone())
                .build()
        });
        aws::LoadBalancer::builder()
            .set_target_group_arn(self.target_group_arn.clone())
            .set_load_balancer_name(self.load_balancer_name.clone())
            .container_name(&self.container_name)
            .container_port(i32::from(self.container_port))
            .set_advanced_configuration(advanced)
            .build()
    }

    pub(super) fn read(seen: aws::LoadBalancer) -> LoadBalancer {
        LoadBalancer {
            target_group_arn: filled(seen.target_group_arn),
            load_balancer_name: filled(seen.load_balancer_name),
            container_name: seen.container_name.unwrap_or_default(),
            container_port: seen.container_port.map(port).unwrap_or_default(),
            advanced_configuration: seen.advanced_configuration.map(|it| AdvancedConfiguration {
                alternate_target_group_arn: it.alternate_target_group_arn.unwrap_or_default(),
                production_listener_rule: filled(it.production_listener_rule),
                test_listener_rule: filled(it.test_listener_rule),
                role_arn: filled(it.role_arn),
            }),
        }
    }

    /// The same with the two target groups in the order in which they stand, whatever else changes: production stays where deployments have
    /// brought it.
    pub(super) fn as_standing(&self, standing: &[LoadBalancer]) -> LoadBalancer {
        let pair = |of: &LoadBalancer| {
            let alternate = of.advanced_configuration.as_ref().map(|it| it.alternate_target_group_arn.clone());
            (of.target_group_arn.clone(), alternate)
        };
        let swapped = self.swapped().filter(|swapped| standing.iter().any(|it| pair(it) == pair(swapped)));
        swapped.unwrap_or_else(|| self.clone())
    }

    /// The same with the two target groups in each other's place, as a deployment leaves them.
    pub(super) fn swapped(&self) -> Option<LoadBalancer> {
        let advanced = self.advanced_configuration.clone()?;
        let alternate = self.target_group_arn.clone()?;
        Some(LoadBalancer {
            target_group_arn: Some(advanced.alternate_target_group_arn.clone()),
            advanced_configuration: Some(AdvancedConfiguration { alternate_target_group_arn: alternate, ..advanced }),
            ..self.clone()
        })
    }
}

impl ServiceRegistry {
    pub(super) fn write(&self) -> aws::ServiceRegistry {
        aws::ServiceRegistry::builder()
            .registry_arn(&self.registry_arn)
            .set_port(self.port.map(i32::from))
            .set_container_name(self.container_name.clone())
            .set_container_port(self.container_port.map(i32::from))
            .build()
    }

    pub(super) fn read(seen: aws::ServiceRegistry) -> ServiceRegistry {
        ServiceRegistry {
            registry_arn: seen.registry_arn.unwrap_or_default(),
            port: seen.port.map(port),
            container_name: filled(seen.container_name),
            container_port: seen.container_port.map(port),
        }
    }
}

impl VpcLatticeConfiguration {
    pub(super) fn write(&self) -> Result<aws::VpcLatticeConfiguration, BuildError> {
        let written = aws::VpcLatticeConfiguration::builder().role_arn(&self.role_arn);
        written.target_group_arn(&self.target_group_arn).port_name(&self.port_name).build()
    }

    pub(super) fn read(seen: aws::VpcLatticeConfiguration) -> VpcLatticeConfiguration {
        VpcLatticeConfiguration {
            role_arn: seen.role_arn,
            target_group_arn: seen.target_group_arn,
            port_name: seen.port_name,
        }
    }
}
