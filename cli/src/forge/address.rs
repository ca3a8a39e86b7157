//! Where a repository is on a forge, and which forge that is. It is said or known by its name, and never guessed from what the
//! other side answers: that would let it choose how it is spoken to.

use url::Url;

use super::wire::is_here;
use crate::failure::{Failure, Result};

/// The forges that are spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Github,
    Gitlab,
    Gitea,
    Forgejo,
    Bitbucket,
}

/// Hosts that are one forge for everybody.
const KNOWN: &[(&str, Kind)] = &[
    ("github.com", Kind::Github),
    ("gitlab.com", Kind::Gitlab),
    ("gitea.com", Kind::Gitea),
    ("codeberg.org", Kind::Forgejo),
    ("bitbucket.org", Kind::Bitbucket),
];

/// One repository on a forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub kind: Kind,
    /// What all requests begin with; it ends with a slash.
    pub api: Url,
    /// `OWNER/REPOSITORY`; for GitLab with all groups.
    pub path: String,
}

impl Address {
    /// Reads what people copy from a browser or clone from: `https://HOST/OWNER/REPO`, with or without `.git`, or the same
    /// for ssh.
    pub fn parse(text: &str, kind: Option<Kind>) -> Result<Address> {
        let url = as_url(text)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let known = KNOWN.iter().find(|(name, _)| *name == host).map(|(_, kind)| *kind);
        let kind = kind.or(known).ok_or_else(|| {
            Failure::input(format!("nobody knows which forge {host} is"))
                .hint("say it: --kind gitea, forgejo, github, gitlab or bitbucket")
        })?;
        let path = url.path().trim_matches('/').trim_end_matches(".git").to_owned();
        let parts: Vec<&str> = path.split('/').collect();
        let is_nested = kind == Kind::Gitlab;
        if parts.len() < 2 || parts.iter().any(|part| part.is_empty()) {
            return Err(Failure::input(format!("`{}` names no repository", shown(&url)))
                .hint("it looks like https://HOST/OWNER/REPOSITORY"));
        }
        // Gitea may lie below a folder of its host.
        let (below, path) = match is_nested {
            true => (String::new(), path),
            false => (
                parts[..parts.len() - 2].iter().map(|part| format!("{part}/")).collect(),
                parts[parts.len() - 2..].join("/"),
            ),
        };
        Ok(Address { kind, api: api(kind, &url, &below)?, path })
    }

    /// The forge as people call it.
    pub fn host(&self) -> &str {
        self.api.host_str().unwrap_or_default()
    }
}

/// `git@host:owner/repo` and `ssh://` mean the same place, whose API is spoken to by HTTPS.
fn as_url(text: &str) -> Result<Url> {
    let scp = text.split_once(':').filter(|(host, _)| !text.contains("://") && !host.contains('/'));
    let url =
        scp.map_or_else(|| text.to_owned(), |(host, path)| format!("ssh://{host}/{}", path.trim_start_matches('/')));
    let wrong = || {
        Failure::input("the forge's address can't be read").hint("name it with --forge https://HOST/OWNER/REPOSITORY")
    };
    let mut url = Url::parse(&url).map_err(|_| wrong())?;
    if matches!(url.scheme(), "ssh" | "git+ssh") {
        // A scheme that is not special can't become one that is, so it is written anew.
        let host = url.host_str().unwrap_or_default();
        url = Url::parse(&format!("https://{host}{}", url.path())).map_err(|_| wrong())?;
    }
    if url.password().is_some() || (!url.username().is_empty()) {
        return Err(Failure::input("the forge's address holds a user or a password")
            .hint("leave it out: a token comes from --token-file or --token-env"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here(&url) => Ok(url),
        "http" => Err(Failure::input(format!("{} is not encrypted", shown(&url)))
            .hint("use https://; http:// is for this machine alone, since a token goes with every request")),
        _ => Err(wrong()),
    }
}

fn shown(url: &Url) -> String {
    format!("{}://{}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}

fn api(kind: Kind, url: &Url, below: &str) -> Result<Url> {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let origin = format!("{}://{}{port}/", url.scheme(), url.host_str().unwrap_or_default());
    let text = match (kind, url.host_str()) {
        (Kind::Github, Some("github.com")) => "https://api.github.com/".to_owned(),
        (Kind::Github, _) => format!("{origin}api/v3/"),
        (Kind::Gitlab, _) => format!("{origin}api/v4/"),
        (Kind::Gitea | Kind::Forgejo, _) => format!("{origin}{below}api/v1/"),
        (Kind::Bitbucket, Some("bitbucket.org")) => "https://api.bitbucket.org/2.0/".to_owned(),
        (Kind::Bitbucket, _) => format!("{origin}2.0/"),
    };
    Url::parse(&text).map_err(|error| Failure::bug(format!("`{text}` is no URL: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_or_refused() {
        let unknown = "nobody knows which forge git.example is";
        let cases = [
            ("https://github.com/acme/infra", None, Ok("https://api.github.com/ acme/infra")),
            ("git@github.com:acme/infra.git", None, Ok("https://api.github.com/ acme/infra")),
            ("ssh://git@gitlab.com/acme/team/infra.git", None, Ok("https://gitlab.com/api/v4/ acme/team/infra")),
            (
                "https://git.example/code/acme/infra/",
                Some(Kind::Gitea),
                Ok("https://git.example/code/api/v1/ acme/infra"),
            ),
            ("http://127.0.0.1:3000/a/b", Some(Kind::Gitea), Ok("http://127.0.0.1:3000/api/v1/ a/b")),
            ("https://git.example:8443/a/b", Some(Kind::Github), Ok("https://git.example:8443/api/v3/ a/b")),
            ("https://bitbucket.org/acme/infra", None, Ok("https://api.bitbucket.org/2.0/ acme/infra")),
            ("https://git.example/a/b", None, Err(unknown)),
            // A name that only looks like one that is known.
            ("https://github.com.git.example/a/b", None, Err("nobody knows which forge github.com.git.example is")),
            ("http://git.example/a/b", Some(Kind::Gitea), Err("http://git.example/a/b is not encrypted")),
            (
                "http://127.0.0.1.git.example/a/b",
                Some(Kind::Gitea),
                Err("http://127.0.0.1.git.example/a/b is not encrypted"),
            ),
            ("https://x:hush@github.com/a/b", None, Err("the forge's address holds a user or a password")),
            ("https://github.com/a", None, Err("`https://github.com/a` names no repository")),
            ("file:///a/b", Some(Kind::Gitea), Err("the forge's address can't be read")),
            ("/a/b", Some(Kind::Gitea), Err("the forge's address can't be read")),
        ];
        for (text, kind, expected) in cases {
            let got = Address::parse(text, kind).map(|address| format!("{} {}", address.api, address.path));
            assert_eq!(
                got.map_err(|failure| failure.message),
                expected.map(str::to_owned).map_err(str::to_owned),
                "{text}"
            );
        }
    }
}
