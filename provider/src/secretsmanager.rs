//! AWS Secrets Manager.

pub mod secret;
pub mod tags;

use pulumi_plugin::Again;

use crate::aws::Passing;

/// Which of Secrets Manager's refusals pass.
pub(crate) const PASSING: Passing = &[
    ("InternalServiceError", "", Again::Later),
    // Two changes at once.
    ("PreconditionNotMetException", "", Again::Soon),
    // A role or user of the policy may have just been made.
    ("MalformedPolicyDocumentException", "principal", Again::Soon),
    // A KMS key that was just made, or its policy. What is wrong with one for good is said of its state.
    ("EncryptionFailure", "disabled", Again::Never),
    ("EncryptionFailure", "pending", Again::Never),
    ("EncryptionFailure", "", Again::Soon),
    ("DecryptionFailure", "disabled", Again::Never),
    ("DecryptionFailure", "pending", Again::Never),
    ("DecryptionFailure", "", Again::Soon),
    ("AccessDeniedException", "access to kms is not allowed", Again::Soon),
    // A replica that was removed a moment ago.
    ("InvalidParameterException", "still has replica regions", Again::Later),
    ("InvalidRequestException", "still has replica regions", Again::Later),
];
