//! What everything stands on: the network, zones of names, certificates and records.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Error, Fault, Output, Result};

use super::super::blocks::*;
use super::super::inputs::internal;
use super::{CLOUDFRONT, Site, of_region};
use crate::components::cdn::Cdn;
use crate::components::certificate::Certificate;
use crate::components::dns_zone::DnsZone;
use crate::components::network::Network;
use crate::components::security_group::Group;
use crate::route53::record::{Alias, Record, RecordArgs};
use crate::route53::record_type::RecordType;
use crate::route53::zone::{Zone, ZoneArgs, ZoneVpc};
use crate::types::{Cidr, DomainName, GroupDescription};

/// The hosted zone in which AWS keeps the names of all distributions.
const DISTRIBUTIONS: &str = "Z2FDTNDATAQYW2";

impl Site<'_> {
    pub fn network(&mut self) -> Network {
        let network = self.part::<Network>("network", self.plan.network());
        self.wires.vpc_id = network.vpc_id.clone();
        self.wires.cidr = network.cidr.try_map(|cidr| Cidr::parse(&cidr).map_err(Error::new));
        let secondary = &self.plan.blocks.network.settings.secondary_cidrs;
        let secondary = secondary.iter().map(|(name, range)| (name.clone(), Cidr(range.0)));
        self.wires.ranges = self.ranges.clone().into_iter().chain(secondary).collect();
        self.wires.hosts = self.hosts.clone();
        self.wires.public = network.public_subnet_ids.clone();
        self.wires.app = network.app_subnet_ids.clone();
        self.wires.data = network.data_subnet_ids.clone();
        self.wires.tables = network.route_table_ids.clone();
        network
    }

    /// Whether there is something that only some may reach.
    fn has_data(&self) -> bool {
        self.plan.blocks.aurora.is_some() || self.plan.blocks.redis.is_some()
    }

    /// The security group of those that reach database and cache: a group of its own, because the service is made after both.
    pub fn clients(&mut self) -> Option<Output<String>> {
        if !self.has_data() {
            return None;
        }
        let group = Group {
            key: "clients",
            vpc_id: self.wires.vpc_id.clone(),
            described: false,
            description: GroupDescription::about(&format!("{}, clients of database and cache", self.here.name())),
            allow_from: BTreeMap::new(),
            allow_to: BTreeMap::new(),
        };
        self.wires.clients = group.tell(self.here).id;
        self.wires.let_out = self.wires.clients.clone();
        Some(self.wires.clients.clone())
    }

    /// The zone of names that only the VPC knows.
    pub fn private_zone(&mut self) -> Result<Option<Output<String>>> {
        if !self.has_data() {
            return Ok(None);
        }
        let region = self.region.clone();
        let vpc = move |vpc_id| BTreeSet::from([ZoneVpc { vpc_id, vpc_region: region }]);
        let name = DomainName::parse(&internal(&self.plan.inputs.domain)).map_err(|why| Fault::new("domain", why))?;
        let args = ZoneArgs {
            name: name.into(),
            vpcs: self.wires.vpc_id.map(vpc).into(),
            comment: format!("{}, private", self.here.name()).into(),
            ..Default::default()
        };
        let protects = self.plan.blocks.protects_names(&self.plan.inputs.shared);
        let zone = self.here.child("private-zone").protect(protects).add::<Zone>(args);
        self.wires.private_zone_id = Some(zone.zone_id.clone());
        Ok(Some(zone.zone_id))
    }

    pub fn dns(&mut self) -> Option<DnsZone> {
        let Some(inputs) = self.plan.dns() else {
            if let DnsChoice::Existing(zone) = &self.plan.blocks.dns {
                self.wires.zone_id = zone.zone_id.clone();
            }
            return None;
        };
        let zone = self.part::<DnsZone>("dns", inputs);
        self.wires.zone_id = zone.zone_id.clone();
        Some(zone)
    }

    pub fn certificate(&mut self) -> Result<Option<Certificate>> {
        if let CertificateChoice::Existing(it) = &self.plan.blocks.certificate {
            self.wires.certificate = it.certificate_arn.clone();
            self.wires.cdn_certificate =
                it.cloud_front_certificate_arn.clone().unwrap_or_else(|| it.certificate_arn.clone());
        }
        let Some(inputs) = self.plan.certificate(&self.wires)? else { return Ok(None) };
        let certificate = self.part::<Certificate>("certificate", inputs);
        self.wires.certificate = certificate.certificate_arn.clone();
        self.wires.cdn_certificate = of_region(&certificate.certificate_arns, "certificate", CLOUDFRONT);
        Ok(Some(certificate))
    }

    /// The alias records: those of the distribution, or else of the load balancer, and the one by which CloudFront asks the load balancer. Each stays one record
    /// when it comes to lead elsewhere.
    pub fn records(&mut self, cdn: Option<&Cdn>) -> Result<Vec<Output<String>>> {
        let balancer = &self.wires.balancer;
        let balancer = self.plan.blocks.load_balancer.as_ref().map(|_| alias(&balancer.dns_name, &balancer.zone_id));
        let mut edge = cdn.map(|cdn| cdn.domain_name.clone());
        let mut records = Vec::new();
        if let (Some(name), Some(target)) = (&edge, &balancer) {
            let origin = self.record("record-origin", self.plan.origin()?, RecordType::A, target);
            edge = Some(name.depends_on(&origin));
            records.push(origin);
        }
        let edge = edge.map(|name| alias(&name, &Output::known(DISTRIBUTIONS.to_owned())));
        let Some(target) = edge.or(balancer) else { return Ok(records) };
        let mut names = BTreeMap::from([("record".to_owned(), self.plan.inputs.domain.clone())]);
        if let Some(block) = &self.plan.blocks.cdn {
            names.extend(block.settings.aliases.iter().map(|name| (format!("record-{name}"), name.clone())));
        }
        let six = self.plan.blocks.cdn.as_ref().is_some_and(|block| block.settings.ipv6);
        for (key, name) in names {
            records.push(self.record(&key, name.clone(), RecordType::A, &target));
            if six {
                records.push(self.record(&format!("{key}-aaaa"), name, RecordType::Aaaa, &target));
            }
        }
        Ok(records)
    }

    fn record(&mut self, key: &str, name: DomainName, kind: RecordType, target: &Output<Alias>) -> Output<String> {
        let args = RecordArgs {
            zone_id: (&self.wires.zone_id).into(),
            name: name.into(),
            r#type: kind.into(),
            alias: target.into(),
            ..Default::default()
        };
        self.here.add::<Record>(key, args).id
    }
}

/// Where an alias record leads.
fn alias(name: &Output<String>, zone_id: &Output<String>) -> Output<Alias> {
    name.zip(zone_id).try_map(|(name, zone_id)| {
        let name = DomainName::parse(&name).map_err(Error::new)?;
        Ok(Alias { name, zone_id, evaluate_target_health: false })
    })
}
