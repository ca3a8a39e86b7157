//! Records that stay, although a resource that was theirs goes.

use super::records;
use crate::aws::Aws;

const WWW: &str = "gitinfra:route53:Record, properties: {zoneId: '${zone.zoneId}', name: www.example.com, type: A, records: [192.0.2.1], overwrite: true}";
/// What is made last, and never: its VPC is not there.
const BAD: &str = "  bad: {type: gitinfra:ec2:Subnet, properties: {vpcId: vpc-00000000, cidrBlock: 10.0.0.0/24}, options: {dependsOn: ['${web}']}}\n";

/// A zone and a record, which has this name in the program.
fn named(name: &str) -> String {
    format!(
        "\nresources:\n  zone: {{type: gitinfra:route53:Zone, properties: {{name: example.com}}}}\n  {name}: {{type: {WWW}}}\n"
    )
}

#[test]
fn what_another_run_took_over_stays() {
    let aws = Aws::new();
    let project = aws.project(&named("www"));
    project.up().expect_ok();
    let zone = project.state().text("zone", "/id").to_owned();
    // The run fails after the take-over and before the deletion, which is left to the next one.
    project.program(&format!("{}{BAD}", named("web")));
    project.up().expect_failure();
    project.program(&named("web"));
    project.up().expect_ok().expect_says("is the same thing now");
    assert_eq!(records(&aws, &zone), ["www.example.com. A 192.0.2.1"]);
    project.expect_settled().refresh_settled();
}

#[test]
fn what_was_imported_under_another_name_stays() {
    let aws = Aws::new();
    let project = aws.project(&named("www"));
    project.up().expect_ok();
    let zone = project.state().text("zone", "/id").to_owned();
    let id = format!("{zone}_www.example.com_A");
    let import = ["gitinfra:route53:Record", "web", &id, "--protect=false", "--generate-code=false"];
    project.act("import", &import).expect_ok();
    project.program(&named("web"));
    project.up().expect_ok().expect_says("is the same thing now");
    assert_eq!(records(&aws, &zone), ["www.example.com. A 192.0.2.1"]);
}
