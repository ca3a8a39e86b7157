//! A run's own PULUMI_HOME: what the engine keeps for itself is apart, so that runs side by side don't meet; plugins, the
//! login and all else are the user's, so that nothing is downloaded twice.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::environment::{self, Environment};

/// What belongs to one run: which stack is selected in which folder.
const OWN: &str = "workspaces";

/// The user's own home of Pulumi.
pub(super) fn of_user(environment: &Environment) -> Option<PathBuf> {
    let set = environment.get("PULUMI_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    set.or_else(|| environment::home(environment).map(|home| home.join(".pulumi")))
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
