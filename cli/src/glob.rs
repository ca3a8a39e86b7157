//! Globs: `*` stands for anything without a slash, `**` for anything, `?` for one character that is no slash.

/// Whether a glob fits a whole text.
pub fn matches(glob: &str, text: &str) -> bool {
    let glob: Vec<char> = glob.chars().collect();
    let text: Vec<char> = text.chars().collect();
    // By how much of the text what has been seen of the glob can account for.
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    let mut at = 0;
    while at < glob.len() {
        let is_deep = glob[at] == '*' && glob.get(at + 1) == Some(&'*');
        reached = match glob[at] {
            '*' => spread(&reached, &text, is_deep),
            one => step(&reached, &text, |c| (one == '?' && c != '/') || c == one),
        };
        at += if is_deep { 2 } else { 1 };
    }
    reached.last() == Some(&true)
}

/// One character further, where it fits.
fn step(reached: &[bool], text: &[char], fits: impl Fn(char) -> bool) -> Vec<bool> {
    let further = text.iter().zip(reached).map(|(c, reached)| *reached && fits(*c));
    std::iter::once(false).chain(further).collect()
}

/// As far as one likes, or up to the next slash.
fn spread(reached: &[bool], text: &[char], is_deep: bool) -> Vec<bool> {
    let mut spread = reached.to_vec();
    for (at, c) in text.iter().enumerate() {
        spread[at + 1] |= spread[at] && (is_deep || *c != '/');
    }
    spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_fits_or_not() {
        let cases = [
            ("net/dev", "net/dev", true),
            ("net/dev", "net/deva", false),
            ("net/*", "net/dev", true),
            ("*", "net/dev", false),
            ("**", "net/dev", true),
            ("*/dev", "net/dev", true),
            ("*/d?v", "net/dev", true),
            ("net?dev", "net/dev", false),
            ("shared/**", "shared/a/b.ts", true),
            ("shared/**", "shared2/a", false),
            ("**/*.sh", "a/b/c.sh", true),
            ("**/*.sh", "a/b/c.ts", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("", "", true),
            ("*", "", true),
        ];
        for (glob, text, expected) in cases {
            assert_eq!(matches(glob, text), expected, "{glob} {text}");
        }
        // It takes no longer than the product of both lengths.
        assert!(!matches(&"*a".repeat(50), &"a".repeat(49)));
    }
}
