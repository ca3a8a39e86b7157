//! Names of stacks as people give them, everywhere alike: `net/dev`, `stack/net/dev`, or `dev` where only one is called so.

use std::collections::BTreeSet;

use crate::failure::{Failure, Result, nearest};
use crate::text::list;

/// What may stand before a stack's name.
const TYPES: [&str; 3] = ["stack/", "stacks/", "st/"];

/// The stack that is meant, out of the whole names of all.
pub fn stack<'a>(wanted: &str, known: &BTreeSet<&'a str>) -> Result<&'a str> {
    // A project may be called `stack` as well, so what fits whole comes first.
    let bare = without_type(wanted).unwrap_or(wanted);
    if let Some(found) = known.get(wanted).or_else(|| known.get(bare)) {
        return Ok(found);
    }
    let found: Vec<&str> = known.iter().copied().filter(|name| own(name) == bare).collect();
    match found[..] {
        [one] => Ok(one),
        [] => Err(unknown(bare, known)),
        _ => Err(Failure::input(format!("several stacks are called `{bare}`"))
            .hint(format!("say which one: {}", found.join(", ")))),
    }
}

/// The name without `stack/` before it; `None` when nothing says that it is a stack's.
pub fn without_type(name: &str) -> Option<&str> {
    TYPES.iter().find_map(|kind| name.strip_prefix(kind)).filter(|name| !name.is_empty())
}

/// A stack's name within its project.
fn own(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, own)| own)
}

fn project(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(project, _)| project)
}

fn unknown(name: &str, known: &BTreeSet<&str>) -> Failure {
    let of_project: Vec<&str> = known.iter().copied().filter(|known| project(known) == name).collect();
    if !of_project.is_empty() {
        return Failure::input(format!("`{name}` is a project, and no stack"))
            .hint(format!("say which of its stacks: {}", list(&of_project, 8)));
    }
    let own_names: BTreeSet<&str> = known.iter().map(|name| own(name)).collect();
    let near = nearest(name, known.iter().copied()).or_else(|| nearest(name, own_names));
    Failure::input(format!("no stack is called `{name}`")).hint_some(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_is_called_in_several_ways() {
        let known = BTreeSet::from(["net/dev", "net/prod", "web/dev", "stack/dev"]);
        let cases = [
            ("net/dev", Ok("net/dev")),
            ("stack/net/dev", Ok("net/dev")),
            ("st/net/dev", Ok("net/dev")),
            ("stacks/prod", Ok("net/prod")),
            ("prod", Ok("net/prod")),
            ("stack/dev", Ok("stack/dev")),
            ("dev", Err("several stacks are called `dev`\nhint: say which one: net/dev, stack/dev, web/dev")),
            ("net/dve", Err("no stack is called `net/dve`\nhint: did you mean `net/dev`?")),
            ("stack/prdo", Err("no stack is called `prdo`\nhint: did you mean `prod`?")),
            ("web", Err("`web` is a project, and no stack\nhint: say which of its stacks: web/dev")),
            ("st/net", Err("`net` is a project, and no stack\nhint: say which of its stacks: net/dev, net/prod")),
            ("billing", Err("no stack is called `billing`")),
        ];
        for (wanted, expected) in cases {
            let found = stack(wanted, &known).map_err(|failure| failure.with_hints());
            assert_eq!(found, expected.map_err(str::to_owned), "{wanted}");
        }
    }
}
