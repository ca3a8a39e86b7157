//! The server's page as browsers and programs get it: who may see and do what, and what nobody else can make them do.

mod afar;
mod tells;

use std::fs;

use super::forge::http::{self, Answer};
use super::going::Going;
use super::place::Place;
use crate::pulumi::poll;

const A: (&str, &str) = ("a", "path: a.txt, content: one");

struct Site {
    place: Place,
    going: Going,
    url: String,
}

impl Site {
    /// A server of a repository whose roll-outs need somebody's word, with three people.
    fn start() -> Site {
        let place = Place::new();
        place.project("", "test", &["dev"], &[A]);
        place.repo.write("gitinfra.yaml", "approvals: {count: 2}\n").commit("<script>alert(1)</script>");
        Site::of(place, "1h")
    }

    /// A server of a place's repository that it looks at so often.
    fn of(place: Place, interval: &str) -> Site {
        for who in ["ada", "apo", "vic"] {
            fs::write(place.path(who), format!("hush-token-of-{who}\n")).expect("a token can be written");
        }
        let repo = place.repo.folder().display().to_string();
        let config = format!(
            "listen: 127.0.0.1:0\nproxy: {{header: X-Forwarded-For, from: [127.0.0.1/32]}}\n\
             repositories: [{{name: infra, repo: {repo}, interval: {interval}}}]\npeople:\n  \
             - {{name: ada, role: admin, tokenFile: ada}}\n  - {{name: apo, role: approver, tokenFile: apo}}\n  \
             - {{name: vic, role: viewer, tokenFile: vic}}\n"
        );
        let (going, url) = place.serve(&config);
        Site { place, going, url }
    }

    fn get(&self, path: &str, cookie: &str) -> Answer {
        http::ask(&self.url, "GET", path, &[("Cookie", cookie)], b"")
    }

    fn post(&self, path: &str, cookie: &str, site: &str, body: &str) -> Answer {
        let headers =
            [("Cookie", cookie), ("Sec-Fetch-Site", site), ("Content-Type", "application/x-www-form-urlencoded")];
        http::ask(&self.url, "POST", path, &headers, body.as_bytes())
    }

    /// The cookie of somebody who signed in.
    fn sign_in(&self, who: &str) -> String {
        let body = format!("token=hush-token-of-{who}&next=%2Fholds");
        let answer = self.post("/sign-in", "gitinfra=chosen-by-somebody-else", "same-origin", &body);
        assert_eq!((answer.status, answer.header("location")), (303, "/holds"), "{answer:?}");
        let cookie = answer.header("set-cookie").to_owned();
        assert!(cookie.contains("; HttpOnly; SameSite=Lax") && !cookie.contains("chosen-by"), "{cookie}");
        cookie.split(';').next().unwrap_or_default().to_owned()
    }

    /// What a program of Ada's gets.
    fn for_ada(&self, path: &str) -> Answer {
        http::ask(&self.url, "GET", path, &[("Authorization", "Bearer hush-token-of-ada")], b"")
    }

    /// The word that the page's forms bear.
    fn word(&self, cookie: &str) -> String {
        let page = self.get("/stacks", cookie).text;
        let (_, rest) = page.split_once("name=\"word\" value=\"").expect("the page has a form");
        rest.split('"').next().unwrap_or_default().to_owned()
    }
}

#[test]
fn who_may_not_does_not() {
    let site = Site::start();
    // Nobody sees anything unasked.
    let answer = site.get("/hold/x?y=1", "");
    assert_eq!((answer.status, answer.header("location")), (303, "/sign-in?next=%2Fhold%2Fx"));
    for path in ["/stacks.json", "/metrics", "/live?of=%2Fstacks"] {
        assert_eq!(site.get(path, "").status, 401, "{path}");
    }
    assert_eq!(site.get("/stacks", "gitinfra=chosen-by-somebody-else").status, 303);
    // What every answer bears, whatever it is: no frame, no foreign script, nothing kept.
    for path in ["/sign-in", "/stacks", "/healthz", "/no/such", "/style.css"] {
        let answer = site.get(path, "");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path} {answer:?}");
        assert_eq!((answer.header("x-frame-options"), answer.header("x-content-type-options")), ("DENY", "nosniff"));
    }
    // Who signs in comes from our own page, and gets a session that nobody chose for them.
    let right = "token=hush-token-of-ada&next=%2F%2Fevil.example";
    assert_eq!(site.post("/sign-in", "", "cross-site", right).status, 403);
    assert_eq!(site.post("/sign-in", "", "same-origin", right).header("location"), "/stacks");
    let (ada, apo, vic) = (site.sign_in("ada"), site.sign_in("apo"), site.sign_in("vic"));
    assert_ne!(ada, site.sign_in("ada"));
    // A form bears the word of its own session, and comes from our own page.
    poll("the hold", || !site.place.get("holds").is_empty());
    poll("its end", || site.place.get("queue").is_empty());
    afar::what_is_read_is_the_same(&site);
    afar::what_is_done_is_ones_own(&site);
    poll("what that asked for", || site.place.get("queue").is_empty());
    let hold = site.place.get("holds").remove(0);
    let text = |name: &str| hold[name].as_str().unwrap_or_default().to_owned();
    let (path, seal) = (format!("/hold/{}/approve", text("name")), text("seal"));
    let body = |word: &str, seal: &str| format!("word={word}&seal={seal}&seen=yes");
    let (of_apo, of_vic) = (site.word(&apo), site.word(&vic));
    let cases = [
        ("no word", &apo, "same-origin", body("", &seal), 403),
        ("another session's word", &apo, "same-origin", body(&of_vic, &seal), 403),
        ("from another page", &apo, "cross-site", body(&of_apo, &seal), 403),
        ("from a page beside ours", &apo, "same-site", body(&of_apo, &seal), 403),
        ("a viewer", &vic, "same-origin", body(&of_vic, &seal), 403),
        ("another seal than was shown", &apo, "same-origin", body(&of_apo, "s-00000000"), 409),
    ];
    for (what, cookie, from, body, expected) in cases {
        assert_eq!(site.post(&path, cookie, from, &body).status, expected, "{what}");
    }
    assert_eq!(site.get(&path, &apo).status, 404, "reading changes nothing");
    assert_eq!(site.place.get("holds")[0]["state"], "held");
    let page = site.get(path.trim_end_matches("/approve"), &apo).text;
    assert!(page.contains(&seal) && page.contains("Approve"), "{page}");
    assert!(!site.get(path.trim_end_matches("/approve"), &vic).text.contains("<button class=\"go\">Approve"));
    // One allows it from a terminal elsewhere, the other on the page.
    let asked = site.place.run(&format!("approve {seal} --dry-run --server {} --token-file ada", site.url));
    asked.expect_code(0).expect_out(&["ada allows it", "(dry run)"]);
    assert_eq!(site.place.get("holds")[0]["approvals"].as_array().map(Vec::len), Some(0));
    let allowed = site.place.run(&format!("approve {seal} --server {} --token-file ada", site.url));
    allowed.expect_code(0).expect_out(&["ada allows it"]);
    assert_eq!(site.place.get("holds")[0]["approvals"][0], "ada");
    let answer = site.post(&path, &apo, "same-origin", &body(&of_apo, &seal));
    assert_eq!(answer.status, 303, "{answer:?}");
    poll("what was allowed", || site.place.file("a.txt").as_deref() == Some("one"));
    // Foreign words are text.
    let runs = site.get("/runs", &vic).text;
    assert!(runs.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !runs.contains("<script>alert"), "{runs}");
    // A program has its token in a header, and needs no word.
    let bearer = |token: &str, path: &str| {
        let authorization = format!("Bearer {token}");
        http::ask(&site.url, "GET", path, &[("Authorization", &authorization)], b"")
    };
    let stacks = bearer("hush-token-of-vic", "/stacks.json");
    assert_eq!((stacks.status, stacks.json()["items"][0]["name"].as_str()), (200, Some("test/dev")));
    let told = || bearer("hush-token-of-ada", "/metrics").text;
    poll("the metrics", || told().contains("gitinfra_stacks{state=\"current\"} 1"));
    let events = site.get("/events", &ada).text;
    assert!(events.contains("apo") && events.contains("approved"), "{events}");
    // Who signs out is out.
    let out = site.post("/sign-out", &apo, "same-origin", &format!("word={of_apo}"));
    assert_eq!((out.status, site.get("/stacks", &apo).status), (303, 303));
    // Nobody guesses for long.
    let wrong = |_| site.post("/sign-in", "", "same-origin", "token=guess").status;
    assert_eq!((0..11).map(wrong).collect::<Vec<_>>(), [&[401; 10][..], &[429]].concat());
    // Others behind the same proxy are another place, and nobody becomes another by saying so.
    let behind = |chain: &str| {
        let headers = [
            ("X-Forwarded-For", chain),
            ("Sec-Fetch-Site", "same-origin"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        http::ask(&site.url, "POST", "/sign-in", &headers, b"token=guess").status
    };
    assert_eq!(behind("198.51.100.7"), 401);
    let wrong = |at| behind(&format!("203.0.113.{at}, 198.51.100.7"));
    assert_eq!((0..10).map(wrong).collect::<Vec<_>>(), [&[401; 9][..], &[429]].concat());
    assert_eq!(behind("198.51.100.8"), 401);
    site.going.signal(rustix::process::Signal::TERM);
    let said = site.going.finish().expect_code(0).expect_without(&["hush-token", "guess"]);
    assert!(said.stdout.contains("\"did\":\"approved\""), "{said}");
    // Nobody changes what was written down unseen.
    let ledger = site.place.path("state/ledger.db");
    site.place.run("audit verify").expect_code(0).expect_out(&["entries", "unbroken"]);
    let forged = std::process::Command::new(crate::tools::python())
        .args(["-c", "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(\"UPDATE audit SET who='eve' WHERE did='approved'\"); c.commit()"])
        .arg(&ledger)
        .status();
    assert!(forged.is_ok_and(|status| status.success()), "the ledger can be changed");
    site.place.run("audit verify").expect_code(1).expect_err(&["entry ", "is not what was written"]);
}
