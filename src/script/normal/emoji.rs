use std::collections::HashSet;
pub(in crate::script) fn once(word: &str, _seen: &mut HashSet<char>) -> String { word.to_owned() }
