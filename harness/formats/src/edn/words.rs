//! What stands between brackets: texts, characters, numbers, keywords and other words.
//!
//! It knows nothing of what is in what.

use std::io::BufRead;

use super::Reader;
use crate::mistake::{Mistake, Place, ReadError};
use crate::node::Data;

impl<R: BufRead> Reader<R> {
    pub(super) fn text(&mut self) -> Result<String, ReadError> {
        let opened = self.place;
        self.bump();
        let mut text = String::new();
        loop {
            let place = self.place;
            let Some(next) = self.peek()? else {
                let expected = format!("`\"` for the text that begins at {opened}");
                return Err(Mistake { place, found: "the end of the file".to_owned(), expected }.into());
            };
            self.bump();
            match next {
                '"' => return Ok(text),
                '\\' => text.push(self.escaped(place)?),
                other => text.push(other),
            }
        }
    }

    /// The character that stands for itself after a backslash in a text.
    fn escaped(&mut self, place: Place) -> Result<char, ReadError> {
        let next = self.peek()?;
        self.bump();
        Ok(match next {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some(same @ ('"' | '\\' | '\'')) => same,
            Some('u') => {
                let mut code = 0;
                for _ in 0..4 {
                    let digit = self.peek()?.and_then(|digit| digit.to_digit(16));
                    self.bump();
                    let expected = || "four hexadecimal digits after `\\u`".to_owned();
                    let found = || Mistake { place, found: "`\\u`".to_owned(), expected: expected() };
                    code = code * 16 + digit.ok_or_else(found)?;
                }
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            other => {
                let found = other.map_or("the end of the file".to_owned(), |other| format!("`\\{other}`"));
                let expected = "one of \\n \\t \\r \\b \\f \\\" \\\\ \\uXXXX".to_owned();
                return Err(Mistake { place, found, expected }.into());
            }
        })
    }

    /// `\a`, `\newline`: a text of one character.
    pub(super) fn character(&mut self) -> Result<Data, ReadError> {
        self.bump();
        let mut word = String::new();
        if let Some(first) = self.peek()? {
            word.push(first);
            self.bump();
        }
        word.push_str(&self.word()?);
        let named = match word.as_str() {
            "newline" => "\n",
            "space" => " ",
            "tab" => "\t",
            "return" => "\r",
            other => other,
        };
        Ok(Data::Text(named.to_owned()))
    }

    /// The characters up to the next space or bracket.
    pub(super) fn word(&mut self) -> Result<String, ReadError> {
        let mut word = String::new();
        while let Some(next) = self.peek()? {
            if next.is_whitespace() || matches!(next, ',' | ';' | '"' | '(' | ')' | '[' | ']' | '{' | '}') {
                break;
            }
            word.push(next);
            self.bump();
        }
        Ok(word)
    }

    pub(super) fn atom(&mut self, place: Place) -> Result<Data, ReadError> {
        let word = self.word()?;
        if let Some(name) = word.strip_prefix(':') {
            let name = name.strip_prefix(':').unwrap_or(name);
            if name.is_empty() {
                let (found, expected) = (format!("`{word}`"), "a keyword such as :read".to_owned());
                return Err(Mistake { place, found, expected }.into());
            }
            return Ok(Data::Keyword(name.to_owned()));
        }
        if word.is_empty() {
            // Cannot be: whoever asks has seen a character that no word ends at. But never loop for ever.
            let expected = "a value".to_owned();
            return Err(Mistake { place, found: "nothing".to_owned(), expected }.into());
        }
        Ok(match word.as_str() {
            "nil" => Data::Nil,
            "true" => Data::Bool(true),
            "false" => Data::Bool(false),
            _ => match word.strip_suffix('N').unwrap_or(&word).parse() {
                Ok(number) => Data::Integer(number),
                Err(_) => Data::Other(word),
            },
        })
    }
}
