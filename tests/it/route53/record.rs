//! Records.

use serde_json::{Value, json};

use super::{count, meddle, records, zones};
use crate::aws::Aws;
use crate::pulumi::Project;

/// A zone with records, each a name in the program with properties as a YAML flow.
fn program(each: &[(&str, &str)]) -> String {
    let zone = "\nresources:\n  zone: {type: 'gitinfra:route53:Zone', properties: {name: example.com}}\n";
    let each = each.iter().map(|(name, properties)| {
        format!(
            "  {name}: {{type: 'gitinfra:route53:Record', properties: {{zoneId: '${{zone.zoneId}}', {properties}}}}}\n"
        )
    });
    format!("{zone}{}", each.collect::<String>())
}

fn zone_of(project: &Project) -> String {
    project.state().text("zone", "/id").to_owned()
}

/// One of each kind that is special in some way.
const ALL: [(&str, &str); 6] = [
    ("www", "name: www.example.com, type: A, ttl: 60, records: [192.0.2.2, 192.0.2.1]"),
    ("star", "name: '*.Example.com.', type: A, records: [192.0.2.1]"),
    (
        "text",
        r#"name: _x_y.example.com, type: TXT, records: ['v=spf1 "q" -all', '"quoted" " already"', 'AB:CD:EF:01:23:45:67:89']"#,
    ),
    ("blue", "name: b.example.com, type: CNAME, setIdentifier: blue_1, weight: 10, records: [x.example.com]"),
    ("green", "name: b.example.com, type: CNAME, setIdentifier: green, weight: 0, records: [y.example.com]"),
    ("apex", "name: example.com, type: A, alias: {name: D1.cloudfront.net, zoneId: Z2FDTNDATAQYW2}"),
];

#[test]
fn records_live_from_create_to_destroy() {
    let aws = Aws::new();
    let project = aws.project(&program(&ALL));
    project.up().expect_ok();
    project.expect_settled();
    let zone = zone_of(&project);
    assert_eq!(
        records(&aws, &zone),
        [
            r"\052.example.com. A 192.0.2.1",
            r#"_x_y.example.com. TXT "AB:CD:EF:01:23:45:67:89" "quoted" " already" "v=spf1 \"q\" -all""#,
            "b.example.com. CNAME x.example.com",
            "b.example.com. CNAME y.example.com",
            "example.com. A d1.cloudfront.net.",
            "www.example.com. A 192.0.2.1 192.0.2.2",
        ]
    );
    assert_eq!(count(&aws, "ChangeResourceRecordSets"), 1, "six records are made in one call");
    assert_eq!(project.state().text("blue", "/id"), format!("{zone}_b.example.com_CNAME_blue_1"));
    // Text stays as the program writes it, also after a refresh.
    project.refresh_settled();
    let texts = json!(["AB:CD:EF:01:23:45:67:89", r#""quoted" " already""#, r#"v=spf1 "q" -all"#]);
    assert_eq!(project.state().get("text", "/outputs/records"), &texts);

    let changed = ALL.map(|(name, properties)| match name {
        "www" => (name, "name: www.example.com, type: A, ttl: 90, records: [192.0.2.3]"),
        "blue" => {
            (name, "name: b.example.com, type: CNAME, setIdentifier: blue_1, weight: 20, records: [x.example.com]")
        }
        "apex" => (name, "name: example.com, type: A, records: [192.0.2.9]"),
        _ => (name, properties),
    });
    project.program(&program(&changed));
    project.up().expect_ok().expect_steps(&["update apex", "update blue", "update www"]);
    project.expect_settled();
    assert!(records(&aws, &zone).contains(&"example.com. A 192.0.2.9".to_owned()));

    project.destroy().expect_ok();
    assert!(zones(&aws).is_empty());
}

#[test]
fn a_record_is_mended_and_deleted_as_it_is() {
    let aws = Aws::new();
    let project = aws.project(&program(&ALL[..2]));
    project.up().expect_ok();
    let zone = zone_of(&project);
    let set = |value: &str, ttl: u32| json!({"Name": "www.example.com", "Type": "A", "TTL": ttl, "ResourceRecords": [{"Value": value}]});
    meddle(&aws, &zone, "UPSERT", set("192.0.2.7", 5));
    let star = json!({"Name": "*.example.com", "Type": "A", "TTL": 300, "ResourceRecords": [{"Value": "192.0.2.1"}]});
    meddle(&aws, &zone, "DELETE", star);
    project.refresh().expect_ok();
    project.up().expect_ok().expect_steps(&["create star", "update www"]);
    project.expect_settled();
    // What was changed or deleted behind our back is still deleted.
    meddle(&aws, &zone, "UPSERT", set("192.0.2.8", 5));
    project.destroy().expect_ok();
    assert!(zones(&aws).is_empty());
}

#[test]
fn one_bad_record_fails_alone() {
    let bad = ("bad", "name: www.example.org, type: A, records: [192.0.2.1]");
    let apex = ("apex", "name: example.com, type: CNAME, records: [a.example.com]");
    let sick = (
        "sick",
        "name: m.example.com, type: A, setIdentifier: one, multiValueAnswer: true, healthCheckId: gone, records: [192.0.2.6]",
    );
    let good: Vec<_> = (0..5)
        .map(|i| (format!("good{i}"), format!("name: g{i}.example.com, type: A, records: [192.0.2.1]")))
        .collect();
    let mut all: Vec<(&str, &str)> =
        good.iter().map(|(name, properties)| (name.as_str(), properties.as_str())).collect();
    all.extend([bad, sick, apex]);
    let aws = Aws::new();
    let project = aws.project(&program(&[]));
    project.up().expect_ok();
    project.program(&program(&all));
    project
        .act("up", &["--continue-on-error"])
        .expect_failure()
        .expect_says(
            "www.example.org_A`: Route 53: InvalidChangeBatch: [RRSet with DNS name www.example.org. is not permitted",
        )
        .expect_says("example.com_CNAME`: Route 53: InvalidChangeBatch: [RRSet of type CNAME")
        .expect_says("m.example.com_A_one`: Route 53: NoSuchHealthCheck: The specified health check gone");
    assert_eq!(records(&aws, &zone_of(&project)).len(), 5);
    project.destroy().expect_ok();
}

#[test]
fn lost_answers_and_busy_zones_are_survived() {
    let aws = Aws::new();
    let project = aws.project(&program(&ALL));
    // What an attempt made whose answer got lost is known by its content.
    aws.fault(json!({"kind": "lose-answer", "operation": "ChangeResourceRecordSets"}));
    aws.fault(json!({"kind": "error", "operation": "ChangeResourceRecordSets", "code": "PriorRequestNotComplete", "times": 2}));
    project.up().expect_ok();
    project.expect_settled();
    aws.fault(json!({"kind": "lose-answer", "operation": "ChangeResourceRecordSets"}));
    project.destroy().expect_ok();
    assert!(zones(&aws).is_empty());
}

#[test]
fn what_exists_is_taken_over_only_on_demand() {
    let aws = Aws::new();
    let project = aws.project(&program(&[]));
    project.up().expect_ok();
    let zone = zone_of(&project);
    let set =
        |value: &str| json!({"Name": "a.example.com", "Type": "A", "TTL": 300, "ResourceRecords": [{"Value": value}]});
    meddle(&aws, &zone, "CREATE", set("192.0.2.1"));
    // Not even one that says the same is taken for ours.
    for value in ["192.0.2.1", "192.0.2.2"] {
        project.program(&program(&[("a", &format!("name: a.example.com, type: A, records: [{value}]"))]));
        project
            .up()
            .expect_failure()
            .expect_says(&format!("creating `a`: `{zone}_a.example.com_A` exists already"))
            .expect_says("`aliases`")
            .expect_says("pulumi import gitinfra:route53:Record a")
            .expect_says("or set `overwrite: true`");
        assert_eq!(records(&aws, &zone), ["a.example.com. A 192.0.2.1"]);
    }
    let a = ("a", "name: a.example.com, type: A, records: [192.0.2.2], overwrite: true");
    // The zone's own name servers can be overwritten, and stay when their record is deleted.
    let servers = ("servers", "name: example.com, type: NS, ttl: 60, records: [ns1.example.org], overwrite: true");
    project.program(&program(&[a, servers]));
    project.up().expect_ok().expect_steps(&["create a", "create servers"]);
    project.expect_settled();
    assert!(records(&aws, &zone).contains(&"a.example.com. A 192.0.2.2".to_owned()));
    project.destroy().expect_ok();
    assert!(zones(&aws).is_empty());
}

#[test]
fn a_renamed_record_is_not_lost() {
    let www = |name: &str, more: &str| {
        program(&[(name, &format!("name: www.example.com, type: A, records: [192.0.2.1]{more}"))])
    };
    let aws = Aws::new();
    let project = aws.project(&www("www", ""));
    project.up().expect_ok();
    let zone = zone_of(&project);
    project.program(&www("web", ""));
    project.up().expect_failure().expect_says("exists already").expect_says("`aliases` with the old one");
    assert_eq!(records(&aws, &zone), ["www.example.com. A 192.0.2.1"]);
    // Taken over by the new name, it outlives the deletion of the old one.
    project.program(&www("web", ", overwrite: true"));
    project.up().expect_ok().expect_says("is the same thing now");
    project.expect_settled().refresh_settled();
    assert_eq!(records(&aws, &zone), ["www.example.com. A 192.0.2.1"]);
    project.destroy().expect_ok();
    assert!(zones(&aws).is_empty());
}

#[test]
fn simple_and_weighted_records_make_way_for_each_other() {
    let aws = Aws::new();
    let simple = [("one", "name: w.example.com, type: A, records: [192.0.2.1]")];
    let weighted = [
        ("one", "name: w.example.com, type: A, setIdentifier: one, weight: 1, records: [192.0.2.1]"),
        ("two", "name: w.example.com, type: A, setIdentifier: two, weight: 1, records: [192.0.2.2]"),
    ];
    let project = aws.project(&program(&simple));
    project.up().expect_ok();
    let zone = zone_of(&project);
    project.program(&program(&weighted));
    project.up().expect_ok();
    project.expect_settled();
    let both = ["w.example.com. A 192.0.2.1", "w.example.com. A 192.0.2.2"];
    assert_eq!(records(&aws, &zone), both);
    // Back to a simple one while the other stands: refused before anything is deleted.
    project.program(&program(&simple));
    let words = format!("`{zone}_w.example.com_A` can't stand beside `{zone}_w.example.com_A_two`");
    project.preview().expect_failure().expect_says(&words);
    project.up().expect_failure().expect_says(&words).expect_says("first run `pulumi up` without those records");
    assert_eq!(records(&aws, &zone), both);
    project.program(&program(&weighted[..1]));
    project.up().expect_ok().expect_steps(&["delete two"]);
    project.program(&program(&simple));
    let steps = project.up().expect_ok().steps_in_order();
    assert_eq!(steps, ["delete-replaced one", "replace one", "create-replacement one"]);
    project.destroy().expect_ok();
    assert!(zones(&aws).is_empty());
}

#[test]
fn records_of_one_choice_follow_each_other() {
    let aws = Aws::new();
    let all = |identifier: &str| {
        let set = |name: &str, policy: &str| {
            format!("name: {name}.example.com, type: A, setIdentifier: {identifier}, {policy}, records: [192.0.2.1]")
        };
        let each = [
            ("failover", "failover: SECONDARY"),
            ("latency", "latencyRegion: us-east-1"),
            ("geolocation", "geoLocation: {countryCode: FR}"),
            ("weighted", "weight: 1"),
        ];
        let each = each.map(|(name, policy)| (name, set(name, policy)));
        program(&each.each_ref().map(|(name, properties)| (*name, properties.as_str())))
    };
    let project = aws.project(&all("one"));
    project.up().expect_ok();
    project.program(&all("uno"));
    let steps = project.up().expect_ok().steps_in_order();
    let first = |name: &str| steps.iter().position(|step| step == &format!("delete-replaced {name}"));
    let then = |name: &str| steps.iter().position(|step| step == &format!("create-replacement {name}"));
    for name in ["failover", "latency", "geolocation"] {
        assert!(first(name) < then(name), "{name}: {steps:?}");
    }
    assert!(then("weighted") < first("weighted"), "{steps:?}");
    project.expect_settled();
    // Another policy takes another record, although its key is the same.
    project.program(&all("uno").replace("weight: 1", "multiValueAnswer: true"));
    let steps = project.up().expect_ok().steps_in_order();
    assert_eq!(steps, ["delete-replaced weighted", "replace weighted", "create-replacement weighted"]);
    project.destroy().expect_ok();
    assert!(zones(&aws).is_empty());
}

#[test]
fn a_record_moves_where_two_cannot_stand() {
    let aws = Aws::new();
    let a = |properties: &str| program(&[("a", &format!("name: {properties}"))]);
    let project = aws.project(&a("a.example.com, type: A, records: [192.0.2.1]"));
    project.up().expect_ok();
    // Nothing can stand beside a CNAME: the old record goes first.
    project.program(&a("a.example.com, type: CNAME, records: [b.example.com]"));
    let steps = project.up().expect_ok().steps_in_order();
    let place = |step: &str| steps.iter().position(|s| s == step);
    assert!(place("delete-replaced a") < place("create-replacement a"), "{steps:?}");
    // A name of its own: the new one comes first.
    project.program(&a("c.example.com, type: CNAME, records: [b.example.com]"));
    let steps = project.up().expect_ok().steps_in_order();
    let place = |step: &str| steps.iter().position(|s| s == step);
    assert!(place("create-replacement a") < place("delete-replaced a"), "{steps:?}");
    assert_eq!(records(&aws, &zone_of(&project)), ["c.example.com. CNAME b.example.com"]);
    project.destroy().expect_ok();
}

#[test]
fn records_are_imported_by_their_ids() {
    let aws = Aws::new();
    let project = aws.project(&program(&ALL));
    project.up().expect_ok();
    let zone = zone_of(&project);
    project.edit_state(|state| {
        let resources = state["deployment"]["resources"].as_array_mut().expect("a list");
        resources.retain(|resource| resource["type"] != "gitinfra:route53:Record");
    });
    for (name, id) in [
        ("www", "www.example.com_A"),
        ("star", "*.example.com_A"),
        ("text", "_x_y.example.com_TXT"),
        ("blue", "b.example.com_CNAME_blue_1"),
        ("green", "b.example.com_CNAME_green"),
        ("apex", "example.com_A"),
    ] {
        let id = format!("{zone}_{id}");
        let import = [
            "import",
            "gitinfra:route53:Record",
            name,
            &id,
            "--yes",
            "--skip-preview",
            "--protect=false",
            "--generate-code=false",
        ];
        project.command(&import).expect_ok();
    }
    project.expect_settled();
    let bad = ["import", "gitinfra:route53:Record", "bad", "Z1_nonsense", "--yes", "--skip-preview"];
    project.command(&bad).expect_failure().expect_says("ZONEID_NAME_TYPE");
    // Those who import need not say that the records lie in the zone; here they still have to go before it.
    project.up().expect_ok();
    project.program(&program(&[]));
    project.up().expect_ok();
    project.destroy().expect_ok();
}

/// Records between which a routing policy chooses, before and after a change. `HEALTH` stands for a health check, `CIDRS` for a CIDR collection.
const ROUTED: [(&str, &str, &str); 11] = [
    (
        "near",
        "name: l.example.com, type: A, setIdentifier: near, latencyRegion: ap-northeast-1, records: [192.0.2.1]",
        "name: l.example.com, type: A, setIdentifier: near, latencyRegion: ap-northeast-3, records: [192.0.2.1]",
    ),
    (
        "far",
        "name: l.example.com, type: A, setIdentifier: far, latencyRegion: us-east-1, records: [192.0.2.2]",
        "name: l.example.com, type: A, setIdentifier: far, latencyRegion: us-east-1, healthCheckId: HEALTH, records: [192.0.2.2]",
    ),
    (
        "europe",
        "name: g.example.com, type: A, setIdentifier: europe, geoLocation: {continentCode: EU}, records: [192.0.2.3]",
        "name: g.example.com, type: A, setIdentifier: europe, geoLocation: {countryCode: FR}, records: [192.0.2.3]",
    ),
    (
        "state",
        "name: g.example.com, type: A, setIdentifier: state, geoLocation: {countryCode: US, subdivisionCode: CA}, records: [192.0.2.4]",
        "name: g.example.com, type: A, setIdentifier: state, geoLocation: {countryCode: US}, records: [192.0.2.4]",
    ),
    (
        "rest",
        "name: g.example.com, type: A, setIdentifier: rest, geoLocation: {countryCode: '*'}, records: [192.0.2.5]",
        "name: g.example.com, type: A, setIdentifier: rest, geoLocation: {countryCode: '*'}, ttl: 60, records: [192.0.2.5]",
    ),
    (
        "one",
        "name: m.example.com, type: A, setIdentifier: one, multiValueAnswer: true, healthCheckId: HEALTH, records: [192.0.2.6]",
        "name: m.example.com, type: A, setIdentifier: one, multiValueAnswer: true, records: [192.0.2.6]",
    ),
    (
        "two",
        "name: w.example.com, type: A, setIdentifier: two, weight: 0, records: [192.0.2.7]",
        "name: w.example.com, type: A, setIdentifier: two, weight: 255, records: [192.0.2.7]",
    ),
    (
        "nearest",
        "name: p.example.com, type: A, setIdentifier: nearest, geoProximityLocation: {awsRegion: us-east-1}, records: [192.0.2.10]",
        "name: p.example.com, type: A, setIdentifier: nearest, geoProximityLocation: {coordinates: {latitude: 35.68, longitude: 139.77}, bias: -10}, records: [192.0.2.10]",
    ),
    (
        "office",
        "name: c.example.com, type: A, setIdentifier: office, cidrRoutingConfig: {collectionId: CIDRS, locationName: office}, records: [192.0.2.11]",
        "name: c.example.com, type: A, setIdentifier: office, cidrRoutingConfig: {collectionId: CIDRS, locationName: '*'}, records: [192.0.2.11]",
    ),
    (
        "primary",
        "name: f.example.com, type: A, setIdentifier: primary, failover: PRIMARY, healthCheckId: HEALTH, records: [192.0.2.8]",
        "name: f.example.com, type: A, setIdentifier: primary, failover: PRIMARY, healthCheckId: HEALTH, records: [192.0.2.9]",
    ),
    (
        "secondary",
        "name: f.example.com, type: A, setIdentifier: secondary, failover: SECONDARY, alias: {name: l.example.com, zoneId: '${zone.zoneId}'}",
        "name: f.example.com, type: A, setIdentifier: secondary, failover: SECONDARY, alias: {name: l.example.com, zoneId: '${zone.zoneId}', evaluateTargetHealth: true}",
    ),
];

#[test]
fn every_routing_policy_lives() {
    let aws = Aws::new();
    let check = json!({"CallerReference": "x", "HealthCheckConfig": {"Type": "HTTPS", "FullyQualifiedDomainName": "example.com"}});
    let health = aws.call("route53", "create_health_check", check);
    let health = health["HealthCheck"]["Id"].as_str().unwrap_or_default();
    let cidrs = aws.call("route53", "create_cidr_collection", json!({"Name": "c", "CallerReference": "c"}));
    let cidrs = cidrs["Collection"]["Id"].as_str().unwrap_or_default();
    let put = json!({"LocationName": "office", "Action": "PUT", "CidrList": ["192.0.2.0/24"]});
    aws.call("route53", "change_cidr_collection", json!({"Id": cidrs, "Changes": [put]}));
    let of = |pick: fn(&(&'static str, &'static str, &'static str)) -> &'static str| {
        let each = ROUTED.map(|record| (record.0, pick(&record).replace("HEALTH", health).replace("CIDRS", cidrs)));
        program(&each.each_ref().map(|(name, properties)| (*name, properties.as_str())))
    };
    let project = aws.project(&of(|record| record.1));
    project.up().expect_ok();
    project.expect_settled().refresh_settled();
    let zone = zone_of(&project);
    let asked = json!({"HostedZoneId": zone});
    let sets = || aws.call("route53", "list_resource_record_sets", asked.clone())["ResourceRecordSets"].clone();
    let told = |name: &str, field: &str| {
        let sets = sets();
        let mut sets = sets.as_array().into_iter().flatten();
        let set = sets.find(|set| set["SetIdentifier"] == name);
        set.map(|set| set[field].clone()).unwrap_or_default()
    };
    assert_eq!(told("near", "Region"), "ap-northeast-1");
    assert_eq!(told("state", "GeoLocation"), json!({"CountryCode": "US", "SubdivisionCode": "CA"}));
    assert_eq!(told("one", "MultiValueAnswer"), true);
    assert_eq!(told("two", "Weight"), 0);
    assert_eq!(told("office", "CidrRoutingConfig"), json!({"CollectionId": cidrs, "LocationName": "office"}));
    assert_eq!((told("primary", "Failover"), told("primary", "HealthCheckId")), (json!("PRIMARY"), json!(health)));

    project.program(&of(|record| record.2));
    let names = ROUTED.map(|(name, ..)| format!("update {name}"));
    let mut steps = names.each_ref().map(String::as_str);
    steps.sort_unstable();
    project.up().expect_ok().expect_steps(&steps);
    project.expect_settled().refresh_settled();
    assert_eq!(told("near", "Region"), "ap-northeast-3");
    assert_eq!(told("one", "HealthCheckId"), Value::Null);
    assert_eq!(told("two", "Weight"), 255);
    let tokyo = json!({"Coordinates": {"Latitude": "35.68", "Longitude": "139.77"}, "Bias": -10});
    assert_eq!(told("nearest", "GeoProximityLocation"), tokyo);

    // What was imported is what was made.
    let other = aws.project("resources: {}\n");
    for (name, ..) in ROUTED {
        let id = project.state().text(name, "/id").to_owned();
        let options = ["--protect=false", "--generate-code=false"];
        let import = ["gitinfra:route53:Record", name, &id, options[0], options[1]];
        other.act("import", &import).expect_ok();
        let inputs = |project: &Project| project.state().get(name, "/outputs").clone();
        assert_eq!(inputs(&other), inputs(&project), "{name}");
    }
    project.destroy().expect_ok();
    assert!(zones(&aws).is_empty());
}

#[test]
fn a_record_without_its_health_check_is_refused() {
    let aws = Aws::new();
    let record = "name: m.example.com, type: A, setIdentifier: one, multiValueAnswer: true, healthCheckId: gone, records: [192.0.2.6]";
    let up = aws.project(&program(&[("one", record)])).up();
    up.expect_failure().expect_says("NoSuchHealthCheck: The specified health check gone does not exist");
}

#[test]
fn mistakes_are_told_before_anything_is_made() {
    for (properties, why) in [
        ("name: '@', type: A, records: [192.0.2.1]", "not as `@`"),
        ("name: a.example.com, type: A", "one of `records` or `alias` is required"),
        ("name: a.example.com, type: A, records: [192.0.2.300]", "`192.0.2.300` is not an IPv4 address"),
        ("name: a.example.com, type: CNAME, records: [b.example.com, c.example.com]", "a CNAME has one value"),
        ("name: a.example.com, type: MX, records: [mail.example.com]", "a priority and a mail server"),
        ("name: a.example.com, type: A, weight: 1, records: [192.0.2.1]", "`weight` there are several records"),
        ("name: a.example.com, type: A, setIdentifier: a, records: [192.0.2.1]", "needs a routing policy"),
        (
            "name: a.example.com, type: A, setIdentifier: a, weight: 1, failover: PRIMARY, records: [192.0.2.1]",
            "only one of `weight`",
        ),
        ("name: a.example.com, type: A, ttl: 60, alias: {name: b.example.com, zoneId: Z1}", "the TTL of its target"),
        ("name: a.example.com, type: AAAA, records: [192.0.2.1]", "`192.0.2.1` is not an IPv6 address"),
    ] {
        // The zone is a new one: its id is not known yet.
        let aws = Aws::new();
        aws.project(&program(&[("bad", properties)])).preview().expect_failure().expect_says(why);
        assert!(aws.calls().is_empty(), "{properties}");
    }
}
