//! The command line against real git and the real engine, seen from outside.

mod behind;
mod codes;
mod folders;
mod get;
mod going;
mod headline;
mod hostile;
mod killed;
mod ledger;
mod packages;
mod place;
mod postgres;
mod preview;
mod repo;
mod said;
mod scrub;
mod shared;
mod source;
mod stacks;
mod stopped;
mod stream;
mod sync;
mod watch;
mod whereabouts;
mod wrong;
