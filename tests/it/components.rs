//! Components against the emulator, by the real engine.

mod dns_zone;
mod security_group;
