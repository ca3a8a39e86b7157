//! The life of a resource: which of its methods is called when. Written once for all.

mod difference;
mod patience;

use std::sync::Mutex;
use std::sync::atomic::Ordering;

use crate::call::Call;
use crate::error::{After as _, Again, Error, Result};
use crate::resource::{Id, Made, Progress, Resource};
use crate::value::Value;
use difference::{Difference, as_asked};
use patience::{Look, Patience};

pub use patience::Pace;
pub(crate) use patience::ask;

/// The calls of one resource under one deadline.
pub struct Life<'a, S> {
    /// What the cloud is reached with.
    pub session: &'a S,
    /// The call of the engine that this answers.
    pub call: &'a Call,
    patience: Patience<'a>,
}

/// Where a creation's resource comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Origin {
    /// This attempt made it.
    New,
    /// An earlier attempt made it, whose answer got lost.
    Earlier,
    /// Somebody else made it, and the program wants it taken over.
    TakenOver,
}

impl<'a, S: Send + Sync + 'static> Life<'a, S> {
    /// Starts the clock of a call for a resource.
    pub fn of<R: Resource<Session = S>>(session: &'a S, call: &'a Call) -> Self {
        Life { session, call, patience: Patience::start(call, R::WAIT) }
    }

    /// Makes it, waits until it is ready, brings what creation alone could not, and says how it is.
    pub async fn create<R: Resource<Session = S>>(&self, new: &R::Inputs) -> Result<(Id, R)> {
        let (id, origin) = self.birth::<R>(new).await?;
        if origin == Origin::TakenOver {
            self.refuse_another::<R>(&id, new).await?;
        }
        match self.bring::<R>(&id, origin, new).await {
            Ok(state) => Ok((id, state)),
            Err(error) if error.is_dead() && origin != Origin::TakenOver => Err(self.undo::<R>(&id, error).await),
            Err(error) => Err(error.after(&id)),
        }
    }

    /// Makes it, or finds what is there already and whose that is.
    async fn birth<R: Resource<Session = S>>(&self, new: &R::Inputs) -> Result<(Id, Origin)> {
        let attempt = || async {
            if self.call.tried()
                && let Some(id) = R::earlier(self.session, new).await?
            {
                return Ok((id, Origin::Earlier));
            }
            if let Some(id) = R::standing(self.session, new).await? {
                return self.meet::<R>(id, new).await;
            }
            match R::create(self.session, new).await {
                Ok(Made::New(id)) => Ok((id, Origin::New)),
                Ok(Made::Exists(id)) => self.meet::<R>(id, new).await,
                Err(error) => {
                    self.call.tried.fetch_or(error.is_lost(), Ordering::Relaxed);
                    Err(error)
                }
            }
        };
        let made = self.patience.repeat("creating", attempt, || async { Ok(()) }).await;
        made.map_err(|error| if self.call.tried() { self.unsure(error) } else { error })
    }

    /// Whose is what exists already in the place of the new one? Whatever is not this very creation's own is refused, unless the program wants it.
    async fn meet<R: Resource<Session = S>>(&self, id: Id, new: &R::Inputs) -> Result<(Id, Origin)> {
        let Some(seen) = R::find(self.session, &id).await? else {
            return Err(Error::new(format!("`{id}` exists already, but can't be seen")).again(Again::Soon));
        };
        if let Progress::Leaving(state) = R::progress(&seen) {
            return Err(Error::new(format!("`{id}` is still there: {state}")).again(Again::Later));
        }
        if let Some(id) = R::ours(self.session, &id, &seen, new).await? {
            return Ok((id, Origin::Earlier));
        }
        match R::takes_over(new) {
            true => Ok((R::taken(id, &seen)?, Origin::TakenOver)),
            false => Err(self.call.taken(&id, R::TOKEN, R::TAKE_OVER)),
        }
    }

    /// What is taken over must become what the program asks for without being made anew.
    async fn refuse_another<R: Resource<Session = S>>(&self, id: &Id, new: &R::Inputs) -> Result<()> {
        let Some(state) = self.read::<R>(id).await? else { return Ok(()) };
        let state = as_asked(state, new)?;
        let replaced = Difference::of(&state, new).replaced;
        match replaced.as_slice() {
            [] => Ok(()),
            names => Err(Error::new(format!("`{id}` can't be taken over: it has another {}", names.join(", ")))
                .hint("give the values that it has, or delete it first")),
        }
    }

    /// Brings what was made to what is asked for.
    async fn bring<R: Resource<Session = S>>(&self, id: &Id, origin: Origin, new: &R::Inputs) -> Result<R> {
        self.repeated::<R, _>("creating", id, || R::finish(self.session, id, new)).await?;
        let state = as_asked(self.settle::<R>(id, "creation", R::waits(new)).await?, new)?;
        let difference = Difference::of(&state, new);
        // A name that was made up is the one that the earlier attempt made up.
        let mut asked = difference.replaced.iter().filter(|name| !self.call.makes_up(name));
        if let (Some(first), Origin::Earlier) = (asked.next(), origin) {
            return Err(Error::new(format!("an earlier attempt made `{id}` with another `{first}`"))
                .hint("run `pulumi up` again: it is replaced"));
        }
        if !difference.changes() {
            return Ok(state);
        }
        self.change::<R>(id, &state, new, &difference).await?;
        self.settle::<R>(id, "creation", R::waits(new)).await
    }

    /// A failed creation of which an answer got lost. The next run knows nothing of it, so that it is for the user to look.
    fn unsure(&self, error: Error) -> Error {
        error.also_hint(format!(
            "an answer got lost, so it may have been made all the same: then it bears `{}` in a tag or in its name; import or delete it before you go on",
            self.call.birth.token
        ))
    }

    /// Clears away what the cloud has given up, so that the next run makes it anew instead of waiting for what will never be.
    async fn undo<R: Resource<Session = S>>(&self, id: &Id, error: Error) -> Error {
        let gone = match self.read::<R>(id).await {
            Ok(Some(state)) => self.delete(id, &with_kept(state, id)).await,
            Ok(None) => Ok(()),
            Err(unread) => Err(unread),
        };
        match gone {
            Ok(()) => error,
            Err(undeleted) => error.hint(format!("it could not be deleted either: {undeleted}")).after(id),
        }
    }

    /// Brings it to new inputs, waits until it is ready again and says how it is. `unfinished`: its creation did not come to its end.
    pub async fn update<R: Resource<Session = S>>(
        &self,
        id: &Id,
        old: &R,
        new: &R::Inputs,
        unfinished: bool,
    ) -> Result<R> {
        let patience = Patience::start(self.call, R::wait(new));
        Life { session: self.session, call: self.call, patience }.bring_up::<R>(id, old, new, unfinished).await
    }

    async fn bring_up<R: Resource<Session = S>>(
        &self,
        id: &Id,
        old: &R,
        new: &R::Inputs,
        unfinished: bool,
    ) -> Result<R> {
        if unfinished {
            self.repeated::<R, _>("creating", id, || R::finish(self.session, id, new)).await.after(id)?;
        }
        self.change::<R>(id, old, new, &Difference::of(old, new)).await.after(id)?;
        let settled = match self.settle::<R>(id, "update", R::waits(new)).await {
            Err(error) if self.is_gone::<R>(id).await => Err(gone_meanwhile(id, &error)),
            settled => settled,
        };
        let settled = settled.after(id)?;
        self.patience.outlast("update", R::cached(old, new)).await.after(id)?;
        Ok(settled)
    }

    async fn change<R: Resource<Session = S>>(
        &self,
        id: &Id,
        old: &R,
        new: &R::Inputs,
        difference: &Difference,
    ) -> Result<()> {
        if difference.others || self.call.tells_again() {
            let updated = self.repeated::<R, _>("updating", id, || R::update(self.session, id, old, new)).await;
            if let Err(error) = updated {
                return Err(R::put_back(self.session, id, old, new, error).await);
            }
        }
        let (set, unset) = (&difference.set, &difference.unset);
        if !set.is_empty() || !unset.is_empty() {
            self.repeated::<R, _>("tagging", id, || R::retag(self.session, id, old, set, unset)).await?;
        }
        Ok(())
    }

    /// How it is now; `None` when it is gone, or being deleted.
    pub async fn read<R: Resource<Session = S>>(&self, id: &Id) -> Result<Option<R>> {
        let look = || async {
            match R::find(self.session, id).await? {
                Some(seen) if !matches!(R::progress(&seen), Progress::Leaving(_)) => {
                    R::read(self.session, id, seen).await.map(Some)
                }
                _ => Ok(None),
            }
        };
        self.patience.repeat("reading", look, || self.ready::<R>(id)).await
    }

    /// Deletes it and waits until it is gone.
    pub async fn delete<R: Resource<Session = S>>(&self, id: &Id, old: &R) -> Result<()> {
        let delete = || async {
            match R::delete(self.session, id, old).await {
                // What is going already, or is gone, need not be deleted.
                Err(_) if self.is_gone::<R>(id).await => Ok(()),
                done => done,
            }
        };
        self.patience.repeat("deleting", delete, || self.ready::<R>(id)).await?;
        if !R::lingers(old) {
            return Ok(());
        }
        let look = || async {
            Ok(match R::find(self.session, id).await? {
                None => Look::Over(()),
                Some(seen) => match R::progress(&seen) {
                    Progress::Failed(why) => Look::Failed(why),
                    Progress::Done => Look::Pending("deleting".to_owned()),
                    Progress::Pending(state) | Progress::Leaving(state) => Look::Pending(state),
                },
            })
        };
        self.patience.poll("deletion", look).await
    }

    /// Calls, and calls again while the refusal is one that passes: by itself, or once the resource is ready.
    ///
    /// What somebody else has deleted meanwhile is told as that, and not as the refusal that comes of it.
    async fn repeated<R: Resource<Session = S>, F>(
        &self,
        what: &str,
        id: &Id,
        call: impl Fn() -> F + Sync,
    ) -> Result<()>
    where
        F: Future<Output = Result<()>> + Send,
    {
        let call = || async {
            match call().await {
                Err(error) if what != "creating" && self.is_gone::<R>(id).await => Err(gone_meanwhile(id, &error)),
                outcome => outcome,
            }
        };
        self.patience.repeat(what, call, || self.ready::<R>(id)).await
    }

    /// Whether the cloud says that it is gone, or going.
    async fn is_gone<R: Resource<Session = S>>(&self, id: &Id) -> bool {
        match R::find(self.session, id).await {
            Ok(None) => true,
            Ok(Some(seen)) => matches!(R::progress(&seen), Progress::Leaving(_)),
            Err(_) => false,
        }
    }

    /// Waits until it is ready.
    async fn ready<R: Resource<Session = S>>(&self, id: &Id) -> Result<()> {
        self.patience.poll("update", || self.look::<R>(id, true)).await.map(drop)
    }

    async fn look<R: Resource<Session = S>>(&self, id: &Id, waits: bool) -> Result<Look<R::Seen>> {
        let Some(seen) = R::find(self.session, id).await? else { return Ok(Look::Unseen) };
        let progress = match R::progress(&seen) {
            _ if !waits => return Ok(Look::Over(seen)),
            Progress::Done => R::settled(self.session, id).await?,
            other => other,
        };
        Ok(match progress {
            Progress::Done => Look::Over(seen),
            Progress::Pending(state) => Look::Pending(state),
            Progress::Failed(why) => Look::Failed(why),
            Progress::Leaving(state) => {
                return Err(Error::new(format!("`{id}` is being deleted: {state}")));
            }
        })
    }

    /// Waits until it is ready, and says how it is by the last look.
    async fn settle<R: Resource<Session = S>>(&self, id: &Id, what: &str, waits: bool) -> Result<R> {
        let last = Mutex::new(Some(self.patience.poll(what, || self.look::<R>(id, waits)).await?));
        let read = || async {
            let kept = last.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
            let seen = match kept {
                Some(seen) => Some(seen),
                None => R::find(self.session, id).await?,
            };
            match seen {
                Some(seen) => R::read(self.session, id, seen).await,
                None => Err(Error::new(format!("`{id}` is gone right after its {what}"))),
            }
        };
        self.patience.repeat("reading", read, || self.ready::<R>(id)).await
    }
}

/// A state with what only the creation knows.
fn with_kept<R: Resource>(state: R, id: &Id) -> R {
    let Value::Object(mut all) = state.encode() else { return state };
    all.extend(id.kept().clone());
    R::decode(&all.into()).unwrap_or(state)
}

fn gone_meanwhile(id: &Id, error: &Error) -> Error {
    gone(id).hint(format!("run `pulumi refresh`, then `pulumi up` makes it anew; the cloud said: {error}"))
}

/// The failure of a change of what is not there any more.
pub(crate) fn gone(id: &Id) -> Error {
    Error::new(format!("`{id}` is gone: it was deleted outside of this program"))
}

#[cfg(test)]
mod tests;
