//! A crash of the engine in what it printed: Go's panics end with a trace of hundreds of lines, which says nothing to most people.

/// How much of a trace is kept.
const MOST: usize = 400;

/// Where the crash begins: the line that says what happened, with a trace somewhere below it.
fn at(lines: &[&str]) -> Option<usize> {
    let is_trace = |line: &&str| line.starts_with("goroutine ") && line.ends_with(':');
    let trace = lines.iter().position(is_trace)?;
    let is_head = |line: &&str| ["panic: ", "fatal error: "].iter().any(|word| line.contains(word));
    Some(lines[..trace].iter().position(is_head).unwrap_or(0))
}

/// The crash with its trace, its head first.
pub fn told(said: &str) -> Option<String> {
    let lines: Vec<&str> = said.lines().collect();
    let rest = &lines[at(&lines)?..];
    Some(rest[..rest.len().min(MOST)].join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_begins_with_what_happened() {
        let trace = "goroutine 1 [running]:\nmain.main()\n\t/src/main.go:7";
        let cases = [
            (format!("warning: x\npanic: no\n\n{trace}"), Some(format!("panic: no\n\n{trace}"))),
            (format!("fatal error: all asleep\n{trace}"), Some(format!("fatal error: all asleep\n{trace}"))),
            (format!("This is a bug!\n{trace}"), Some(format!("This is a bug!\n{trace}"))),
            ("panic: said by a program".to_owned(), None),
            (String::new(), None),
        ];
        for (said, expected) in cases {
            assert_eq!(told(&said), expected, "{said}");
        }
        let long = format!("panic: no\n{trace}{}", "\nmain.f()".repeat(1000));
        assert_eq!(told(&long).map(|told| told.lines().count()), Some(MOST));
    }
}
