//! Rules of security groups.

use serde_json::json;

use crate::ec2::{Journey, of, tag};

const AROUND: [(&str, &str, &str); 3] = [
    ("vpc", "Vpc", "cidrBlock: 10.0.0.0/16"),
    ("one", "SecurityGroup", "vpcId: '${vpc.id}'"),
    ("two", "SecurityGroup", "vpcId: '${vpc.id}'"),
];

fn rule(rest: &str) -> String {
    format!("securityGroupId: '${{one.id}}', {rest}")
}

#[test]
fn an_ingress_rule_lives() {
    let j = Journey::of("SecurityGroupIngressRule", &AROUND);
    let web = "ipProtocol: '6', fromPort: 443, toPort: 443, cidrIpv4: 0.0.0.0/0";
    j.born("AuthorizeSecurityGroupIngress", &rule(web));
    assert_eq!(j.output("ipProtocol"), "tcp");
    j.updates(
        &rule("ipProtocol: tcp, fromPort: 80, toPort: 81, cidrIpv4: 10.0.0.0/8, description: web, tags: {a: b}"),
        &["cidrIpv4", "description", "fromPort", "tags.a", "toPort"],
    );
    j.updates(
        &rule("ipProtocol: all, cidrIpv4: 10.0.0.0/8"),
        &["description", "fromPort", "ipProtocol", "tags.a", "toPort"],
    );
    j.updates(&rule("ipProtocol: icmp, fromPort: 8, cidrIpv4: 10.0.0.0/8"), &["fromPort", "ipProtocol"]);
    j.drifts(
        |j| {
            let (group, id) = (j.id_of("one"), j.id());
            let rule = json!({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "0.0.0.0/0", "Description": "help"});
            let rules = json!([{"SecurityGroupRuleId": id, "SecurityGroupRule": rule}]);
            j.call("modify_security_group_rules", json!({"GroupId": group, "SecurityGroupRules": rules}));
            j.call("create_tags", json!({"Resources": [id], "Tags": tag("by", "hand")}));
        },
        &["cidrIpv4", "description", "fromPort", "ipProtocol", "tags.by"],
    );
    j.imported_as(&j.id());
    // A peer of another kind takes a new rule.
    j.replaced(&rule("ipProtocol: icmp, fromPort: 8, referencedSecurityGroupId: '${two.id}'"));
    j.replaced(&rule("ipProtocol: icmpv6, cidrIpv6: '2001:DB8::/32'"));
    j.replaced("securityGroupId: '${two.id}', ipProtocol: icmpv6, cidrIpv6: '2001:DB8::/32'");
    j.ends();
}

#[test]
fn an_egress_rule_lives() {
    let j = Journey::of("SecurityGroupEgressRule", &AROUND);
    let app = "ipProtocol: tcp, fromPort: 8080, toPort: 8080, referencedSecurityGroupId: '${two.id}'";
    j.born("AuthorizeSecurityGroupEgress", &rule(app));
    j.updates(
        &rule("ipProtocol: udp, fromPort: 53, toPort: 53, referencedSecurityGroupId: '${one.id}'"),
        &["fromPort", "ipProtocol", "referencedSecurityGroupId", "toPort"],
    );
    j.imported_as(&j.id());
    j.replaced(&rule("ipProtocol: '-1', cidrIpv4: 0.0.0.0/0"));
    j.ends();
}

/// The peer is known only once its group has been made; that it is another kind of peer is known before.
#[test]
fn another_kind_of_peer_is_foreseen() {
    let j = Journey::of("SecurityGroupIngressRule", &AROUND);
    let all = "ipProtocol: '-1'";
    j.born("AuthorizeSecurityGroupIngress", &rule(&format!("{all}, cidrIpv4: 10.0.0.0/8")));
    let new = ("new", "SecurityGroup", "vpcId: '${vpc.id}'");
    let peer = rule(&format!("{all}, referencedSecurityGroupId: '${{new.id}}'"));
    let x = ("x", "SecurityGroupIngressRule", peer.as_str());
    j.project.program(&of(&[&AROUND[..], &[new, x]].concat())).preview().expect_ok().expect_steps(&[
        "create new",
        "create-replacement x",
        "delete-replaced x",
        "replace x",
    ]);
    j.ends();
}

/// Each of two groups lets the other in: neither can go before the rules have.
#[test]
fn groups_that_speak_of_each_other_go() {
    let j = Journey::of("SecurityGroupIngressRule", &AROUND);
    let there = "ipProtocol: '-1', referencedSecurityGroupId: '${two.id}'";
    // Neither the first answer arrives, nor that to the question what has become of it.
    j.aws.fault(json!({"kind": "lose-answer", "operation": "DescribeTags"}));
    j.born("AuthorizeSecurityGroupIngress", &rule(there));
    let program = j.project.read("Pulumi.yaml").unwrap_or_default();
    let back = "  y: {type: 'gitinfra:ec2:SecurityGroupEgressRule', properties: {securityGroupId: '${two.id}', \
                ipProtocol: '-1', referencedSecurityGroupId: '${one.id}'}}\n";
    j.project.write("Pulumi.yaml", &format!("{program}{back}"));
    j.project.up().expect_ok().expect_steps(&["create y"]);
    j.ends();
}
