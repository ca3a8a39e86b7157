//! A Git remote behind ssh, which can close after so many bytes: in the list of its branches, or in the middle of a pack.

use std::fs;
use std::path::{Path, PathBuf};

use crate::tools;

/// Runs on this machine what ssh would run on another. The last word is the command.
const SSH: &str = r#"#!/bin/sh
for command; do :; done
exec 4<&0
if [ -s PLACE/half ]; then
    mkfifo "PLACE/pipe.$$"
    sh -c "$command" <&4 >"PLACE/pipe.$$" 2>/dev/null &
    # Byte by byte: whoever asks waits for what is sent, and nothing may be kept back.
    exec dd bs=1 count="$(cat PLACE/half)" if="PLACE/pipe.$$" 2>/dev/null
fi
exec sh -c "$command"
"#;

pub struct Remote {
    program: PathBuf,
    half: PathBuf,
}

impl Remote {
    pub fn make(folder: &Path) -> Remote {
        let program = folder.join("ssh");
        tools::script(&program, &SSH.replace("PLACE", &folder.display().to_string()));
        Remote { program, half: folder.join("half") }
    }

    /// What gitinfra has in its environment to follow a repository through it.
    pub fn env(&self, repository: &Path) -> [(&'static str, String); 3] {
        [
            ("GIT_SSH_COMMAND", self.program.display().to_string()),
            ("GIT_SSH_VARIANT", "ssh".to_owned()),
            ("GITINFRA_REPO", format!("git@remote.test:{}", repository.display())),
        ]
    }

    /// From now on it closes after so many bytes of an answer.
    pub fn close_after(&self, bytes: u64) {
        fs::write(&self.half, bytes.to_string()).expect("a file");
    }

    /// From now on it answers whole.
    pub fn heal(&self) {
        let _ = fs::remove_file(&self.half);
    }
}
