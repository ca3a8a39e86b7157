//! What the derives refuse. Each line with a `//~` is where an error has to be, and ends with what it has to say.

use pulumi_plugin::{Output, Outputs, Property};

#[derive(Clone, Property)]
struct Unknown {
    #[prop(replce)] //~ unknown: there are replace, stable, keep, initial, given, unique, computed, flatten, inputs, default, autoname, min, max, rename, module, early
    size: i64,
}

#[derive(Clone, Property)]
struct Twice {
    #[prop(replace, replace)] //~ `replace` stands here twice
    size: i64,
}

#[derive(Clone, Property)]
struct Misplaced {
    #[prop(module = "x")] //~ a property can't be `module`, only replace, stable, keep, initial, given, unique, computed, default, autoname, min, max, rename
    size: i64,
}

#[derive(Clone, Property)]
#[prop(replace)] //~ a struct can't be `replace`, only module
struct Marked {
    size: i64,
}

#[derive(Clone, Property)]
struct Numbered(
    i64, //~ a property needs a name
);

#[derive(Clone, Property)]
struct Generic<T> { //~ a type of properties can't be generic
    size: T,
}

#[derive(Clone, Property)]
struct Same {
    size: i64,
    #[prop(rename = "size")] //~ there is a property `size` already
    length: i64,
}

#[derive(Clone, Property)]
struct CupInputs {
    #[prop(stable)] //~ what the program gives is `stable` only where it is `computed`, too
    size: i64,
}

#[derive(Clone, Property)]
struct PotInputs {
    #[prop(flatten)]
    lid: Same, //~ the type must be named SomethingInputs or SomethingSettings
}

#[derive(Clone, Property)]
struct Pot {
    #[prop(inputs, replace)] //~ a part of the object can't be `replace`, only inputs
    inputs: PotInputs,
}

#[derive(Clone, Property)]
struct Jug {
    #[prop(inputs)]
    inputs: PotInputs,
    #[prop(replace)] //~ an output can't be `replace`, only stable, keep, rename
    serial: String,
}

#[derive(Clone, Property)]
struct Can {
    #[prop(inputs)]
    inputs: PotInputs,
    id: String, //~ every resource has an `id` and a `urn`: give it another name
}

#[derive(Clone, Property)]
struct Mug {
    #[prop(inputs)]
    inputs: Same, //~ the type must be named SomethingInputs or SomethingSettings
}

#[derive(Clone, Property)]
enum Empty {} //~ an enum without a variant has no value

#[derive(Clone, Property)]
enum Mixed {
    Nothing, //~ all variants hold nothing, or each holds one type
    One(i64),
}

#[derive(Clone, Property)]
enum Echo {
    Red,
    #[prop(rename = "Red")]
    Rot, //~ there is a word `Red` already
}

#[derive(Clone, Property)]
enum Stable {
    #[prop(stable)] //~ a word can't be `stable`, only rename
    Red,
}

#[derive(Clone, Property)]
enum Renamed {
    #[prop(rename = "one")] //~ one of several types can't be `rename`
    One(i64),
}

#[derive(Clone, Copy, Property)]
union Either { //~ a union can't be a property
    size: i64,
}

#[derive(Clone, Outputs)]
struct Plain {
    size: i64, //~ a component's outputs are of type Output<T>
}

#[derive(Clone, Outputs)]
struct Kept {
    #[prop(keep)] //~ an output of a component can't be `keep`, only rename, early
    size: Output<i64>,
}

#[derive(Clone, Outputs)]
enum Several { //~ a component's outputs are a struct
    One,
}
