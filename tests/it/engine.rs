//! The plugin framework against the real engine, by the provider of files.

mod life;
