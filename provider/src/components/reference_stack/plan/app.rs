//! What runs, and what it reaches AWS by.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::Output;

use super::super::wires::Wires;
use super::Plan;
use crate::components::fargate_service::{FargateServiceInputs, RequiredHeader, ServiceListener};
use crate::components::session_manager::SessionManagerInputs;
use crate::components::vpc_endpoints::VpcEndpointsInputs;

impl Plan<'_> {
    pub fn service(&self, wires: &Wires) -> Option<FargateServiceInputs> {
        let block = self.blocks.service.as_ref()?;
        let mut settings = block.settings.clone();
        // What the program says itself comes first, be it a secret or not.
        let said: BTreeSet<_> = settings.environment.keys().chain(settings.secrets.keys()).cloned().collect();
        let more = |wires: &BTreeMap<String, Output<String>>| {
            wires.clone().into_iter().filter(|(name, _)| !said.contains(name)).collect::<Vec<_>>()
        };
        settings.environment.extend(more(&wires.environment));
        settings.secrets.extend(more(&wires.secrets));
        for (name, policy) in &wires.policies {
            settings.task_role_policies.entry(name.clone()).or_insert_with(|| policy.clone());
        }
        // Tasks read the cache's password when they start.
        let rotated =
            self.blocks.redis.as_ref().map(|it| it.settings.auth_rotation.clone()).filter(|it| !it.is_empty());
        settings.redeployment = match (settings.redeployment.take(), rotated) {
            (Some(own), Some(rotated)) => Some(format!("{own}, {rotated}")),
            (own, rotated) => own.or(rotated),
        };
        let header = wires.header.as_ref().map(|values| RequiredHeader {
            name: self.blocks.cdn.as_ref().map(|it| it.settings.origin_header_name.clone()).unwrap_or_default().into(),
            values: values.clone(),
        });
        let listener = self.blocks.load_balancer.as_ref().map(|_| ServiceListener {
            listener_arn: wires.balancer.listener.clone(),
            security_group_id: wires.balancer.group.clone(),
            require_header: header,
            separate_rules: true,
        });
        let data = self.blocks.aurora.is_some() || self.blocks.redis.is_some();
        Some(FargateServiceInputs {
            cluster_name: wires.cluster.clone(),
            vpc_id: wires.vpc_id.clone(),
            subnet_ids: if settings.assign_public_ip { wires.public.clone() } else { wires.app.clone() },
            listener,
            security_group_ids: data.then(|| Output::all([wires.let_out.clone()])),
            settings,
            shared: self.shared(&block.own),
        })
    }

    /// What is worth knowing of the database's password, where the service is given it.
    pub fn stale_password(&self) -> Option<String> {
        const NAME: &str = "DATABASE_PASSWORD";
        let service = self.blocks.service.as_ref().filter(|_| self.blocks.aurora.is_some())?;
        let own = service.settings.environment.contains_key(NAME) || service.settings.secrets.contains_key(NAME);
        let own = own || self.inputs.database_secret_access;
        let words = "RDS changes the database's password every 7 days, and a task has the one of its start in `DATABASE_PASSWORD`: let it read the secret \
                     (`databaseSecretAccess`), connect by IAM, or start tasks anew (`service.redeployment`)";
        (!own).then(|| words.to_owned())
    }

    pub fn session_manager(&self, wires: &Wires) -> Option<SessionManagerInputs> {
        let block = self.blocks.session_manager.as_ref()?;
        let hosts = wires.hosts.clone();
        Some(SessionManagerInputs {
            vpc_id: Some(wires.vpc_id.clone()),
            subnet_id: Some(wires.app.map(move |ids| place(ids, &hosts))),
            settings: block.settings.clone(),
            shared: self.shared(&block.own),
        })
    }

    pub fn vpc_endpoints(&self, wires: &Wires) -> Option<VpcEndpointsInputs> {
        let block = self.blocks.vpc_endpoints.as_ref()?;
        Some(VpcEndpointsInputs {
            vpc_id: wires.vpc_id.clone(),
            vpc_cidr: wires.cidr.clone(),
            additional_cidrs: wires.ranges.clone(),
            subnet_ids: Some(wires.app.clone()),
            route_table_ids: Some(wires.tables.clone()),
            settings: block.settings.clone(),
            shared: self.shared(&block.own),
        })
    }
}

/// The subnet of the jump host: the one that it is in, or else the first.
fn place(ids: Vec<String>, hosts: &BTreeSet<String>) -> String {
    let stands = ids.iter().find(|id| hosts.contains(*id)).cloned();
    stands.or_else(|| ids.into_iter().next()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::Value;

    use super::super::super::samples::small;
    use super::*;

    /// A zone with an earlier letter does not move it.
    #[test]
    fn a_jump_host_stays_where_it_is() {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        for (subnets, hosts, expected) in [
            (&["subnet-a", "subnet-c"][..], &[][..], "subnet-a"),
            (&["subnet-a", "subnet-c"], &["subnet-c"], "subnet-c"),
            (&["subnet-a", "subnet-c"], &["subnet-d"], "subnet-a"),
            (&[], &["subnet-d"], ""),
        ] {
            assert_eq!(place(ids(subnets), &ids(hosts).into_iter().collect()), expected);
        }
    }

    /// Whoever gets no password of the stack's is not told of it.
    #[test]
    fn a_password_that_goes_stale_is_told_of() {
        let image = ("image", Value::from("app:1"));
        let own = Value::Object(
            [("DATABASE_PASSWORD".to_owned(), "arn:aws:secretsmanager:eu-west-1:1:secret:a".into())].into(),
        );
        let said = [image.clone(), ("secrets", own)];
        let plain = [image];
        for (blocks, told) in [
            (&[("aurora", &[][..]), ("service", &plain[..])][..], true),
            (&[("aurora", &[]), ("service", &said)], false),
            (&[("service", &plain)], false),
            (&[("aurora", &[])], false),
        ] {
            let inputs = small(&[], blocks);
            let plan = Plan::of(&inputs).expect("a plan");
            assert_eq!(plan.stale_password().is_some(), told, "{blocks:?}");
        }
    }
}
