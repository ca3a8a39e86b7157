//! The command line against real git and the real engine, seen from outside.

mod codes;
mod environment;
mod get;
mod going;
mod headline;
mod hostile;
mod killed;
mod ledger;
mod place;
mod postgres;
mod preview;
mod repo;
mod said;
mod scrub;
mod shared;
mod side_by_side;
mod stacks;
mod stopped;
mod stream;
mod sync;
mod watch;
mod wrong;
