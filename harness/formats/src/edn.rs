//! A small reader of EDN, Clojure's data notation: one value after another, each with its line and column.
//!
//! Written here because no kept crate streams and tells places. It reads all of EDN's notation, and of what Clojure
//! adds, what its printer writes: tagged values (`#jepsen.history.Op{…}` is its map), namespaced maps, metadata.
//! Floats, ratios and symbols stay words. It does not know what an event is.

mod words;

use std::io::BufRead;

use crate::lines::Lines;
use crate::mistake::{Mistake, Place, ReadError};
use crate::node::{Data, Node};

/// Values nested deeper than this are refused: no history needs it, and the reader's stack is finite.
pub(crate) const DEEPEST: usize = 64;

/// Reads values from a text.
pub(crate) struct Reader<R> {
    lines: Lines<R>,
    line: String,
    /// The byte in `line` that is next.
    next: usize,
    place: Place,
    /// The brackets of the file's outermost sequence, while its elements are read one by one.
    outer: Option<(char, Place)>,
}

/// What makes a value.
enum Token {
    Value(Node),
    Close(char, Place),
    End(Place),
}

impl<R: BufRead> Reader<R> {
    pub(crate) fn new(input: R) -> Reader<R> {
        Reader::beginning_at(input, Place { line: 1, column: 1 })
    }

    /// A reader of a part of a file that begins at `place`.
    pub(crate) fn beginning_at(input: R, place: Place) -> Reader<R> {
        Reader { lines: Lines::new(input), line: String::new(), next: 0, place, outer: None }
    }

    /// The next value of the file; the elements of a vector or list that holds everything count one by one.
    pub(crate) fn next_value(&mut self) -> Result<Option<Node>, ReadError> {
        loop {
            self.skip_space()?;
            let place = self.place;
            match self.peek()? {
                Some(open @ ('[' | '(')) if self.outer.is_none() => {
                    self.bump();
                    self.outer = Some((closing(open), place));
                    continue;
                }
                Some(found) if self.outer.is_some_and(|(close, _)| close == found) => {
                    self.bump();
                    self.outer = None;
                    continue;
                }
                _ => {}
            }
            return match (self.token(0)?, self.outer) {
                (Token::Value(node), _) => Ok(Some(node)),
                (Token::End(_), None) => Ok(None),
                (Token::End(place), Some((close, opened))) => Err(unclosed(place, close, opened)),
                (Token::Close(close, place), _) => Err(stray(place, close)),
            };
        }
    }

    /// The next value of a line of fields.
    pub(crate) fn field(&mut self) -> Result<Option<Node>, ReadError> {
        match self.token(0)? {
            Token::Value(node) => Ok(Some(node)),
            Token::End(_) => Ok(None),
            Token::Close(close, place) => Err(stray(place, close)),
        }
    }

    /// The next character, without taking it; reads the next line if this one is used up.
    fn peek(&mut self) -> Result<Option<char>, ReadError> {
        while self.next == self.line.len() {
            self.line.clear();
            self.next = 0;
            match self.lines.next()? {
                Some(line) => self.line.push_str(line),
                None => return Ok(None),
            }
        }
        Ok(self.line[self.next..].chars().next())
    }

    /// Takes the character that [`Reader::peek`] showed.
    fn bump(&mut self) {
        if let Some(taken) = self.line[self.next..].chars().next() {
            self.next += taken.len_utf8();
            if taken == '\n' {
                self.place = Place { line: self.place.line + 1, column: 1 };
            } else {
                self.place.column += 1;
            }
        }
    }

    fn skip_space(&mut self) -> Result<(), ReadError> {
        while let Some(next) = self.peek()? {
            if next == ';' {
                while self.peek()?.is_some_and(|next| next != '\n') {
                    self.bump();
                }
            } else if next.is_whitespace() || next == ',' || (next == '\u{feff}' && self.next == 0) {
                self.bump();
            } else {
                break;
            }
        }
        Ok(())
    }

    /// The next value at this depth, or what stands in its stead.
    fn token(&mut self, depth: usize) -> Result<Token, ReadError> {
        self.skip_space()?;
        let place = self.place;
        let Some(next) = self.peek()? else {
            return Ok(Token::End(place));
        };
        if depth > DEEPEST {
            let found = "brackets in brackets in brackets".to_owned();
            return Err(Mistake { place, found, expected: format!("at most {DEEPEST} of them") }.into());
        }
        let data = match next {
            '[' | '(' => Data::Sequence(self.elements(depth)?),
            '{' => Data::Map(self.entries(depth)?),
            '"' => Data::Text(self.text()?),
            ')' | ']' | '}' => {
                self.bump();
                return Ok(Token::Close(next, place));
            }
            '#' => return self.dispatch(depth),
            '^' | '\'' => {
                self.bump();
                if next == '^' {
                    self.value(depth + 1, "the metadata after `^`")?;
                }
                return self.token(depth + 1);
            }
            '\\' => self.character()?,
            _ => self.atom(place)?,
        };
        Ok(Token::Value(Node { place, data }))
    }

    /// A value that must be there.
    fn value(&mut self, depth: usize, expected: &str) -> Result<Node, ReadError> {
        let (place, found) = match self.token(depth)? {
            Token::Value(node) => return Ok(node),
            Token::Close(close, place) => (place, format!("`{close}`")),
            Token::End(place) => (place, "the end of the file".to_owned()),
        };
        Err(Mistake { place, found, expected: expected.to_owned() }.into())
    }

    /// What follows a `#`: a set, a tag, something to leave out.
    fn dispatch(&mut self, depth: usize) -> Result<Token, ReadError> {
        let place = self.place;
        self.bump();
        match self.peek()? {
            Some('{') => {
                let elements = self.elements(depth)?;
                Ok(Token::Value(Node { place, data: Data::Sequence(elements) }))
            }
            Some('_') => {
                self.bump();
                self.value(depth + 1, "the value that `#_` leaves out")?;
                self.token(depth + 1)
            }
            Some('#') => {
                self.bump();
                let word = self.word()?;
                Ok(Token::Value(Node { place, data: Data::Other(format!("##{word}")) }))
            }
            _ => {
                // A tag's value, without its tag.
                if self.word()?.is_empty() {
                    let expected = "a tag, or one of `#{`, `#_` and `##`".to_owned();
                    return Err(Mistake { place, found: "`#`".to_owned(), expected }.into());
                }
                let node = self.value(depth + 1, "a value after its tag")?;
                Ok(Token::Value(Node { place, data: node.data }))
            }
        }
    }

    /// The values up to the bracket that closes the one that is next.
    fn elements(&mut self, depth: usize) -> Result<Vec<Node>, ReadError> {
        let opened = self.place;
        let close = self.peek()?.map_or(']', closing);
        self.bump();
        let mut elements = Vec::new();
        loop {
            match self.token(depth + 1)? {
                Token::Value(node) => elements.push(node),
                Token::Close(found, _) if found == close => return Ok(elements),
                Token::Close(found, place) => {
                    let expected = format!("`{close}` for the bracket opened at {opened}");
                    return Err(Mistake { place, found: format!("`{found}`"), expected }.into());
                }
                Token::End(place) => return Err(unclosed(place, close, opened)),
            }
        }
    }

    fn entries(&mut self, depth: usize) -> Result<Vec<(Node, Node)>, ReadError> {
        let mut nodes = self.elements(depth)?.into_iter();
        let mut entries = Vec::with_capacity(nodes.len() / 2);
        while let Some(key) = nodes.next() {
            let value = nodes
                .next()
                .ok_or_else(|| key.expected("a value for each key of a map, and this one has none"))?;
            entries.push((key, value));
        }
        Ok(entries)
    }
}

fn closing(open: char) -> char {
    match open {
        '(' => ')',
        '{' => '}',
        _ => ']',
    }
}

fn unclosed(place: Place, close: char, opened: Place) -> ReadError {
    let expected = format!("`{close}` for the bracket opened at {opened}");
    Mistake { place, found: "the end of the file".to_owned(), expected }.into()
}

fn stray(place: Place, close: char) -> ReadError {
    let expected = "a value: no bracket is open here".to_owned();
    Mistake { place, found: format!("`{close}`"), expected }.into()
}

#[cfg(test)]
mod tests;
