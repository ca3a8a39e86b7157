//! gitinfra is killed, or its database goes away for a moment, before and after whatever it writes into the ledger, by an engine that does
//! nothing: afterwards every run has one end, nothing is rolled out twice at once, and the next `sync` needs no help. So it does where the disk
//! was full.
//!
//! `make chaos` does so a thousand times; `CHAOS_SEED` begins elsewhere.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::going::Going;
use super::place::Place;
use super::postgres;
use super::said::Said;
use crate::tools;
use proxy::{Moment, Proxy};

mod proxy;

/// Answers what a roll-out asks, and notes when a roll-out of its own begins and ends.
const ENGINE: &str = r#"#!/bin/sh
here=PLACE
case "$1 $2" in
    version*) echo v3.300.0 ;;
    'stack ls') if [ -e "$here/stack" ]; then echo '[{"name": "dev"}]'; else echo '[]'; fi ;;
    'stack init') : >"$here/stack" ;;
    'stack export') [ -e "$here/stack" ] || exit 6; echo '{"version": 3, "deployment": {}}' ;;
    'config --json') echo '{}' ;;
    'about --json') echo '{"cliAbout": {"version": "v3.300.0"}}' ;;
    'up --yes')
        mkdir "$here/busy" || echo twice >>"$here/log"
        echo begin >>"$here/log"
        rmdir "$here/busy"
        echo end >>"$here/log" ;;
esac
"#;

struct Chaos {
    place: Place,
    ledger: String,
    proxy: Proxy,
}

impl Chaos {
    fn new() -> Chaos {
        let place = Place::new();
        let bin = place.path("bin");
        fs::create_dir_all(&bin).expect("a folder");
        let engine = bin.join("pulumi");
        fs::write(&engine, ENGINE.replace("PLACE", &bin.display().to_string())).expect("a file");
        fs::set_permissions(&engine, fs::Permissions::from_mode(0o755)).expect("it may run");
        let path = format!("{}:{}:/usr/local/bin:/usr/bin:/bin", bin.display(), tools::bin().display());
        let ledger = postgres::database();
        let proxy = Proxy::start(&ledger);
        let place = place.env("PATH", path);
        place.repo.write("Pulumi.yaml", "name: test\nruntime: yaml\n").write("Pulumi.dev.yaml", "config: {}\n");
        Chaos { place, ledger, proxy }
    }

    /// Commits something, and rolls it out while gitinfra is struck at a moment; says whether it was.
    fn struck(&self, round: u64, moment: Moment) -> bool {
        self.place.repo.write("round.txt", &round.to_string()).commit("Another round");
        self.proxy.strike_at(moment);
        let going = Going::start(self.place.gitinfra(&format!("sync --ledger {}", self.proxy.url)));
        self.proxy.strikes(going.pid());
        let said = going.finish();
        let has_struck = self.proxy.has_struck();
        self.proxy.rest();
        // A mistake of gitinfra's own has this code, and a panic the other.
        assert!(said.code != 70 && said.code != 101, "{moment:?}\n{said}");
        has_struck
    }

    fn run(&self, words: &str) -> Said {
        self.place.run(&format!("{words} --ledger {}", self.ledger))
    }

    /// What must be so whenever gitinfra was killed and another one came.
    fn check(&self, what: &str) {
        let said = self.run("sync").expect_code(0);
        let stacks = self.run("get stacks --no-headers").expect_code(0).stdout;
        assert!(stacks.contains("up to date"), "{what}: {stacks}\n{said}");
        let open =
            postgres::query(&self.ledger, "SELECT COUNT(*) FROM runs WHERE state = 'running' OR finished_at IS NULL");
        assert_eq!(open, "0", "{what}: a run without an end\n{said}");
        let succeeded = "SELECT COUNT(*) FROM (SELECT commit_id FROM runs WHERE state = 'succeeded' GROUP BY commit_id HAVING COUNT(*) > 1) x";
        assert_eq!(postgres::query(&self.ledger, succeeded), "0", "{what}: a commit that was rolled out twice\n{said}");
        let log = fs::read_to_string(self.place.path("bin").join("log")).unwrap_or_default();
        assert!(!log.contains("twice"), "{what}: two engines at once\n{said}");
        let count = |word: &str| log.lines().filter(|line| *line == word).count();
        assert_eq!(count("begin"), count("end"), "{what}\n{said}");
    }
}

#[test]
fn whenever_gitinfra_is_struck_the_next_one_goes_on() {
    let number =
        |name: &str, default: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (rounds, seed) = (number("CHAOS_ROUNDS", 8), number("CHAOS_SEED", 1));
    let chaos = Chaos::new();
    // The first one makes tables and the stack; how much there is to say is seen in the second.
    for quiet in [u64::MAX - 1, u64::MAX] {
        assert!(!chaos.struck(quiet, Moment::NEVER), "nobody is struck");
        chaos.check("nobody was struck");
    }
    let all = chaos.proxy.statements();
    assert!(all > 10, "{all} statements are too few");
    let mut blows = 0;
    for round in 0..rounds {
        let moment = Moment::of(seed + round, all);
        let what = format!("CHAOS_SEED={} CHAOS_ROUNDS=1, {moment:?} of {all}", seed + round);
        blows += u64::from(chaos.struck(seed + round, moment));
        chaos.check(&what);
    }
    assert!(2 * blows >= rounds, "{blows} blows in {rounds} rounds: nearly none was at a moment that there is");
}

/// No file may grow beyond so many blocks of 512 bytes, as where a disk is full: it is told, and once there is room all goes on.
#[test]
fn a_disk_that_is_full_is_told_and_outlived() {
    let chaos = Chaos::new();
    chaos.place.repo.commit("A stack");
    for blocks in [0, 8, 64] {
        let mut full = std::process::Command::new("sh");
        chaos.place.surround(&mut full);
        // What is too large is an error of the write, and no signal.
        full.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), "sh"]);
        full.arg(tools::program("gitinfra")).args(["sync", "--ledger", &chaos.ledger]);
        let said = Said::of(full);
        assert!([0, 1, 4].contains(&said.code), "{blocks}\n{said}");
    }
    chaos.check("the disk was full");
}
