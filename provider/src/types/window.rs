//! Windows of time in which AWS may do its work, in UTC.

use pulumi_plugin::Spelled;

const DAY: u32 = 24 * 60;
const WEEK: u32 = 7 * DAY;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A window of each day, `05:00-06:00`, at least `LEAST` minutes long. It may go over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DailyWindow<const LEAST: u32 = 30> {
    /// Minutes after midnight.
    from: u32,
    /// Minutes.
    length: u32,
}

/// A window of each week, `sun:05:00-sun:06:00`, at least `LEAST` minutes long. It may go over Sunday's midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WeeklyWindow<const LEAST: u32 = 30> {
    /// Minutes after Monday's beginning.
    from: u32,
    /// Minutes.
    length: u32,
}

impl<const LEAST: u32> DailyWindow<LEAST> {
    /// Whether it and a window of the week have a minute in common.
    pub fn overlaps<const OTHER: u32>(&self, week: &WeeklyWindow<OTHER>) -> bool {
        let (from, to) = (week.from, week.from + week.length);
        // One day before the week's first, and one after its last: windows go over midnight.
        (0..=14).map(|day| self.from + day * DAY).any(|begin| begin < to + DAY && from + DAY < begin + self.length)
    }
}

impl<const LEAST: u32> Spelled for DailyWindow<LEAST> {
    const WHAT: &'static str = "a window of the day";
    const EXAMPLE: &'static str = "05:00-06:00";
    const ANOTHER: &'static str = "20:00-21:30";
    fn parse(text: &str) -> Result<Self, String> {
        let (from, length) = range(text, DAY, time).ok_or_else(|| Self::is_not(text))?;
        long_enough(text, length, LEAST)?;
        Ok(DailyWindow { from, length })
    }
    fn spell(&self) -> String {
        let to = (self.from + self.length) % DAY;
        format!("{}-{}", clock(self.from), clock(to))
    }
}

impl<const LEAST: u32> Spelled for WeeklyWindow<LEAST> {
    const WHAT: &'static str = "a window of the week";
    const EXAMPLE: &'static str = "sun:05:00-sun:06:00";
    const ANOTHER: &'static str = "wed:20:00-wed:21:30";
    fn parse(text: &str) -> Result<Self, String> {
        let (from, length) = range(text, WEEK, time_of_week).ok_or_else(|| Self::is_not(text))?;
        long_enough(text, length, LEAST)?;
        Ok(WeeklyWindow { from, length })
    }
    fn spell(&self) -> String {
        let moment = |minute: u32| format!("{}:{}", DAYS[(minute / DAY) as usize % DAYS.len()], clock(minute % DAY));
        format!("{}-{}", moment(self.from), moment((self.from + self.length) % WEEK))
    }
}

/// Where a range begins, and how long it is, in minutes.
fn range(text: &str, whole: u32, moment: fn(&str) -> Option<u32>) -> Option<(u32, u32)> {
    let (from, to) = text.split_once('-')?;
    let (from, to) = (moment(from)?, moment(to)?);
    Some((from, (whole + to - from) % whole))
}

fn long_enough(text: &str, length: u32, least: u32) -> Result<(), String> {
    match length < least {
        true => Err(format!("`{text}` is {length} minutes long; at least {least} are required")),
        false => Ok(()),
    }
}

fn time(text: &str) -> Option<u32> {
    let below = |part: &str, most: u32| {
        let fine = part.len() == 2 && part.chars().all(|c| c.is_ascii_digit());
        part.parse::<u32>().ok().filter(|n| fine && *n < most)
    };
    let (hour, minute) = text.split_once(':')?;
    Some(below(hour, 24)? * 60 + below(minute, 60)?)
}

fn time_of_week(text: &str) -> Option<u32> {
    let (day, rest) = text.split_once(':')?;
    let day = DAYS.iter().zip(0..).find(|(name, _)| day.eq_ignore_ascii_case(name))?.1;
    Some(day * DAY + time(rest)?)
}

fn clock(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::Spelled;

    use super::{DailyWindow, WeeklyWindow};

    #[track_caller]
    fn check<T: Spelled>(cases: &[(&str, Result<&str, &str>)]) {
        for (text, expected) in cases {
            match (T::parse(text), expected) {
                (Ok(window), Ok(expected)) => assert_eq!(window.spell(), *expected),
                (Err(why), Err(expected)) => assert!(why.contains(expected), "{why}"),
                (parsed, _) => panic!("{text}: {:?}", parsed.map(|window| window.spell())),
            }
        }
    }

    #[test]
    fn windows_of_the_day() {
        check::<DailyWindow<60>>(&[
            ("05:00-06:00", Ok("05:00-06:00")),
            ("23:30-00:30", Ok("23:30-00:30")),
            ("05:00-05:59", Err("`05:00-05:59` is 59 minutes long; at least 60 are required")),
            ("05:00-05:00", Err("is 0 minutes long")),
            ("24:00-01:00", Err("`24:00-01:00` is not a window of the day such as 05:00-06:00")),
            ("5:00-6:00", Err("is not a window of the day")),
            ("+5:00-06:00", Err("is not a window of the day")),
            ("sun:05:00-sun:06:00", Err("is not a window of the day")),
            ("", Err("is not a window of the day")),
        ]);
    }

    #[test]
    fn windows_of_the_week() {
        check::<WeeklyWindow>(&[
            ("sun:05:00-sun:06:00", Ok("sun:05:00-sun:06:00")),
            ("Sun:23:45-MON:00:15", Ok("sun:23:45-mon:00:15")),
            ("sun:05:00-sun:05:10", Err("is 10 minutes long; at least 30 are required")),
            ("sonntag:05:00-sun:06:00", Err("is not a window of the week such as sun:05:00-sun:06:00")),
            ("05:00-06:00", Err("is not a window of the week")),
        ]);
    }

    #[test]
    fn windows_overlap() {
        for (day, week, both) in [
            ("05:00-06:00", "sun:05:30-sun:06:30", true),
            ("05:00-06:00", "sun:06:00-sun:07:00", false),
            ("23:30-00:30", "wed:00:00-wed:01:00", true),
            ("23:30-00:30", "mon:00:00-mon:01:00", true),
            ("00:00-01:00", "sun:23:30-mon:00:30", true),
            ("05:00-06:00", "mon:06:00-tue:05:00", false),
            ("05:00-06:00", "mon:06:00-tue:05:30", true),
        ] {
            let (daily, weekly) = (DailyWindow::<30>::parse(day), WeeklyWindow::<30>::parse(week));
            let overlaps = daily.expect("a window").overlaps(&weekly.expect("a window"));
            assert_eq!(overlaps, both, "{day} {week}");
        }
    }
}
