//! What a comment on a pull request may ask for: a closed grammar, in which nothing is passed on to any program. Pure.
//!
//! ```text
//! /gitinfra preview|up|approve|reject|cancel|retry|unlock|explain|help [STACK] [COMMIT]
//! /gitinfra approve SEAL...
//! /gitinfra reject SEAL... [REASON]
//! ```

use std::fmt;

/// How a command begins. It stands at the very beginning of a comment: a quotation or a code block is none.
const BEGINNING: &str = "/gitinfra";
/// Nothing that is asked for is longer.
const LONGEST_LINE: usize = 1_000;
const LONGEST_NAME: usize = 255;
const MOST_SEALS: usize = 50;

macro_rules! verbs {
    ($($verb:ident $word:literal $does:literal,)+) => {
        /// What is asked for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Verb {
            $($verb,)+
        }

        impl Verb {
            /// All of them, each with its word and what it does.
            pub const ALL: &'static [(Verb, &'static str, &'static str)] = &[$((Verb::$verb, $word, $does),)+];
        }
    };
}

verbs! {
    Preview "preview" "previews again, all stacks or one",
    Up "up" "rolls out before the merge, where that is allowed",
    Approve "approve" "approves what is shown, and nothing else",
    Reject "reject" "says no, with a reason",
    Cancel "cancel" "stops a run",
    Retry "retry" "tries again what failed",
    Unlock "unlock" "gives your own lock on a stack back",
    Explain "explain" "says why a stack is here, and why it waits",
    Help "help" "lists the commands",
}

/// One command. Its texts are of letters that mean nothing to a shell, to git or to Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    pub verb: Verb,
    /// `PROJECT/STACK`, or `STACK`; `stack/PROJECT/STACK` is the first of them.
    pub stack: Option<String>,
    /// A commit's id or its beginning, in lower case. Whoever acts on it compares it with the head as it is then.
    pub commit: Option<String>,
    /// Ids of seals, for `approve` and `reject`.
    pub seals: Vec<String>,
    /// Why something is rejected: foreign text, to be escaped.
    pub reason: Option<String>,
}

/// Why something that looks like a command is none. It repeats nothing of it but a word that is safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong(pub String);

impl Verb {
    /// What is said behind the word, where something is.
    pub fn takes(self) -> &'static str {
        match self {
            Verb::Up => " [STACK] COMMIT",
            Verb::Approve => " SEAL",
            Verb::Reject => " SEAL REASON",
            Verb::Preview => " [STACK] [COMMIT]",
            Verb::Cancel | Verb::Retry | Verb::Unlock | Verb::Explain => " [STACK]",
            Verb::Help => "",
        }
    }

    pub fn word(self) -> &'static str {
        Verb::ALL.iter().find(|(verb, _, _)| *verb == self).map_or("", |(_, word, _)| word)
    }

    fn takes_seals(self) -> bool {
        matches!(self, Verb::Approve | Verb::Reject)
    }
}

impl Command {
    /// Reads a comment. `None` where it asks for nothing.
    pub fn parse(comment: &str) -> Option<Result<Command, Wrong>> {
        let line = comment.split(['\r', '\n']).next().unwrap_or_default();
        let rest = line.strip_prefix(BEGINNING)?;
        if !rest.is_empty() && !rest.starts_with([' ', '\t']) {
            return None;
        }
        Some(if line.len() > LONGEST_LINE { Err(Wrong("the command is too long".to_owned())) } else { read(rest) })
    }
}

fn read(rest: &str) -> Result<Command, Wrong> {
    let mut words = rest.split([' ', '\t']).filter(|word| !word.is_empty()).peekable();
    let verb = words.next().ok_or_else(|| Wrong(format!("the commands are: {}", known())))?;
    let found = Verb::ALL.iter().find(|(_, word, _)| *word == verb);
    let verb = found.map(|(verb, _, _)| *verb).ok_or_else(|| unknown(verb))?;
    let mut command = Command { verb, stack: None, commit: None, seals: Vec::new(), reason: None };
    while let Some(word) = words.next() {
        if let Some(seal) = seal(word).filter(|_| verb.takes_seals()) {
            command.seals.push(seal);
        } else if let Some(commit) = commit(word).filter(|_| command.commit.is_none()) {
            command.commit = Some(commit);
        } else if let Some(stack) = stack(word).filter(|_| may_be_stack(&command, word)) {
            command.stack = Some(stack);
        } else if verb == Verb::Reject && (!command.seals.is_empty() || command.stack.is_some()) {
            command.reason = Some([word].into_iter().chain(words).collect::<Vec<_>>().join(" "));
            break;
        } else {
            return Err(surplus(&command, word));
        }
    }
    complete(command)
}

/// A stack is named once, before its commit or behind it; beside seals there is none. What looks like a second commit is none.
fn may_be_stack(command: &Command, word: &str) -> bool {
    command.stack.is_none() && command.seals.is_empty() && commit(word).is_none()
}

fn complete(command: Command) -> Result<Command, Wrong> {
    let verb = command.verb;
    if verb.takes_seals() && command.seals.is_empty() && command.commit.is_none() {
        return Err(Wrong(format!("`{}` has to say what: a seal's id, as the comment shows it", verb.word())));
    }
    if command.seals.len() > MOST_SEALS {
        return Err(Wrong(format!("no more than {MOST_SEALS} seals at once")));
    }
    Ok(command)
}

fn known() -> String {
    Verb::ALL.iter().map(|(_, word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn unknown(word: &str) -> Wrong {
    let near = crate::failure::nearest(word, Verb::ALL.iter().map(|(_, word, _)| *word));
    Wrong(format!("there is no such command; {}", near.unwrap_or_else(|| format!("there are {}", known()))))
}

fn surplus(command: &Command, word: &str) -> Wrong {
    let verb = command.verb;
    let goes = format!("it goes `/gitinfra {}{}`", verb.word(), verb.takes());
    Wrong(match (is_name(word), verb.takes_seals()) {
        (true, _) => format!("`{word}` is too much: {goes}"),
        (false, true) => format!("a word is no seal's id: {goes}"),
        (false, false) => format!("a word is neither a stack nor a commit: {goes}"),
    })
}

/// Twelve hexadecimal digits, as comments and holds show it; where a seal may stand, no commit is as long by chance.
fn seal(word: &str) -> Option<String> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (word.len() == 12 && word.bytes().all(is_digit)).then(|| word.to_owned())
}

fn commit(word: &str) -> Option<String> {
    let is_id = (7..=64).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| word.to_ascii_lowercase())
}

fn stack(word: &str) -> Option<String> {
    let word = word.strip_prefix("stack/").filter(|name| name.contains('/')).unwrap_or(word);
    let mut parts = word.split('/');
    let is_stack = parts.clone().count() <= 2 && parts.all(is_name) && word.len() <= LONGEST_NAME;
    is_stack.then(|| word.to_owned())
}

/// What Pulumi takes for the name of a project or a stack; one that begins with a dash could be taken for an option.
fn is_name(word: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    !word.is_empty() && word.len() <= LONGEST_NAME && !word.starts_with(['-', '.']) && word.bytes().all(is_letter)
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{BEGINNING} {}", self.verb.word())?;
        let words = self.stack.iter().chain(&self.commit).chain(&self.seals).chain(&self.reason);
        words.into_iter().try_for_each(|word| write!(f, " {word}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(comment: &str) -> String {
        match Command::parse(comment) {
            None => "nothing".to_owned(),
            Some(Ok(command)) => format!("{command:?}").replace("Command ", ""),
            Some(Err(Wrong(why))) => why,
        }
    }

    #[test]
    fn commands_are_read() {
        let cases = [
            ("/gitinfra preview", Verb::Preview, None, None),
            ("/gitinfra  preview\tweb/prod  9F31C2A  ", Verb::Preview, Some("web/prod"), Some("9f31c2a")),
            ("/gitinfra up 9f31c2a\r\nThanks!", Verb::Up, None, Some("9f31c2a")),
            ("/gitinfra up 9f31c2a web/prod", Verb::Up, Some("web/prod"), Some("9f31c2a")),
            ("/gitinfra explain prod", Verb::Explain, Some("prod"), None),
            ("/gitinfra explain stack/web/prod", Verb::Explain, Some("web/prod"), None),
            ("/gitinfra explain stack/prod", Verb::Explain, Some("stack/prod"), None),
            ("/gitinfra unlock web/prod", Verb::Unlock, Some("web/prod"), None),
            ("/gitinfra help", Verb::Help, None, None),
        ];
        for (comment, verb, stack, commit) in cases {
            let command = Command::parse(comment).expect("a command").expect("a right one");
            let read = (command.verb, command.stack.as_deref(), command.commit.as_deref());
            assert_eq!(read, (verb, stack, commit), "{comment}");
        }
        let approve =
            Command::parse("/gitinfra approve 846afcf7df77 c5adf5f10873").expect("a command").expect("a right one");
        assert_eq!(approve.seals, ["846afcf7df77", "c5adf5f10873"]);
        let reject =
            Command::parse("/gitinfra reject 846afcf7df77 not <b>now</b>").expect("a command").expect("a right one");
        assert_eq!((reject.seals.len(), reject.reason.as_deref()), (1, Some("not <b>now</b>")));
    }

    #[test]
    fn what_is_no_command_does_nothing() {
        for comment in
            ["", "Nice!", " /gitinfra up 9f31c2a", "> /gitinfra up 9f31c2a", "x\n/gitinfra up 9f31c2a", "/gitinfrax up"]
        {
            assert_eq!(said(comment), "nothing", "{comment}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_repeating_it() {
        let cases = [
            ("/gitinfra", "the commands are: `preview`"),
            ("/gitinfra previev", "did you mean `preview`?"),
            ("/gitinfra <img src=x>", "there is no such command"),
            ("/gitinfra approve", "`approve` has to say what"),
            ("/gitinfra approve stack/web/prod", "`approve` has to say what"),
            ("/gitinfra approve <b>", "a word is no seal's id: it goes `/gitinfra approve SEAL`"),
            ("/gitinfra retry a/b/c/d", "it goes `/gitinfra retry [STACK]`"),
            ("/gitinfra preview -- -var=$(touch x)", "a word is neither a stack nor a commit"),
            ("/gitinfra preview --chdir=/etc", "a word is neither a stack nor a commit"),
            ("/gitinfra preview ../../etc", "a word is neither a stack nor a commit"),
            ("/gitinfra preview a b", "`b` is too much"),
            ("/gitinfra preview `@ada`", "a word is neither a stack nor a commit"),
            ("/gitinfra preview 846afcf7df77 c5adf5f10873", "`c5adf5f10873` is too much"),
        ];
        for (comment, expected) in cases {
            let said = said(comment);
            assert!(said.contains(expected), "{comment}: {said}");
            assert!(!said.contains("img") && !said.contains("touch") && !said.contains("@ada"), "{comment}: {said}");
        }
    }

    proptest! {
        /// Whatever somebody writes, it ends in words or in a command that is safe to use.
        #[test]
        fn anything_may_be_written(comment in "(/gitinfra[ \t]?)?(preview|up|approve|reject)?[ a-z0-9/s.<>$`@-]{0,40}\\PC{0,40}") {
            match Command::parse(&comment) {
                None => prop_assert!(!comment.starts_with("/gitinfra ")),
                Some(Err(Wrong(why))) => prop_assert!(why.len() < 700 && !why.contains(['<', '$', '@', '\n'])),
                Some(Ok(command)) => {
                    let safe = |text: &String| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b)) && !text.starts_with(['-', '/', '.']);
                    prop_assert!(command.stack.iter().chain(&command.commit).chain(&command.seals).all(safe));
                    prop_assert!(command.reason.is_none() || command.verb == Verb::Reject);
                }
            }
        }

        /// A command reads as it is written.
        #[test]
        fn a_command_reads_as_it_is_written(
            verb in 0..Verb::ALL.len(),
            stack in proptest::option::of("[g-z][a-z0-9]{0,8}/[g-z][a-z0-9-]{0,8}"),
            commit in "[0-9a-f]{7,11}|[0-9a-f]{13,40}",
        ) {
            let command = Command { verb: Verb::ALL[verb].0, stack, commit: Some(commit), seals: Vec::new(), reason: None };
            prop_assert_eq!(Command::parse(&format!("{command} \n")), Some(Ok(command)));
        }
    }
}
