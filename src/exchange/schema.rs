//! What describes our JSON: the words and names in it that come from tables, and the schemas
//! themselves, which are derived from the types that are written.

use serde::Serialize;

use crate::machine::Invariant;
use crate::protocol::{Era, OpRow};
use crate::scenario::{Device, Verdict};

macro_rules! words {
    ($($(#[$doc:meta])+ $name:ident: $from:ty, $all:expr, $word:expr;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, Serialize)]
        #[serde(transparent)]
        #[cfg_attr(
            not(target_family = "wasm"),
            derive(schemars::JsonSchema),
            schemars(extend("enum" = Vec::from($all.map($word))))
        )]
        pub struct $name(&'static str);

        impl From<$from> for $name {
            fn from(it: $from) -> $name {
                let word: fn($from) -> &'static str = $word;
                $name(word(it))
            }
        }
    )+};
}

words! {
    /// A verdict, in the words of scenario files.
    VerdictWord: Verdict, Verdict::ALL, Verdict::words;
    /// A kernel release, whose names and rules hold.
    EraWord: Era, Era::ALL, Era::word;
    /// A kind of device, as scenario files call it.
    DeviceWord: Device, Device::ALL, Device::word;
    /// An invariant's number.
    InvariantNumber: Invariant, Invariant::ALL, |it| it.name().0;
    /// A step's stable name, as in scenario files.
    StepKey: &OpRow, crate::protocol::OPS.each_ref(), |it| it.key;
}

/// The schema of what `T` is written as, as the text of its file.
///
/// Descriptions are the types' own comments. Objects have no members but those described.
#[cfg(not(target_family = "wasm"))]
pub fn schema<T: schemars::JsonSchema>(id: &str, title: &str) -> String {
    use schemars::generate::SchemaSettings;
    use schemars::transform::RecursiveTransform;

    let settings = SchemaSettings::draft2020_12().for_serialize();
    let generator = settings.with_transform(RecursiveTransform(close_and_tidy));
    let mut schema = generator.into_generator().into_root_schema_for::<T>();
    schema.insert("$id".to_owned(), id.into());
    schema.insert("title".to_owned(), title.into());
    // A schema is JSON already; writing it cannot fail.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

/// Refuses members that are not described, leaves out names of Rust's integers, and takes the marks
/// of code out of descriptions, which are read as plain text.
#[cfg(not(target_family = "wasm"))]
fn close_and_tidy(schema: &mut schemars::Schema) {
    if schema.get("properties").is_some() {
        schema.insert("additionalProperties".to_owned(), false.into());
    }
    schema.remove("format");
    if let Some(serde_json::Value::String(text)) = schema.get_mut("description") {
        let plain = text.replace("[`", "").replace("`]", "");
        *text = plain.replace('`', "").replace('\n', " ");
    }
}
