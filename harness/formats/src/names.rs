//! Numbers for values that are none: models count, files write what they like.

use std::collections::BTreeMap;

use crate::node::{Data, Node};

/// The first number given to a value that has none of its own.
const FIRST: u64 = 1 << 62;

/// A two-way table: whole numbers from 0 to 2⁶² − 1 stand for themselves, anything else gets a number above.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    numbers: BTreeMap<String, u64>,
    texts: Vec<String>,
}

impl Names {
    /// The number that stands for a value; equal values have equal numbers.
    pub fn number(&mut self, node: &Node) -> u64 {
        if let Data::Integer(number) = node.data
            && let Ok(number) = u64::try_from(number)
            && number < FIRST
        {
            return number;
        }
        let text = node.data.to_string();
        if let Some(&number) = self.numbers.get(&text) {
            return number;
        }
        let number = FIRST + self.texts.len() as u64;
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        number
    }

    /// The value that `number` stands for, as the file wrote it.
    #[must_use]
    pub fn text(&self, number: u64) -> Option<&str> {
        let index = usize::try_from(number.checked_sub(FIRST)?).ok()?;
        self.texts.get(index).map(String::as_str)
    }

    /// A sentence with the file's own words in the place of numbers that stand for them.
    #[must_use]
    pub fn translate(&self, sentence: &str) -> String {
        let mut words = String::with_capacity(sentence.len());
        let mut rest = sentence;
        while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
            let end = rest[start..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |end| start + end);
            let digits = &rest[start..end];
            words.push_str(&rest[..start]);
            words.push_str(digits.parse().ok().and_then(|number| self.text(number)).unwrap_or(digits));
            rest = &rest[end..];
        }
        words + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mistake::Place;

    /// Small numbers stay what they are; other values are told apart, and come back as they were written.
    #[test]
    fn values_that_are_no_numbers_have_numbers() {
        let mut names = Names::default();
        let node = |data| Node { place: Place { line: 1, column: 1 }, data };
        assert_eq!(names.number(&node(Data::Integer(41))), 41);
        let x = names.number(&node(Data::Keyword("x".to_owned())));
        let minus = names.number(&node(Data::Integer(-1)));
        assert_eq!(x, names.number(&node(Data::Keyword("x".to_owned()))));
        assert_ne!(x, minus);
        assert_eq!(names.translate(&format!("read 1 → {x}, not {minus}")), "read 1 → :x, not -1");
    }
}
