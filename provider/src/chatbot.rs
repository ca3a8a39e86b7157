//! Amazon Q Developer in chat applications, which was AWS Chatbot.

use crate::aws::Passing;

/// Which of Chatbot's refusals pass: none beside what passes everywhere.
pub(crate) const PASSING: Passing = &[];
