//! How AWS is reached: accounts, regions, clients, manners and words.

mod batch;
mod check;
mod clients;
mod config;
mod error;
mod outage;
mod pacing;
mod provider;
mod session;
pub mod tags;

pub use batch::Batch;
pub use config::{AssumeRole, Common, Config, IgnoreTags};
pub use error::Told;
pub use provider::Gitinfra;
pub use session::Aws;
pub use tags::{TOKEN_TAG, Tags};
