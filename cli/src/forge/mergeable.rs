//! Whether a forge would let a pull request be merged now, by what each of them says of it. Pure.

use serde::Deserialize;

use super::{State, Told, is_own};
use crate::glob::matches;

/// A forge's own word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mergeable {
    Yes,
    /// Why not, as the end of "it can't be merged: ".
    No(String),
    /// It still works that out.
    Unknown,
}

impl Mergeable {
    fn no(why: &str) -> Mergeable {
        Mergeable::No(why.to_owned())
    }
}

const DRAFT: &str = "it is a draft";
const CONFLICTS: &str = "it has conflicts with its base";

/// What GitHub says. It knows the branch's rules, and tells of all of them together.
#[derive(Deserialize)]
pub(super) struct OfGithub {
    #[serde(default)]
    draft: bool,
    mergeable: Option<bool>,
    mergeable_state: Option<String>,
}

impl OfGithub {
    /// Whether some rule of the branch says no, and nothing else: [`OfGithubRules`] tell which.
    pub fn is_blocked(&self) -> bool {
        !self.draft && self.mergeable == Some(true) && self.mergeable_state.as_deref() == Some("blocked")
    }
}

/// What GitHub's GraphQL says of the rules of a branch, one by one, as far as it tells of them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OfGithubRules {
    review_decision: Option<String>,
    review_threads: Nodes<Thread>,
    commits: Nodes<Last>,
}

#[derive(Deserialize)]
struct Nodes<T> {
    nodes: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Thread {
    is_resolved: bool,
}

#[derive(Deserialize)]
struct Last {
    commit: Rolled,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rolled {
    status_check_rollup: Option<Checks>,
}

#[derive(Deserialize)]
struct Checks {
    contexts: Nodes<Check>,
}

/// A status has a context and a state, a check run a name and a conclusion.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Check {
    #[serde(alias = "name")]
    context: String,
    #[serde(alias = "conclusion")]
    state: Option<String>,
    is_required: bool,
}

impl OfGithubRules {
    /// Asked for by owner, name and number. So many checks and threads are looked at; with more the answer is no.
    pub const QUERY: &'static str = "query($owner: String!, $name: String!, $number: Int!) { repository(owner: $owner, name: $name) { \
        pullRequest(number: $number) { reviewDecision reviewThreads(last: 100) { nodes { isResolved } } \
        commits(last: 1) { nodes { commit { statusCheckRollup { contexts(first: 100) { nodes { \
        ... on StatusContext { context state isRequired(pullRequestNumber: $number) } \
        ... on CheckRun { name conclusion isRequired(pullRequestNumber: $number) } } } } } } } } } }";

    /// Whether a required status of our own is all that keeps it from being merged.
    pub fn is_only_own(&self) -> bool {
        let is_green = |check: &&Check| matches!(check.state.as_deref(), Some("SUCCESS" | "NEUTRAL" | "SKIPPED"));
        let rolled = self.commits.nodes.iter().filter_map(|last| last.commit.status_check_rollup.as_ref());
        let all: Vec<&Check> = rolled.flat_map(|checks| &checks.contexts.nodes).collect();
        let red: Vec<&&Check> = all.iter().filter(|check| check.is_required && !is_green(check)).collect();
        let is_reviewed = matches!(self.review_decision.as_deref(), None | Some("APPROVED"));
        let is_resolved = self.review_threads.nodes.iter().all(|thread| thread.is_resolved);
        let is_own = !red.is_empty() && red.iter().all(|check| is_own(&check.context));
        is_own && is_reviewed && is_resolved && all.len() < 100 && self.review_threads.nodes.len() < 100
    }
}

impl From<OfGithub> for Mergeable {
    fn from(said: OfGithub) -> Mergeable {
        match (said.mergeable, said.mergeable_state.as_deref()) {
            _ if said.draft => Mergeable::no(DRAFT),
            (Some(false), _) | (_, Some("dirty")) => Mergeable::no(CONFLICTS),
            // `unstable`: only checks that nobody requires are not green.
            (Some(true), Some("clean" | "unstable" | "has_hooks")) => Mergeable::Yes,
            (Some(true), Some("behind")) => Mergeable::no("it is behind its base"),
            (Some(true), Some("blocked")) => {
                Mergeable::no("the rules of its base lack an approval, a required check or something else")
            }
            _ => Mergeable::Unknown,
        }
    }
}

/// What GitLab says. Its older `merge_status` says of conflicts alone. The words are those of
/// <https://docs.gitlab.com/api/merge_requests/#merge-status> and its `MergeRequests::Mergeability` services.
#[derive(Deserialize)]
pub(super) struct OfGitlab {
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    has_conflicts: bool,
    blocking_discussions_resolved: Option<bool>,
    detailed_merge_status: Option<String>,
}

/// What GitLab says of approvals, where it has any.
#[derive(Deserialize, Default)]
pub(super) struct Approvals {
    #[serde(default)]
    approvals_left: usize,
}

impl OfGitlab {
    /// Whether pipelines are what it names, to which statuses of commits belong. It names one reason of many. What it calls status
    /// checks are questions to other services, and no statuses of commits.
    pub fn lacks_checks(&self) -> bool {
        !self.draft && matches!(self.detailed_merge_status.as_deref(), Some("ci_must_pass" | "ci_still_running"))
    }

    /// Whether a status of our own is all that keeps it from being merged.
    pub fn is_only_own(&self, approvals: &Approvals, told: &[Told]) -> bool {
        let mut red = told.iter().filter(|told| told.state != State::Success).peekable();
        let has_red = red.peek().is_some();
        let is_free = !self.has_conflicts && self.blocking_discussions_resolved != Some(false);
        self.lacks_checks() && has_red && red.all(|told| is_own(&told.name)) && is_free && approvals.approvals_left == 0
    }
}

impl From<OfGitlab> for Mergeable {
    fn from(said: OfGitlab) -> Mergeable {
        let Some(word) = said.detailed_merge_status.as_deref() else {
            return Mergeable::no("GitLab does not say whether it may be, which takes version 15.6 or newer");
        };
        match word {
            _ if said.draft => Mergeable::no(DRAFT),
            "mergeable" => Mergeable::Yes,
            "unchecked" | "checking" | "preparing" | "approvals_syncing" => Mergeable::Unknown,
            "draft_status" => Mergeable::no(DRAFT),
            "conflict" => Mergeable::no(CONFLICTS),
            "need_rebase" => Mergeable::no("it is behind its base"),
            "not_approved" => Mergeable::no("approvals are missing"),
            "requested_changes" => Mergeable::no("a reviewer asks for changes"),
            "ci_must_pass" | "ci_still_running" => Mergeable::no("required checks are not green"),
            "status_checks_must_pass" | "external_status_checks" => {
                Mergeable::no("an external status check did not pass")
            }
            "security_policy_pipeline_check" => {
                Mergeable::no("a pipeline that a security policy requires did not pass")
            }
            "security_policy_violations" | "policies_denied" => Mergeable::no("a security policy denies it"),
            "discussions_not_resolved" => Mergeable::no("discussions are not resolved"),
            "merge_request_blocked" | "blocked_status" => {
                Mergeable::no("another merge request has to be merged before it")
            }
            "merge_time" => Mergeable::no("it may be merged at a later time only"),
            "commits_status" => Mergeable::no("its branch is gone, or has no commits"),
            "jira_association_missing" => Mergeable::no("its title and description name no Jira issue"),
            "title_regex" => Mergeable::no("its title is not what the project asks for"),
            "locked_paths" | "locked_lfs_files" => Mergeable::no("somebody locked a file that it changes"),
            "not_open" => Mergeable::no("it is not open"),
            other => Mergeable::No(format!("GitLab says {}", words_of(other))),
        }
    }
}

/// A word of a forge's, of letters that mean nothing to Markdown.
fn words_of(word: &str) -> String {
    let letters = word.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { ' ' });
    letters.take(60).collect()
}

/// What Gitea says of a pull request: of its rules nothing.
#[derive(Deserialize)]
pub(super) struct OfGitea {
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    mergeable: bool,
}

/// And of the branch that it would be merged into.
#[derive(Deserialize, Default)]
pub(super) struct Rules {
    #[serde(default)]
    required_approvals: usize,
    #[serde(default)]
    enable_status_check: bool,
    status_check_contexts: Option<Vec<String>>,
}

/// And of a review.
#[derive(Deserialize)]
pub(super) struct Review {
    #[serde(default)]
    state: String,
    #[serde(default)]
    official: bool,
    #[serde(default)]
    stale: bool,
    #[serde(default)]
    dismissed: bool,
}

impl OfGitea {
    /// An approval of an older head counts for nothing here, whatever the branch's rules say of that. Nor do our own statuses: what
    /// failed is red by them, and it is this that is to be tried again.
    pub fn by(&self, rules: &Rules, reviews: &[Review], told: &[Told]) -> Mergeable {
        let counts = |review: &&Review| review.official && !review.dismissed;
        let says = |review: &&Review, word: &str| review.state == word;
        let is_refused = reviews.iter().filter(counts).any(|review| says(&review, "REQUEST_CHANGES"));
        let approvals =
            reviews.iter().filter(counts).filter(|review| says(review, "APPROVED") && !review.stale).count();
        let is_green = |glob: &String| {
            let of_it: Vec<&Told> = told.iter().filter(|told| matches(glob, &told.name)).collect();
            !of_it.is_empty() && of_it.iter().all(|told| told.state == State::Success || is_own(&told.name))
        };
        let checks = rules.status_check_contexts.iter().flatten();
        let lacking = checks.filter(|_| rules.enable_status_check).find(|glob| !is_green(glob));
        match (self.draft, self.mergeable, lacking) {
            (true, ..) => Mergeable::no(DRAFT),
            (_, false, _) => Mergeable::no("it has conflicts with its base, or Gitea still looks for some"),
            _ if is_refused => Mergeable::no("a reviewer asks for changes"),
            _ if approvals < rules.required_approvals => {
                Mergeable::No(format!("it has {approvals} of {} approvals", rules.required_approvals))
            }
            (_, _, Some(_)) => Mergeable::no("required checks are not green"),
            _ => Mergeable::Yes,
        }
    }
}

/// What Bitbucket says, by <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/>: no field of it tells
/// whether it may be merged, and its rules of branches are told to administrators alone. So this is all: a head that has all of its
/// base, which is asked of git, has no conflicts.
#[derive(Deserialize)]
pub(super) struct OfBitbucket {
    #[serde(default)]
    draft: bool,
    author: Option<Account>,
    #[serde(default)]
    participants: Vec<Participant>,
}

#[derive(Deserialize)]
struct Account {
    uuid: Option<String>,
}

#[derive(Deserialize)]
struct Participant {
    user: Option<Account>,
    /// `approved`, `changes_requested` or nothing.
    state: Option<String>,
    #[serde(default)]
    approved: bool,
}

impl From<OfBitbucket> for Mergeable {
    fn from(said: OfBitbucket) -> Mergeable {
        let refuses = |participant: &Participant| participant.state.as_deref() == Some("changes_requested");
        // Bitbucket lets authors approve what is their own.
        let author = said.author.and_then(|author| author.uuid);
        let uuid = |participant: &Participant| participant.user.as_ref().and_then(|user| user.uuid.clone());
        let is_own = |participant: &Participant| author.is_some() && uuid(participant) == author;
        let approves = |participant: &Participant| participant.approved && !is_own(participant);
        match said.participants.iter().any(approves) {
            _ if said.draft => Mergeable::no(DRAFT),
            _ if said.participants.iter().any(refuses) => Mergeable::no("a reviewer asks for changes"),
            true => Mergeable::Yes,
            false if said.participants.iter().any(|participant| participant.approved) => {
                Mergeable::no("nobody but its author approved it")
            }
            false => Mergeable::no("nobody approved it"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    fn of<T: DeserializeOwned + Into<Mergeable>>(said: Value) -> String {
        match serde_json::from_value::<T>(said).expect("an answer").into() {
            Mergeable::Yes => "yes".to_owned(),
            Mergeable::No(why) => why,
            Mergeable::Unknown => "unknown".to_owned(),
        }
    }

    #[test]
    fn github_tells_of_its_rules() {
        let said =
            |mergeable: Value, state: &str| of::<OfGithub>(json!({ "mergeable": mergeable, "mergeable_state": state }));
        assert_eq!(said(json!(true), "clean"), "yes");
        assert_eq!(said(json!(true), "unstable"), "yes");
        assert_eq!(said(Value::Null, "unknown"), "unknown");
        assert_eq!(said(json!(true), "unknown"), "unknown");
        assert_eq!(said(json!(false), "dirty"), CONFLICTS);
        assert_eq!(said(json!(true), "behind"), "it is behind its base");
        assert!(said(json!(true), "blocked").contains("approval"));
        assert_eq!(of::<OfGithub>(json!({ "draft": true, "mergeable": true, "mergeable_state": "clean" })), DRAFT);
    }

    #[test]
    fn github_is_asked_which_rule_it_is() {
        let said = |decision: Value, resolved: bool, ci: &str| {
            let checks = json!([
                { "context": "gitinfra", "state": "FAILURE", "isRequired": true },
                { "context": "gitinfra/net/dev", "state": "FAILURE", "isRequired": false },
                { "name": "ci", "conclusion": ci, "isRequired": true },
                { "name": "lint", "conclusion": null, "isRequired": false },
            ]);
            let said = json!({
                "reviewDecision": decision,
                "reviewThreads": { "nodes": [{ "isResolved": resolved }] },
                "commits": { "nodes": [{ "commit": { "statusCheckRollup": { "contexts": { "nodes": checks } } } }] },
            });
            serde_json::from_value::<OfGithubRules>(said).expect("an answer").is_only_own()
        };
        assert!(said(Value::Null, true, "SUCCESS") && said(json!("APPROVED"), true, "SKIPPED"));
        assert!(!said(Value::Null, true, "FAILURE"), "another check is red");
        assert!(!said(json!("REVIEW_REQUIRED"), true, "SUCCESS"), "an approval is missing");
        assert!(!said(Value::Null, false, "SUCCESS"), "a discussion goes on");
        let unchecked = json!({
            "reviewDecision": null,
            "reviewThreads": { "nodes": [] },
            "commits": { "nodes": [{ "commit": { "statusCheckRollup": null } }] },
        });
        let unchecked: OfGithubRules = serde_json::from_value(unchecked).expect("an answer");
        assert!(!unchecked.is_only_own(), "it is another rule");
    }

    #[test]
    fn gitlab_is_asked_whose_check_it_is() {
        let told = |name: &str, state| Told { name: name.to_owned(), state, words: String::new(), number: 1 };
        let by = |word: &str, left: usize, ci| {
            let said: OfGitlab = serde_json::from_value(json!({ "detailed_merge_status": word })).expect("an answer");
            let told = [told("gitinfra", State::Failure), told("test", ci)];
            said.is_only_own(&Approvals { approvals_left: left }, &told)
        };
        assert!(by("ci_must_pass", 0, State::Success));
        assert!(!by("ci_must_pass", 0, State::Failure) && !by("ci_must_pass", 1, State::Success));
        assert!(!by("not_approved", 0, State::Success));
        assert!(!by("status_checks_must_pass", 0, State::Success), "another service is asked, not us");
    }

    /// All that <https://docs.gitlab.com/api/merge_requests/#merge-status> lists.
    const GITLAB: [&str; 24] = [
        "approvals_syncing",
        "checking",
        "ci_must_pass",
        "ci_still_running",
        "commits_status",
        "conflict",
        "discussions_not_resolved",
        "draft_status",
        "jira_association_missing",
        "locked_lfs_files",
        "locked_paths",
        "merge_request_blocked",
        "merge_time",
        "mergeable",
        "need_rebase",
        "not_approved",
        "not_open",
        "preparing",
        "requested_changes",
        "security_policy_pipeline_check",
        "security_policy_violations",
        "status_checks_must_pass",
        "title_regex",
        "unchecked",
    ];

    #[test]
    fn gitlab_has_a_word_for_each() {
        let said = |word: &str| of::<OfGitlab>(json!({ "draft": false, "detailed_merge_status": word }));
        let by = |answer: &str| GITLAB.into_iter().filter(|word| said(word) == answer).collect::<Vec<_>>();
        assert_eq!(by("yes"), ["mergeable"]);
        assert_eq!(by("unknown"), ["approvals_syncing", "checking", "preparing", "unchecked"]);
        assert_eq!(by("required checks are not green"), ["ci_must_pass", "ci_still_running"]);
        assert_eq!(by("approvals are missing"), ["not_approved"]);
        assert!(!GITLAB.into_iter().any(|word| said(word).starts_with("GitLab says")), "each is told in words");
        assert_eq!(said("moon_phase"), "GitLab says moon phase", "one that comes later");
        // `merge_status` says the same whatever the rules of the project are, and an older GitLab says no more.
        let older = of::<OfGitlab>(json!({ "merge_status": "can_be_merged", "has_conflicts": false }));
        assert!(older.contains("15.6"), "{older}");
    }

    #[test]
    fn gitea_has_rules_of_the_branch_beside() {
        let told = |name: &str, state| Told { name: name.to_owned(), state, words: String::new(), number: 1 };
        let review = |state: &str, stale| Review { state: state.to_owned(), official: true, stale, dismissed: false };
        let pull = |draft, mergeable| OfGitea { draft, mergeable };
        let rules = Rules {
            required_approvals: 1,
            enable_status_check: true,
            status_check_contexts: Some(vec!["ci/*".to_owned()]),
        };
        let green = [told("ci/test", State::Success), told("other", State::Failure)];
        let approved = [review("APPROVED", false)];
        assert_eq!(pull(false, true).by(&rules, &approved, &green), Mergeable::Yes);
        assert_eq!(pull(false, true).by(&Rules::default(), &[], &[]), Mergeable::Yes);
        let no = |pull: OfGitea, reviews: &[Review], told: &[Told]| match pull.by(&rules, reviews, told) {
            Mergeable::No(why) => why,
            other => format!("{other:?}"),
        };
        assert_eq!(no(pull(true, true), &approved, &green), DRAFT);
        assert!(no(pull(false, false), &approved, &green).contains("conflicts"));
        assert_eq!(no(pull(false, true), &[review("APPROVED", true)], &green), "it has 0 of 1 approvals");
        let refused = [review("APPROVED", false), review("REQUEST_CHANGES", false)];
        assert_eq!(no(pull(false, true), &refused, &green), "a reviewer asks for changes");
        for told in [&[][..], &[told("ci/test", State::Pending)]] {
            assert_eq!(no(pull(false, true), &approved, told), "required checks are not green");
        }
        // Ours says what came of a roll-out: whoever tries that again is not kept from it by that.
        let all = Rules { status_check_contexts: Some(vec!["gitinfra".to_owned(), "ci/*".to_owned()]), ..rules };
        let by = |other| {
            let told =
                [told("gitinfra", State::Failure), told("gitinfra/net/dev", State::Error), told("ci/test", other)];
            pull(false, true).by(&all, &approved, &told)
        };
        assert_eq!(by(State::Success), Mergeable::Yes);
        assert_eq!(by(State::Failure), Mergeable::no("required checks are not green"));
    }

    /// `participant` and `account` as <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/> describes them.
    #[test]
    fn bitbucket_tells_who_approved() {
        let participant = |who: &str, state: Option<&str>| {
            let (role, approved) = (if who == "ada" { "PARTICIPANT" } else { "REVIEWER" }, state == Some("approved"));
            let user = json!({ "type": "user", "uuid": format!("{{{who}}}"), "display_name": who });
            json!({ "type": "participant", "user": user, "role": role, "approved": approved, "state": state })
        };
        let said = |participants: &[Value]| {
            let author = json!({ "type": "user", "uuid": "{ada}" });
            of::<OfBitbucket>(json!({ "draft": false, "author": author, "participants": participants }))
        };
        let (approved, refused) = (Some("approved"), Some("changes_requested"));
        assert_eq!(said(&[participant("lee", approved)]), "yes");
        assert_eq!(said(&[participant("lee", None)]), "nobody approved it");
        assert_eq!(said(&[participant("ada", approved)]), "nobody but its author approved it");
        assert_eq!(said(&[participant("ada", approved), participant("lee", approved)]), "yes");
        let asked = [participant("lee", approved), participant("eve", refused)];
        assert_eq!(said(&asked), "a reviewer asks for changes");
    }
}
