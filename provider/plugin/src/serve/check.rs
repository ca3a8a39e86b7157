//! Check and Diff: what the program asks for, made canonical, and what it changes.

use std::collections::BTreeSet;

use gitinfra_proto::pulumirpc as rpc;
use rpc::check_request::autonaming_options::Mode;
use rpc::property_diff::Kind;
use tonic::Status;

use crate::assume::sure;
use crate::catalogue::{AnyResource, UNFINISHED, UNREAD};
use crate::conform::{conform, fits};
use crate::diff::{Change, What, absent, diff, elsewhere, same_place};
use crate::error::{Error, Fault};
use crate::foresee::unmoved;
use crate::hide::secrets;
use crate::property::Shaped as _;
use crate::resource::{Id, Provider};
use crate::serve::account::account_of;
use crate::serve::older::{self, OLDER};
use crate::serve::{BIRTH, Service, hash};
use crate::shape::{Field, Marks, Shape};
use crate::status::clean;
use crate::urn::Urn;
use crate::value::{Map, Value};
use crate::veil::{discreet, is_secret};
use crate::wire::{self, Accepts};

impl<P: Provider> Service<P> {
    pub(super) async fn check(&self, mut request: rpc::CheckRequest) -> Result<rpc::CheckResponse, Status> {
        // An engine without a seed must not make the next run's creation look like this one's.
        if request.random_seed.is_empty() {
            request.random_seed = rand::random::<[u8; 16]>().to_vec();
        }
        let resource = self.resource(&request.urn)?;
        let olds = wire::read_map(request.olds.as_ref())?;
        let mut news = wire::read_map(request.news.as_ref())?;
        if !olds.is_empty() {
            self.note_known(&request.urn);
        }
        let configured = self.configured().ok();
        if let Some(configured) = &configured {
            configured.provider.complete(resource.inputs(), &mut news);
        }
        resource.fix(configured.as_ref().map(|configured| &configured.provider), &mut news);
        // A creation goes on under the names that the interrupted run made up for it.
        let begun = self.pending().get(&request.urn).filter(|_| olds.is_empty()).cloned();
        let known = begun.as_ref().map_or(&olds, |begun| &begun.names);
        let made_up = autoname(resource.inputs(), &request, known, &mut news);
        let mut checked = conform(&self.inputs_of(resource), &news);
        let rules = |inputs: &Map| [resource.check(inputs), resource.check_in(inputs, &checked.properties)].concat();
        let ruled = sure(&resource.inputs().fields(), &checked, rules);
        debug_assert!(
            ruled.iter().all(|fault| self.inputs_of(resource).iter().any(|shape| shape.holds(&fault.at))),
            "a rule of `{}` is about a property that it does not have: {ruled:?}",
            resource.token(),
        );
        checked.faults.extend(ruled);
        if checked.faults.is_empty() {
            checked.faults.extend(self.twin(resource, &request.urn, &checked.properties));
        }
        let failures = failures(checked.faults, &[&news, &checked.properties]);
        if !failures.is_empty() {
            let told = failures.iter();
            let told = told.map(|f| Fault::new(&*f.property, &*f.reason));
            let error = Error::invalid(told.collect());
            self.failures().note(&request.urn, error);
        }
        if let Some(birth) = self.birth(&request, &olds, made_up) {
            checked.properties.insert(BIRTH.to_owned(), birth);
        }
        let unsaid = older::unsaid(&self.inputs_of(resource), &olds, &news);
        checked.properties.extend(unsaid.map(|names| (OLDER.to_owned(), names)));
        Ok(rpc::CheckResponse { inputs: Some(wire::write_map(&checked.properties, Accepts::STATE)), failures })
    }

    /// How the creation of this resource is known. `None` for one that was imported: it was never created by us.
    ///
    /// The engine's seed is another one in every run, and a replacement is checked without the old inputs. Nothing that could be worked out
    /// again in a later run would do: `pulumi up --replace` shows us nothing of the old resource, and the new one must never be taken for it.
    /// So what an interrupted run left behind is found only by those who know its token, out of the stack's pending operations.
    fn birth(&self, request: &rpc::CheckRequest, olds: &Map, made_up: BTreeSet<String>) -> Option<Value> {
        let token = match olds.is_empty() {
            true => {
                let urn = request.urn.as_str();
                let new = || hash(&[urn.as_bytes(), &request.random_seed, b"token"]);
                self.pending().get(urn).map(|begun| begun.token.clone()).unwrap_or_else(new).into()
            }
            false => {
                let token = olds.get(BIRTH)?.as_object()?.get("token")?.clone();
                // It stands in the state, so its creation is no longer pending: a replacement is another birth.
                self.pending().retain(|_, begun| token.as_str() != Some(begun.token.as_str()));
                self.creations.end(token.as_str().unwrap_or_default());
                token
            }
        };
        let mut birth = Map::from([("token".to_owned(), token)]);
        if !made_up.is_empty() {
            birth.insert("made".to_owned(), names(&made_up));
        }
        Some(Value::Object(birth))
    }

    /// What is wrong with a resource that is one and the same as another of this program.
    fn twin(&self, resource: &dyn AnyResource<P>, urn: &str, inputs: &Map) -> Option<Fault> {
        let unique = unique(resource.inputs());
        let other = self.declare(urn, self.thing(resource, inputs))?;
        let names: Vec<_> = unique.iter().map(|field| format!("`{}`", field.name)).collect();
        let same = names.join(", ");
        Some(Fault::new(unique.first()?.name, format!("declared twice: {other} has the same {same}")))
    }

    /// Which thing a resource is, by what no two of them can have in common; `None` where that is not known, or where there is no such property.
    pub(super) fn thing(&self, resource: &dyn AnyResource<P>, inputs: &Map) -> Option<String> {
        let place = same_of(P::Common::shape().fields(), inputs)?;
        let values = same_of(unique(resource.inputs()), inputs)?;
        let text = |values: &[Value]| Value::from(values.to_vec()).to_json().to_string();
        values
            .iter()
            .any(|value| *value != Value::Null)
            .then(|| hash(&[resource.token().as_bytes(), text(&place).as_bytes(), text(&values).as_bytes()]))
    }

    pub(super) async fn diff(&self, request: rpc::DiffRequest) -> Result<rpc::DiffResponse, Status> {
        self.note_compared(&request.urn);
        let resource = self.resource(&request.urn)?;
        let shapes = self.inputs_of(resource);
        let olds = wire::read_map(request.olds.as_ref())?;
        let stood = wire::read_map(request.old_inputs.as_ref())?;
        let mut old = stood.clone();
        let new = wire::read_map(request.news.as_ref())?;
        self.note_account(&old, &olds);
        if self.met().imported.contains(&request.urn) {
            // A role can be given in the next run: it says who asks, not where something is.
            let is_place = |name: &&str| P::Common::shape().field(name).is_some_and(|field| field.marks.replace);
            let places = elsewhere(P::Common::shape(), &old, &new).into_iter().filter(is_place);
            let faults = places.map(|name| misplaced(name, &old));
            let faults: Vec<_> = faults.collect();
            if !faults.is_empty() {
                return Err(clean(&Error::invalid(faults)));
            }
        }
        let forgotten = old.is_empty();
        let unfinished = olds.contains_key(UNFINISHED) || olds.contains_key(UNREAD);
        let account = account_of(&olds).map(str::to_owned);
        let spent = resource.spent(&olds);
        let known = olds.clone();
        for (name, value) in olds {
            let field = shapes.iter().find_map(|s| s.field(&name));
            // To ask for what the cloud chose is to ask for nothing else. What mattered at creation alone is in the state, even if the
            // program no longer says it.
            let lasting = |marks: Marks| marks.computed || marks.initial;
            if field.is_some_and(|f| forgotten || (lasting(f.marks) && absent(old.get(&name)))) {
                old.insert(name, value);
            }
        }
        // What was imported was not made by this program: how it was made is not known, and no reason to make it anew.
        let imported = !forgotten && !old.contains_key(BIRTH);
        if !forgotten {
            older::complete(&shapes, &mut old, &known, |field| imported && field.kept());
        }
        let mut changes = diff(&shapes, &old, &new);
        changes.retain(|change| !older::leaves(&new, change.at.head()));
        self.mark_replaced(resource, &request.urn, (&old, &new), &mut changes).await?;
        let spent = spent.map(|output| Change { at: output.into(), what: What::Changed, replace: true });
        changes.extend(spent);
        for input in self.made_anew(resource, &new, &known).inputs {
            if !changes.iter().any(|change| change.at.head() == input) {
                changes.push(Change { at: input.into(), what: What::Changed, replace: false });
            }
        }
        let initial = |name: &str| resource.inputs().field(name).is_some_and(|field| field.marks.initial);
        changes.retain(|c| !(imported && c.what == What::Added && initial(c.at.head())));
        changes.retain(|c| !request.ignore_changes.iter().any(|path| c.at.within(path)));
        let replaces = heads(changes.iter().filter(|c| c.replace));
        let id = Id::from(request.id);
        self.note_names(&request.urn, &stood, &id, &known, false);
        match replaces.is_empty() {
            true => self.note_kept(&request.urn, &stood, &id, account.as_deref()),
            false => self.note_leaving(&request.urn, &stood, &id, account.as_deref()),
        }
        // Said even if nothing here takes a new resource: the program may wish for one all the same (`replaceOnChanges`).
        let first_delete = elsewhere(P::Common::shape(), &old, &new).is_empty()
            && (same_place(&shapes, &old, &new, &made_up(&old)) || resource.collides(&old, &new));
        if first_delete && !replaces.is_empty() {
            let at = self.open(&request.urn, "", 0.0, &[&old]).await?;
            let prevented = resource.prevents(&at, &id, &old, &new).await;
            prevented.map_err(|e| clean(&e.hiding(&secrets([&old, &new]))))?;
        }
        let stables = unmoved(&shapes, resource.state(), &changes, &new);
        let stables = stables.into_iter().map(str::to_owned).collect();
        let mut response = respond(&changes, replaces, stables, first_delete);
        if unfinished {
            response.changes = rpc::diff_response::DiffChanges::DiffSome.into();
        }
        Ok(response)
    }
}

impl<P: Provider> Service<P> {
    /// Notes which changes take a new resource, of those that marks alone don't tell.
    async fn mark_replaced(
        &self,
        resource: &dyn AnyResource<P>,
        urn: &str,
        (old, new): (&Map, &Map),
        changes: &mut [Change],
    ) -> Result<(), Status> {
        let replaced = resource.replaces(old, new);
        debug_assert!(
            replaced.iter().all(|name| resource.inputs().field(name).is_some()),
            "`{}` is replaced for a property that it does not have: {replaced:?}",
            resource.token()
        );
        for change in changes.iter_mut() {
            change.replace |= replaced.contains(&change.at.head());
        }
        if !changes.iter().any(|change| change.replace) {
            return Ok(());
        }
        let in_place = async {
            let at = self.open(urn, "", 0.0, &[old]).await?;
            let in_place = resource.in_place(&at, old, new).await;
            in_place.map_err(|error| clean(&error.hiding(&secrets([old, new]))))
        };
        let in_place = match in_place.await {
            // What is marked takes a new resource where the cloud can't be asked.
            Err(_) if replaced.is_empty() => return Ok(()),
            asked => asked?,
        };
        for change in changes.iter_mut() {
            change.replace &= !in_place.contains(&change.at.head());
        }
        Ok(())
    }
}

/// What the engine would only warn of: an import that the next run would take for another resource, in another place, and delete.
fn misplaced(name: &'static str, imported: &Map) -> Fault {
    let stands = imported.get(name).map(|value| value.plain().to_json());
    let stands = stands.map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
    Fault::new(
        name,
        match stands {
            Some(value) => format!("what is imported has `{value}`: the program must give `{name}: {value}`"),
            None => format!("what is imported has none: the program must not give `{name}`"),
        },
    )
}

/// The properties that tell one resource from another.
fn unique(shape: &'static Shape) -> Vec<&'static Field> {
    shape.fields().into_iter().filter(|field| field.marks.unique).collect()
}

/// The values of some properties, `Null` for what is left out; nothing while one of them is unknown, as what the cloud is to choose.
fn same_of(fields: Vec<&'static Field>, inputs: &Map) -> Option<Vec<Value>> {
    let left_out = |field: &Field| if field.marks.computed { Value::Unknown } else { Value::Null };
    let value = |field: &Field| inputs.get(field.name).map_or_else(|| left_out(field), Value::plain);
    let values: Vec<_> = fields.into_iter().map(value).collect();
    (!values.iter().any(Value::has_unknown)).then_some(values)
}

/// Faults as the engine takes them. It prints the value of a property that is named, so a secret one is named in the words alone.
pub(super) fn failures(faults: Vec<Fault>, given: &[&Map]) -> Vec<rpc::CheckFailure> {
    let faults = discreet(faults, given).into_iter();
    let failure = |fault: Fault| match is_secret(given, &fault) {
        true => rpc::CheckFailure { property: String::new(), reason: fault.to_string() },
        false => rpc::CheckFailure { property: fault.at.to_string(), reason: fault.why },
    };
    faults.map(failure).collect()
}

/// Fills in names that the program leaves to us; says which.
fn autoname(shape: &'static Shape, request: &rpc::CheckRequest, olds: &Map, news: &mut Map) -> BTreeSet<String> {
    let mut done = BTreeSet::new();
    for field in shape.fields() {
        let Some(most) = field.marks.autoname.filter(|_| absent(news.get(field.name))) else {
            continue;
        };
        let fits = |name: &str| name.chars().count() <= most && fits(&(field.ty)(), &name.into());
        let name = match (olds.get(field.name), &request.autonaming) {
            (Some(old), _) if old.as_str().is_some() => old.clone(),
            (_, Some(options)) if options.mode() == Mode::Disable => continue,
            (_, Some(options))
                if !options.proposed_name.is_empty()
                    && (options.mode() == Mode::Enforce || fits(&options.proposed_name)) =>
            {
                options.proposed_name.clone().into()
            }
            _ => random_name(&request.urn, &request.random_seed, most, fits).into(),
        };
        news.insert(field.name.to_owned(), name);
        done.insert(field.name.to_owned());
    }
    done
}

/// The resource's own name and seven hex digits, within a length; changed as little as it takes to fit.
fn random_name(urn: &str, seed: &[u8], most: usize, fits: impl Fn(&str) -> bool) -> String {
    let suffix = &hash(&[urn.as_bytes(), seed, b"name"])[..7];
    // Letters, digits and single hyphens: what every cloud's rules for names allow.
    let words = Urn::parse(urn).name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let stem = words.collect::<Vec<_>>().join("-");
    let named = |stem: &str| {
        let stem: String = stem.chars().take(most.saturating_sub(8)).collect();
        match stem.trim_end_matches('-') {
            "" => suffix.to_owned(),
            stem => format!("{stem}-{suffix}"),
        }
    };
    // A letter in front helps what begins with a digit or with a word that the cloud keeps for itself, and what has no letter at all.
    let other = if stem.is_empty() { "r".to_owned() } else { format!("r-{stem}") };
    let first = Some(&stem).filter(|stem| !stem.is_empty()).map(|stem| named(stem));
    let lower = first.as_ref().map(|name| name.to_lowercase());
    let last = named(&other);
    let all = first.into_iter().chain(lower).chain([last.clone(), last.to_lowercase()]);
    all.into_iter().find(|name| fits(name)).unwrap_or(last)
}

fn names(made_up: &BTreeSet<String>) -> Value {
    Value::from(made_up.iter().cloned().collect::<Vec<_>>())
}

fn made_up(inputs: &Map) -> BTreeSet<String> {
    let birth = inputs.get(BIRTH).and_then(Value::as_object);
    match birth.and_then(|b| b.get("made")).map(Value::bare) {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => BTreeSet::new(),
    }
}

pub(super) fn heads<'a>(changes: impl Iterator<Item = &'a Change>) -> Vec<String> {
    let heads: BTreeSet<_> = changes.map(|c| c.at.head().to_owned()).collect();
    heads.into_iter().collect()
}

/// The engine's answer to a diff.
pub(super) fn respond(
    changes: &[Change],
    replaces: Vec<String>,
    stables: Vec<String>,
    first_delete: bool,
) -> rpc::DiffResponse {
    let detailed = changes.iter().map(|change| {
        let kind = match (change.what, change.replace) {
            (What::Added, false) => Kind::Add,
            (What::Added, true) => Kind::AddReplace,
            (What::Removed, false) => Kind::Delete,
            (What::Removed, true) => Kind::DeleteReplace,
            (What::Changed, false) => Kind::Update,
            (What::Changed, true) => Kind::UpdateReplace,
        };
        (change.at.to_string(), rpc::PropertyDiff { kind: kind.into(), input_diff: true })
    });
    use rpc::diff_response::DiffChanges::{DiffNone, DiffSome};
    rpc::DiffResponse {
        changes: if changes.is_empty() { DiffNone } else { DiffSome }.into(),
        diffs: heads(changes.iter()),
        detailed_diff: detailed.collect(),
        has_detailed_diff: true,
        replaces,
        stables,
        delete_before_replace: first_delete,
    }
}

#[cfg(test)]
mod tests;
