//! Colours by meaning. No meaning rests on colour alone.

use console::Style;

use crate::engine::operation::Effect;
use crate::record::RunState;

/// What a colour stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    Bad,
    Careful,
    Note,
    Strong,
    Faint,
    Replaced,
}

/// Paints, or leaves text alone.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    colour: bool,
}

impl Paint {
    pub fn new(colour: bool) -> Self {
        Paint { colour }
    }

    pub fn has_colour(self) -> bool {
        self.colour
    }

    pub fn tone(self, tone: Tone, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let style = Style::new().force_styling(true);
        let style = match tone {
            Tone::Good => style.green(),
            Tone::Bad => style.red().bold(),
            Tone::Careful => style.yellow(),
            Tone::Note => style.cyan(),
            Tone::Strong => style.bold(),
            Tone::Faint => style.dim(),
            Tone::Replaced => style.magenta(),
        };
        style.apply_to(text).to_string()
    }

    pub fn effect(self, effect: Effect, text: &str) -> String {
        match effect {
            Effect::Create | Effect::Import => self.tone(Tone::Good, text),
            Effect::Update => self.tone(Tone::Careful, text),
            Effect::Replace => self.tone(Tone::Replaced, text),
            Effect::Delete => self.tone(Tone::Bad, text),
            Effect::Refresh | Effect::Read => self.tone(Tone::Note, text),
            Effect::Same | Effect::Other => text.to_owned(),
        }
    }

    pub fn state(self, state: RunState) -> String {
        let tone = match state {
            RunState::Running => Tone::Note,
            RunState::Succeeded => Tone::Good,
            RunState::Failed => Tone::Bad,
            RunState::Cancelled | RunState::Interrupted | RunState::Busy | RunState::Held => Tone::Careful,
        };
        self.tone(tone, state.word())
    }
}
