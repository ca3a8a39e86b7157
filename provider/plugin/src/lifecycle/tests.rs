//! What is called when, on a lamp that needs a rest after each change.

use std::sync::Mutex;

use super::*;
use crate::error::Fault;
use crate::property::{Property, Shaped};
use crate::resource::Nothing;
use crate::shape::{Shape, Type};
use crate::value::Value;

/// What the lamp is reached with: the call, what was done, whether it rests, and whether answers get lost.
struct Reach {
    call: Call,
    done: Mutex<Vec<&'static str>>,
    rests: AtomicBool,
    loses: AtomicBool,
}

impl Reach {
    /// A change, which is refused while it rests, and after which it rests.
    fn change(&self, what: &'static str) -> Result<()> {
        if self.rests.swap(true, Ordering::Relaxed) {
            self.note("refused");
            return Err(Error::new("it rests").again(Again::Ready));
        }
        self.note(what);
        Ok(())
    }

    fn note(&self, what: &'static str) {
        self.done.lock().expect("no test panics here").push(what);
    }
}

#[derive(Clone)]
struct Lamp;

impl Shaped for Lamp {
    fn shape() -> &'static Shape {
        Nothing::shape()
    }
}

impl Property for Lamp {
    fn ty() -> Type {
        Nothing::ty()
    }
    fn decode(_: &Value) -> Result<Self, Fault> {
        Ok(Lamp)
    }
    fn encode(&self) -> Value {
        Nothing.encode()
    }
}

impl Resource for Lamp {
    const TOKEN: &'static str = "test:index:Lamp";
    type Session = Reach;
    /// Whether its creation is waited for.
    type Inputs = Lit;

    async fn create(reach: &Reach, _: &Lit) -> Result<Id> {
        // By the second attempt it has rested.
        if reach.call.tried() {
            reach.note("there?");
            reach.rests.store(false, Ordering::Relaxed);
        }
        if reach.loses.load(Ordering::Relaxed) {
            return Err(Error::new("no answer").hint("look at the network").again(Again::Soon).lost());
        }
        reach.change("create")?;
        Ok(Id::from("lamp"))
    }

    async fn ready(reach: &Reach, _: &Id) -> Result<Progress> {
        reach.note("ready?");
        reach.rests.store(false, Ordering::Relaxed);
        Ok(Progress::Done)
    }

    fn waits(new: &Lit) -> bool {
        new.0
    }

    async fn read(_: &Reach, _: &Id) -> Result<Option<Self>> {
        Ok(Some(Lamp))
    }

    async fn update(reach: &Reach, _: &Id, _: &Self, _: &Lit) -> Result<()> {
        let call = &reach.call;
        call.once("bulb", async { reach.change("bulb") }).await?;
        call.once("shade", async { reach.change("shade") }).await
    }

    async fn delete(reach: &Reach, _: &Id, _: &Self) -> Result<()> {
        reach.change("delete")
    }
}

#[derive(Clone)]
struct Lit(bool);

impl Shaped for Lit {
    fn shape() -> &'static Shape {
        Nothing::shape()
    }
}

impl Property for Lit {
    fn ty() -> Type {
        bool::ty()
    }
    fn decode(value: &Value) -> Result<Self, Fault> {
        bool::decode(value).map(Lit)
    }
    fn encode(&self) -> Value {
        self.0.encode()
    }
}

/// What is done to a lamp that rests or not, in order.
async fn done(rests: bool, act: impl AsyncFn(Life<'_, Reach>)) -> Vec<&'static str> {
    let call = Call {
        urn: "".into(),
        name: "lamp".into(),
        given: Default::default(),
        birth: Default::default(),
        timeout: None,
        pace: Pace(0.0),
        log: Default::default(),
        cancel: Default::default(),
        tried: Default::default(),
        done: Default::default(),
    };
    let reach = Reach {
        call: call.clone(),
        done: Mutex::default(),
        rests: AtomicBool::new(rests),
        loses: AtomicBool::default(),
    };
    act(Life::of::<Lamp>(&reach, &call)).await;
    reach.done.into_inner().expect("no test panics here")
}

#[tokio::test]
async fn an_update_of_parts_waits_between_them_and_repeats_none() {
    let seen = done(false, async |life| {
        let id = Id::from("lamp");
        let updated = life.update::<Lamp>(&id, &Lamp, &Lit(true)).await;
        assert!(updated.is_ok());
    });
    assert_eq!(seen.await, ["bulb", "refused", "ready?", "shade", "ready?"]);
}

#[tokio::test]
async fn a_deletion_waits_until_it_is_taken() {
    let seen = done(true, async |life| {
        let deleted = life.delete::<Lamp>(&Id::from("lamp"), &Lamp).await;
        assert!(deleted.is_ok());
    });
    assert_eq!(seen.await, ["refused", "ready?", "delete"]);
}

#[tokio::test]
async fn only_a_repeated_creation_has_something_to_look_for() {
    let seen = done(true, async |life| {
        assert!(life.create::<Lamp>(&Lit(false)).await.is_ok());
    });
    assert_eq!(seen.await, ["refused", "there?", "create"]);
}

#[tokio::test]
async fn what_may_have_been_made_unseen_is_told() {
    for (loses, told) in [(true, true), (false, false)] {
        done(true, async |life| {
            life.session.loses.store(loses, Ordering::Relaxed);
            life.call.cancel.cancel();
            let failed = life.create::<Lamp>(&Lit(false)).await.map(|(id, _)| id);
            let words = failed.expect_err("it is stopped").to_string();
            assert_eq!(
                words.contains("network; an answer got lost, so it may have been made all the same"),
                told,
                "{words}"
            );
        })
        .await;
    }
}

#[tokio::test]
async fn a_creation_may_end_before_it_is_ready() {
    for (waits, expected) in [(true, &["create", "ready?"][..]), (false, &["create"])] {
        let seen = done(false, async |life| {
            assert!(life.create::<Lamp>(&Lit(waits)).await.is_ok());
        });
        assert_eq!(seen.await, expected);
    }
}

#[test]
fn the_same_is_told_again_only_after_a_while() {
    let (mut news, start) = (News::default(), Instant::now());
    for (second, state, due) in [
        (0, "creating", true),
        (5, "creating", false),
        (6, "settling", true),
        (35, "settling", false),
        (36, "settling", true),
        (40, "creating", true),
    ] {
        let now = start + Duration::from_secs(second);
        assert_eq!(news.is_due(state, now), due, "{second} s");
    }
}
