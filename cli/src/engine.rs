//! Pulumi's engine, and all that gitinfra knows of it: how it is run, what its events say, and what they amount to.

mod backend;
pub mod changes;
mod crash;
mod diagnosis;
pub mod event;
mod foresee;
mod home;
mod identity;
mod install;
mod lock;
mod news;
pub mod operation;
pub mod orphans;
mod progress;
mod pulumi;
mod run;
mod server;
mod stack;
mod state;
mod update_plan;
pub mod urn;
pub mod value;

pub use backend::{Backend, no_stack};
pub use crash::told as crash;
pub use diagnosis::{WHEN_LOCKED, diagnose, unknown_stack};
pub use foresee::{Foresee, Foreseen, Glimpse};
pub use identity::Identity;
pub use install::{Shelf, missing, missing_of_pack};
pub use lock::{LeftLock, locks, named_locks};
pub use news::{News, Resource, Severity};
pub use progress::Progress;
pub use pulumi::{Pulumi, language_host};
pub use run::{Ending, Engine, EngineSignal, Phase, PolicyPack};
pub use state::{PendingCreate, State};
pub use update_plan::{PlanFile, PlannedOutputs, Secrets};
