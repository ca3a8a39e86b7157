//! A run's own PULUMI_HOME: what the engine keeps for itself is apart, so that runs side by side don't meet; plugins, the
//! login and all else are the user's, so that nothing is downloaded twice.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::environment::{self, Environment};

/// What belongs to one run: which stack is selected in which folder.
const OWN: &str = "workspaces";

/// The user's own home of Pulumi. Where nothing says which, Pulumi goes by the user's entry in /etc/passwd, whatever HOME says; a user that
/// has none there, or no home of Pulumi, has it in HOME.
pub(super) fn of_user(environment: &Environment) -> Option<PathBuf> {
    let set = environment.get("PULUMI_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    let listed = || {
        let users = fs::read_to_string("/etc/passwd").ok()?;
        let home = listed(&users, rustix::process::getuid().as_raw())?.join(".pulumi");
        home.is_dir().then_some(home)
    };
    set.or_else(listed).or_else(|| environment::home(environment).map(|home| home.join(".pulumi")))
}

/// The home of a user by a list such as /etc/passwd.
fn listed(users: &str, id: u32) -> Option<PathBuf> {
    let fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let home = fields.into_iter().find(|fields| fields.get(2).is_some_and(|own| own.parse() == Ok(id)))?;
    home.get(5).filter(|home| home.starts_with('/')).map(PathBuf::from)
}

/// Makes a home in `folder` that shares all but the run's own with the user's.
pub(super) fn share(user: &Path, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(user.join("plugins"))?;
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(user)? {
        let name = entry?.file_name();
        if name != OWN {
            symlink(user.join(&name), folder.join(&name))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_the_home_that_is_listed() {
        let users = "root:x:0:0:root:/root:/bin/sh\nbroken\nada:x:1000:1000::/home/ada:/bin/sh\nnone:x:7:7:::\n";
        let cases = [(0, Some("/root")), (1000, Some("/home/ada")), (7, None), (8, None)];
        for (id, expected) in cases {
            assert_eq!(listed(users, id), expected.map(PathBuf::from), "{id}");
        }
    }

    #[test]
    fn plugins_are_shared_and_workspaces_are_not() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let (user, first, second) = (place.path().join("user"), place.path().join("1"), place.path().join("2"));
        fs::create_dir_all(user.join(OWN)).expect("a folder");
        fs::write(user.join("credentials.json"), "{}").expect("a file");
        for home in [&first, &second] {
            share(&user, home).expect("a home");
        }
        fs::create_dir(first.join("plugins/aws")).expect("a plugin");
        fs::create_dir(first.join(OWN)).expect("a folder of its own");
        assert!(second.join("plugins/aws").is_dir() && second.join("credentials.json").is_file());
        assert!(!second.join(OWN).exists());
        fs::remove_dir_all(&first).expect("it goes");
        assert!(user.join("plugins/aws").is_dir(), "what is shared stays");
    }
}
