//! Following without a terminal and without a command line, as a server's worker does.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use super::*;
use crate::event::{Event, Sink};
use crate::git::Source;

/// A pass can go from thread to thread; the compiler says so.
#[test]
fn a_pass_is_send() {
    fn is_send(_: impl Send) {}
    let _ = |follow: &mut Follow| is_send(follow.watch(Duration::ZERO));
}

/// A sink that remembers.
#[derive(Default)]
struct Heard(Mutex<Vec<Event>>);

impl Sink for Heard {
    fn take(&self, event: &Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event.clone());
    }
}

impl Heard {
    fn kinds(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|event| event.body.kind()).collect()
    }
}

fn git(folder: &Path, args: &[&str]) {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]).args(args).current_dir(folder);
    assert!(git.status().expect("git runs").success(), "git {args:?}");
}

/// A repository with the stack `net/dev`, and what follows it in a folder beside it.
async fn follow(place: &Path, sink: Arc<Heard>) -> Follow {
    let repo = place.join("repo");
    std::fs::create_dir(&repo).expect("a folder");
    git(&repo, &["init", "-q", "-b", "main"]);
    for (name, text) in [("Pulumi.yaml", "name: net\nruntime: yaml\n"), ("Pulumi.dev.yaml", "")] {
        std::fs::write(repo.join(name), text).expect("a file");
    }
    git(&repo, &["add", "--all"]);
    git(&repo, &["commit", "-q", "-m", "A stack"]);
    let environment: Environment = std::env::vars().filter(|(name, _)| name == "PATH").collect();
    let (cwd, state_dir) = (place.to_owned(), place.join("state"));
    let source = Source::parse("repo", &cwd).expect("a repository");
    Follow {
        mirror: Mirror::open(&state_dir, source, &environment, Duration::from_secs(60)).await.expect("a mirror").into(),
        ledger: Ledger::open(None, &state_dir).await.expect("a ledger"),
        context: Context { environment, cwd, state_dir, clock: || 1_000, cancel: CancellationToken::new(), sink },
        environment: Environment::new(),
        scrubber: Scrubber::default(),
        wishes: Wishes {
            branch: "main".to_owned(),
            stacks: Vec::new(),
            force: false,
            retry: false,
            jobs: 4,
            keep_runs: 0,
            dry_run: true,
            interval: None,
        },
        seen: None,
        untried: Untried::default(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_follows_and_a_sink_hears_of_it() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let heard = Arc::new(Heard::default());
    let mut follow = follow(place.path(), heard.clone()).await;
    let passes = tokio::spawn(async move {
        let first = follow.once().await?;
        follow.wishes.dry_run = false;
        // Without a Pulumi on the PATH nothing begins, and the failure is the pass's.
        let failure = follow.once().await.expect_err("there is no Pulumi");
        follow.context.cancel.cancel();
        follow.watch(Duration::ZERO).await.map(|()| (first, failure))
    });
    let (first, failure) = passes.await.expect("no panic").expect("a pass");
    assert_eq!((first.skipped, first.failure()), (1, None));
    assert_eq!(failure.kind, Kind::Setup);
    assert_eq!(heard.kinds(), ["fetched", "pending"]);
}

/// What a roll-out refuses before its engine begins is refused when it is only asked what would be done, too.
#[tokio::test]
async fn what_would_be_refused_is_not_promised() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let heard = Arc::new(Heard::default());
    let mut follow = follow(place.path(), heard.clone()).await;
    let repo = place.path().join("repo");
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    for (folder, name) in [("dots", ".."), ("lnk", "lnk"), ("lfs", "lfs")] {
        std::fs::create_dir(repo.join(folder)).expect("a folder");
        std::fs::write(repo.join(folder).join("Pulumi.yaml"), format!("name: '{name}'\nruntime: yaml\n"))
            .expect("a file");
        std::fs::write(repo.join(folder).join("Pulumi.dev.yaml"), "").expect("a file");
    }
    std::os::unix::fs::symlink("/etc/passwd", repo.join("lnk/users")).expect("a link");
    std::fs::write(repo.join("lfs/big"), pointer).expect("a file");
    git(&repo, &["add", "--all"]);
    git(&repo, &["commit", "-q", "-m", "More"]);
    let tally = follow.once().await.expect("a pass");
    assert_eq!((tally.skipped, tally.failure()), (4, Some(Kind::Input)));
    let told = heard.0.lock().expect("nobody panicked").clone();
    let mut told: Vec<_> = told.iter().filter_map(|it| Some((it.stack.as_deref()?, it.body.kind()))).collect();
    told.sort_unstable();
    let kinds = ["skipped", "skipped", "skipped", "pending"].map(str::to_owned);
    assert_eq!(told, ["../dev", "lfs/dev", "lnk/dev", "net/dev"].into_iter().zip(kinds).collect::<Vec<_>>());
}

/// A stack that failed at this very commit rests, unless somebody wants it tried again.
#[tokio::test]
async fn what_rests_is_tried_again_when_asked() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let heard = Arc::new(Heard::default());
    let mut follow = follow(place.path(), heard.clone()).await;
    follow.wishes.interval = Some(Duration::from_secs(3600));
    let head = follow.mirror.fetch_branch("main").await.expect("a head");
    let found = repo::stacks(&follow.mirror.listing(&head.id).expect("files"));
    let (ledger, label) = (&follow.ledger, &follow.mirror.source.label);
    let id = ledger.stack(label, &found.stacks[0], 1).await.expect("a row");
    let claim = ledger.claim(&id, &crate::process::Process::current()).await.expect("an answer");
    let crate::ledger::Claim::Ours(lease) = claim else { panic!("a free stack") };
    let run = crate::ledger::NewRun {
        branch: "main",
        commit: &head.id,
        subject: "A stack",
        reason: "never rolled out before",
        action: crate::record::Action::RollOut,
        host: "here",
        backend: None,
    };
    let run = ledger.begin(&id, &lease, &run, 500).await.expect("a run");
    let (state, none) = (crate::record::RunState::Failed, crate::engine::operation::Counts::new());
    ledger.end(&run, state, &none, Some("it broke"), 900).await.expect("an end");
    ledger.release(&id, &lease).await.expect("released");
    for (retry, told) in [(false, &["fetched"][..]), (true, &["fetched", "pending"][..])] {
        follow.wishes.retry = retry;
        assert_eq!(follow.once().await.expect("a pass").skipped, 1);
        assert_eq!(heard.kinds(), told);
    }
}

/// What can't be tried is told once at each commit, with the commit, and to whoever asks for it.
#[tokio::test]
async fn a_head_that_cannot_be_read_is_told_once() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let heard = Arc::new(Heard::default());
    let mut follow = follow(place.path(), heard.clone()).await;
    let repo = place.path().join("repo");
    let mut told = Vec::new();
    std::fs::create_dir(repo.join("web")).expect("a folder");
    std::fs::write(repo.join("web/Pulumi.dev.yaml"), "").expect("a file");
    for (text, retry) in [("1", false), ("1", false), ("2", false), ("2", true)] {
        let text = format!("name: [{text}\n");
        if std::fs::read_to_string(repo.join("web/Pulumi.yaml")).ok().as_ref() != Some(&text) {
            std::fs::write(repo.join("web/Pulumi.yaml"), text).expect("a file");
            git(&repo, &["add", "--all"]);
            git(&repo, &["commit", "-q", "-m", "Break"]);
        }
        follow.wishes.retry = retry;
        follow.once().await.expect("a pass");
        let all = std::mem::take(&mut *heard.0.lock().expect("nobody panicked"));
        let skipped = all.into_iter().filter_map(|event| match event.body {
            Body::Skipped { reason, commit } => Some((reason.starts_with("web/Pulumi.yaml:"), commit.is_some())),
            _ => None,
        });
        told.push(skipped.collect::<Vec<_>>());
    }
    let (once, nothing) = (vec![(true, true)], Vec::new());
    assert_eq!(told, [once.clone(), nothing, once.clone(), once]);
}

/// A change in shared code rolls out exactly the stacks that import it.
#[tokio::test]
async fn what_programs_import_decides() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let heard = Arc::new(Heard::default());
    let mut follow = follow(place.path(), heard.clone()).await;
    let repo = place.path().join("repo");
    let commit = |files: &[(&str, &str)]| {
        for (name, text) in files {
            let path = repo.join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        git(&repo, &["add", "--all"]);
        git(&repo, &["commit", "-q", "-m", "Change"]);
    };
    let (app, web) = ("name: app\nruntime: nodejs\n", "name: web\nruntime: python\n");
    git(&repo, &["rm", "-q", "Pulumi.yaml", "Pulumi.dev.yaml"]);
    commit(&[
        ("app/Pulumi.yaml", app),
        ("app/Pulumi.dev.yaml", ""),
        ("app/index.ts", "import '../shared/a'"),
        ("web/Pulumi.yaml", web),
        ("web/Pulumi.dev.yaml", ""),
        ("web/__main__.py", "import os"),
        ("shared/a.ts", ""),
    ]);
    let head = follow.mirror.fetch_branch("main").await.expect("a head");
    let found = repo::stacks(&follow.mirror.listing(&head.id).expect("files"));
    for stack in &found.stacks {
        let (ledger, label) = (&follow.ledger, &follow.mirror.source.label);
        let id = ledger.stack(label, stack, 1).await.expect("a row");
        let claim = ledger.claim(&id, &crate::process::Process::current()).await.expect("an answer");
        let crate::ledger::Claim::Ours(lease) = claim else { panic!("a free stack") };
        let changes = crate::engine::operation::Counts::new();
        let done = crate::ledger::Done {
            stands: Some(&head.id),
            ..crate::ledger::Done::of(crate::record::RunState::Succeeded, &changes)
        };
        assert!(ledger.finish(&id, &lease, "no run", &done, 2).await.expect("an answer"));
        ledger.release(&id, &lease).await.expect("released");
    }
    commit(&[("shared/a.ts", "// another"), ("README.md", "words")]);
    let tally = follow.once().await.expect("a pass");
    assert_eq!((tally.skipped, tally.up_to_date), (1, 1));
    let told = heard.0.lock().expect("nobody panicked").clone();
    let pending = told.iter().find(|event| event.body.kind() == "pending").expect("one would roll out");
    assert_eq!(pending.stack.as_deref(), Some("app/dev"));
    let Body::Pending { reason, .. } = &pending.body else { panic!("{pending:?}") };
    assert_eq!(reason, "shared/a.ts changed");
}

/// Rolls nothing out, but writes down that a commit of a stack stands.
async fn stands(follow: &Follow, stack: &Stack, commit: &str) {
    let id = follow.ledger.stack(&follow.mirror.source.label, stack, 1).await.expect("a row");
    let claim = follow.ledger.claim(&id, &crate::process::Process::current()).await.expect("an answer");
    let crate::ledger::Claim::Ours(lease) = claim else { panic!("a free stack") };
    let changes = crate::engine::operation::Counts::new();
    let done = crate::ledger::Done {
        stands: Some(commit),
        ..crate::ledger::Done::of(crate::record::RunState::Succeeded, &changes)
    };
    assert!(follow.ledger.finish(&id, &lease, "no run", &done, 2).await.expect("an answer"));
    follow.ledger.release(&id, &lease).await.expect("released");
}

/// The same of a stack in a backend that it shares with others, with what it read of them and what it puts out.
async fn stands_beside(follow: &Follow, stack: &Stack, commit: &str, reads: &[(&str, &str)], put_out: Option<&str>) {
    let id = follow.ledger.stack(&follow.mirror.source.label, stack, 1).await.expect("a row");
    let claim = follow.ledger.claim(&id, &crate::process::Process::current()).await.expect("an answer");
    let crate::ledger::Claim::Ours(lease) = claim else { panic!("a free stack") };
    let run = crate::ledger::NewRun {
        branch: "main",
        commit,
        subject: "Change",
        reason: "asked for",
        action: crate::record::Action::RollOut,
        host: "here",
        backend: Some("s3://states"),
    };
    let run = follow.ledger.begin(&id, &lease, &run, 2).await.expect("a run");
    let reads = reads.iter().map(|(name, read)| ((*name).to_owned(), Some((*read).to_owned()))).collect();
    let changes = crate::engine::operation::Counts::new();
    let done = crate::ledger::Done {
        stands: Some(commit),
        reads: Some(&reads),
        put_out,
        releases: true,
        ..crate::ledger::Done::of(crate::record::RunState::Succeeded, &changes)
    };
    assert!(follow.ledger.finish(&id, &lease, &run, &done, 2).await.expect("an answer"));
}

/// A stack that is rolled out by tags: it waits for the first, goes on to each newer one, and never back.
#[tokio::test]
async fn a_tag_rolls_out_its_commit() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let heard = Arc::new(Heard::default());
    let mut follow = follow(place.path(), heard.clone()).await;
    let repo = place.path().join("repo");
    let commit = |name: &str, text: &str| {
        std::fs::write(repo.join(name), text).expect("a file");
        git(&repo, &["add", "--all"]);
        git(&repo, &["commit", "-q", "-m", "Change"]);
    };
    let tag = |name: &str| git(&repo, &["tag", "-f", name]);
    commit("gitinfra.yaml", "rules: [{stacks: ['**'], tags: ['v*', '!*-rc*']}]");
    /// What a pass tells of the stack, if anything.
    async fn said(follow: &mut Follow, heard: &Heard) -> String {
        heard.0.lock().expect("nobody panicked").clear();
        follow.once().await.expect("a pass");
        let told = heard.0.lock().expect("nobody panicked").clone();
        let of_stack = told.into_iter().filter(|event| event.stack.is_some());
        let words = of_stack.map(|event| match event.body {
            Body::Skipped { reason, .. } => reason,
            Body::Pending { reason, .. } => reason,
            Body::Note { message } => message,
            body => body.kind(),
        });
        words.collect::<Vec<_>>().join("; ")
    }
    assert_eq!(said(&mut follow, &heard).await, "it waits for a tag: none of v*, !*-rc* is on main");
    // Nothing is new, so nothing is said; a tag that does not fit is no tag.
    assert_eq!(said(&mut follow, &heard).await, "");
    tag("v1.0.0-rc.1");
    assert_eq!(said(&mut follow, &heard).await, "it waits for a tag: none of v*, !*-rc* is on main");
    tag("v1.0.0");
    assert_eq!(said(&mut follow, &heard).await, "tagged v1.0.0: never rolled out before");
    let found = repo::stacks(&follow.mirror.listing(&follow.mirror.head_seen("main").expect("a head")).expect("files"));
    stands(&follow, &found.stacks[0], &follow.mirror.head_seen("main").expect("a head")).await;
    // What comes on the branch after it waits for the next one.
    commit("Pulumi.dev.yaml", "config: {}");
    assert_eq!(said(&mut follow, &heard).await, "up-to-date");
    tag("v1.1.0");
    assert_eq!(said(&mut follow, &heard).await, "tagged v1.1.0: Pulumi.dev.yaml changed");
    stands(&follow, &found.stacks[0], &follow.mirror.head_seen("main").expect("a head")).await;
    // What it reads moves it at its next tag, and by no merge.
    let mut hub = found.stacks[0].clone();
    hub.project = "hub".to_owned();
    let head = follow.mirror.head_seen("main").expect("a head");
    stands_beside(&follow, &hub, &head, &[], Some("anew")).await;
    stands_beside(&follow, &found.stacks[0], &head, &[("o/hub/dev", "before")], None).await;
    git(&repo, &["commit", "-q", "--allow-empty", "-m", "Nothing"]);
    let said_of = said(&mut follow, &heard).await;
    assert!(said_of.contains("hub/dev, which it reads, puts out other values: the next tag rolls it out"), "{said_of}");
    tag("v1.2.0");
    let anew = said(&mut follow, &heard).await;
    assert!(anew.ends_with("tagged v1.2.0: hub/dev, which it reads, puts out other values"), "{anew}");
    git(&repo, &["tag", "-d", "v1.2.0"]);
    stands_beside(&follow, &found.stacks[0], &head, &[], None).await;
    git(&repo, &["tag", "-d", "v1.1.0"]);
    let older = said(&mut follow, &heard).await;
    assert!(older.contains("the tag v1.0.0 is older than what stands, and nothing goes back by itself"), "{older}");
    follow.wishes.force = true;
    assert_eq!(said(&mut follow, &heard).await, "tagged v1.0.0: asked for with --force");
    follow.wishes.force = false;
    // One that is on another branch alone was never reviewed for this one.
    git(&repo, &["checkout", "-q", "-b", "aside"]);
    commit("Pulumi.dev.yaml", "config: {a: b}");
    tag("v2.0.0");
    let aside = said(&mut follow, &heard).await;
    assert!(aside.contains("the tag v2.0.0 is not on main, so it does not count"), "{aside}");
}
