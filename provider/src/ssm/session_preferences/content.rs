//! The document's content: JSON, as Session Manager reads it.

use pulumi_plugin::{Error, Order, Result};
use serde_json::{Value, json};

use super::{NAME, SessionPreferencesInputs, ShellProfile};

/// The content that says what the program asks for.
pub fn write(new: &SessionPreferencesInputs) -> String {
    let longest = new.max_session_duration.map(|minutes| minutes.to_string());
    let content = json!({
        "schemaVersion": "1.0",
        "description": "Document to hold regional settings for Session Manager",
        "sessionType": "Standard_Stream",
        "inputs": {
            "s3BucketName": new.s3_bucket_name,
            "s3KeyPrefix": new.s3_key_prefix,
            "s3EncryptionEnabled": new.s3_encryption_enabled,
            "cloudWatchLogGroupName": new.cloud_watch_log_group_name,
            "cloudWatchEncryptionEnabled": new.cloud_watch_encryption_enabled,
            "cloudWatchStreamingEnabled": new.cloud_watch_streaming_enabled,
            "kmsKeyId": new.kms_key_id,
            "idleSessionTimeout": new.idle_session_timeout.to_string(),
            "maxSessionDuration": longest.unwrap_or_default(),
            "runAsEnabled": new.run_as_enabled,
            "runAsDefaultUser": new.run_as_default_user,
            "shellProfile": {"linux": new.shell_profile.linux, "windows": new.shell_profile.windows},
        },
    });
    content.to_string()
}

/// What a content says. What it leaves out is off; Session Manager then ends a session after 20 minutes without activity.
pub fn read(content: &str) -> Result<SessionPreferencesInputs> {
    let content: Value = serde_json::from_str(content)
        .map_err(|error| Error::new(format!("reading document `{NAME}`: its content is not JSON: {error}")))?;
    let inputs = &content["inputs"];
    let text = |at: &Value| at.as_str().unwrap_or_default().to_owned();
    // The console writes numbers as text and switches as booleans; people write them both ways.
    let minutes = |name: &str| match &inputs[name] {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64().and_then(|n| u32::try_from(n).ok()),
    };
    let on = |name: &str| match &inputs[name] {
        Value::String(text) => text.eq_ignore_ascii_case("true"),
        other => other.as_bool().unwrap_or_default(),
    };
    Ok(SessionPreferencesInputs {
        s3_bucket_name: text(&inputs["s3BucketName"]),
        s3_key_prefix: text(&inputs["s3KeyPrefix"]),
        s3_encryption_enabled: on("s3EncryptionEnabled"),
        cloud_watch_log_group_name: text(&inputs["cloudWatchLogGroupName"]),
        cloud_watch_encryption_enabled: on("cloudWatchEncryptionEnabled"),
        cloud_watch_streaming_enabled: on("cloudWatchStreamingEnabled"),
        kms_key_id: text(&inputs["kmsKeyId"]),
        idle_session_timeout: minutes("idleSessionTimeout").unwrap_or(20),
        max_session_duration: minutes("maxSessionDuration"),
        run_as_enabled: on("runAsEnabled"),
        run_as_default_user: text(&inputs["runAsDefaultUser"]),
        shell_profile: ShellProfile {
            linux: text(&inputs["shellProfile"]["linux"]),
            windows: text(&inputs["shellProfile"]["windows"]),
        },
        overwrite: Order::unknown(),
        on_delete: Order::unknown(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let wanted = SessionPreferencesInputs {
            s3_bucket_name: "logs".into(),
            idle_session_timeout: 5,
            max_session_duration: Some(60),
            run_as_enabled: true,
            run_as_default_user: "ops".into(),
            shell_profile: ShellProfile { linux: "exec bash".into(), windows: String::new() },
            ..read("{}").expect("an object")
        };
        assert_eq!(read(&write(&wanted)).expect("our own content"), wanted);
    }

    #[test]
    fn reads_what_people_write() {
        let read = read(r#"{"inputs": {"idleSessionTimeout": 30, "maxSessionDuration": "", "runAsEnabled": "True"}}"#)
            .expect("an object");
        assert_eq!((read.idle_session_timeout, read.max_session_duration, read.run_as_enabled), (30, None, true));
        assert!(super::read("no json").is_err());
    }
}
