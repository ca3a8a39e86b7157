//! A shared secret that can be rotated without an outage.

use pulumi_plugin::{Error, Id, Made, Property, Resource, Result, Secret};
use rand::SeedableRng as _;
use rand::distr::{Alphanumeric, SampleString as _};
use rand::rngs::StdRng;

use crate::aws::Aws;

/// The inputs of a rotating secret.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RotatingSecretInputs {
    /// The length in characters, 16 to 128. Another one takes effect with the next rotation. Default: 40.
    #[prop(keep, default = 40, min = 16, max = 128)]
    pub length: u32,
    /// Any text, such as a date: another one rotates the secret.
    #[prop(keep, default)]
    pub rotation: String,
}

/// A random secret that two parties share, with its successor: whoever sends it sends `value`, and whoever checks it accepts `value` and `next`. A
/// rotation makes `next` the `value` and draws a new `next`, so it has no outage if the sender gets its new value before the checker does.
///
/// The secret is made of letters and digits from the operating system's random source. It is kept in Pulumi's state alone, encrypted as secrets are
/// there: AWS has no such thing, a refresh finds no drift, and there is nothing to import.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RotatingSecret {
    /// The inputs.
    #[prop(inputs)]
    pub inputs: RotatingSecretInputs,
    /// What is sent, and accepted.
    #[prop(keep)]
    pub value: Secret<String>,
    /// What is accepted, too: the next rotation makes it the `value`.
    #[prop(keep)]
    pub next: Secret<String>,
}

impl Resource for RotatingSecret {
    const TOKEN: &'static str = "gitinfra:random:RotatingSecret";
    type Session = Aws;
    type Inputs = RotatingSecretInputs;
    type Seen = ();

    async fn create(aws: &Aws, new: &RotatingSecretInputs) -> Result<Made> {
        let id = Id::from(aws.birth().token.as_str());
        Ok(Made::New(id.keeping("value", &drawn(new)?).keeping("next", &drawn(new)?)))
    }

    /// What the state has is there. An import has no state yet: its call gives nothing.
    async fn find(aws: &Aws, id: &Id) -> Result<Option<()>> {
        match aws.call().given.contains_key("length") {
            true => Ok(Some(())),
            false => Err(Error::new(format!("`{id}` can't be imported: a rotating secret is kept in the state alone"))
                .hint("declare it, and `pulumi up` draws a new one")),
        }
    }

    /// All of it is kept from the last state.
    async fn read(_: &Aws, _: &Id, (): ()) -> Result<Self> {
        let inputs = RotatingSecretInputs { length: 0, rotation: String::new() };
        let none = || Secret::new(String::new());
        Ok(RotatingSecret { inputs, value: none(), next: none() })
    }

    async fn update(aws: &Aws, _: &Id, old: &Self, new: &RotatingSecretInputs) -> Result<()> {
        if old.inputs.rotation != new.rotation {
            aws.call().keep("next", &drawn(new)?);
            aws.call().keep("value", &old.next);
        }
        Ok(())
    }

    async fn delete(_: &Aws, _: &Id, _: &Self) -> Result<()> {
        Ok(())
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

fn drawn(new: &RotatingSecretInputs) -> Result<Secret<String>> {
    let source = StdRng::try_from_os_rng();
    let mut source = source.map_err(|e| Error::new(format!("the operating system gives no random bytes: {e}")))?;
    Ok(Secret::new(Alphanumeric.sample_string(&mut source, new.length as usize)))
}

#[cfg(test)]
mod tests {
    use super::{RotatingSecretInputs, drawn};

    #[test]
    fn draws_letters_and_digits_each_time_others() {
        let inputs = RotatingSecretInputs { length: 128, rotation: String::new() };
        let [one, other] = [(); 2].map(|()| drawn(&inputs).expect("random bytes").expose().clone());
        assert_ne!(one, other);
        assert_eq!(one.len(), 128);
        assert!(one.chars().all(|c| c.is_ascii_alphanumeric()), "{one}");
    }
}
