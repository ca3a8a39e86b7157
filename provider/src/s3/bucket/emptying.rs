//! Empties a bucket: objects, all their versions, delete markers, and unfinished uploads.

use aws_sdk_s3::types::{Delete, ObjectIdentifier, ObjectVersion};
use percent_encoding::percent_decode_str;
use pulumi_plugin::{Again, Error, Result};

use super::settings::{Settings, built};
use crate::aws::Doing as _;

/// A version of an object, or a delete marker: its key, and its own id.
type Version = (String, Option<String>);

impl Settings<'_> {
    /// Deletes everything in it. What arrives meanwhile is deleted, too, as long as it is seen.
    pub async fn empty(&self) -> Result<()> {
        self.abort_uploads().await?;
        let mut deleted = 0;
        loop {
            let versions = self.versions().await?;
            if versions.is_empty() {
                return Ok(());
            }
            if self.aws.call().cancel.is_cancelled() {
                return Err(Error::new(format!("stopped emptying bucket `{}`: cancelled", self.id)));
            }
            deleted += versions.len();
            self.delete_versions(versions).await?;
            self.aws.call().status(format!("emptying: {deleted} versions deleted")).await;
        }
    }

    /// The first page of what there is.
    async fn versions(&self) -> Result<Vec<Version>> {
        let list = self.s3.list_object_versions().bucket(self.id).expected_bucket_owner(&self.owner);
        let listed = list.encoding_type(aws_sdk_s3::types::EncodingType::Url).send().await;
        let Some(listed) = listed.unless(&["NoSuchBucket"]).doing("listing the versions in bucket", self.id)? else {
            return Ok(Vec::new());
        };
        let versions = listed.versions.unwrap_or_default().into_iter();
        let versions = versions.map(|ObjectVersion { key, version_id, .. }| (key, version_id));
        let markers = listed.delete_markers.unwrap_or_default().into_iter();
        let all = versions.chain(markers.map(|marker| (marker.key, marker.version_id)));
        Ok(all.filter_map(|(key, version)| Some((decoded(&key?), version))).collect())
    }

    /// S3 takes a thousand at a time, but in XML, which can't hold every key.
    async fn delete_versions(&self, versions: Vec<Version>) -> Result<()> {
        let (plain, odd): (Vec<_>, Vec<_>) = versions.into_iter().partition(|(key, _)| fits_xml(key));
        for (key, version) in odd {
            let delete = self.s3.delete_object().bucket(self.id).expected_bucket_owner(&self.owner);
            let delete = delete.key(&key).set_version_id(version).set_bypass_governance_retention(self.bypass().await?);
            delete.send().await.doing("deleting object", &key)?;
        }
        for some in plain.chunks(1000) {
            let each = some
                .iter()
                .map(|(key, version)| ObjectIdentifier::builder().key(key).set_version_id(version.clone()).build());
            let each = each.collect::<Result<Vec<_>, _>>().map_err(built)?;
            let these = Delete::builder().set_objects(Some(each)).quiet(true).build().map_err(built)?;
            let delete = self.s3.delete_objects().bucket(self.id).expected_bucket_owner(&self.owner).delete(these);
            let delete = delete.set_bypass_governance_retention(self.bypass().await?);
            let answer = delete.send().await.doing("deleting the versions in bucket", self.id)?;
            if let Some(first) = answer.errors().first() {
                let (key, code) = (first.key().unwrap_or_default(), first.code().unwrap_or_default());
                let words = format!(
                    "deleting `{key}` in bucket `{}`: {code}: {}; {} of {} could not be deleted",
                    self.id,
                    first.message().unwrap_or_default(),
                    answer.errors().len(),
                    some.len()
                );
                let passes = ["InternalError", "SlowDown", "ServiceUnavailable", "OperationAborted"].contains(&code);
                if passes {
                    return Err(Error::new(words).again(Again::Soon));
                }
                return Err(Error::new(words).hint(
                    "a retention of mode COMPLIANCE or a legal hold must end first; else a policy denies s3:DeleteObjectVersion",
                ));
            }
        }
        Ok(())
    }

    /// Retentions of mode GOVERNANCE may be bypassed. S3 refuses to hear of that where there is no object lock.
    async fn bypass(&self) -> Result<Option<bool>> {
        let get = self.s3.get_object_lock_configuration().bucket(self.id).expected_bucket_owner(&self.owner);
        let got = get.send().await.unless(&["ObjectLockConfigurationNotFoundError", "AccessDenied"]);
        let got = got.doing("reading the object lock of bucket", self.id)?;
        Ok(got.and_then(|got| got.object_lock_configuration?.object_lock_enabled).map(|_| true))
    }

    /// An upload that ends while the bucket is emptied would leave an object.
    async fn abort_uploads(&self) -> Result<()> {
        let list = self.s3.list_multipart_uploads().bucket(self.id).expected_bucket_owner(&self.owner);
        let listed = list.encoding_type(aws_sdk_s3::types::EncodingType::Url).send().await;
        let listed = listed.unless(&["NoSuchBucket"]).doing("listing the uploads into bucket", self.id)?;
        for upload in listed.and_then(|listed| listed.uploads).unwrap_or_default() {
            let key = decoded(&upload.key.unwrap_or_default());
            let abort = self.s3.abort_multipart_upload().bucket(self.id).expected_bucket_owner(&self.owner);
            let aborted = abort.key(&key).set_upload_id(upload.upload_id).send().await;
            aborted.unless(&["NoSuchUpload", "NoSuchBucket"]).doing("aborting the upload of", &key)?;
        }
        Ok(())
    }
}

/// A key as it is, out of how S3 writes it in lists.
fn decoded(key: &str) -> String {
    percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Whether a key comes through XML unchanged.
fn fits_xml(key: &str) -> bool {
    key.chars().all(|c| c >= ' ' && !('\u{fffe}'..='\u{ffff}').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::{decoded, fits_xml};

    #[test]
    fn keys_come_out_of_lists_as_they_are() {
        for (told, key, fits) in [
            ("logs/a.txt", "logs/a.txt", true),
            ("a+b%2Bc%20d", "a b+c d", true),
            ("%E6%97%A5", "日", true),
            ("a%01", "a\u{1}", false),
            ("a%0D", "a\r", false),
        ] {
            assert_eq!((decoded(told).as_str(), fits_xml(key)), (key, fits), "{told}");
        }
    }
}
