//! The hidden line by which we know our own comment again: what it is about, signed, so that nobody else's text is taken for
//! it. Pure.

use aws_lc_rs::hmac;

use super::Secret;

/// What a comment is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// `OWNER/REPOSITORY#7`.
    pub pull: String,
    /// Which of how many parts, from 1.
    pub part: usize,
    pub parts: usize,
    /// The commits that were previewed: what would be merged, and into what.
    pub head: String,
    pub base: String,
    /// How it ended: `done`, or `begun`.
    pub state: String,
}

/// Makes marks, and tells ours from others.
#[derive(Debug, Clone)]
pub struct Marks {
    key: hmac::Key,
    /// Tells two that comment on the same pull request with different keys.
    instance: String,
    /// What marks were made with before: those are read still, and made no more.
    before: Option<Box<Marks>>,
}

impl Marks {
    /// By something that only we know, and that stays: with another one, our old comments are nobody's.
    pub fn new(secret: &Secret) -> Marks {
        let root = hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
        let key = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&root, b"gitinfra comment mark v1").as_ref());
        let instance = hex(&hmac::sign(&key, b"instance").as_ref()[..2]);
        Marks { key, instance, before: None }
    }

    /// The same, which know what was marked with another secret before.
    pub fn after(self, before: &Secret) -> Marks {
        Marks { before: Some(Box::new(Marks::new(before))), ..self }
    }

    /// The line, as one that a reader does not see. It stands first in HTML and last as a link.
    pub fn write(&self, mark: &Mark, hides_html: bool) -> String {
        let Mark { pull, part, parts, head, base, state } = mark;
        let inst = &self.instance;
        let said = format!("gitinfra v1 inst={inst} key={pull} n={part}/{parts} head={head} base={base} state={state}");
        let mac = hex(&hmac::sign(&self.key, said.as_bytes()).as_ref()[..16]);
        match hides_html {
            true => format!("<!-- {said} mac={mac} -->"),
            false => format!("[//]: # ({said} mac={mac})"),
        }
    }

    /// A comment's whole text.
    pub fn sign(&self, mark: &Mark, text: &str, hides_html: bool) -> String {
        let line = self.write(mark, hides_html);
        match hides_html {
            true => format!("{line}\n{text}"),
            false => format!("{}\n\n{line}\n", text.trim_end()),
        }
    }

    /// What a comment is about, if its mark is one that we made.
    pub fn read(&self, comment: &str) -> Option<Mark> {
        self.own(comment).or_else(|| self.before.as_ref()?.own(comment))
    }

    fn own(&self, comment: &str) -> Option<Mark> {
        let text = comment.trim();
        let first = text.lines().next()?.trim().strip_prefix("<!-- ").and_then(|line| line.strip_suffix(" -->"));
        let last = text.lines().last()?.trim().strip_prefix("[//]: # (").and_then(|line| line.strip_suffix(")"));
        let (said, mac) = first.or(last)?.rsplit_once(" mac=")?;
        let mac = unhex(mac).filter(|mac| mac.len() == 16)?;
        // The rest of it is not sent, so the whole is made again; it is compared in constant time.
        let whole = hmac::sign(&self.key, said.as_bytes());
        aws_lc_rs::constant_time::verify_slices_are_equal(&whole.as_ref()[..16], &mac).ok()?;
        let rest = said.strip_prefix("gitinfra v1 ")?;
        let field = |name: &str| {
            let fields = rest.split(' ').filter_map(|field| field.split_once('='));
            fields.into_iter().find(|(found, _)| *found == name).map(|(_, value)| value.to_owned())
        };
        let (part, parts) = field("n")?.split_once('/').map(|(part, parts)| (part.parse(), parts.parse()))?;
        Some(Mark {
            pull: field("key")?,
            part: part.ok()?,
            parts: parts.ok()?,
            head: field("head")?,
            base: field("base")?,
            state: field("state")?,
        })
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect::<Option<_>>()?;
    let pairs = digits.chunks(2).map(|pair| Some(pair[0] << 4 | *pair.get(1)?));
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark() -> Mark {
        Mark {
            pull: "acme/infra#134".to_owned(),
            part: 1,
            parts: 3,
            head: "9f31c2a".to_owned(),
            base: "8e1f0c3".to_owned(),
            state: "done".to_owned(),
        }
    }

    #[test]
    fn only_our_own_marks_are_read() {
        let (ours, others) = (Marks::new(&Secret::new("hush")), Marks::new(&Secret::new("other")));
        for hides_html in [true, false] {
            let text = ours.sign(&mark(), "### gitinfra\n\ntext\n", hides_html);
            assert_eq!(ours.read(&text), Some(mark()), "{text}");
            assert_eq!(ours.read(&text.replace('\n', "\r\n")), Some(mark()), "forges may change line ends");
            assert_eq!(others.read(&text), None, "another key");
            for (from, to) in
                [("#134", "#135"), ("n=1/3", "n=2/3"), ("head=9f", "head=8f"), ("v1", "v2"), (" mac=", " mac=0")]
            {
                assert_eq!(ours.read(&text.replacen(from, to, 1)), None, "{from} is {to}");
            }
            assert!(!text.contains("hush"));
        }
        for text in
            ["", "x", "<!-- gitinfra v1 mac= -->", "<!-- gitinfra v1 mac=zz -->", "<!-- mac=é -->", "[//]: # ( mac=)"]
        {
            assert_eq!(ours.read(text), None, "{text}");
        }
        // A secret that was another one once.
        let moved = Marks::new(&Secret::new("other")).after(&Secret::new("hush"));
        let (old, new) = (ours.sign(&mark(), "text", true), moved.sign(&mark(), "text", true));
        assert_eq!((moved.read(&old), moved.read(&new), ours.read(&new)), (Some(mark()), Some(mark()), None));
        // A quotation of ours in somebody's text is no mark.
        let quoted = format!("> {}", ours.sign(&mark(), "text", true));
        assert_eq!(ours.read(&quoted), None);
    }
}
