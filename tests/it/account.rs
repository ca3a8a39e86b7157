//! A stack stays in its account, whatever credentials the next run has.

use serde_json::json;

use crate::aws::Aws;

const ZONES: &str = "
resources:
  zone: {type: 'gitinfra:route53:Zone', properties: {name: example.com}}
";

#[test]
fn another_accounts_credentials_are_refused() {
    let (ours, theirs) = (Aws::new(), Aws::new());
    let project = ours.project(ZONES);
    project.up().expect_ok();
    let before = project.state().resource("zone").clone();

    let project = theirs.reached_by(project);
    let words =
        format!("belongs to account {}, but the credentials in use are of account {}", ours.account, theirs.account);
    // To the other account all of it looks as if it were gone.
    project.refresh().expect_failure().expect_says(&words);
    project.destroy().expect_failure().expect_says(&words);
    project.program(&ZONES.replace("name: example.com", "name: example.com, comment: ours"));
    project.up().expect_failure().expect_says(&words);
    // Nor is anything new made there.
    project.program(&format!("{ZONES}  other: {{type: 'gitinfra:route53:Zone', properties: {{name: other.example.com}}, options: {{dependsOn: ['${{zone}}']}}}}\n"));
    project.up().expect_failure().expect_says(&words);
    assert_eq!(*project.state().resource("zone"), before);
    assert_eq!(theirs.call("route53", "list_hosted_zones", json!({}))["HostedZones"], json!([]));

    let project = ours.reached_by(project);
    project.program(ZONES);
    project.expect_settled();
    project.destroy().expect_ok();
    assert_eq!(ours.call("route53", "list_hosted_zones", json!({}))["HostedZones"], json!([]));
}
