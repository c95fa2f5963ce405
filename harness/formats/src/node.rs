//! A value with its place in the file: what EDN and JSON have in common.
//!
//! It does not know what the value means.

use std::fmt;

use crate::mistake::{Mistake, Place};

/// A value and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it begins.
    pub place: Place,
    /// What it is.
    pub data: Data,
}

/// A value as both formats have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// `nil` or `null`.
    Nil,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// A text in quotes.
    Text(String),
    /// EDN's `:word`, here without the colon.
    Keyword(String),
    /// Any other word or number, as it is written.
    Other(String),
    /// A vector, a list, a set or an array.
    Sequence(Vec<Node>),
    /// A map or an object.
    Map(Vec<(Node, Node)>),
}

/// No sensible message shows more than so many characters of what was found.
const SHOWN: usize = 60;

impl Node {
    /// The mistake that something else should stand here.
    #[must_use]
    pub fn expected(&self, expected: impl Into<String>) -> Mistake {
        let text = self.data.to_string();
        let cut = text.char_indices().nth(SHOWN).map(|(end, _)| &text[..end]);
        let found = cut.map_or_else(|| format!("`{text}`"), |start| format!("`{start}…`"));
        Mistake { place: self.place, found, expected: expected.into() }
    }

    /// The word that stands here: a keyword, a text or a symbol.
    #[must_use]
    pub fn word(&self) -> Option<&str> {
        match &self.data {
            Data::Text(word) | Data::Keyword(word) | Data::Other(word) => Some(word),
            _ => None,
        }
    }

    /// The elements, if it is a sequence.
    ///
    /// # Errors
    /// If it is none; `expected` says what should stand here.
    pub fn sequence(&self, expected: &str) -> Result<&[Node], Mistake> {
        match &self.data {
            Data::Sequence(elements) => Ok(elements),
            _ => Err(self.expected(expected)),
        }
    }

    /// The whole number that stands here.
    ///
    /// # Errors
    /// If there is none, or it does not fit; `expected` says what should stand here.
    pub fn integer<N: TryFrom<i128>>(&self, expected: &str) -> Result<N, Mistake> {
        match self.data {
            Data::Integer(number) => N::try_from(number).map_err(|_| self.expected(expected)),
            _ => Err(self.expected(expected)),
        }
    }

    /// Whether nothing stands here.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.data == Data::Nil
    }
}

impl fmt::Display for Data {
    /// As EDN.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Data::Nil => f.write_str("nil"),
            Data::Bool(value) => write!(f, "{value}"),
            Data::Integer(number) => write!(f, "{number}"),
            Data::Text(text) => write!(f, "{text:?}"),
            Data::Keyword(word) => write!(f, ":{word}"),
            Data::Other(word) => f.write_str(word),
            Data::Sequence(elements) => {
                f.write_str("[")?;
                for (index, element) in elements.iter().enumerate() {
                    write!(f, "{}{}", if index == 0 { "" } else { " " }, element.data)?;
                }
                f.write_str("]")
            }
            Data::Map(entries) => {
                f.write_str("{")?;
                for (index, (key, value)) in entries.iter().enumerate() {
                    write!(f, "{}{} {}", if index == 0 { "" } else { ", " }, key.data, value.data)?;
                }
                f.write_str("}")
            }
        }
    }
}
