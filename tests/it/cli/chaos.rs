//! gitinfra is killed, its database goes away for a moment or for long, or its clock is set hours ahead or behind, before and after whatever it
//! writes into the ledger, by an engine that does nothing; or Git's remote answers half: afterwards every run has one end, nothing is rolled out
//! twice at once, and the next `sync` needs no help. So it does where the disk was full.
//!
//! `make chaos` does so a thousand times; `CHAOS_SEED` begins elsewhere.

use std::fs;

use super::going::Going;
use super::ledger::sqlite;
use super::place::Place;
use super::postgres;
use super::said::Said;
use crate::tools;
use clock::Clock;
use proxy::{Moment, Proxy};
use remote::Remote;

mod clock;
mod proxy;
mod remote;

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

/// A place with an engine that does nothing.
struct Chaos {
    place: Place,
    remote: Remote,
    /// A PostgreSQL; else the ledger is in SQLite.
    ledger: Option<String>,
}

/// The same, and what strikes gitinfra there.
struct Struck {
    chaos: Chaos,
    proxy: Proxy,
}

impl Chaos {
    fn new(ledger: Option<String>) -> Chaos {
        let place = Place::new();
        let bin = place.path("bin");
        fs::create_dir_all(&bin).expect("a folder");
        let engine = bin.join("pulumi");
        tools::script(&engine, &ENGINE.replace("PLACE", &bin.display().to_string()));
        let path = format!("{}:{}:/usr/local/bin:/usr/bin:/bin", bin.display(), tools::bin().display());
        let remote = Remote::make(&bin);
        let place = place.env("PATH", path);
        let folder = place.repo.folder().to_owned();
        let place = remote.env(&folder).into_iter().fold(place, |place, (name, value)| place.env(name, value));
        place.repo.write("Pulumi.yaml", "name: test\nruntime: yaml\n").write("Pulumi.dev.yaml", "config: {}\n");
        Chaos { place, remote, ledger }
    }

    fn commit(&self, round: u64) {
        self.place.repo.write("round.txt", &round.to_string()).commit("Another round");
    }

    /// Commits something, and rolls it out while Git's remote closes after so many bytes.
    fn half_answered(&self, round: u64) {
        self.commit(round);
        self.remote.close_after(1 + round.wrapping_mul(0x9e37_79b9) % 450);
        let said = self.run("sync");
        self.remote.heal();
        assert!([0, 3, 4].contains(&said.code), "{round}\n{said}");
    }

    /// Commits something, and rolls it out where no file may grow beyond so many blocks of 512 bytes: as where a disk is full, or else
    /// gitinfra is killed in the middle of that write.
    fn full(&self, round: u64, blocks: u64, is_killed: bool) {
        self.commit(round);
        let mut full = std::process::Command::new("sh");
        self.place.surround(&mut full);
        // What is too large is an error of the write where the signal is ignored.
        let trap = if is_killed { "" } else { "trap '' XFSZ; " };
        full.args(["-c", &format!("{trap}ulimit -f {blocks}; exec \"$@\""), "sh"]);
        full.arg(tools::program("gitinfra")).arg("sync");
        full.args(self.ledger.iter().flat_map(|url| ["--ledger", url]));
        let said = Said::of(full);
        assert!([0, 1, 4].contains(&said.code) || (is_killed && said.code < 0), "{blocks}\n{said}");
    }

    fn run(&self, words: &str) -> Said {
        let ledger = self.ledger.as_ref().map(|url| format!(" --ledger {url}")).unwrap_or_default();
        self.place.run(&format!("{words}{ledger}"))
    }

    fn query(&self, sql: &str) -> String {
        match &self.ledger {
            Some(url) => postgres::query(url, sql),
            None => sqlite(&self.place, sql),
        }
    }

    /// What must be so whenever gitinfra was killed and another one came.
    fn check(&self, what: &str) {
        let said = self.run("sync").expect_code(0);
        let stacks = self.run("get stacks --no-headers").expect_code(0).stdout;
        assert!(stacks.contains("current"), "{what}: {stacks}\n{said}");
        let open = self.query("SELECT COUNT(*) FROM runs WHERE state = 'running' OR finished_at IS NULL");
        assert_eq!(open, "0", "{what}: a run without an end\n{said}");
        let succeeded = "SELECT COUNT(*) FROM (SELECT commit_id FROM runs WHERE state = 'succeeded' GROUP BY commit_id HAVING COUNT(*) > 1) x";
        assert_eq!(self.query(succeeded), "0", "{what}: a commit that was rolled out twice\n{said}");
        let log = fs::read_to_string(self.place.path("bin").join("log")).unwrap_or_default();
        assert!(!log.contains("twice"), "{what}: two engines at once\n{said}");
        let count = |word: &str| log.lines().filter(|line| *line == word).count();
        assert_eq!(count("begin"), count("end"), "{what}\n{said}");
    }
}

impl Struck {
    fn new() -> Struck {
        let ledger = postgres::database();
        let chaos = Chaos::new(Some(ledger.clone()));
        let clock = Clock::make(&chaos.place.path("bin"));
        let Chaos { place, remote, ledger: url } = chaos;
        let place = clock.env().into_iter().fold(place, |place, (name, value)| place.env(name, value));
        Struck { chaos: Chaos { place, remote, ledger: url }, proxy: Proxy::start(&ledger, clock) }
    }

    /// Commits something, and rolls it out while gitinfra is struck at a moment; says whether it was.
    fn struck(&self, round: u64, moment: Moment) -> bool {
        self.chaos.commit(round);
        self.proxy.strike_at(moment);
        let going = Going::start(self.chaos.place.gitinfra(&format!("sync --ledger {}", self.proxy.url)));
        self.proxy.strikes(going.pid());
        let said = going.finish();
        let has_struck = self.proxy.has_struck();
        self.proxy.rest();
        // A mistake of gitinfra's own has this code, and a panic the other.
        assert!(said.code != 70 && said.code != 101, "{moment:?}\n{said}");
        assert!(moment.is_felt() || said.code == 0, "{moment:?}\n{said}");
        has_struck
    }
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn whenever_gitinfra_is_struck_the_next_one_goes_on() {
    let (rounds, seed) = (number("CHAOS_ROUNDS", 8), number("CHAOS_SEED", 1));
    let struck = Struck::new();
    // The first one makes tables and the stack; how much there is to say is seen in the second.
    for quiet in [u64::MAX - 1, u64::MAX] {
        assert!(!struck.struck(quiet, Moment::NEVER), "nobody is struck");
        struck.chaos.check("nobody was struck");
    }
    let all = struck.proxy.statements();
    assert!(all > 10, "{all} statements are too few");
    let mut blows = 0;
    for round in seed..seed + rounds {
        let moment = Moment::of(round, all);
        let what = format!("CHAOS_SEED={round} CHAOS_ROUNDS=1, {moment:?} of {all}");
        blows += u64::from(struck.struck(round, moment));
        struck.chaos.check(&what);
        if round % 4 == 0 {
            struck.chaos.half_answered(round);
            struck.chaos.check(&format!("{what}, and the remote answered half"));
        }
    }
    assert!(2 * blows >= rounds, "{blows} blows in {rounds} rounds: nearly none was at a moment that there is");
}

/// It is told, and once there is room all goes on.
#[test]
fn a_disk_that_is_full_is_told_and_outlived() {
    let (rounds, seed) = (number("CHAOS_ROUNDS", 8).div_ceil(2), number("CHAOS_SEED", 1));
    let chaos = Chaos::new(Some(postgres::database()));
    for (round, blocks) in [(0, 0), (1, 8), (2, 64)] {
        chaos.full(round, blocks, false);
    }
    chaos.check("the disk was full");
    // The ledger grows by a page of 4 KiB and what is about it: each step of it meets the end of the disk, or of its process.
    let chaos = Chaos::new(None);
    for round in seed..seed + rounds {
        let pages = round.wrapping_mul(0x9e37_79b9) % 40;
        chaos.full(round, pages * 9, round % 2 == 0);
        chaos.check(&format!("CHAOS_SEED={round} CHAOS_ROUNDS=1, a disk that was full after {pages} pages"));
    }
}
