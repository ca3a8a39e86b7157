//! The names of SNS topics.

use pulumi_plugin::Spelled as _;

spelled! {
    /// The name of a topic: 1 to 256 letters, digits, hyphens and underscores; of a FIFO topic it ends with `.fifo`.
    TopicName, "a topic's name of letters, digits, hyphens and underscores", "alarms", "orders.fifo", topic_name
}

as_aws_has_it!(TopicName);

fn topic_name(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let name = text.strip_suffix(".fifo").unwrap_or(text);
    match !name.is_empty() && text.chars().count() <= 256 && name.chars().all(fits) {
        true => Ok(text.to_owned()),
        false => Err(TopicName::is_not(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::TopicName;

    #[test]
    fn only_the_end_of_a_fifo_topic_has_a_dot() {
        for (text, fits) in [
            ("alarms", true),
            ("orders.fifo", true),
            ("a-b_C1", true),
            (".fifo", false),
            ("a.b", false),
            ("a b", false),
            ("", false),
        ] {
            assert_eq!(TopicName::parse(text).is_ok(), fits, "{text}");
        }
    }
}
