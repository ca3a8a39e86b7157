//! Amazon Q Developer in chat applications, which was AWS Chatbot: what its resources share.

pub mod get_slack_workspaces;
mod place;
pub mod slack_channel_configuration;
pub mod tags;

use pulumi_plugin::Again;

use crate::aws::Passing;

/// Which of Chatbot's refusals pass.
pub(crate) const PASSING: Passing = &[
    // Its own failures have a code for each call.
    ("CreateSlackChannelConfigurationException", "", Again::Later),
    ("UpdateSlackChannelConfigurationException", "", Again::Later),
    ("DeleteSlackChannelConfigurationException", "", Again::Later),
    ("DescribeSlackChannelConfigurationsException", "", Again::Later),
    ("DescribeSlackWorkspacesException", "", Again::Later),
    ("InternalServiceError", "", Again::Later),
    ("ServiceUnavailableException", "", Again::Later),
];
