//! The command line against real git and the real engine, seen from outside.

mod going;
mod killed;
mod place;
mod preview;
mod repo;
mod said;
mod stacks;
mod stopped;
mod sync;
mod watch;
mod wrong;
