//! The one test binary: gitinfra's programs against real parts.

mod contract;
