//! The machine's clock as a program sees it, which a test can set forward and back while the program runs.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::cli::said::Said;

/// Stands before the C library's own clock, and adds the seconds that a file holds. What only counts on is left alone, as by a
/// machine whose clock is set.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

static volatile long *ahead;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("CLOCK_AHEAD");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *page = file < 0 ? MAP_FAILED : mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) ahead = page;
}

static long by(void) { return ahead ? *ahead : 0; }

int clock_gettime(clockid_t id, struct timespec *time) {
    static int (*own)(clockid_t, struct timespec *);
    if (!own) *(void **)&own = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = own(id, time);
    if (!failed && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) time->tv_sec += by();
    return failed;
}

int gettimeofday(struct timeval *time, void *zone) {
    struct timespec now;
    (void)zone;
    int failed = clock_gettime(CLOCK_REALTIME, &now);
    if (!failed) { time->tv_sec = now.tv_sec; time->tv_usec = now.tv_nsec / 1000; }
    return failed;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}
"#;

/// Two hours: more than any lease or pause.
const FAR: i64 = 2 * 60 * 60;

pub struct Clock {
    library: PathBuf,
    place: PathBuf,
    file: Mutex<File>,
    ahead: AtomicI64,
}

impl Clock {
    /// Made in a folder by the compiler that links these tests, too.
    pub fn make(folder: &Path) -> Clock {
        let (source, library, place) = (folder.join("clock.c"), folder.join("clock.so"), folder.join("ahead"));
        fs::write(&source, SHIM).expect("a file");
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(&source).arg("-ldl");
        Said::of(cc).expect_code(0);
        fs::write(&place, [0; 8]).expect("a file");
        let file = File::options().write(true).open(&place).expect("it is there");
        Clock { library, place, file: Mutex::new(file), ahead: AtomicI64::new(0) }
    }

    /// What a program has in its environment to go by it.
    pub fn env(&self) -> [(&'static str, String); 2] {
        [("LD_PRELOAD", self.library.display().to_string()), ("CLOCK_AHEAD", self.place.display().to_string())]
    }

    /// The clock is set: two hours ahead of the time that it is, or two hours behind it, in turns.
    pub fn jump(&self) {
        let to = if self.ahead.load(Ordering::SeqCst) > 0 { -FAR } else { FAR };
        self.ahead.store(to, Ordering::SeqCst);
        let file = self.file.lock().expect("nobody panicked");
        // In its place: who reads it has it mapped.
        file.write_all_at(&to.to_ne_bytes(), 0).expect("it can be written");
    }
}
