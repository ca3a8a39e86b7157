//! Parameters of parameter groups, which the databases of several services have alike.

use std::collections::BTreeMap;

use pulumi_plugin::{Error, Fault, Path, Result, nearest};

/// Refuses parameters that the group's family doesn't have, or that AWS doesn't let anybody change. `family`: its parameters, and whether each can be
/// changed.
pub fn refuse<'a>(family: impl Iterator<Item = (&'a String, bool)>, new: &BTreeMap<String, String>) -> Result<()> {
    let family: BTreeMap<&str, bool> = family.map(|(name, modifiable)| (name.as_str(), modifiable)).collect();
    let fault = |name: &String| {
        let why = match family.get(name.as_str()) {
            None => {
                let like = nearest(name, family.keys().copied());
                let like = like.map(|like| format!("; did you mean `{like}`?")).unwrap_or_default();
                format!("the group's family has no such parameter{like}")
            }
            Some(false) => "AWS doesn't let this parameter be changed".to_owned(),
            Some(true) => return None,
        };
        Some(Fault::new(Path::root().key("parameters").key(name), why))
    };
    let faults: Vec<_> = new.keys().filter_map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
}
