//! A day of the calendar.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use pulumi_plugin::Spelled as _;

spelled! {
    /// A day, from its midnight in UTC: `2030-01-31`.
    Day, "a day", "2030-01-31", "2031-12-01", canonical
}

impl Day {
    /// Its midnight.
    pub fn midnight(&self) -> Option<DateTime> {
        DateTime::from_str(&format!("{}T00:00:00Z", self.0), Format::DateTime).ok()
    }

    /// The day that begins with a midnight.
    pub fn of(time: &DateTime) -> Day {
        let text = time.fmt(Format::DateTime).unwrap_or_default();
        Day(text.chars().take(10).collect())
    }
}

/// With or without the midnight.
fn canonical(text: &str) -> Result<String, String> {
    let date = text.strip_suffix("T00:00:00Z").unwrap_or(text);
    let day = Day(date.to_owned());
    match day.midnight().is_some_and(|midnight| Day::of(&midnight) == day) {
        true => Ok(day.0),
        false => Err(Day::is_not(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn tells_days() {
        for (text, day) in [
            ("2030-01-31", Some("2030-01-31")),
            ("2030-01-31T00:00:00Z", Some("2030-01-31")),
            ("2030-01-31T01:00:00Z", None),
            ("2030-02-30", None),
            ("2030-1-1", None),
            ("", None),
        ] {
            assert_eq!(Day::parse(text).ok().as_ref().map(Day::as_str), day, "{text}");
        }
    }
}
