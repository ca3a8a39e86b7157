//! The plugin framework against the real engine, by the provider of files.

mod assets;
mod birth;
mod check;
mod component;
mod drift;
mod failure;
mod hooks;
mod import;
mod interrupt;
mod invoke;
mod life;
mod naming;
mod nested;
mod options;
mod preview;
mod process;
mod providers;
mod schema;
mod secrets;
mod transforms;
mod upgrade;
