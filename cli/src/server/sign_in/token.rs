//! What another server says of somebody, in an ID token that it signed for us, for this very sign-in. Pure.

use std::collections::BTreeSet;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde_json::{Map, Value};

use super::super::config::Provider;

/// How far two clocks may differ, in seconds.
const SKEW: f64 = 60.0;
const LONGEST: usize = 200;

/// Claims by name.
pub type Claims = Map<String, Value>;

/// Somebody, by the name and the groups that the other server knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub name: String,
    pub groups: BTreeSet<String>,
}

/// Refuses what a token says that was not said to us, now, for this sign-in. `now` is in milliseconds since 1970. The error holds
/// nothing of the token.
pub fn check(claims: &Claims, provider: &Provider, nonce: &str, now: i64) -> Result<(), &'static str> {
    if text(claims, "iss") != Some(&provider.issuer) || !is_for(claims, &provider.client_id) {
        return Err("what it said was not for us");
    }
    check_time(claims, now)?;
    let is_same = |said: &str| verify_slices_are_equal(said.as_bytes(), nonce.as_bytes()).is_ok();
    match text(claims, "nonce").is_some_and(is_same) {
        true => Ok(()),
        false => Err("what it said was for another sign-in"),
    }
}

/// Whether somebody is meant: alone, or among several as the party that asked.
fn is_for(claims: &Claims, client: &str) -> bool {
    let party = claims.get("azp").map(|party| party.as_str() == Some(client));
    match claims.get("aud") {
        Some(Value::String(one)) => one == client && party != Some(false),
        Some(Value::Array(all)) if all.len() == 1 => all[0] == client && party != Some(false),
        Some(Value::Array(all)) => all.iter().any(|one| one == client) && party == Some(true),
        _ => false,
    }
}

fn check_time(claims: &Claims, now: i64) -> Result<(), &'static str> {
    #[allow(clippy::cast_precision_loss)]
    let now = now as f64 / 1000.0;
    let time = |name: &str| claims.get(name).map(|time| time.as_f64().unwrap_or(f64::NAN));
    // What is no number is neither before nor after.
    if !time("exp").is_some_and(|end| end > now - SKEW) {
        return Err("what it said is too old");
    }
    let is_past = |time: f64| time <= now + SKEW;
    if !time("iat").is_some_and(is_past) || !time("nbf").is_none_or(is_past) {
        return Err("what it said is of a time that has not come: compare both clocks");
    }
    Ok(())
}

/// Who somebody is by what was said of them.
pub fn known(claims: &Claims, provider: &Provider) -> Result<Known, &'static str> {
    let named = text(claims, &provider.name_claim).map(str::trim).filter(|name| is_name(name));
    let name = named.ok_or("it said no name that can be used")?.to_owned();
    // An address that nobody has proved to be theirs is anybody's.
    if provider.name_claim == "email" && claims.get("email_verified") != Some(&Value::Bool(true)) {
        return Err("it has not verified your email address");
    }
    let groups = claims.get(&provider.groups_claim).and_then(Value::as_array).into_iter().flatten();
    let groups = groups.filter_map(Value::as_str).filter(|group| is_name(group)).map(str::to_owned);
    Ok(Known { name, groups: groups.collect() })
}

/// Whether the name or the groups have to be asked for.
pub fn is_short(claims: &Claims, provider: &Provider) -> bool {
    [&provider.name_claim, &provider.groups_claim].into_iter().any(|name| !claims.contains_key(name))
}

/// What was asked for about the same person; nothing that was signed is changed by it.
pub fn with(mut claims: Claims, asked: Claims) -> Result<Claims, &'static str> {
    if text(&claims, "sub").is_none_or(str::is_empty) || text(&claims, "sub") != text(&asked, "sub") {
        return Err("what it said further was about somebody else");
    }
    for (name, value) in asked {
        claims.entry(name).or_insert(value);
    }
    Ok(claims)
}

fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= LONGEST && !name.chars().any(char::is_control)
}
