//! The command line against real git and the real engine, seen from outside.

mod going;
mod place;
mod repo;
mod said;
mod sync;
