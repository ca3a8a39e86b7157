//! Requests as forges send them, whole, and what others make of them. The payloads of GitHub are those of the package
//! `@octokit/webhooks-examples` (MIT); the signatures were made by another implementation.

use super::*;

const NOW: i64 = 1_700_000_000_000;
const SECRET: &str = "hush-webhook-secret-1";
const PULL_REQUEST: &[u8] = include_bytes!("payloads/github-pull_request.json");
const ISSUE_COMMENT: &[u8] = include_bytes!("payloads/github-issue_comment.json");
const OF_PULL_REQUEST: &str = "6ff595900963df27620bdf0e15310e24b27c190738a2982851d72ebb9f50ee5d";
const OF_ISSUE_COMMENT: &str = "2a0bca5102bbabe96fd04214f3fa4e99bb2243916b3bb23d8c15a4a9524fa9c9";
/// What a real Gitea sent, and how it signed that.
const OF_GITEA: [(&[u8], &str); 2] = [
    (
        include_bytes!("payloads/gitea-pull_request.json"),
        "25e6727ead4e8ee8bec8968da45095a9c09f9e533727cd4a2529bdddcea875e0",
    ),
    (
        include_bytes!("payloads/gitea-issue_comment.json"),
        "575d3c987a3ee38e9ea2b0a80e6bb8a247ac1dac660ad581d9c4d49aed3d836d",
    ),
];
/// GitLab's newer scheme: a key, and what it makes of `msg_1`, that time and the pull request's payload.
const SIGNING_TOKEN: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const TIMED: &str = "v1,07QFxP+Id2i1qyYS1ljP1qxMY5lEx/GaPezgPTMOpsc=";

type Header = (&'static str, String);

/// The headers of a request with the pull request's payload, the one with the signature first.
fn headers(kind: Kind) -> Vec<Header> {
    let named = |names: [(&'static str, &str); 3]| names.map(|(name, value)| (name, value.to_owned())).to_vec();
    let sha256 = format!("sha256={OF_PULL_REQUEST}");
    match kind {
        Kind::Github => {
            named([("X-Hub-Signature-256", &sha256), ("X-GitHub-Delivery", "d-1"), ("X-GitHub-Event", "pull_request")])
        }
        Kind::Gitea => named([
            ("X-Gitea-Signature", OF_PULL_REQUEST),
            ("X-Gitea-Delivery", "d-1"),
            ("X-Gitea-Event", "pull_request"),
        ]),
        Kind::Forgejo => named([
            ("X-Forgejo-Signature", OF_PULL_REQUEST),
            ("X-Forgejo-Delivery", "d-1"),
            ("X-Forgejo-Event", "pull_request"),
        ]),
        Kind::Gitlab => {
            named([("X-Gitlab-Token", SECRET), ("Idempotency-Key", "d-1"), ("X-Gitlab-Event", "pull_request")])
        }
        Kind::Bitbucket => {
            named([("X-Hub-Signature", &sha256), ("X-Request-UUID", "d-1"), ("X-Event-Key", "pull_request")])
        }
    }
}

const ALL: [Kind; 5] = [Kind::Github, Kind::Gitea, Kind::Forgejo, Kind::Gitlab, Kind::Bitbucket];

fn signer(kind: Kind) -> Signer {
    Signer::new(kind, &Secret::new(SECRET)).expect("a secret that is long enough")
}

fn verify(kind: Kind, headers: &[Header], body: &[u8]) -> Result<Delivery, Refusal> {
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    signer(kind).verify(&Headers(&headers), body, NOW)
}

#[test]
fn what_bears_no_signature_is_not_read() {
    let signer = |kind, secret: &str| Signer::new(kind, &Secret::new(secret)).expect("a signer");
    let plain = "a-secret-that-is-long-enough";
    let cases = [
        (signer(Kind::Github, plain), "x-hub-signature-256"),
        (signer(Kind::Forgejo, plain), "x-gitea-signature"),
        (signer(Kind::Gitlab, plain), "x-gitlab-token"),
        (signer(Kind::Gitlab, "whsec_c2VjcmV0LXRoYXQtaXMtbG9uZw=="), "webhook-signature"),
        (signer(Kind::Bitbucket, plain), "x-hub-signature"),
    ];
    for (signer, header) in cases {
        assert!(signer.is_signed(&Headers(&[(header, "x")])), "{header}");
        for others in [&[][..], &[(header, "")], &[(header, "x"), (header, "y")], &[("x-event-key", "x")]] {
            assert!(!signer.is_signed(&Headers(others)), "{header}: {others:?}");
        }
    }
}

#[test]
fn what_the_forge_sends_is_taken() {
    for kind in ALL {
        let delivery = verify(kind, &headers(kind), PULL_REQUEST).expect("it is signed");
        assert_eq!((delivery.id.as_str(), delivery.event.as_str()), ("d-1", "pull_request"), "{kind:?}");
        assert_eq!(delivery.digest.len(), 64);
    }
    let mut of_comment = headers(Kind::Github);
    of_comment[0].1 = format!("sha256={OF_ISSUE_COMMENT}");
    assert!(verify(Kind::Github, &of_comment, ISSUE_COMMENT).is_ok());
    for (payload, signature) in OF_GITEA {
        let mut of_gitea = headers(Kind::Gitea);
        of_gitea[0].1 = signature.to_owned();
        assert!(verify(Kind::Gitea, &of_gitea, payload).is_ok());
        assert!(verify(Kind::Forgejo, &of_gitea, payload).is_ok(), "an older Forgejo");
    }
    // The example in GitHub's own documentation.
    let signer = Signer::new(Kind::Github, &Secret::new("It's a Secret to Everybody")).expect("a secret");
    let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let headers = [("x-hub-signature-256", signature), ("x-github-delivery", "1"), ("x-github-event", "ping")];
    assert!(signer.verify(&Headers(&headers), b"Hello, World!", NOW).is_ok());
}

#[test]
fn what_others_send_is_not() {
    for kind in ALL {
        let right = headers(kind);
        let with = |at: usize, value: &str| {
            let mut changed = right.clone();
            changed[at].1 = value.to_owned();
            changed
        };
        let without =
            |at: usize| right.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, h)| h.clone()).collect::<Vec<_>>();
        let signature = right[0].1.as_str();
        assert_eq!(verify(kind, &without(0), PULL_REQUEST), Err(Refusal::NoSignature), "{kind:?}");
        assert_eq!(verify(kind, &with(0, ""), PULL_REQUEST), Err(Refusal::NoSignature), "{kind:?}");
        assert_eq!(verify(kind, &without(1), PULL_REQUEST), Err(Refusal::NoId), "{kind:?}");
        assert_eq!(verify(kind, &without(2), PULL_REQUEST), Err(Refusal::NoEvent), "{kind:?}");
        let twice = [right.clone(), right.clone()].concat();
        assert_eq!(verify(kind, &twice, PULL_REQUEST), Err(Refusal::NoSignature), "{kind:?}: a header twice");
        for wrong in [
            "sha256=",
            "x",
            "é",
            &signature[..signature.len() - 2],
            &format!("{signature}00"),
            &signature.replace('6', "7"),
        ] {
            let refused = verify(kind, &with(0, wrong), PULL_REQUEST);
            // A secret in clear has no `6` in it, so the last one is the right one there.
            assert!(refused == Err(Refusal::WrongSignature) || wrong == signature, "{kind:?} {wrong}: {refused:?}");
        }
        let is_signed = kind != Kind::Gitlab;
        let mut body = PULL_REQUEST.to_vec();
        body[100] ^= 1;
        assert_eq!(verify(kind, &right, &body).is_err(), is_signed, "{kind:?}: one bit");
        let mut body = PULL_REQUEST.to_vec();
        body.push(b'\n');
        assert_eq!(verify(kind, &right, &body).is_err(), is_signed, "{kind:?}: a line break");
        // Another forge's headers prove nothing here, though Gitea sends GitHub's as well.
        for other in ALL.into_iter().filter(|other| *other != kind && !(kind == Kind::Forgejo && *other == Kind::Gitea))
        {
            assert!(verify(kind, &headers(other), PULL_REQUEST).is_err(), "{kind:?} by {other:?}");
        }
    }
}

#[test]
fn size_is_capped_and_a_secret_is_needed() {
    for kind in ALL {
        let most = signer(kind).most_bytes();
        let long = vec![b'x'; most + 1];
        assert_eq!(verify(kind, &headers(kind), &long), Err(Refusal::TooLarge), "{kind:?}");
        assert_ne!(verify(kind, &headers(kind), &long[..most]), Err(Refusal::TooLarge), "{kind:?}");
        for short in ["", "hush", "fifteen letters"] {
            assert!(Signer::new(kind, &Secret::new(short)).is_err(), "{kind:?}: `{short}`");
        }
    }
    assert!(Signer::new(Kind::Gitlab, &Secret::new("whsec_not in base64!")).is_err());
    assert!(!format!("{:?}", signer(Kind::Github)).contains("hush"));
}

/// GitLab names the event and the hook: two deliveries of one hook are not the same one.
#[test]
fn a_hook_is_no_delivery() {
    let of = |names: &[&'static str]| {
        let mut all = headers(Kind::Gitlab);
        all.remove(1);
        all.extend(names.iter().map(|name| (*name, format!("of {name}"))));
        verify(Kind::Gitlab, &all, PULL_REQUEST).map(|delivery| delivery.id)
    };
    let (event, hook) = ("X-Gitlab-Event-UUID", "X-Gitlab-Webhook-UUID");
    assert_eq!(of(&[hook, event]), Ok(format!("of {event}")));
    assert_eq!(of(&[event, "Idempotency-Key"]), Ok("of Idempotency-Key".to_owned()), "the same when it is tried again");
    assert_eq!(of(&[hook]), Err(Refusal::NoId));
}

#[test]
fn a_signed_time_has_a_window() {
    let signer = Signer::new(Kind::Gitlab, &Secret::new(SIGNING_TOKEN)).expect("a signing token");
    let verify = |time: &str, signatures: &str, now: i64| {
        let headers = [
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", time),
            ("webhook-signature", signatures),
            ("x-gitlab-event", "Merge Request Hook"),
        ];
        signer.verify(&Headers(&headers), PULL_REQUEST, now)
    };
    let time = "1700000000";
    assert_eq!(verify(time, TIMED, NOW + WINDOW).map(|delivery| delivery.id), Ok("msg_1".to_owned()));
    assert!(verify(time, &format!("v1,AAAA v2,x {TIMED}"), NOW - WINDOW).is_ok(), "keys may be changing");
    for away in [WINDOW + 1, -WINDOW - 1, i64::MAX / 2] {
        assert_eq!(verify(time, TIMED, NOW + away), Err(Refusal::OutOfTime));
    }
    // Time is signed, too.
    assert_eq!(verify("1700000001", TIMED, NOW), Err(Refusal::WrongSignature));
    assert_eq!(verify(time, "v1,AAAA", NOW), Err(Refusal::WrongSignature));
    // Who has a signing token does not fall back to the older way.
    let in_clear = [("x-gitlab-token", SIGNING_TOKEN), ("idempotency-key", "1"), ("x-gitlab-event", "Push Hook")];
    assert_eq!(signer.verify(&Headers(&in_clear), PULL_REQUEST, NOW), Err(Refusal::NoSignature));
}

#[test]
fn nothing_is_taken_twice() {
    let delivery =
        |id: &str, digest: &str| Delivery { id: id.to_owned(), digest: digest.to_owned(), event: "push".to_owned() };
    let mut seen = Seen::default();
    assert!(seen.is_new(&delivery("1", "a"), NOW));
    assert!(!seen.is_new(&delivery("1", "b"), NOW), "the same id");
    assert!(!seen.is_new(&delivery("2", "a"), NOW + 1), "the same words under another id");
    assert!(seen.is_new(&delivery("2", "b"), NOW + 2), "what was refused is not remembered");
    assert!(!seen.is_new(&delivery("1", "a"), NOW + REMEMBERED));
    assert!(seen.is_new(&delivery("1", "a"), NOW + REMEMBERED + 1));
    for at in 0..MOST_REMEMBERED {
        seen.is_new(&delivery(&format!("many-{at}"), &format!("m-{at}")), NOW + REMEMBERED + 2);
    }
    assert!(seen.at.len() <= MOST_REMEMBERED + 2 && seen.order.len() == seen.at.len(), "{}", seen.at.len());
}
