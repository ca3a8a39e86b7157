//! Reviews of real repositories, told to a forge that remembers.

use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::*;
use crate::comment::Room;
use crate::decide::Reason;
use crate::environment::Environment;
use crate::event::Heard;
use crate::forge::{Abilities, Comment, Mergeable, Secret};
use crate::git::{Mirror, Source};
use crate::ledger::{Claim, NewRun, Wish};
use crate::process::Process;
use crate::record::{Action, EndState, PullEnd, PullRecord, PullStack, StackEnd};
use crate::repo::{self, Listing, TreeFile};

const ABILITIES: Abilities = Abilities {
    request: "pull request",
    comment: Room { bytes: 60_000, comments: 3, html: true },
    hides_html: true,
    status_name: 255,
    status_words: 140,
    statuses: Some(1_000),
    commit_in_event: false,
    head_ref: Some("refs/pull/{}/head"),
};

/// What there is on the forge, and what it was told.
#[derive(Default)]
struct Told {
    pulls: Vec<Pull>,
    comments: Vec<Comment>,
    /// The newest first.
    statuses: Vec<crate::forge::Told>,
    writes: usize,
}

#[derive(Default)]
struct Fake(Mutex<Told>);

impl Fake {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Forge for Fake {
    fn abilities(&self) -> &Abilities {
        &ABILITIES
    }

    fn repository(&self) -> &str {
        "acme/infra"
    }

    async fn pull(&self, number: u64) -> Result<Pull, Trouble> {
        let found = self.told().pulls.iter().find(|pull| pull.number == number).cloned();
        found.ok_or_else(|| Failure::setup("there is none").into())
    }

    async fn open_pulls(&self) -> Result<Vec<Pull>, Trouble> {
        Ok(self.told().pulls.iter().filter(|pull| pull.is_open).cloned().collect())
    }

    async fn merged_pulls(&self) -> Result<Vec<Pull>, Trouble> {
        Ok(self.told().pulls.iter().filter(|pull| !pull.is_open).cloned().collect())
    }

    async fn comments(&self, _: u64) -> Result<Vec<Comment>, Trouble> {
        Ok(self.told().comments.clone())
    }

    async fn create_comment(&self, _: u64, text: &str) -> Result<(), Trouble> {
        let mut told = self.told();
        let (id, text) = (told.comments.len().to_string(), text.to_owned());
        told.comments.push(Comment { id, text, is_ours: true, author: "us".to_owned(), at: 1, is_edited: false });
        told.writes += 1;
        Ok(())
    }

    async fn edit_comment(&self, _: u64, id: &str, text: &str) -> Result<(), Trouble> {
        let mut told = self.told();
        told.comments
            .iter_mut()
            .filter(|comment| comment.id == id)
            .for_each(|comment| text.clone_into(&mut comment.text));
        told.writes += 1;
        Ok(())
    }

    async fn delete_comment(&self, _: u64, id: &str) -> Result<(), Trouble> {
        self.told().comments.retain(|comment| comment.id != id);
        Ok(())
    }

    async fn statuses(&self, _: &str) -> Result<Vec<crate::forge::Told>, Trouble> {
        Ok(self.told().statuses.clone())
    }

    async fn set_status(&self, _: &Pull, status: &Status) -> Result<(), Trouble> {
        let mut all = self.told();
        let number = all.statuses.iter().find(|known| known.name == status.name).map_or(0, |known| known.number) + 1;
        if number > 1_000 {
            return Err(Trouble::new(What::Full, Failure::setup("it takes no more").hint("push another one")));
        }
        let (name, words) = (status.name.clone(), status.words.clone());
        all.statuses.retain(|known| known.name != name);
        all.statuses.insert(0, crate::forge::Told { name, state: status.state, words, number });
        all.writes += 1;
        Ok(())
    }

    async fn may_write(&self, _: &str) -> Result<bool, Trouble> {
        Ok(true)
    }

    async fn mergeable(&self, _: &Pull) -> Result<Mergeable, Trouble> {
        Ok(Mergeable::Yes)
    }

    async fn react(&self, _: u64, _: &str) -> Result<(), Trouble> {
        Ok(())
    }
}

fn git(folder: &Path, args: &[&str]) -> String {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]).args(args).current_dir(folder);
    let output = git.output().expect("git runs");
    assert!(output.status.success(), "git {args:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A repository whose branch `change` can't be merged into `main`: so there is something to tell, and no engine to ask.
struct Place {
    folder: tempfile::TempDir,
    forge: Arc<Fake>,
    reviewer: Reviewer,
    head: String,
    heard: Arc<Heard>,
}

impl Place {
    async fn new() -> Place {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let repo = folder.path().join("repo");
        std::fs::create_dir(&repo).expect("a folder");
        git(&repo, &["init", "-q", "-b", "main"]);
        for (branch, text) in [("main", "1"), ("change", "2"), ("main", "3")] {
            if branch == "change" {
                git(&repo, &["checkout", "-q", "-b", branch]);
            } else if text == "3" {
                git(&repo, &["checkout", "-q", branch]);
            }
            std::fs::write(repo.join("x"), text).expect("a file");
            git(&repo, &["add", "--all"]);
            git(&repo, &["commit", "-q", "-m", "Change"]);
        }
        let head = git(&repo, &["rev-parse", "change"]);
        let environment: Environment = std::env::vars().filter(|(name, _)| name == "PATH").collect();
        let (cwd, state_dir) = (folder.path().to_owned(), folder.path().join("state"));
        let source = Source::parse("repo", &cwd).expect("a repository");
        let mirror = Mirror::open(&state_dir, source, &environment, Duration::from_secs(60)).await.expect("a mirror");
        let ledger = Ledger::open(None, &state_dir).await.expect("a ledger");
        let (cancel, heard) = (CancellationToken::new(), Arc::new(Heard::default()));
        let context = Context { environment, cwd, state_dir, clock: || 1_000, cancel, sink: heard.clone() };
        let forge = Arc::new(Fake::default());
        forge.told().pulls.push(Pull { head: head.clone(), ..Pull::sample(7) });
        let environment = Environment::new();
        let previewer = Previewer { context, mirror: Arc::new(mirror), environment, jobs: 1, key: None, ledger: None };
        let reviewer = Reviewer {
            previewer,
            ledger: Some(ledger),
            forge: forge.clone(),
            marks: Marks::new(&Secret::new("hush")),
            scrubber: Scrubber::default(),
            trusted: None,
            dry_run: false,
            page: None,
            crowded: Crowded::default(),
            branch: None,
            anew: Vec::new(),
            pen: Arc::default(),
        };
        Place { folder, forge, reviewer, head, heard }
    }

    fn pull(&self) -> Pull {
        self.forge.told().pulls[0].clone()
    }

    /// What was said so far, which is then forgotten.
    fn heard(&self) -> Vec<String> {
        std::mem::take(&mut self.heard.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn state(&self) -> State {
        self.forge.told().statuses.iter().find(|told| told.name == statuses::SUMMARY).expect("a status").state
    }
}

/// A commit does not wait for a preview that will not come; one that was told what came of it is left alone.
#[tokio::test]
async fn what_is_pending_is_ended() {
    let place = Place::new().await;
    for begun in [true, false] {
        match begun {
            true => place.reviewer.tell_begun(&place.pull()).await.expect("it is told"),
            false => drop(place.reviewer.review(7).await.expect("it is told")),
        }
        place.reviewer.end_pending(7, "nobody watches").await.expect("it is told");
        let expected = if begun { State::Error } else { State::Failure };
        assert_eq!(place.state(), expected);
    }
}

#[tokio::test]
async fn what_was_told_is_not_told_twice() {
    let place = Place::new().await;
    let is_told = async || place.reviewer.is_told_now(&place.pull()).await.expect("an answer");
    assert!(!is_told().await);
    let reviewed = place.reviewer.review(7).await.expect("it is told");
    assert_eq!((reviewed.found.word(), place.state()), ("refused", State::Failure));
    assert!(is_told().await);
    // Somebody asks for it in a comment.
    place.reviewer.tell_begun(&place.pull()).await.expect("it is told");
    assert!(!is_told().await);
    place.reviewer.review(7).await.expect("it is told");
    assert!(is_told().await);
    let repo = place.folder.path().join("repo");
    git(&repo, &["commit", "-q", "--allow-empty", "-m", "More"]);
    assert!(!is_told().await, "the branch that it goes to moved");
}

#[tokio::test]
async fn what_is_out_of_reach_turns_nothing_red() {
    let place = Place::new().await;
    let (repo, away) = (place.folder.path().join("repo"), place.folder.path().join("away"));
    let stack = statuses::one("gitinfra/net/dev", State::Failure, "the preview failed");
    place.forge.set_status(&place.pull(), &stack).await.expect("a status");
    let writes = place.forge.told().writes;
    std::fs::rename(&repo, &away).expect("it is away");
    let due = place.reviewer.due(&mut Looks::default(), vec![place.pull()]).await;
    assert!(due.expect_err("nothing can be fetched").is_away);
    assert_eq!(place.forge.told().writes, writes);
    assert!(place.reviewer.review(7).await.map(drop).expect_err("nothing can be fetched").is_away);
    std::fs::rename(&away, &repo).expect("it is back");
    let told = place.forge.told().statuses.clone();
    let states: Vec<(&str, State)> = told.iter().map(|told| (told.name.as_str(), told.state)).collect();
    assert_eq!(states, [("gitinfra", State::Error), ("gitinfra/net/dev", State::Failure)], "it is tried again");
    assert!(place.forge.told().comments.is_empty());
    place.reviewer.review(7).await.expect("it is told");
    let told = place.forge.told().statuses.iter().find(|told| told.name == stack.name).cloned();
    assert_eq!(told.map(|told| told.state), Some(State::Failure), "nothing was previewed, so nothing is known of it");
}

#[tokio::test]
async fn a_branch_that_is_gone_is_no_trouble() {
    let place = Place::new().await;
    let gone = Pull { base: "gone".to_owned(), ..place.pull() };
    let due = place.reviewer.due(&mut Looks::default(), vec![gone, place.pull()]).await.expect("it is looked at");
    assert_eq!(due.len(), 2);
}

#[tokio::test]
async fn a_strangers_commit_that_was_read_since_is_previewed() {
    let place = Place::new().await;
    place.forge.told().pulls[0].is_fork = true;
    assert_eq!(place.reviewer.review(7).await.expect("it is told").found.word(), "untrusted");
    assert!(place.reviewer.is_told_now(&place.pull()).await.expect("an answer"));
    let (ledger, label) =
        (place.reviewer.ledger.as_ref().expect("a ledger"), &place.reviewer.previewer.mirror.source.label);
    ledger.trust(label, &place.head, "ada", 1).await.expect("it is trusted");
    assert!(!place.reviewer.is_told_now(&place.pull()).await.expect("an answer"));
}

#[tokio::test]
async fn whoever_reads_of_a_fork_is_told_what_they_can_do() {
    let mut place = Place::new().await;
    place.forge.told().pulls[0].is_fork = true;
    let text = |place: &Place| place.forge.told().comments[0].text.clone();
    place.reviewer.review(7).await.expect("it is told");
    let by_hand = format!("gitinfra review pr/7 --trust {}", place.head);
    assert!(text(&place).contains(&by_hand), "{}", text(&place));
    // Where a server reads comments, nobody needs a terminal.
    place.reviewer.branch = Some("main".to_owned());
    place.reviewer.review(7).await.expect("it is told");
    let by_comment = format!("comments: /gitinfra preview {}", place.head);
    assert!(text(&place).contains(&by_comment) && !text(&place).contains("--trust"), "{}", text(&place));
}

/// The same commit can't be merged any more once its branch moved: what was green of its stacks says so.
#[tokio::test]
async fn what_can_not_be_merged_any_more_leaves_no_stack_green() {
    let place = Place::new().await;
    for (name, state) in [("gitinfra/net/dev", State::Success), ("gitinfra/web/dev", State::Failure)] {
        place.forge.set_status(&place.pull(), &statuses::one(name, state, "it was")).await.expect("a status");
    }
    assert_eq!(place.reviewer.review(7).await.expect("it is told").found.word(), "refused");
    let state = |name: &str| place.forge.told().statuses.iter().find(|told| told.name == name).map(|told| told.state);
    assert_eq!(state("gitinfra/net/dev"), Some(State::Error));
    assert_eq!(state("gitinfra/web/dev"), Some(State::Failure));
}

#[tokio::test]
async fn a_branch_that_nobody_rolls_out_is_told() {
    let mut place = Place::new().await;
    let mut preview = Preview {
        base: "release".to_owned(),
        base_commit: "b".to_owned(),
        head: "change".to_owned(),
        head_commit: "a".to_owned(),
        stacks: Vec::new(),
        untouched: Vec::new(),
        gone: vec!["net/dev".to_owned()],
        notes: Vec::new(),
    };
    let pull = Pull { base: "release".to_owned(), ..place.pull() };
    assert_eq!(place.reviewer.rolls_nothing_out(&pull, &preview), None, "nobody knows what is rolled out");
    place.reviewer.branch = Some("main".to_owned());
    let words = "merging this into release rolls nothing out: only main is rolled out";
    assert_eq!(place.reviewer.rolls_nothing_out(&pull, &preview).as_deref(), Some(words));
    assert_eq!(place.reviewer.rolls_nothing_out(&place.pull(), &preview), None);
    preview.gone.clear();
    assert_eq!(place.reviewer.rolls_nothing_out(&pull, &preview), None, "it touches no stack");
}

#[test]
fn what_would_be_held_is_told_by_its_status() {
    let stack = |name: &str, objections: &[&str]| PullStack {
        name: name.to_owned(),
        reason: String::new(),
        words: "nothing changes".to_owned(),
        failure: None,
        objections: objections.iter().map(|words| (*words).to_owned()).collect(),
        seal: None,
    };
    let stacks = vec![stack("net/dev", &["over budget: 1 would be deleted"]), stack("web/dev", &[])];
    let (state, words) = ("previewed".to_owned(), "2 stacks, 1 would be held: nothing changes".to_owned());
    let shown = PullRecord { state, words, stacks, ..PullRecord::default() };
    let told: Vec<String> =
        statuses::of(&shown).into_iter().chain([statuses::summary(&shown)]).map(|one| one.words).collect();
    let expected = [
        "would be held: nothing changes; over budget: 1 would be deleted",
        "nothing changes",
        "2 stacks, 1 would be held: nothing changes",
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn what_came_of_a_merge_is_told_once_above_its_preview() {
    let place = Place::new().await;
    place.reviewer.review(7).await.expect("it is told");
    let preview =
        place.forge.told().comments[0].text.split_once('\n').map(|(_, text)| text.to_owned()).unwrap_or_default();
    let end = |state| PullEnd {
        commit: "8e1f0c3aaaa".to_owned(),
        unmerged: None,
        stacks: vec![StackEnd { name: "net/dev".to_owned(), state, at: None, why: None, seal: None }],
    };
    place.forge.told().statuses.clear();
    for (state, words, status) in [
        (EndState::Failed, "### gitinfra: net/dev failed\n", State::Failure),
        (EndState::RolledOut, "### gitinfra: net/dev is rolled out\n", State::Success),
    ] {
        place.reviewer.tell_end(&place.pull(), &end(state)).await.expect("it is told");
        let writes = place.forge.told().writes;
        place.reviewer.tell_end(&place.pull(), &end(state)).await.expect("it is told");
        let text = place.forge.told().comments[0].text.clone();
        assert_eq!(place.forge.told().writes, writes, "the same again is not sent");
        assert_eq!((text.matches("### gitinfra: ").count(), place.state()), (1, status), "{text}");
        assert!(text.contains(words) && text.contains(preview.trim_end()), "{text}");
    }
    assert_eq!(place.forge.told().comments.len(), 1);
}

/// Once a later head is rolled out, an older one is fit to be merged no more.
#[tokio::test]
async fn an_older_head_is_told_that_another_one_took_its_place() {
    let place = Place::new().await;
    let told = async |head: &str| {
        let pull = Pull { head: head.to_owned(), ..place.pull() };
        place.reviewer.note_applied(&pull, "net/dev").await.expect("it is told");
        place.forge.told().statuses.iter().map(|told| format!("{:?} {}", told.state, told.words)).collect::<Vec<_>>()
    };
    assert_eq!(told("9f31c2aaaa").await, [""; 0]);
    assert_eq!(told("9f31c2aaaa").await, [""; 0], "it is the same");
    assert_eq!(told("1a2b3c4ddd").await, ["Error is no longer rolled out at 9f31c2a: 1a2b3c4 took its place"]);
}

/// A run whose server was killed is written down as one that goes on, until somebody works on its stack again.
#[tokio::test]
async fn what_was_cut_off_is_not_told_to_go_on() {
    let place = Place::new().await;
    let ledger = place.reviewer.ledger.as_ref().expect("a ledger");
    let label = &place.reviewer.previewer.mirror.source.label;
    let file = |path: &str, text: &str| TreeFile { path: path.to_owned(), content: text.as_bytes().to_vec() };
    let files = [file("net/Pulumi.yaml", "name: net\nruntime: yaml"), file("net/Pulumi.dev.yaml", "")];
    let found = repo::stacks(&Listing { files: files.into(), ..Listing::default() });
    let id = ledger.stack(label, &found.stacks[0], 1).await.expect("a row");
    let wish = Wish { owner: "pr/7", reason: "x", length: 600_000 };
    assert!(ledger.lock(&id, &wish).await.expect("an answer").is_some());
    for (started, words) in [(Some(1), "net/dev failed"), (Process::current().started, "net/dev is being rolled out")] {
        let claim = ledger.claim(&id, &Process { started, ..Process::current() }).await.expect("an answer");
        let Claim::Ours(lease) = claim else { panic!("{claim:?}") };
        let (reason, action) = ((Reason::Applied { pull: 7 }).words(), Action::RollOut);
        let new = NewRun {
            branch: "main",
            commit: &place.head,
            subject: "",
            reason: &reason,
            action,
            host: "here",
            backend: None,
        };
        ledger.begin(&id, &lease, &new, 1).await.expect("a run");
        let up = Up::of(ledger, label, 7).await.expect("an answer");
        assert_eq!(up.in_words().as_deref(), Some(words));
        ledger.release(&id, &lease).await.expect("it is released");
    }
}

#[tokio::test]
async fn what_stands_is_not_sent_again() {
    let place = Place::new().await;
    let status = statuses::one("gitinfra/net/dev", State::Success, "nothing  changes");
    let stands = |state, words: &str| crate::forge::Told {
        name: status.name.clone(),
        state,
        words: words.to_owned(),
        number: 1,
    };
    let is_told = |stands| place.reviewer.is_told_so(&status, &[stands]);
    assert!(is_told(stands(State::Success, "nothing changes")));
    assert!(!is_told(stands(State::Failure, "nothing changes")));
    assert!(!is_told(stands(State::Success, "1 to create")));
}

/// A commit that was told hundreds of times is told only what changes; and one that the forge takes nothing more of fails no review.
#[tokio::test]
async fn a_commit_whose_statuses_are_used_up_is_told_of_once() {
    let mut place = Place::new().await;
    let summary = |state, number| {
        let (name, words) = (statuses::SUMMARY.to_owned(), "as it was".to_owned());
        vec![crate::forge::Told { name, state, words, number }]
    };
    let number = |place: &Place| place.forge.told().statuses[0].number;
    place.forge.told().statuses = summary(State::Success, 899);
    place.reviewer.review(7).await.expect("it is told");
    assert_eq!((number(&place), place.heard().len()), (901, 1), "there is room, but little");
    for _ in 0..2 {
        place.reviewer.review(7).await.expect("it is told");
        assert_eq!((number(&place), place.state(), place.heard().len()), (901, State::Failure, 0));
    }
    place.forge.told().statuses = summary(State::Success, 950);
    place.reviewer.review(7).await.expect("it is told");
    assert_eq!((number(&place), place.state()), (951, State::Failure), "another result is told");
    // Another server, on a commit that has no room at all.
    place.reviewer.crowded = Crowded::default();
    place.forge.told().statuses = summary(State::Success, 1_000);
    place.reviewer.review(7).await.expect("the comment is told");
    assert_eq!(place.heard(), ["pr/7: it takes no more\nhint: push another one"]);
    let failure = place.reviewer.tell_begun(&place.pull()).await.expect_err("whoever asks for it is told");
    assert_eq!(failure.hints, ["push another one"]);
}

#[tokio::test]
async fn whoever_is_stopped_says_so() {
    let place = Place::new().await;
    let stop = CancellationToken::new();
    stop.cancel();
    let stopped = place.reviewer.until(&stop).review(7).await.map(drop).expect_err("it is stopped");
    assert_eq!((stopped.kind, place.state()), (Kind::Cancelled, State::Error));
    assert!(!place.reviewer.context().cancel.is_cancelled(), "only that one was");
}

#[test]
fn comments_are_read_where_something_happened() {
    let pull = |updated| Pull { updated, ..Pull::sample(7) };
    let mut looks = Looks::default();
    looks.note_read(&pull(1_000_000), 1_000_500);
    assert!(!looks.has_read(&pull(1_000_000)), "more may have happened in the same second");
    looks.note_read(&pull(1_000_000), 2_000_000);
    assert!(looks.has_read(&pull(1_000_000)) && !looks.has_read(&pull(1_000_001)));
    looks.note_read(&pull(0), 2_000_000);
    assert!(!looks.has_read(&pull(0)), "nobody knows what happened");
    looks.note_read(&pull(1_000_000), 2_000_000);
    looks.keep_read(&[]);
    assert!(!looks.has_read(&pull(1_000_000)));
}
