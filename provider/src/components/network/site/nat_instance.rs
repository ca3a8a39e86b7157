//! The NAT instance of a network: what is cheaper than a NAT gateway, and less.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Order, Output, Secret};

use super::Site;
use super::table::everywhere;
use crate::components::security_group::{Group, Peer};
use crate::ec2::eip::{Eip, EipArgs};
use crate::ec2::instance::{Instance, InstanceArgs, is_arm};
use crate::ec2::internet_gateway::InternetGatewayOutputs;
use crate::ec2::subnet::SubnetOutputs;
use crate::ec2::vpc::VpcOutputs;
use crate::types::{Cidr, GroupDescription};

/// What a NAT instance is told apart by.
pub struct NatInstance {
    /// The id of the network interface that private subnets send their traffic to.
    pub interface_id: Output<String>,
    /// The letter of its zone.
    pub letter: String,
    /// Its public address.
    pub public_ip: Output<String>,
}

/// What AWS's documentation says for Amazon Linux 2023. The public address comes when the instance runs already, so the package is asked for until it is there.
const SCRIPT: &str = "#!/bin/bash
set -u
echo 'net.ipv4.ip_forward = 1' > /etc/sysctl.d/90-nat.conf
sysctl -p /etc/sysctl.d/90-nat.conf
until dnf install -y iptables-services; do sleep 5; done
iptables -F
iptables -t nat -A POSTROUTING -o \"$(ip -o -4 route show default | awk '{ print $5; exit }')\" -j MASQUERADE
iptables-save > /etc/sysconfig/iptables
systemctl enable --now iptables
";

impl Site<'_> {
    /// An instance in a public subnet that passes on what private subnets send. Nobody can log in to it: another script takes a new one.
    pub fn nat_instance(
        &mut self,
        vpc: &VpcOutputs,
        gateway: &InternetGatewayOutputs,
        (letter, subnet): (&String, &SubnetOutputs),
    ) -> NatInstance {
        let settings = &self.inputs.settings;
        let group = Group {
            key: "nat-sg",
            vpc_id: vpc.id.clone(),
            described: false,
            description: GroupDescription::about("NAT instance, reached from the VPC only"),
            allow_from: self.reached_by_the_vpc(),
            allow_to: BTreeMap::from([("all".to_owned(), Peer::all_of(everywhere()))]),
        };
        let group = group.tell(self.here);
        let instance_type = settings.nat_instance_type.clone().unwrap_or_else(|| "t4g.nano".to_owned());
        let architecture = if is_arm(&instance_type) { "arm64" } else { "x86_64" };
        let image = format!("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{architecture}");
        let args = InstanceArgs {
            image_ssm_parameter: image.into(),
            instance_type: instance_type.into(),
            subnet_id: (&subnet.id).into(),
            security_group_ids: group.id.map(|id| BTreeSet::from([id])).into(),
            source_dest_check: false.into(),
            user_data: Secret::new(SCRIPT.to_owned()).into(),
            user_data_replace_on_change: Order::from(true).into(),
            tags: self.named("nat").into(),
            ..Default::default()
        };
        let instance = self.here.child("nat-instance").after(gateway).add::<Instance>(args);
        let tags = self.named("nat");
        let args = EipArgs { instance_id: (&instance.id).into(), tags: tags.into(), ..Default::default() };
        let address = self.here.child("nat-eip").after(gateway).add::<Eip>(args);
        NatInstance {
            interface_id: instance.primary_network_interface_id,
            letter: letter.clone(),
            public_ip: address.public_ip,
        }
    }

    /// All traffic from each range of the VPC.
    fn reached_by_the_vpc(&self) -> BTreeMap<String, Peer> {
        let settings = &self.inputs.settings;
        let wide = |cidr: Cidr<16, 28>| Cidr::parse(&cidr.to_string()).unwrap_or_else(|why| unreachable!("{why}"));
        let secondary = settings.secondary_cidrs.iter().map(|(name, cidr)| (name.clone(), wide(*cidr)));
        let ranges = std::iter::once(("vpc".to_owned(), wide(settings.cidr))).chain(secondary);
        ranges.map(|(name, cidr)| (name, Peer::all_of(cidr))).collect()
    }
}
