//! What is busy is waited for: while it is read, changed and deleted, AWS refuses each call for a moment, in the words of its service.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Trial, with_every_row};

/// How a service says that it, or the thing itself, is busy: the service as calls are signed, a part of the operation, code and message.
const BUSY: &[(&str, &str, &str, &str)] = &[
    ("acm", "", "ConflictException", "the certificate is being changed"),
    ("application-autoscaling", "", "ConcurrentUpdateException", "another update is under way"),
    ("chatbot", "", "ServiceUnavailableException", "try again"),
    ("cloudfront", "", "InvalidIfMatchVersion", "the If-Match version is missing or not valid for the resource"),
    ("ec2", "", "IncorrectState", "the resource is not in a state for this"),
    ("ecr", "", "ServerException", "try again"),
    ("ecs", "", "UpdateInProgressException", "there is a current update in progress on the cluster"),
    ("elasticache", "UserGroup", "InvalidUserGroupState", "the user group is not active"),
    ("elasticache", "User", "InvalidUserState", "the user is not active"),
    ("elasticache", "CacheParameterGroup", "InvalidCacheParameterGroupState", "the group has pending changes"),
    ("elasticache", "DeleteCacheSubnetGroup", "CacheSubnetGroupInUse", "the group is in use"),
    ("elasticache", "CacheSubnetGroup", "Throttling", "rate exceeded"),
    ("elasticache", "", "InvalidReplicationGroupState", "the replication group is not available"),
    ("elasticloadbalancing", "", "PriorRequestNotComplete", "another change is under way"),
    ("firehose", "", "ConcurrentModificationException", "the stream was changed by another"),
    ("iam", "", "ConcurrentModification", "the entity is being changed"),
    ("kms", "", "DependencyTimeoutException", "the system timed out"),
    ("logs", "", "OperationAbortedException", "a conflicting operation is in progress"),
    ("monitoring", "", "ConcurrentModificationException", "more than one process tried to change it"),
    ("rds", "EventSubscription", "InvalidEventSubscriptionState", "the subscription is being changed"),
    ("rds", "ParameterGroup", "InvalidDBParameterGroupState", "the group has pending changes"),
    ("rds", "SubnetGroup", "InvalidDBSubnetGroupStateFault", "the group is in use"),
    ("rds", "Instance", "InvalidDBInstanceState", "the instance is not available"),
    ("rds", "", "InvalidDBClusterStateFault", "the cluster is not available"),
    ("route53", "", "PriorRequestNotComplete", "the request was rejected because a change is under way"),
    ("s3", "", "OperationAborted", "a conflicting conditional operation is in progress"),
    ("secretsmanager", "", "PreconditionNotMetException", "two changes at once"),
    ("sns", "", "ConcurrentAccess", "two changes at once"),
    ("ssm", "", "TooManyUpdates", "there are concurrent updates"),
    ("wafv2", "", "WAFOptimisticLockException", "somebody else has changed it"),
];

/// The refusal of a call by a service that is busy.
fn refusal(call: &Value) -> Value {
    let (service, operation) =
        (call["service"].as_str().unwrap_or_default(), call["operation"].as_str().unwrap_or_default());
    let found = BUSY.iter().find(|(of, part, _, _)| *of == service && operation.contains(part));
    let (_, _, code, message) = found.unwrap_or_else(|| panic!("how {service} says that it is busy is not in BUSY"));
    json!({"kind": "error", "mutating": true, "code": code, "message": message, "status": 400, "operation": operation})
}

#[test]
fn what_is_busy_is_waited_for() {
    with_every_row(|row| {
        let mut t = Trial::of(row);
        for phase in ["update", "delete"] {
            t.is_busy_in(phase);
        }
        t.is_busy_while_it_is_read();
    });
}

impl Trial<'_> {
    /// Every call of a phase that changes something is refused at first; the phase goes well all the same.
    fn is_busy_in(&mut self, phase: &str) {
        self.begin(phase);
        let before = self.aws.calls().len();
        self.act(phase).unwrap_or_else(|words| panic!("{phase}: {words}"));
        let calls = self.aws.calls().split_off(before);
        let writes: BTreeMap<String, Value> = calls
            .iter()
            .filter(|call| call["mutating"] == true)
            .map(|call| (call["operation"].as_str().unwrap_or_default().to_owned(), refusal(call)))
            .collect();
        self.begin(phase);
        let before = self.aws.calls().len();
        for rule in writes.values() {
            self.aws.fault(rule.clone());
        }
        let outcome = self.act(phase);
        self.aws.heal();
        outcome.unwrap_or_else(|words| panic!("busy in its {phase}: {words}"));
        self.expect_refused(before, &writes.into_keys().collect::<Vec<_>>());
        if phase == "update" {
            let other = self.other();
            self.settled(&[("x", &other)]);
        }
    }

    /// Each look of a refresh is refused at first; what is known of the resource stays as it is.
    fn is_busy_while_it_is_read(&mut self) {
        self.begin("update");
        self.stack.refresh_one("x").expect("a refresh");
        let known = self.stack.kept("x").outputs.clone();
        let before = self.aws.calls().len();
        self.stack.refresh_one("x").expect("a refresh");
        let looks = self.aws.calls().split_off(before);
        let looks: BTreeSet<_> =
            looks.iter().filter_map(|call| call["operation"].as_str().map(str::to_owned)).collect();
        let before = self.aws.calls().len();
        for look in &looks {
            self.aws.fault(json!({"kind": "throttle", "operation": look}));
        }
        let seen = self.stack.refresh_one("x");
        self.aws.heal();
        assert!(seen.is_ok(), "busy while it is read: {seen:?}");
        self.expect_refused(before, &looks.into_iter().collect::<Vec<_>>());
        assert_eq!(self.stack.kept("x").outputs, known, "busy while it is read");
    }

    /// Each operation of the calls after the first so many was refused, if it was called; and one was.
    fn expect_refused(&self, before: usize, operations: &[String]) {
        let calls = self.aws.calls().split_off(before);
        let called = |refused: bool| -> BTreeSet<&str> {
            let fits = calls.iter().filter(|call| !refused || call["status"].as_u64().is_some_and(|it| it >= 400));
            let names = fits.filter_map(|call| call["operation"].as_str());
            names.filter(|name| operations.iter().any(|known| known == name)).collect()
        };
        let (all, refused) = (called(false), called(true));
        assert!(
            all == refused && (operations.is_empty() || !refused.is_empty()),
            "of {all:?}, {refused:?} were refused"
        );
    }
}
