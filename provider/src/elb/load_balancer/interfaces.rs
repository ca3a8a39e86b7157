//! The network interfaces of a load balancer, which outlive it by minutes.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use pulumi_plugin::{Id, Result};

use crate::aws::{Aws, Doing as _};
use crate::ec2::filter;
use crate::elb::suffix;

/// The load balancers that are being deleted: what is missing for another reason may only not be seen yet.
#[derive(Default)]
struct Deleted(Mutex<BTreeSet<String>>);

impl Deleted {
    fn of<T>(aws: &Aws, look: impl FnOnce(&mut BTreeSet<String>) -> T) -> T {
        look(&mut aws.kept::<Deleted>().0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// From now on, its interfaces are looked for where it is not found.
pub fn expect_gone(aws: &Aws, id: &Id) {
    Deleted::of(aws, |deleted| deleted.insert(id.to_string()));
}

/// How many interfaces a deleted load balancer still has; nothing where none is left.
pub async fn left(aws: &Aws, id: &Id) -> Result<Option<usize>> {
    if !Deleted::of(aws, |deleted| deleted.contains(id.as_str())) {
        return Ok(None);
    }
    let ask = aws
        .ec2()
        .describe_network_interfaces()
        .filters(filter("description", [format!("ELB {}", suffix(id.as_str()))]));
    let told = ask.send().await.doing("looking for the network interfaces of load balancer", id)?;
    Ok(Some(told.network_interfaces().len()).filter(|left| *left > 0))
}
