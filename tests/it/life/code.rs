//! The IAM actions of calls that stand in a type's own code, whether its life comes by them or not.

use std::collections::BTreeSet;

use super::actions::{SOMETIMES, listed};
use crate::docs::snake;
use crate::tidy::sources;
use crate::tools::repository;

/// What a service's actions begin with, by the name of its client in the code. S3's actions have names of their own: its life shows them.
const SERVICES: &[(&str, &str)] = &[
    ("acm", "acm"),
    ("appautoscaling", "application-autoscaling"),
    ("chatbot", "chatbot"),
    ("cloudfront", "cloudfront"),
    ("cloudwatch", "cloudwatch"),
    ("ec2", "ec2"),
    ("ecr", "ecr"),
    ("ecs", "ecs"),
    ("elasticache", "elasticache"),
    ("elb", "elasticloadbalancing"),
    ("firehose", "firehose"),
    ("iam", "iam"),
    ("kms", "kms"),
    ("logs", "logs"),
    ("rds", "rds"),
    ("route53", "route53"),
    ("secretsmanager", "secretsmanager"),
    ("sns", "sns"),
    ("ssm", "ssm"),
    ("wafv2", "wafv2"),
];

/// A call that needs two other actions.
const ELSE: &str = "cloudfront:createdistributionwithtags";

/// The calls in code without white space, as `service:operation` in lower case.
fn calls(code: &str) -> BTreeSet<String> {
    let call = |rest: &str| {
        let rest = rest.strip_prefix("once().").unwrap_or(rest);
        let (client, rest) = rest.split_once("().")?;
        let (_, service) = SERVICES.iter().find(|(name, _)| *name == client)?;
        let (operation, _) = rest.split_once('(')?;
        Some(format!("{service}:{}", operation.replace('_', "")))
    };
    code.split("aws.").skip(1).filter_map(call).filter(|call| call != ELSE).collect()
}

#[test]
fn calls_are_found_however_they_are_written() {
    let code =
        "aws.once().elb().create_rule().send();letask=||aws.ec2().describe_vpcs();aws.region();aws.s3().head_bucket()";
    assert_eq!(calls(code).into_iter().collect::<Vec<_>>(), ["ec2:describevpcs", "elasticloadbalancing:createrule"]);
}

#[test]
fn what_the_code_calls_is_listed() {
    let sources = sources();
    let mut wrong = Vec::new();
    for (token, verbs) in listed() {
        let (module, name) = token.trim_start_matches("gitinfra:").split_once(':').expect("a token has a module");
        let own = repository().join("provider/src").join(module).join(snake(name));
        let file = own.with_extension("rs");
        let files = sources.iter().filter(|(path, _)| *path == file || path.starts_with(&own));
        let lines = files.flat_map(|(_, text)| text.lines()).filter(|line| !line.trim_start().starts_with("//"));
        let code: String = lines.flat_map(str::split_whitespace).collect();
        let actions = verbs.iter().filter(|(verb, _)| *verb != "id").flat_map(|(_, actions)| actions);
        let known: BTreeSet<_> = actions.map(|action| action.to_lowercase()).collect();
        wrong.extend(calls(&code).difference(&known).map(|call| format!("{token} calls {call}")));
        let shown = |action: &&String| verbs.iter().any(|(verb, all)| verb != SOMETIMES && all.contains(*action));
        let needless = verbs.get(SOMETIMES).into_iter().flatten().filter(shown);
        wrong.extend(needless.map(|action| format!("{token}: its life shows {action}")));
    }
    assert!(wrong.is_empty(), "provider/src/lives.json, `{SOMETIMES}`:\n{}", wrong.join("\n"));
}
