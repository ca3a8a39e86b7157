//! The network against the emulator, by the real engine.

mod children;
mod drift;
mod emulator;
mod existing;
mod failure;
mod import;
mod killed;
mod languages;
mod life;
mod nested;
mod places;
mod refusal;
mod whole;

/// A program of one network, `net`, with these properties as a YAML flow.
fn of(properties: &str) -> String {
    format!("resources:\n  net: {{type: 'gitinfra:index:Network', properties: {{{properties}}}}}\n")
}
