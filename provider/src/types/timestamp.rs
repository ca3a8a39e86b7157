//! Points in time.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use pulumi_plugin::Spelled as _;

spelled! {
    /// A point in time, as AWS writes it: in UTC.
    Timestamp, "a point in time", "2030-01-31T09:00:00Z", "2031-12-24T18:30:00Z", canonical
}

impl Timestamp {
    /// Of AWS's own.
    pub fn of(time: DateTime) -> Option<Timestamp> {
        time.fmt(Format::DateTime).ok().map(Timestamp)
    }

    /// As AWS takes it.
    pub fn time(&self) -> Option<DateTime> {
        DateTime::from_str(&self.0, Format::DateTime).ok()
    }
}

fn canonical(text: &str) -> Result<String, String> {
    let time = DateTime::from_str(text, Format::DateTimeWithOffset).ok();
    time.and_then(|time| time.fmt(Format::DateTime).ok()).ok_or_else(|| Timestamp::is_not(text))
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn is_told_in_utc() {
        for (text, expected) in [
            ("2030-01-31T09:00:00Z", Some("2030-01-31T09:00:00Z")),
            ("2030-01-31T18:00:00+09:00", Some("2030-01-31T09:00:00Z")),
            ("2030-01-31", None),
            ("tomorrow", None),
        ] {
            let parsed = Timestamp::parse(text);
            assert_eq!(parsed.as_ref().ok().map(Timestamp::as_str), expected, "{text}");
        }
    }
}
