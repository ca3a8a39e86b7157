//! The inputs that each component gets from its block and the wires.

mod app;
mod data;
mod front;
mod watch;

use pulumi_plugin::{Fault, Result};

use super::blocks::*;
use super::inputs::{Blocks, ReferenceStackInputs};
use super::wires::Wires;
use crate::components::SharedInputs;
use crate::components::certificate::CertificateInputs;
use crate::components::cluster::ClusterInputs;
use crate::components::dns_zone::DnsZoneInputs;
use crate::components::network::NetworkInputs;
use crate::types::{CertificateName, DomainName};

/// A stack's inputs and its blocks.
pub struct Plan<'a> {
    pub inputs: &'a ReferenceStackInputs,
    pub blocks: Blocks,
}

impl<'a> Plan<'a> {
    /// The plan for these inputs.
    pub fn of(inputs: &'a ReferenceStackInputs) -> Result<Plan<'a>> {
        Ok(Plan { inputs, blocks: inputs.blocks()? })
    }
}

impl Plan<'_> {
    fn shared(&self, own: &OwnSettings) -> SharedInputs {
        own.shared(&self.inputs.shared)
    }

    /// The name by which CloudFront asks the load balancer.
    pub fn origin(&self) -> Result<DomainName> {
        let origin = DomainName::parse(&format!("origin.{}", self.inputs.domain));
        origin.map_err(|why| {
            Fault::new("domain", format!("CloudFront asks the load balancer by a name below it: {why}")).into()
        })
    }

    pub fn network(&self) -> NetworkInputs {
        let block = &self.blocks.network;
        NetworkInputs { settings: block.settings.clone(), shared: self.shared(&block.own) }
    }

    pub fn dns(&self) -> Option<DnsZoneInputs> {
        let DnsChoice::Settings(block) = &self.blocks.dns else { return None };
        Some(DnsZoneInputs {
            name: self.inputs.domain.clone(),
            parent: self.inputs.parent_zone.clone(),
            private_vpc_ids: Vec::new(),
            settings: block.settings.clone(),
            shared: self.shared(&block.own),
        })
    }

    pub fn certificate(&self, wires: &Wires) -> Result<Option<CertificateInputs>> {
        let CertificateChoice::Settings(block) = &self.blocks.certificate else { return Ok(None) };
        let mut settings = block.settings.clone();
        let name = |name: &str| {
            CertificateName::parse(name).map_err(|why| pulumi_plugin::Error::from(Fault::new("domain", why)))
        };
        settings.subject_alternative_names.insert(name(self.origin()?.as_str())?);
        for alias in self.blocks.cdn.iter().flat_map(|block| &block.settings.aliases) {
            settings.subject_alternative_names.insert(name(alias.as_str())?);
        }
        Ok(Some(CertificateInputs {
            domain_name: name(self.inputs.domain.as_str())?,
            zone_id: wires.zone_id.clone(),
            settings,
            shared: self.shared(&block.own),
        }))
    }

    pub fn cluster(&self) -> Option<ClusterInputs> {
        let ClusterChoice::Settings(block) = &self.blocks.cluster else { return None };
        Some(ClusterInputs { settings: block.settings.clone(), shared: self.shared(&block.own) })
    }
}
