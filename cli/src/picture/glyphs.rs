//! Plain line drawings of our own, one for each family of resources, and signs of states.

use super::kinds::Glyph;

/// Drawings of 24 pixels: for what, their names, and their lines.
const DRAWINGS: [(Glyph, &str, &str); 23] = [
    (
        Glyph::People,
        "people",
        r##"<circle cx="9" cy="8" r="3.4"/><path d="M2.5 20c.6-4.4 3-6.5 6.5-6.5s5.9 2.1 6.5 6.5"/><circle cx="17" cy="9.5" r="2.6"/><path d="M17.5 14.5c2.3.2 3.7 1.9 4 5"/>"##,
    ),
    (Glyph::Dns, "dns", r##"<path d="M12 3v18M5 6h11l3 3-3 3H5zM12 13h-5l-2.5 2.3L7 17.5h5"/>"##),
    (
        Glyph::Cdn,
        "cdn",
        r##"<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c3 2.6 3 14.4 0 17M12 3.5c-3 2.6-3 14.4 0 17"/>"##,
    ),
    (
        Glyph::Waf,
        "waf",
        r##"<path d="M12 3l7.5 2.7v5.6c0 4.7-3 7.9-7.5 9.7-4.5-1.8-7.5-5-7.5-9.7V5.7z"/><path d="M8.5 11.8l2.5 2.5 4.5-4.8"/>"##,
    ),
    (
        Glyph::Cert,
        "cert",
        r##"<rect x="3.5" y="4" width="17" height="12" rx="1.5"/><path d="M7 8h10M7 11.5h5"/><circle cx="16" cy="15" r="3"/><path d="M14.5 17.5v4l1.5-1 1.5 1v-4"/>"##,
    ),
    (
        Glyph::Stream,
        "stream",
        r##"<path d="M3 7c3-3 6 3 9 0s6 3 9 0M3 12c3-3 6 3 9 0s6 3 9 0M3 17c3-3 6 3 9 0s6 3 9 0"/>"##,
    ),
    (
        Glyph::Bucket,
        "bucket",
        r##"<ellipse cx="12" cy="6" rx="8" ry="2.6"/><path d="M4 6l2 13c.3 1.3 3 2 6 2s5.7-.7 6-2l2-13"/>"##,
    ),
    (Glyph::Gate, "gate", r##"<path d="M4 21V9a8 8 0 0 1 16 0v12M4 21h16M12 8v10M9 11l3-3 3 3"/>"##),
    (
        Glyph::Nat,
        "nat",
        r##"<rect x="3" y="8" width="9" height="12" rx="1.5"/><path d="M9 14h11M16.5 10.5L20 14l-3.5 3.5M7.5 4h9"/>"##,
    ),
    (
        Glyph::Alb,
        "alb",
        r##"<circle cx="4.5" cy="12" r="2"/><path d="M6.5 12h5M11.5 12l5-6.5M11.5 12h6M11.5 12l5 6.5"/><circle cx="18.5" cy="4.5" r="1.8"/><circle cx="19.5" cy="12" r="1.8"/><circle cx="18.5" cy="19.5" r="1.8"/>"##,
    ),
    (
        Glyph::Service,
        "service",
        r##"<rect x="3" y="3" width="8" height="8" rx="1.5"/><rect x="13" y="3" width="8" height="8" rx="1.5"/><rect x="3" y="13" width="8" height="8" rx="1.5"/><rect x="13" y="13" width="8" height="8" rx="1.5" stroke-dasharray="2 1.8"/>"##,
    ),
    (
        Glyph::Host,
        "host",
        r##"<rect x="2.5" y="4" width="19" height="16" rx="2"/><path d="M6.5 9l3.5 3-3.5 3M12 16h5"/>"##,
    ),
    (
        Glyph::Db,
        "db",
        r##"<ellipse cx="12" cy="5.5" rx="7.5" ry="2.8"/><path d="M4.5 5.5v13c0 1.5 3.4 2.8 7.5 2.8s7.5-1.3 7.5-2.8v-13M4.5 12c0 1.5 3.4 2.8 7.5 2.8s7.5-1.3 7.5-2.8"/>"##,
    ),
    (Glyph::Cache, "cache", r##"<path d="M13 2.5L5 13.5h5.5L9.5 21.5 19 9.5h-6z"/>"##),
    (Glyph::Plug, "plug", r##"<path d="M9 3v5M15 3v5M6.5 8h11v3.5a5.5 5.5 0 0 1-11 0zM12 17v4.5"/>"##),
    (Glyph::Key, "key", r##"<circle cx="7.5" cy="14.5" r="4"/><path d="M10.5 11.5L20 3M16 6.5l3 3"/>"##),
    (
        Glyph::Lock,
        "lock",
        r##"<rect x="4.5" y="10.5" width="15" height="10.5" rx="2"/><path d="M8 10.5V7a4 4 0 0 1 8 0v3.5M12 14.5v2.5"/>"##,
    ),
    (Glyph::Log, "log", r##"<path d="M4 5h16M4 9.7h11M4 14.4h14M4 19h8"/>"##),
    (Glyph::Bell, "bell", r##"<path d="M5 17.5c1.5-1.5 2-3 2-7a5 5 0 0 1 10 0c0 4 .5 5.5 2 7zM10 20.5h4M12 3v2"/>"##),
    (
        Glyph::Topic,
        "topic",
        r##"<circle cx="12" cy="12" r="2.2"/><path d="M7.5 16.5a6.4 6.4 0 0 1 0-9M16.5 7.5a6.4 6.4 0 0 1 0 9M4.6 19.4a10.5 10.5 0 0 1 0-14.8M19.4 4.6a10.5 10.5 0 0 1 0 14.8"/>"##,
    ),
    (Glyph::Chat, "chat", r##"<path d="M4 4.5h16v11.5H11l-4.5 4V16H4zM8 8.5h8M8 12h5"/>"##),
    (
        Glyph::Role,
        "role",
        r##"<circle cx="12" cy="8.5" r="3.5"/><path d="M4.5 20.5c.8-4.8 3.5-7 7.5-7s6.7 2.2 7.5 7z"/>"##,
    ),
    (Glyph::Cube, "cube", r##"<path d="M12 2.8l8.5 4.5v9.4L12 21.2l-8.5-4.5V7.3zM3.5 7.3L12 12l8.5-4.7M12 12v9"/>"##),
];

/// A drawing's name and lines.
pub fn drawing(glyph: Glyph) -> (&'static str, &'static str) {
    let found = DRAWINGS.iter().find(|(known, ..)| *known == glyph);
    found.map_or(("", ""), |(_, name, lines)| (name, lines))
}

/// Signs of 14 pixels, by the names of states.
pub const SIGNS: [(&str, &str); 5] = [
    ("ok", r##"<path class="sk" d="M2.8 7.5l2.9 3 5.6-6.5"/>"##),
    ("changing", r##"<circle class="sw" cx="7" cy="7" r="5.3"/><path class="sf" d="M7 1.7a5.3 5.3 0 0 1 0 10.6z"/>"##),
    (
        "failed",
        r##"<path class="sf" d="M4.3.8h5.4l3.5 3.5v5.4l-3.5 3.5H4.3L.8 9.7V4.3z"/><path class="sx" d="M4.6 4.6l4.8 4.8M9.4 4.6L4.6 9.4"/>"##,
    ),
    ("drifted", r##"<path class="sf" d="M7 .9L13.3 12.6H.7z"/><path class="sx" d="M7 5v3.6M7 10.3v.6"/>"##),
    (
        "lock",
        r##"<rect class="sl0" x="2.5" y="6" width="9" height="7" rx="1.4"/><path class="sl1" d="M4.5 6V4.3a2.5 2.5 0 0 1 5 0V6"/>"##,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::kinds::KINDS;

    #[test]
    fn every_type_has_a_drawing() {
        for kind in KINDS {
            assert!(!drawing(kind.glyph).0.is_empty(), "{kind:?}");
        }
    }
}
