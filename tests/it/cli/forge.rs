//! Pull requests on forges: the real Gitea, and the others as their vendors describe them.

mod conversation;
mod gitea;
mod http;
mod played;
mod server;
mod strangers;
mod vendors;
mod watch;
