//! The policy of a bucket.

use aws_sdk_s3::operation::put_bucket_policy::PutBucketPolicyError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _};
use crate::s3::placed;
use crate::types::{BucketName, PolicyJson};

/// What the longest policy has, in bytes without blanks.
const LONGEST: usize = 20_480;

/// What the program asks of a bucket policy.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct BucketPolicyInputs {
    /// The bucket's name.
    #[prop(replace, unique)]
    pub bucket: BucketName,
    /// The policy document: at most 20 KB. It replaces the whole policy of the bucket.
    pub policy: PolicyJson,
}

/// The bucket policy of an S3 bucket: says who may do what with the bucket and its objects. A bucket has one; one that it has already is not
/// replaced in silence, but has to be imported.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct BucketPolicy {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: BucketPolicyInputs,
}

impl Resource for BucketPolicy {
    const TOKEN: &'static str = "gitinfra:s3:BucketPolicy";
    const WAIT: Wait = Wait::seconds(1, 300);
    type Session = Aws;
    type Inputs = BucketPolicyInputs;
    type Seen = String;

    fn check(new: &BucketPolicyInputs) -> Vec<Fault> {
        let bytes = new.policy.to_string().len();
        Faults::of(new)
            .when(bytes > LONGEST, "policy", format!("has {bytes} bytes; at most {LONGEST} are allowed"))
            .into_vec()
    }

    /// S3 would replace what stands there without a word.
    async fn standing(aws: &Aws, new: &BucketPolicyInputs) -> Result<Option<Id>> {
        let id = Id::from(new.bucket.as_str());
        Ok(Self::find(aws, &id).await?.map(|_| id))
    }

    async fn create(aws: &Aws, new: &BucketPolicyInputs) -> Result<Made> {
        put(&aws.once(), new).await?;
        Ok(Made::New(new.bucket.as_str().into()))
    }

    /// A policy bears no token: where an answer got lost, the one that says the same is what it put.
    async fn ours(aws: &Aws, id: &Id, seen: &String, new: &BucketPolicyInputs) -> Result<Option<Id>> {
        Ok((aws.call().tried() && document(id, seen)? == new.policy).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<String>> {
        let get = aws.s3().get_bucket_policy().bucket(id).expected_bucket_owner(aws.account().await?);
        let got = get.send().await.unless(&["NoSuchBucketPolicy", "NoSuchBucket"]);
        Ok(got.doing("reading the policy of bucket", id).map_err(placed)?.and_then(|got| got.policy))
    }

    async fn read(_: &Aws, id: &Id, seen: String) -> Result<Self> {
        let policy = document(id, &seen)?;
        Ok(BucketPolicy { inputs: BucketPolicyInputs { bucket: String::from(id).into(), policy } })
    }

    async fn update(aws: &Aws, _: &Id, _: &Self, new: &BucketPolicyInputs) -> Result<()> {
        put(aws, new).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.s3().delete_bucket_policy().bucket(id).expected_bucket_owner(aws.account().await?);
        let deleted = delete.send().await.unless(&["NoSuchBucketPolicy", "NoSuchBucket"]);
        deleted.done("deleting the policy of bucket", id).map_err(|error| {
            match error.message().contains("AccessDenied") {
                true => error.hint("a statement of the policy that denies this to everybody can be taken away only by the account's root user"),
                false => error,
            }
        })
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

async fn put(aws: &Aws, new: &BucketPolicyInputs) -> Result<()> {
    let put = aws.s3().put_bucket_policy().bucket(new.bucket.as_str()).policy(new.policy.to_string());
    let put = put.expected_bucket_owner(aws.account().await?).send().await;
    let refused = put.as_ref().err().and_then(|error| error.as_service_error()).and_then(PutBucketPolicyError::code);
    let hint = match refused {
        Some("AccessDenied") => {
            "a policy that makes the bucket public is refused while `publicAccessBlock.blockPublicPolicy` of the bucket or of the account is on"
        }
        Some("MalformedPolicy") => {
            "principals must exist, and resources must be the bucket's ARN, or its ARN and `/*`, as the actions want it"
        }
        _ => "",
    };
    let done = put.done("putting the policy of bucket", &new.bucket).map_err(placed);
    done.map_err(|error| if hint.is_empty() { error } else { error.hint(hint) })
}

fn document(id: &Id, text: &str) -> Result<PolicyJson> {
    PolicyJson::parse(text).map_err(|why| Error::new(format!("the policy of bucket `{id}` {why}")))
}
