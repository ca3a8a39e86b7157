//! What a TypeScript or JavaScript file imports, out of its text: enough of the language to tell code from comments, strings,
//! templates and regular expressions. Where that fails, whatever looks like an import counts, also in a comment.

use super::Scan;

/// A piece of the text that matters.
#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Sign(char),
    Text(String),
    /// A template with something filled in.
    Filled,
}

/// After these words a slash begins a regular expression.
const BEFORE_PATTERN: [&str; 14] = [
    "return",
    "typeof",
    "case",
    "in",
    "of",
    "delete",
    "void",
    "throw",
    "new",
    "else",
    "do",
    "await",
    "yield",
    "instanceof",
];

/// Reads what a file imports, and its texts, which may name files.
pub fn scan(text: &str) -> Scan {
    let mut scan = Scan::default();
    references(text, &mut scan);
    match Lexer::new(text).tokens() {
        Some((tokens, templates)) => {
            imports(&tokens, &mut scan);
            scan.texts.extend(templates);
        }
        None => loosely(text, &mut scan),
    }
    scan
}

/// `/// <reference path="x" />`.
fn references(text: &str, scan: &mut Scan) {
    for line in text.lines().map(str::trim).filter(|line| line.starts_with("///")) {
        let path = line.split_once("path=").and_then(|(_, rest)| rest.split(['"', '\'']).nth(1));
        if let (true, Some(path)) = (line.contains("<reference"), path) {
            // It is a path even without a dot before it.
            scan.imports.push(if path.starts_with('.') { path.to_owned() } else { format!("./{path}") });
        }
    }
}

fn imports(tokens: &[Token], scan: &mut Scan) {
    let mut texts: Vec<String> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let sign = |offset: usize, sign: char| tokens.get(at + offset) == Some(&Token::Sign(sign));
        let is_member = at > 0 && tokens[at - 1] == Token::Sign('.');
        match token {
            Token::Word(word) if !is_member => match (word.as_str(), tokens.get(at + 1)) {
                ("from" | "import", Some(Token::Text(name))) => scan.imports.push(name.clone()),
                ("import" | "require", Some(Token::Sign('('))) => called(tokens, at + 2, word, scan),
                ("require", Some(Token::Sign('.'))) if sign(3, '(') => called(tokens, at + 4, word, scan),
                ("URL", Some(Token::Sign('('))) => url(tokens, at + 2, scan),
                ("StackReference", Some(Token::Sign('('))) => refers(tokens, at + 2, scan),
                _ => {}
            },
            Token::Word(word) if word == "StackReference" && sign(1, '(') => refers(tokens, at + 2, scan),
            Token::Text(text) => {
                texts.push(text.clone());
                // The parts of a path that is put together stand one after the other.
                if !sign(1, ',') || !matches!(tokens.get(at + 2), Some(Token::Text(_))) {
                    scan.put_together(&mut texts);
                }
            }
            _ => {}
        }
    }
}

/// A reference to another stack, whose name is its first argument unless a second one tells another.
fn refers(tokens: &[Token], at: usize, scan: &mut Scan) {
    scan.references += 1;
    if let (Some(Token::Text(name)), Some(Token::Sign(')'))) = (tokens.get(at), tokens.get(at + 1)) {
        scan.refers(name);
    }
}

/// What `import(..)`, `require(..)` or `require.resolve(..)` names, if that can be told.
fn called(tokens: &[Token], at: usize, word: &str, scan: &mut Scan) {
    match (tokens.get(at), tokens.get(at + 1)) {
        (Some(Token::Text(name)), Some(Token::Sign(')' | ','))) => scan.imports.push(name.clone()),
        (Some(_), _) => scan.unknown.push(format!("`{word}(..)` of something that is worked out")),
        (None, _) => {}
    }
}

/// `new URL("x", import.meta.url)`.
fn url(tokens: &[Token], at: usize, scan: &mut Scan) {
    let is_meta = tokens.get(at + 2) == Some(&Token::Word("import".to_owned()));
    if let (Some(Token::Text(name)), true) = (tokens.get(at), is_meta) {
        scan.texts.push(name.clone());
    }
}

/// Whatever looks like an import, wherever it stands.
fn loosely(text: &str, scan: &mut Scan) {
    for word in ["from", "import", "require", "resolve"] {
        for (at, _) in text.match_indices(word) {
            let rest = text[at + word.len()..].trim_start();
            let rest = rest.strip_prefix('(').unwrap_or(rest).trim_start();
            let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) else {
                continue;
            };
            scan.imports.extend(rest[1..].split([quote, '\n']).next().map(str::to_owned));
        }
    }
    for quote in ['"', '\'', '`'] {
        let parts = text.lines().flat_map(|line| line.split(quote));
        scan.texts.extend(parts.filter(|part| part.len() < 300).map(str::to_owned));
    }
}

/// Goes through a text character by character.
struct Lexer<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    tokens: Vec<Token>,
    /// For each open brace what of a template stands before it, if it is one of a template.
    braces: Vec<Option<String>>,
    /// Templates, with `{}` for what is filled in.
    templates: Vec<String>,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str) -> Lexer<'a> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let text = if text.starts_with("#!") { text.split_once('\n').map_or("", |(_, rest)| rest) } else { text };
        Lexer { rest: text.chars().peekable(), tokens: Vec::new(), braces: Vec::new(), templates: Vec::new() }
    }

    /// All of it; `None` where it is not what this understands.
    fn tokens(mut self) -> Option<(Vec<Token>, Vec<String>)> {
        while let Some(c) = self.rest.next() {
            match c {
                '"' | '\'' => self.text(c)?,
                '`' => self.template(String::new())?,
                '/' => self.slash()?,
                '{' => self.open(),
                '}' => self.close()?,
                c if c.is_alphanumeric() || c == '_' || c == '$' => self.word(c),
                c if c.is_whitespace() => {}
                c => self.tokens.push(Token::Sign(c)),
            }
        }
        self.braces.is_empty().then_some((self.tokens, self.templates))
    }

    fn open(&mut self) {
        self.braces.push(None);
        self.tokens.push(Token::Sign('{'));
    }

    fn close(&mut self) -> Option<()> {
        match self.braces.pop()? {
            Some(before) => self.template(before),
            None => {
                self.tokens.push(Token::Sign('}'));
                Some(())
            }
        }
    }

    fn word(&mut self, first: char) {
        let mut word = String::from(first);
        while let Some(c) = self.rest.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | '$')) {
            word.push(c);
        }
        self.tokens.push(Token::Word(word));
    }

    /// A text ends on its line, unless a backslash stands before the end of it.
    fn text(&mut self, quote: char) -> Option<()> {
        let mut text = String::new();
        loop {
            match self.rest.next()? {
                c if c == quote => break,
                '\n' => return None,
                '\\' => text.extend(self.rest.next().filter(|c| !matches!(c, '\n' | '\r'))),
                c => text.push(c),
            }
        }
        self.tokens.push(Token::Text(text));
        Some(())
    }

    /// A template, or what of it comes after something filled in.
    fn template(&mut self, before: String) -> Option<()> {
        let (is_whole, mut text) = (before.is_empty(), before);
        loop {
            match self.rest.next()? {
                '`' => break,
                '\\' => text.extend(self.rest.next()),
                '$' if self.rest.next_if_eq(&'{').is_some() => {
                    self.braces.push(Some(text + "{}"));
                    self.tokens.push(Token::Filled);
                    return Some(());
                }
                c => text.push(c),
            }
        }
        if is_whole {
            self.tokens.push(Token::Text(text));
        } else {
            self.tokens.push(Token::Filled);
            self.templates.push(text);
        }
        Some(())
    }

    fn slash(&mut self) -> Option<()> {
        match self.rest.peek().copied() {
            Some('/') => {
                while self.rest.next_if(|c| *c != '\n').is_some() {}
                Some(())
            }
            Some('*') => {
                self.rest.next();
                let mut before = ' ';
                loop {
                    let c = self.rest.next()?;
                    if (before, c) == ('*', '/') {
                        return Some(());
                    }
                    before = c;
                }
            }
            _ if self.begins_pattern() => self.pattern(),
            _ => {
                self.tokens.push(Token::Sign('/'));
                Some(())
            }
        }
    }

    /// Whether a slash here begins a regular expression and divides nothing.
    fn begins_pattern(&self) -> bool {
        match self.tokens.last() {
            None => true,
            Some(Token::Word(word)) => BEFORE_PATTERN.contains(&word.as_str()),
            Some(Token::Sign(sign)) => !matches!(sign, ')' | ']' | '}'),
            Some(Token::Text(_) | Token::Filled) => false,
        }
    }

    fn pattern(&mut self) -> Option<()> {
        let mut in_class = false;
        loop {
            match self.rest.next()? {
                '/' if !in_class => break,
                '\n' => return None,
                '\\' => drop(self.rest.next()?),
                '[' => in_class = true,
                ']' => in_class = false,
                _ => {}
            }
        }
        self.tokens.push(Token::Filled);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_told_from_what_looks_like_them() {
        let cases: [(&str, &[&str]); 22] = [
            ("import * as a from \"./a\";\nimport './b'\nexport { c } from `./c`;", &["./a", "./b", "./c"]),
            ("import type { A } from './a'; export * from '../b';", &["./a", "../b"]),
            ("import a, { b as c, default as d } from './e'", &["./e"]),
            (
                "const x = await import('./x'); import y = require('./y'); require.resolve('./z')",
                &["./x", "./y", "./z"],
            ),
            ("// import './a'\n/* import './b' */ /* * / */ import './c'", &["./c"]),
            ("const s = \"import './a'\"; const t = `from './b'`;", &[]),
            ("const t = `${require('./a')} from './b'`; import './c'", &["./a", "./c"]),
            ("const t = `a ${ {x: `${1}`} } b`; import './c'", &["./c"]),
            ("const r = /import '.\\/a'/; const d = a / b / c; import './d'", &["./d"]),
            ("const r = x.replace(/[\"'/]/g, ''); import './d'", &["./d"]),
            ("if (a) return /['\"]/; import './d'", &["./d"]),
            ("x.from('./a'); y.import('./b'); z.require('./c')", &[]),
            ("/// <reference path=\"a.d.ts\" />\nimport './b'", &["./a.d.ts", "./b"]),
            ("#!/usr/bin/env node\nimport './a'", &["./a"]),
            ("\u{feff}import './a'", &["./a"]),
            ("import a from './a' with { type: 'json' }", &["./a"]),
            ("const s = 'it\\'s'; import './a'", &["./a"]),
            ("const s = 'a\\\nb'; import './a'", &["./a"]),
            // What can't be read counts as what it looks like.
            ("<p>don't</p>\nimport './a'", &["./a"]),
            ("if (x) /'/.test(y)\n// require('./b')", &["./b"]),
            ("} import './a'", &["./a"]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(scan(text).imports, expected, "{text}");
        }
    }

    #[test]
    fn what_is_worked_out_is_said_and_texts_are_kept() {
        let found = scan("require(name); import(`./${x}`); require('./a' + b)");
        assert_eq!((found.imports.len(), found.unknown.len()), (0, 3));
        let found = scan("path.join(__dirname, '..', 'lambda'); f(\"../x.json\")");
        assert_eq!(found.texts, ["../lambda", "..", "lambda", "../x.json"]);
        let text = "new pulumi.StackReference(`${a}${b}`); new StackReference(x); // StackReference(y)";
        assert_eq!(scan(text).references, 2);
        let found = scan("new pulumi.StackReference('dev'); new StackReference(\"x\", {name: n})");
        assert_eq!((found.references, found.texts), (2, ["{}/{}/dev", "dev", "x"].map(str::to_owned).to_vec()));
        let found = scan("f(`organization/net/${pulumi.getStack()}`, `a${`b${c}`}`)");
        assert_eq!(found.texts, ["organization/net/{}", "b{}", "a{}"]);
        let found = scan("new URL('../data.bin', import.meta.url)");
        assert!(found.texts.contains(&"../data.bin".to_owned()));
    }
}
