//! Lists and texts as AWS wants them written: with their number beside them, and left out where they are empty.

/// How many there are, where AWS wants to be told.
pub fn count<'a, I>(items: I) -> i32
where
    I: IntoIterator<Item: 'a, IntoIter: ExactSizeIterator>,
{
    i32::try_from(items.into_iter().len()).unwrap_or(i32::MAX)
}

/// A list, unless it is empty: AWS wants it left out then.
pub fn some<T>(items: impl IntoIterator<Item = T>) -> Option<Vec<T>> {
    Some(items.into_iter().collect::<Vec<_>>()).filter(|items| !items.is_empty())
}

/// A text, unless it is empty: that is how AWS writes nothing.
pub fn filled(text: Option<impl Into<String>>) -> Option<String> {
    text.map(Into::into).filter(|text| !text.is_empty())
}
