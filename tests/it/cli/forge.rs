//! Pull requests on forges: the real Gitea, and the others as their vendors describe them.

mod apply;
mod conversation;
mod gitea;
pub mod http;
mod played;
mod reload;
mod replicas;
mod serve;
mod served;
mod server;
mod sign_in;
mod strangers;
mod traces;
mod vendors;
mod watch;
