//! What is called when, on a lamp that needs a rest after each change, in a room that has place for one.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::*;
use crate::Property;
use crate::error::Again;
use crate::resource::Wait;
use crate::value::Map;

/// What the lamp is reached with: the call, what was done, what stands in the room, whether it rests, and what happens to answers.
#[derive(Default)]
struct Room {
    call: Option<Call>,
    done: Mutex<Vec<&'static str>>,
    lamp: Mutex<Option<Standing>>,
    rests: AtomicBool,
    /// Answers to a creation get lost.
    loses: AtomicBool,
    /// A change is never taken.
    tired: bool,
    /// The cloud has the look-up of what an earlier attempt made.
    silent: bool,
}

/// A lamp as the cloud has it.
#[derive(Clone, Debug, PartialEq)]
struct Standing {
    token: &'static str,
    watts: i64,
    color: String,
    state: &'static str,
}

const OURS: &str = "ours";

impl Room {
    fn call(&self) -> &Call {
        self.call.as_ref().expect("every test has a call")
    }

    /// A change, which is refused while the lamp rests, and after which it rests.
    fn change(&self, what: &'static str) -> Result<()> {
        if self.rests.swap(true, Ordering::Relaxed) || self.tired && what == "shade" {
            self.note("refused");
            return Err(Error::new("it rests").again(Again::Ready));
        }
        self.note(what);
        Ok(())
    }

    fn note(&self, what: &'static str) {
        self.done.lock().expect("no test panics here").push(what);
    }

    fn lamp(&self) -> Option<Standing> {
        self.lamp.lock().expect("no test panics here").clone()
    }

    fn put(&self, lamp: Option<Standing>) {
        *self.lamp.lock().expect("no test panics here") = lamp;
    }
}

/// What is asked of a lamp.
#[derive(Debug, Clone, PartialEq, Property)]
struct LampInputs {
    /// How bright.
    watts: i64,
    /// Which color.
    #[prop(replace)]
    color: String,
    /// A word that the cloud never tells.
    #[prop(keep)]
    word: Option<String>,
    /// Whether its readiness is awaited.
    #[prop(keep)]
    waits: bool,
    /// Whether one that stands is taken over.
    #[prop(keep)]
    overwrite: bool,
}

/// A lamp.
#[derive(Debug, Clone, PartialEq, Property)]
struct Lamp {
    #[prop(inputs)]
    inputs: LampInputs,
}

fn asked() -> LampInputs {
    LampInputs { watts: 40, color: "red".to_owned(), word: Some("hush".to_owned()), waits: true, overwrite: false }
}

impl Resource for Lamp {
    const TOKEN: &'static str = "test:index:Lamp";
    const TAKE_OVER: Option<&'static str> = Some("set `overwrite: true`");
    type Session = Room;
    type Inputs = LampInputs;
    type Seen = Standing;

    /// There is no time to turn it off.
    fn wait(new: &LampInputs) -> Wait {
        if new.watts == 0 { Wait::seconds(0, 0) } else { Self::WAIT }
    }

    async fn earlier(room: &Room, _: &LampInputs) -> Result<Option<Id>> {
        room.note("earlier?");
        Ok(room.lamp().filter(|lamp| !room.silent && lamp.token == OURS).map(|_| Id::from("lamp")))
    }

    async fn create(room: &Room, new: &LampInputs) -> Result<Made> {
        if room.lamp().is_some() {
            return Ok(Made::Exists(Id::from("lamp")));
        }
        room.change("create")?;
        let color = new.color.replace("scarlet", "red");
        // Its watts can be set only once it stands.
        room.put(Some(Standing { token: OURS, watts: 25, color, state: "on" }));
        match room.loses.swap(false, Ordering::Relaxed) {
            true => Err(Error::new("no answer").hint("look at the network").again(Again::Soon).lost()),
            false => Ok(Made::New(Id::from("lamp"))),
        }
    }

    async fn ours(_: &Room, id: &Id, seen: &Standing, _: &LampInputs) -> Result<Option<Id>> {
        Ok((seen.token == OURS).then(|| id.clone()))
    }

    fn takes_over(new: &LampInputs) -> bool {
        new.overwrite
    }

    async fn finish(room: &Room, _: &Id, _: &LampInputs) -> Result<()> {
        room.note("finish");
        Ok(())
    }

    async fn find(room: &Room, _: &Id) -> Result<Option<Standing>> {
        room.rests.store(false, Ordering::Relaxed);
        Ok(room.lamp())
    }

    fn progress(seen: &Standing) -> Progress {
        match seen.state {
            "broken" => Progress::Failed("no bulb".to_owned()),
            "leaving" => Progress::Leaving("leaving".to_owned()),
            _ => Progress::Done,
        }
    }

    fn waits(new: &LampInputs) -> bool {
        new.waits
    }

    /// Its light lasts where it has been told a word.
    fn cached(_: &Lamp, new: &LampInputs) -> Duration {
        if new.word.as_deref() == Some("glow") { Duration::from_secs(60) } else { Duration::ZERO }
    }

    async fn read(room: &Room, _: &Id, seen: Standing) -> Result<Lamp> {
        room.note("read");
        let Standing { watts, color, .. } = seen;
        Ok(Lamp { inputs: LampInputs { watts, color, word: None, waits: false, overwrite: false } })
    }

    /// Scarlet is a red.
    fn respell(&mut self, given: &LampInputs) {
        if given.color == "scarlet" && self.inputs.color == "red" {
            self.inputs.color.clone_from(&given.color);
        }
    }

    async fn update(room: &Room, _: &Id, old: &Lamp, new: &LampInputs) -> Result<()> {
        if old.inputs.word != new.word {
            room.note("word");
        }
        let call = room.call();
        call.once("bulb", async { room.change("bulb") }).await?;
        call.once("shade", async { room.change("shade") }).await?;
        room.put(room.lamp().map(|lamp| Standing { watts: new.watts, ..lamp }));
        Ok(())
    }

    async fn put_back(room: &Room, _: &Id, _: &Lamp, _: &LampInputs, error: Error) -> Error {
        if room.call().did("bulb") && !room.call().did("shade") {
            room.note("bulb back");
        }
        error
    }

    async fn delete(room: &Room, _: &Id, _: &Lamp) -> Result<()> {
        room.change("delete")?;
        room.put(None);
        Ok(())
    }
}

fn standing(token: &'static str, watts: i64, color: &str) -> Option<Standing> {
    Some(Standing { token, watts, color: color.to_owned(), state: "on" })
}

/// What is done in a room, in order.
async fn done(room: Room, act: impl AsyncFn(Life<'_, Room>)) -> (Vec<&'static str>, Option<Standing>) {
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
        replaces: false,
        done: Default::default(),
        anew: Default::default(),
        kept: Default::default(),
    };
    let room = Room { call: Some(call.clone()), ..room };
    act(Life::of::<Lamp>(&room, &call)).await;
    (room.done.into_inner().expect("no test panics here"), room.lamp.into_inner().expect("no test panics here"))
}

const ID: &str = "lamp";

#[tokio::test]
async fn an_update_of_parts_waits_between_them_and_repeats_none() {
    let room = Room { lamp: Mutex::new(standing(OURS, 25, "red")), ..Room::default() };
    let (seen, _) = done(room, async |life| {
        let old = Lamp { inputs: LampInputs { watts: 25, ..asked() } };
        assert!(life.update::<Lamp>(&Id::from(ID), &old, &asked(), false).await.is_ok());
    })
    .await;
    assert_eq!(seen, ["bulb", "refused", "shade", "read"]);
}

#[tokio::test]
async fn what_an_update_leaves_half_done_when_its_time_is_over_is_put_back() {
    let lamp = Mutex::new(standing(OURS, 25, "red"));
    let (seen, _) = done(Room { lamp, tired: true, ..Room::default() }, async |life| {
        // The user stops waiting: what is refused is not tried again.
        life.call.cancel.cancel();
        let old = Lamp { inputs: LampInputs { watts: 25, ..asked() } };
        assert!(life.update::<Lamp>(&Id::from(ID), &old, &asked(), false).await.is_err());
    })
    .await;
    assert_eq!(seen, ["bulb", "refused", "bulb back"]);
}

#[tokio::test]
async fn how_long_an_update_may_take_depends_on_what_is_asked() {
    for (watts, expected) in [(0, &["bulb", "refused", "bulb back"][..]), (60, &["bulb", "refused", "shade", "read"])] {
        let room = Room { lamp: Mutex::new(standing(OURS, 25, "red")), ..Room::default() };
        let (seen, _) = done(room, async |life| {
            let old = Lamp { inputs: LampInputs { watts: 25, ..asked() } };
            let new = LampInputs { watts, ..asked() };
            assert_eq!(life.update::<Lamp>(&Id::from(ID), &old, &new, false).await.is_ok(), watts > 0);
        })
        .await;
        assert_eq!(seen, expected, "{watts}");
    }
}

/// The update is done by then, and its end is waited for.
#[tokio::test]
async fn an_update_ends_when_nobody_goes_any_more_by_what_it_was() {
    for (word, cancelled, ends) in [("glow", false, true), ("glow", true, false), ("hush", true, true)] {
        let room = Room { lamp: Mutex::new(standing(OURS, 40, "red")), ..Room::default() };
        let (seen, _) = done(room, async |life| {
            if cancelled {
                life.call.cancel.cancel();
            }
            let new = LampInputs { word: Some(word.to_owned()), ..asked() };
            let old = Lamp { inputs: new.clone() };
            let updated = life.update::<Lamp>(&Id::from(ID), &old, &new, false).await;
            let words = updated.err().map(|error| error.to_string()).unwrap_or_default();
            assert_eq!(words.contains("stopped waiting for its update"), !ends, "{word}: {words}");
        })
        .await;
        assert_eq!(seen, ["read"], "{word}");
    }
}

#[tokio::test]
async fn an_unfinished_creation_is_finished_by_the_next_update() {
    let room = Room { lamp: Mutex::new(standing(OURS, 40, "red")), ..Room::default() };
    let (seen, _) = done(room, async |life| {
        assert!(life.update::<Lamp>(&Id::from(ID), &Lamp { inputs: asked() }, &asked(), true).await.is_ok());
    })
    .await;
    assert_eq!(seen, ["finish", "read"]);
}

#[tokio::test]
async fn a_deletion_waits_until_it_is_taken_and_is_content_with_what_is_gone() {
    for (lamp, rests, expected) in [
        (standing(OURS, 40, "red"), true, &["refused", "delete"][..]),
        (None, true, &["refused"]),
        (standing(OURS, 40, "red"), false, &["delete"]),
    ] {
        let room = Room { lamp: Mutex::new(lamp), rests: AtomicBool::new(rests), ..Room::default() };
        let (seen, left) = done(room, async |life| {
            assert!(life.delete::<Lamp>(&Id::from(ID), &Lamp { inputs: asked() }).await.is_ok());
        })
        .await;
        assert_eq!((seen.as_slice(), left), (expected, None));
    }
}

/// What a creation does, what it says, and what stands afterwards.
async fn creation(room: Room, new: LampInputs, expected: &[&str], says: &str, left: Option<Standing>) {
    let (seen, stands) = done(room, async |life| {
        let outcome = life.create::<Lamp>(&new).await.map(|(id, _)| id.to_string()).map_err(|e| e.to_string());
        match outcome {
            Ok(id) => assert_eq!((id.as_str(), says), (ID, "")),
            Err(words) => assert!(!says.is_empty() && words.contains(says), "{words}"),
        }
    })
    .await;
    assert_eq!(seen, expected);
    assert_eq!(stands, left);
}

#[tokio::test]
async fn a_creation_brings_what_it_could_not_say_at_birth() {
    let all = ["create", "finish", "read", "bulb", "refused", "shade", "read"];
    creation(Room::default(), asked(), &all, "", standing(OURS, 40, "red")).await;
    let dim = LampInputs { watts: 25, ..asked() };
    creation(Room::default(), dim, &["create", "finish", "read"], "", standing(OURS, 25, "red")).await;
}

#[tokio::test]
async fn what_somebody_else_made_is_refused_or_taken_over_as_the_program_says() {
    let theirs = || Room { lamp: Mutex::new(standing("theirs", 40, "red")), ..Room::default() };
    creation(
        theirs(),
        asked(),
        &[],
        "exists already\n  hint: if the resource has another name",
        standing("theirs", 40, "red"),
    )
    .await;
    creation(theirs(), asked(), &[], "or set `overwrite: true`", standing("theirs", 40, "red")).await;
    let over = || LampInputs { overwrite: true, ..asked() };
    creation(theirs(), over(), &["read", "finish", "read"], "", standing("theirs", 40, "red")).await;
    let blue = LampInputs { color: "blue".to_owned(), ..over() };
    creation(theirs(), blue, &["read"], "it has another color", standing("theirs", 40, "red")).await;
}

#[tokio::test]
async fn a_lost_answer_makes_neither_an_orphan_nor_a_twin() {
    let loses = || Room { loses: AtomicBool::new(true), ..Room::default() };
    let after = ["create", "earlier?", "finish", "read", "bulb", "refused", "shade", "read"];
    creation(loses(), asked(), &after, "", standing(OURS, 40, "red")).await;
    // Where it can't be looked for, its own token tells.
    let silent = Room { silent: true, ..loses() };
    creation(silent, asked(), &after, "", standing(OURS, 40, "red")).await;
}

/// What an attempt made is as the program says in its own words, with what the cloud never tells of it.
#[tokio::test]
async fn what_a_creation_made_is_known_in_the_programs_words() {
    let all = ["create", "finish", "read", "bulb", "refused", "shade", "read"];
    let scarlet = || LampInputs { color: "scarlet".to_owned(), ..asked() };
    creation(Room::default(), scarlet(), &all, "", standing(OURS, 40, "red")).await;
    let earlier = Room { lamp: Mutex::new(standing(OURS, 25, "red")), ..Room::default() };
    creation(earlier, scarlet(), &all[1..], "", standing(OURS, 40, "red")).await;
}

#[tokio::test]
async fn what_an_earlier_attempt_made_otherwise_is_kept_to_be_replaced() {
    let room = Room { lamp: Mutex::new(standing(OURS, 40, "blue")), ..Room::default() };
    let (_, left) = done(room, async |life| {
        let error = life.create::<Lamp>(&asked()).await.map(drop).expect_err("it has another color");
        assert_eq!(error.born().map(Id::as_str), Some(ID), "{error}");
    })
    .await;
    assert_eq!(left, standing(OURS, 40, "blue"));
}

#[tokio::test]
async fn a_name_that_an_earlier_attempt_made_up_is_kept() {
    let room = Room { lamp: Mutex::new(standing(OURS, 40, "blue")), ..Room::default() };
    let (_, left) = done(room, async |life| {
        let made = Value::from(Map::from([("made".to_owned(), Value::from(vec!["color".to_owned()]))]));
        let given = Map::from([("color".to_owned(), "red".into()), (crate::serve::BIRTH.to_owned(), made)]);
        let call = Call { given: given.into(), ..life.call.clone() };
        assert!(Life::of::<Lamp>(life.session, &call).create::<Lamp>(&asked()).await.is_ok());
    })
    .await;
    assert_eq!(left, standing(OURS, 40, "blue"));
}

#[tokio::test]
async fn what_the_cloud_gives_up_at_birth_is_deleted_again() {
    let broken = Standing { state: "broken", ..standing(OURS, 40, "red").expect("it stands") };
    let room = Room { lamp: Mutex::new(Some(broken)), ..Room::default() };
    creation(room, asked(), &["finish", "read", "delete"], "creation failed: no bulb", None).await;
}

#[tokio::test]
async fn only_a_lost_answer_has_something_to_look_for() {
    let room = Room { rests: AtomicBool::new(true), ..Room::default() };
    let (seen, _) = done(room, async |life| {
        life.session.rests.store(true, Ordering::Relaxed);
        life.call.cancel.cancel();
        let words = life.create::<Lamp>(&asked()).await.map(drop).expect_err("it is stopped").to_string();
        assert!(!words.contains("an answer got lost"), "{words}");
    })
    .await;
    assert_eq!(seen, ["refused"]);
}

#[tokio::test]
async fn what_may_have_been_made_unseen_is_told() {
    let room = Room { loses: AtomicBool::new(true), ..Room::default() };
    done(room, async |life| {
        life.call.cancel.cancel();
        let words = life.create::<Lamp>(&asked()).await.map(drop).expect_err("it is stopped").to_string();
        assert!(words.contains("network; an answer got lost, so it may have been made all the same"), "{words}");
    })
    .await;
}

#[tokio::test]
async fn a_change_of_what_is_gone_says_so_at_once() {
    done(Room { rests: AtomicBool::new(true), ..Room::default() }, async |life| {
        let old = Lamp { inputs: LampInputs { watts: 25, ..asked() } };
        let words =
            life.update::<Lamp>(&Id::from(ID), &old, &asked(), false).await.expect_err("it is gone").to_string();
        assert!(words.contains("`lamp` is gone") && words.contains("pulumi refresh"), "{words}");
    })
    .await;
}
