//! How AWS is reached: accounts, regions, clients, manners and words.

mod batch;
mod check;
mod clients;
mod config;
mod error;
mod grants;
pub mod list;
pub mod number;
mod operation;
mod outage;
mod pacing;
pub mod parameters;
mod partition;
mod permission;
mod provider;
mod session;
pub mod tags;
mod word;

pub use config::{AssumeRole, Common, Config, IgnoreTags};
pub use error::{Doing, Passing, refusal};
pub use partition::{EDGE, GLOBAL, Partition, home, principal};
pub use provider::Gitinfra;
pub use session::Aws;
pub use tags::{STOPPED_TAG, TOKEN_TAG, Tags};
pub use word::{word, word_or};
