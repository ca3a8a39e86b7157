//! The command line's reference, out of the same declaration as its help. A test holds `docs/cli.md` current.

use std::fmt::Write as _;

use clap::{Arg, Command};

use super::{Args, EXIT_CODES};

/// Every verb with its options, as Markdown.
pub fn markdown() -> String {
    let mut root = Args::declaration();
    root.build();
    let mut page = String::from("# The command line\n\nWritten by a test out of the program's own declaration.\n\n");
    let verbs: Vec<&Command> =
        root.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help").collect();
    page += "| verb | what it does |\n|---|---|\n";
    for verb in &verbs {
        let _ = writeln!(page, "| [`{0}`](#gitinfra-{0}) | {1} |", verb.get_name(), cell(&about(verb)));
    }
    page += "\n## Options of every verb\n\n";
    page += &options(root.get_arguments().filter(|arg| !is_usual(arg)));
    for verb in &verbs {
        page += &section(verb);
    }
    let _ = write!(page, "\n## Exit codes\n\n```\n{}\n```\n", EXIT_CODES.trim_start_matches("Exit codes:\n"));
    page
}

fn section(verb: &Command) -> String {
    let mut text = format!("\n## gitinfra {}\n\n{}.\n\n{}", verb.get_name(), about(verb), more(verb));
    let own: Vec<&Arg> = verb.get_arguments().filter(|arg| !is_usual(arg) && !arg.is_global_set()).collect();
    let _ = writeln!(text, "```\n{}\n```", usage(verb, &own));
    if !own.is_empty() {
        let _ = write!(text, "\n{}", options(own.into_iter()));
    }
    let after = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
    // The table of exit codes stands at the end.
    if !after.is_empty() && after != EXIT_CODES {
        let _ = write!(text, "\n```\n{after}\n```\n");
    }
    text
}

fn about(verb: &Command) -> String {
    verb.get_about().map(ToString::to_string).unwrap_or_default()
}

/// What its long help says below the first line.
fn more(verb: &Command) -> String {
    let long = verb.get_long_about().map(ToString::to_string).unwrap_or_default();
    long.split_once("\n\n").map(|(_, more)| format!("{}\n\n", more.trim_end())).unwrap_or_default()
}

fn is_usual(arg: &Arg) -> bool {
    matches!(arg.get_id().as_str(), "help" | "version")
}

fn usage(verb: &Command, own: &[&Arg]) -> String {
    let mut words = vec![format!("gitinfra {}", verb.get_name())];
    let options = || own.iter().filter(|arg| !arg.is_positional());
    if options().any(|arg| !arg.is_required_set()) {
        words.push("[OPTIONS]".to_owned());
    }
    words.extend(options().filter(|arg| arg.is_required_set()).filter_map(|arg| required(arg)));
    words.extend(own.iter().filter(|arg| arg.is_positional()).map(|arg| positional(arg)));
    words.join(" ")
}

/// `--to <RUN>`, for what can't be left out.
fn required(arg: &Arg) -> Option<String> {
    arg.get_long().map(|long| format!("--{long} <{}>", value_name(arg)))
}

fn positional(arg: &Arg) -> String {
    let name = value_name(arg);
    let many = if arg.get_num_args().is_some_and(|count| count.max_values() > 1) { "..." } else { "" };
    if arg.is_required_set() { format!("<{name}>{many}") } else { format!("[{name}]{many}") }
}

fn value_name(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    names.first().map_or_else(|| arg.get_id().to_string().to_uppercase(), ToString::to_string)
}

fn options<'a>(args: impl Iterator<Item = &'a Arg>) -> String {
    let mut table = String::from("| option | meaning |\n|---|---|\n");
    for arg in args.filter(|arg| !arg.is_hide_set()) {
        let _ = writeln!(table, "| {} | {} |", cell(&spelling(arg)), cell(&meaning(arg)));
    }
    table
}

/// `-o`, `--output FORMAT`.
fn spelling(arg: &Arg) -> String {
    if arg.is_positional() {
        return format!("`{}`", positional(arg));
    }
    let long = arg.get_long().map(|long| format!("--{long}"));
    let short = arg.get_short().map(|short| format!("-{short}"));
    let names: Vec<String> = short.into_iter().chain(long).map(|name| format!("`{name}`")).collect();
    let value = if arg.get_action().takes_values() { format!(" `{}`", value_name(arg)) } else { String::new() };
    format!("{}{value}", names.join(", "))
}

/// What it means, what it may be, what it is by itself, and which variable stands for it.
fn meaning(arg: &Arg) -> String {
    let mut text = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let values: Vec<String> = arg.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
    if arg.get_action().takes_values() && !values.is_empty() {
        let _ = write!(text, "; one of {}", values.join(", "));
    }
    let defaults: Vec<String> =
        arg.get_default_values().iter().map(|value| format!("`{}`", value.to_string_lossy())).collect();
    if arg.get_action().takes_values() && !defaults.is_empty() {
        let _ = write!(text, "; default {}", defaults.join(", "));
    }
    if arg.is_required_set() && !arg.is_positional() {
        text += "; required";
    }
    if let Some(variable) = arg.get_env() {
        let _ = write!(text, "; `{}`", variable.to_string_lossy());
    }
    text
}

/// Text in a table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/cli.md");
        let page = markdown();
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs")).expect("a folder");
            std::fs::write(path, &page).expect("the reference can be written");
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == page,
            "docs/cli.md is not current: `UPDATE=1 cargo test --workspace the_reference_is_current` writes it"
        );
    }

    #[test]
    fn what_is_required_and_the_long_help_are_told() {
        let page = markdown();
        for words in [
            "\ngitinfra lock [OPTIONS] --reason <WORDS> [STACK]...\n",
            "\ngitinfra rollback [OPTIONS] --to <RUN> <STACK>\n",
            "shown wherever the stack is; required |",
            "\nThe approvals that gitinfra.yaml asks for are asked for here, too",
        ] {
            assert!(page.contains(words), "{words}");
        }
    }

    #[test]
    fn every_verb_and_option_is_explained() {
        let mut root = Args::declaration();
        root.build();
        for verb in root.get_subcommands() {
            assert!(!about(verb).is_empty(), "{}", verb.get_name());
            for arg in verb.get_arguments().filter(|arg| !arg.is_hide_set()) {
                assert!(arg.get_help().is_some(), "{} {}", verb.get_name(), arg.get_id());
            }
        }
    }
}
