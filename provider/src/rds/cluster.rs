//! An Aurora cluster.

mod birth;
mod change;
mod inputs;
mod rules;
mod state;
mod upgrade;
pub mod version;

use aws_sdk_rds::types::DbCluster;
use pulumi_plugin::{Again, Error, Fault, Id, Made, Progress, Property, Resource, Result, Wait};

pub use self::inputs::*;
pub use self::state::is_dead;
use crate::aws::{Aws, Doing as _, Tags};
use crate::kms;
use crate::rds::{lately, tags};
use crate::types::SnapshotName;

/// An Aurora cluster: the storage of a database, its endpoints and what its instances have in common. Instances are resources of their own.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Cluster {
    /// The inputs, as RDS has them.
    #[prop(inputs)]
    pub inputs: ClusterInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The resource id, such as `cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ`: no other cluster ever has it. Policies of IAM authentication name it.
    #[prop(stable)]
    pub cluster_resource_id: String,
    /// The endpoint: the host name of the writer. It stays the same while the writer changes.
    #[prop(stable)]
    pub endpoint: String,
    /// The reader endpoint: one host name for all readers.
    #[prop(stable)]
    pub reader_endpoint: String,
    /// The id of the hosted zone that the endpoints are in, for alias records.
    #[prop(stable)]
    pub hosted_zone_id: String,
    /// The ARN of the secret in which RDS manages the password of the master user, if it does.
    pub master_user_secret_arn: Option<String>,
    /// The engine's full version, such as `17.4`.
    pub engine_version_actual: String,
}

impl Resource for Cluster {
    const TOKEN: &'static str = "gitinfra:rds:Cluster";
    const WAIT: Wait = Wait::seconds(60, 7200);
    type Session = Aws;
    type Inputs = ClusterInputs;
    type Seen = DbCluster;

    fn check(new: &ClusterInputs) -> Vec<Fault> {
        rules::faults(new)
    }

    /// The old one would have to go first, with its data.
    async fn prevents(aws: &Aws, id: &Id, old: &ClusterInputs, _: &ClusterInputs) -> Result<()> {
        let why = format!("cluster `{id}` can't be replaced under the same identifier");
        if old.deletion_protection {
            return Err(Error::new(format!("{why}: it is protected from deletion")).hint(
                "give another `identifier`: then the new cluster is made beside the old one, without its data; to delete the old one \
                 afterwards, first set `deletionProtection: false` and run `pulumi up`",
            ));
        }
        match &old.final_snapshot_identifier {
            Some(name) if snapshot_exists(aws, name).await? => Err(snapshot_taken(Error::new(why), name)),
            _ => Ok(()),
        }
    }

    async fn create(aws: &Aws, new: &ClusterInputs) -> Result<Made> {
        let made = birth::send(aws, new).await?;
        let id = Id::from(new.identifier.as_str());
        Ok(if made { Made::New(id) } else { Made::Exists(id) })
    }

    async fn ours(aws: &Aws, id: &Id, seen: &DbCluster, _: &ClusterInputs) -> Result<Option<Id>> {
        Ok(aws.bears_token(seen.tag_list()).then(|| id.clone()))
    }

    /// A restoration takes no password: it goes on with the one that the data came with.
    async fn finish(aws: &Aws, id: &Id, new: &ClusterInputs) -> Result<()> {
        match &new.master_user_password {
            Some(password) if rules::is_restored(new) => change::set_password(aws, id, password).await,
            _ => Ok(()),
        }
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<DbCluster>> {
        let asked = aws.rds().describe_db_clusters().db_cluster_identifier(id).send().await;
        let answer = asked.unless(&["DBClusterNotFoundFault"]).doing("reading cluster", id)?;
        Ok(answer.and_then(|a| a.db_clusters?.pop()))
    }

    fn progress(seen: &DbCluster) -> Progress {
        state::progress(seen)
    }

    async fn settled(aws: &Aws, id: &Id) -> Result<Progress> {
        match lately::is_too_early(aws, id.as_str()) {
            true => Ok(Progress::Pending("available, but it may not have begun with the change".into())),
            false => upgrade::settled(aws, id).await,
        }
    }

    async fn read(aws: &Aws, id: &Id, seen: DbCluster) -> Result<Self> {
        if let Some(told) = state::pending_reboot(id, &seen) {
            aws.call().warn(told).await;
        }
        state::read(aws, seen)
    }

    fn respell(&mut self, given: &ClusterInputs) {
        state::respell(self, given);
    }

    async fn recognize(aws: &Aws, state: &mut Self, given: &ClusterInputs) {
        for (asked, seen) in state::keys(&mut state.inputs, given) {
            kms::recognize(aws, asked, seen).await;
        }
    }

    async fn in_place(aws: &Aws, old: &ClusterInputs, new: &ClusterInputs) -> Result<Vec<&'static str>> {
        let same = kms::is_same(aws, &old.kms_key_id, &new.kms_key_id).await;
        Ok(if same { vec!["kmsKeyId"] } else { Vec::new() })
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &ClusterInputs) -> Result<()> {
        // The program may name a key by its id, its ARN or an alias now, and by another of these before.
        let mut new = new.clone();
        for (was, is) in state::keys(&mut new, &old.inputs) {
            if kms::is_same(aws, was, is).await {
                is.clone_from(was);
            }
        }
        change::bring(aws, id, old, &new).await
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let (snapshot, skips) = (&old.inputs.final_snapshot_identifier, old.inputs.skip_final_snapshot.value());
        if snapshot.is_none() && !skips {
            return Err(Error::new(format!("deleting cluster `{id}`: it is not known what becomes of its data")).hint(
                "set `finalSnapshotIdentifier`, or `skipFinalSnapshot: true` to have the data deleted, run `pulumi up`, and then destroy",
            ));
        }
        let delete = aws
            .rds()
            .delete_db_cluster()
            .db_cluster_identifier(id)
            .skip_final_snapshot(snapshot.is_none())
            .set_final_db_snapshot_identifier(snapshot.as_ref().map(SnapshotName::to_string))
            .delete_automated_backups(old.inputs.delete_automated_backups.get().copied().unwrap_or(true));
        let deleted = delete.send().await.unless(&["DBClusterNotFoundFault"]).done("deleting cluster", id);
        match deleted {
            Err(refused) => Err(why_not(aws, id, refused, snapshot.as_ref()).await),
            Ok(()) => Ok(()),
        }
    }
}

/// A refused deletion, with the property that decides it and the way on.
async fn why_not(aws: &Aws, id: &Id, refused: Error, snapshot: Option<&SnapshotName>) -> Error {
    let said = refused.message().to_lowercase();
    match snapshot {
        Some(name) if said.contains("snapshotalreadyexists") => snapshot_taken(refused, name),
        _ if said.contains("protect") => {
            refused.hint("set `deletionProtection: false` on the cluster, run `pulumi up`, and then destroy")
        }
        _ if said.contains("non-deleting state") => in_the_way(aws, id, refused).await,
        _ => refused,
    }
}

fn snapshot_taken(error: Error, name: &SnapshotName) -> Error {
    error.hint(format!(
        "`finalSnapshotIdentifier` names the snapshot `{name}`, which exists: give another name and run `pulumi up`, or delete that snapshot; then delete the cluster"
    ))
}

async fn snapshot_exists(aws: &Aws, name: &SnapshotName) -> Result<bool> {
    let asked = aws.rds().describe_db_cluster_snapshots().db_cluster_snapshot_identifier(name.as_str()).send().await;
    let answer = asked.unless(&["DBClusterSnapshotNotFoundFault"]).doing("looking for snapshot", name)?;
    Ok(answer.is_some_and(|answer| !answer.db_cluster_snapshots().is_empty()))
}

/// Names the instances that keep the cluster from being deleted. Those that are going are waited for.
async fn in_the_way(aws: &Aws, id: &Id, refused: Error) -> Error {
    let members = crate::rds::cluster_instance::members(aws, id.as_str()).await.unwrap_or_default();
    let stay: Vec<_> = members.iter().filter(|(_, state)| state != "deleting").map(|(name, _)| name.as_str()).collect();
    match stay.as_slice() {
        [] => refused.again(Again::Later),
        names => refused.hint(format!(
            "these instances are none of this program, or are deleted later: {}; delete them first",
            names.join(", ")
        )),
    }
}
