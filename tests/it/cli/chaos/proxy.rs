//! Stands between gitinfra and PostgreSQL, counts what gitinfra wants to be done, and before or after one of it kills gitinfra, or lets
//! the database go away, for a moment or for long, or sets its clock.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::clock::Clock;

/// What happens to gitinfra.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blow {
    Kill,
    /// Every connection to the database is cut; new ones can be made at once.
    Cut,
    /// The same, and it does not come back before gitinfra has ended.
    Away,
    /// The machine's clock is set, two hours ahead or behind.
    Jump,
}

/// When gitinfra is struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// At which of its statements.
    statement: u64,
    /// Once it is done, before gitinfra hears of it; else before anybody does it.
    is_done: bool,
    blow: Blow,
}

impl Moment {
    /// Whether gitinfra notices it at all.
    pub fn is_felt(self) -> bool {
        self.blow != Blow::Jump
    }

    pub const NEVER: Moment = Moment { statement: u64::MAX, is_done: false, blow: Blow::Kill };

    /// One of so many statements, which the seed decides (splitmix64).
    pub fn of(seed: u64, all: u64) -> Moment {
        let mut word = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^= word >> 31;
        // In turns, so that a few rounds see each.
        let blow = [Blow::Kill, Blow::Cut, Blow::Jump, Blow::Away][(seed % 4) as usize];
        Moment { statement: 1 + (word >> 2) % all, is_done: word & 1 == 1, blow }
    }
}

/// What the threads share.
struct Shared {
    server: PathBuf,
    moment: Mutex<Moment>,
    seen: AtomicU64,
    /// The process that is to be killed; zero until it is known.
    victim: Mutex<u32>,
    known: Condvar,
    /// How many connections wait for the answer after which it is struck.
    due: AtomicI32,
    /// How often it was struck.
    blows: AtomicU64,
    /// What is open, to be cut.
    open: Mutex<Vec<UnixStream>>,
    /// Whether the database is not there for anybody.
    is_away: AtomicBool,
    /// The clock that gitinfra goes by.
    clock: Clock,
}

pub struct Proxy {
    /// The ledger behind it.
    pub url: String,
    shared: Arc<Shared>,
    _folder: TempDir,
}

impl Proxy {
    /// Before the ledger at a URL of ours.
    pub fn start(ledger: &str, clock: Clock) -> Proxy {
        let (rest, folder) = ledger.split_once("?host=").expect("a URL of ours");
        let own = TempDir::with_prefix("gitinfra-px-").expect("a folder for a socket");
        let listener = UnixListener::bind(own.path().join(".s.PGSQL.5432")).expect("a socket");
        let shared = Arc::new(Shared {
            server: PathBuf::from(folder).join(".s.PGSQL.5432"),
            moment: Mutex::new(Moment::NEVER),
            seen: AtomicU64::new(0),
            victim: Mutex::new(0),
            known: Condvar::new(),
            due: AtomicI32::new(0),
            blows: AtomicU64::new(0),
            open: Mutex::default(),
            is_away: AtomicBool::new(false),
            clock,
        });
        let url = format!("{rest}?host={}", own.path().display());
        let accepting = shared.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = accepting.clone();
                // A broken connection is what this is about.
                thread::spawn(move || shared.serve(client).ok());
            }
        });
        Proxy { url, shared, _folder: own }
    }

    /// From now on statements count, up to a moment.
    pub fn strike_at(&self, moment: Moment) {
        *self.shared.moment.lock().expect("nobody panicked") = moment;
        self.shared.seen.store(0, Ordering::SeqCst);
        self.shared.due.store(0, Ordering::SeqCst);
        self.shared.blows.store(0, Ordering::SeqCst);
        *self.shared.victim.lock().expect("nobody panicked") = 0;
    }

    /// Whether it was struck since it was last told when to.
    pub fn has_struck(&self) -> bool {
        self.shared.blows.load(Ordering::SeqCst) > 0
    }

    /// Who is struck.
    pub fn strikes(&self, pid: u32) {
        *self.shared.victim.lock().expect("nobody panicked") = pid;
        self.shared.known.notify_all();
    }

    /// Nobody is struck any more.
    pub fn rest(&self) {
        *self.shared.moment.lock().expect("nobody panicked") = Moment::NEVER;
        self.shared.is_away.store(false, Ordering::SeqCst);
    }

    /// How many statements there were since it was last told when to strike.
    pub fn statements(&self) -> u64 {
        self.shared.seen.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn serve(self: &Arc<Shared>, mut client: UnixStream) -> std::io::Result<()> {
        if self.is_away.load(Ordering::SeqCst) {
            return client.shutdown(std::net::Shutdown::Both);
        }
        let mut server = UnixStream::connect(&self.server)?;
        let ends = [client.try_clone()?, server.try_clone()?];
        self.open.lock().expect("nobody panicked").extend(ends);
        greet(&mut client, &mut server)?;
        let (back, mut from_server, mut to_client) = (self.clone(), server.try_clone()?, client.try_clone()?);
        thread::spawn(move || {
            while let Ok(message) = message(&mut from_server) {
                let is_ready = message[0] == b'Z';
                if is_ready && back.due.swap(0, Ordering::SeqCst) > 0 {
                    back.strike();
                }
                if to_client.write_all(&message).is_err() {
                    break;
                }
            }
            let _ = to_client.shutdown(std::net::Shutdown::Both);
        });
        while let Ok(message) = message(&mut client) {
            // To execute what was prepared, or a plain statement.
            if matches!(message[0], b'E' | b'Q') && self.is_struck() {
                break;
            }
            server.write_all(&message)?;
        }
        server.shutdown(std::net::Shutdown::Both)
    }

    /// Counts a statement. True when gitinfra was struck before it.
    fn is_struck(&self) -> bool {
        let moment = *self.moment.lock().expect("nobody panicked");
        let seen = self.seen.fetch_add(1, Ordering::SeqCst) + 1;
        if seen != moment.statement {
            return false;
        }
        match moment.is_done {
            true => drop(self.due.fetch_add(1, Ordering::SeqCst)),
            false => self.strike(),
        }
        !moment.is_done && moment.is_felt()
    }

    fn strike(&self) {
        self.blows.fetch_add(1, Ordering::SeqCst);
        match self.moment.lock().expect("nobody panicked").blow {
            Blow::Kill => self.kill(),
            Blow::Cut => self.cut(),
            Blow::Away => {
                self.is_away.store(true, Ordering::SeqCst);
                self.cut();
            }
            Blow::Jump => self.clock.jump(),
        }
    }

    fn cut(&self) {
        for end in self.open.lock().expect("nobody panicked").drain(..) {
            let _ = end.shutdown(std::net::Shutdown::Both);
        }
    }

    fn kill(&self) {
        let victim = self.victim.lock().expect("nobody panicked");
        let victim = self.known.wait_while(victim, |pid| *pid == 0).expect("nobody panicked");
        let pid = i32::try_from(*victim).ok().and_then(Pid::from_raw).expect("a process");
        kill_process(pid, Signal::KILL).expect("it is ours");
    }
}

/// Until the client has said who it is: such messages have no letter before their length.
fn greet(client: &mut UnixStream, server: &mut UnixStream) -> std::io::Result<()> {
    const ASKS_FOR_TLS: [u8; 4] = 80_877_103_u32.to_be_bytes();
    loop {
        let mut length = [0; 4];
        client.read_exact(&mut length)?;
        let mut rest = vec![0; (u32::from_be_bytes(length) as usize).saturating_sub(4)];
        client.read_exact(&mut rest)?;
        server.write_all(&length)?;
        server.write_all(&rest)?;
        if rest[..4] != ASKS_FOR_TLS {
            return Ok(());
        }
        let mut answer = [0];
        server.read_exact(&mut answer)?;
        client.write_all(&answer)?;
    }
}

/// A whole message: its letter, its length, and the rest.
fn message(stream: &mut UnixStream) -> std::io::Result<Vec<u8>> {
    let mut message = vec![0; 5];
    stream.read_exact(&mut message)?;
    let length = u32::from_be_bytes([message[1], message[2], message[3], message[4]]) as usize;
    let mut rest = vec![0; length.saturating_sub(4)];
    stream.read_exact(&mut rest)?;
    message.append(&mut rest);
    Ok(message)
}
