//! Who of other repositories reads what a stack would put out.

use crate::comment::StackPreview;
use crate::reading::Reading;

/// That others read a stack whose outputs would be others, or may be: nothing of them is previewed here.
pub(super) fn note(preview: &StackPreview, reading: &Reading) -> Option<String> {
    let when = match &preview.failure {
        Some(_) => " if what it reads comes to be another thing: it could not be previewed",
        None if !preview.changes.outputs.is_empty() => "",
        None => return None,
    };
    reading.elsewhere(&preview.name, when)
}
