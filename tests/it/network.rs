//! The network against the emulator, by the real engine.

mod emulator;
