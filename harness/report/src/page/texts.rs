//! Every text once: a message's text stands in its sending and its arrival, and often in a hundred messages.

use std::collections::BTreeMap;

/// Texts in the order in which they were first met, each known by its place.
#[derive(Default)]
pub(super) struct Texts<'t> {
    places: BTreeMap<&'t str, u32>,
    texts: Vec<&'t str>,
}

impl<'t> Texts<'t> {
    pub(super) fn place(&mut self, text: &'t str) -> u32 {
        *self.places.entry(text).or_insert_with(|| {
            self.texts.push(text);
            self.texts.len() as u32 - 1
        })
    }

    pub(super) fn into_texts(self) -> Vec<&'t str> {
        self.texts
    }
}
