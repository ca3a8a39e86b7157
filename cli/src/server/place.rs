//! Where a request comes from: the address of the connection, or what a proxy says that is known to tell the truth. Pure.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use serde::{Deserialize, Deserializer};

/// A proxy in front of the server. Without one no header is believed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Proxy {
    /// The header in which it says who asks, such as X-Forwarded-For.
    #[serde(deserialize_with = "header")]
    pub header: HeaderName,
    /// Where the proxies are, as 10.0.0.0/8 or 127.0.0.1/32: what others say counts for nothing.
    #[serde(deserialize_with = "nets")]
    pub from: Vec<IpNet>,
}

fn nets<'a, D: Deserializer<'a>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let wrong = |text: &str| {
        let words = format!("`{}` is no range of addresses: write it as 10.0.0.0/8", text.escape_debug());
        serde::de::Error::custom(words)
    };
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| text.parse().map_err(|_| wrong(text))).collect()
}

fn header<'a, D: Deserializer<'a>>(deserializer: D) -> Result<HeaderName, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| serde::de::Error::custom(format!("`{}` is no header's name", text.escape_debug())))
}

impl Proxy {
    /// The last address that no proxy of ours has: whatever stands before it, whoever asks has written himself.
    pub fn place(&self, connected: IpAddr, headers: &HeaderMap) -> IpAddr {
        let is_ours = |address: &IpAddr| self.from.iter().any(|net| net.contains(&address.to_canonical()));
        if !is_ours(&connected) {
            return connected;
        }
        let lines: Vec<&str> =
            headers.get_all(&self.header).into_iter().map(|value| value.to_str().unwrap_or("?")).collect();
        let mut nearest = connected;
        for text in lines.iter().flat_map(|line| line.split(',')).rev() {
            let Some(address) = parsed(text.trim()) else {
                return nearest;
            };
            nearest = address;
            if !is_ours(&address) {
                return nearest;
            }
        }
        nearest
    }
}

/// An address, with a port or without.
fn parsed(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.parse::<IpAddr>().ok().or_else(with_port).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_a_known_proxy_is_believed() {
        let proxy: Proxy =
            serde_saphyr::from_str("{header: X-Forwarded-For, from: [10.0.0.0/8, 127.0.0.1/32]}").expect("a proxy");
        let place = |connected: &str, lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", HeaderValue::from_str(line).expect("a value"));
            }
            proxy.place(connected.parse().expect("an address"), &headers).to_string()
        };
        let cases: [(&str, &[&str], &str); 10] = [
            ("10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            ("127.0.0.1", &["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
            ("127.0.0.1", &["203.0.113.9", "198.51.100.7, 10.0.0.2"], "198.51.100.7"),
            ("192.0.2.1", &["198.51.100.7"], "192.0.2.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["10.0.0.9"], "10.0.0.9"),
            ("10.0.0.1", &["198.51.100.7, nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.7:4711"], "198.51.100.7"),
            ("::ffff:10.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7"),
            ("10.0.0.1", &["[2001:db8::7]"], "2001:db8::7"),
        ];
        for (connected, lines, expected) in cases {
            assert_eq!(place(connected, lines), expected, "{connected} {lines:?}");
        }
    }
}
