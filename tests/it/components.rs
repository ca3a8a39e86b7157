//! Components against the emulator, by the real engine.

mod alarms;
mod cdn;
mod dns_zone;
mod lived;
mod security_group;
mod session_manager;
mod slack_notifier;
mod waf;
mod waf_logs;
