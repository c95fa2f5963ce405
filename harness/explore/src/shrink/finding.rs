//! What a run showed, as far as shrinking needs it: which violation, until when, and through what.

use stormglass_core::id::NodeId;
use stormglass_core::time::Time;
use stormglass_core::verdict::Violation;

/// What makes two violations the same: the check, and the sentence that it says with all names and numbers left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signature {
    /// The check, in the words of `list checks`.
    pub check: String,
    /// The shape of its evidence: `read # → #: no order of these # operations can explain it`.
    pub shape: String,
}

impl Signature {
    /// The signature of this violation.
    #[must_use]
    pub fn of(violation: &Violation) -> Signature {
        Signature { check: violation.check.clone(), shape: skeleton(&violation.summary) }
    }
}

/// A sentence without what differs from run to run: numbers, times, names of nodes and clients.
fn skeleton(sentence: &str) -> String {
    let mut shape = String::new();
    let mut blank = false;
    for word in sentence.split_whitespace() {
        let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric());
        // `AC5` and `G1a` are terms; `n5`, `58`, `1.902s` and `596us` are not.
        let term = bare.chars().next().is_some_and(char::is_uppercase);
        let varies = bare.contains(|letter: char| letter.is_ascii_digit()) && !term;
        if varies && blank {
            continue;
        }
        blank = varies;
        if !shape.is_empty() {
            shape.push(' ');
        }
        shape.push_str(if varies { "#" } else { word });
    }
    shape
}

/// What one run of a plan showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which violation.
    pub signature: Signature,
    /// The moment by which everything had happened that it is made of, if it has one.
    pub at: Option<Time>,
    /// The ids of the plan's operations that are part of the evidence.
    pub guilty: Vec<u64>,
    /// The ids of the plan's operations that were asked, each with the moment; empty if nobody knows.
    pub begun: Vec<(u64, Time)>,
    /// The faults that struck nodes, by place in the plan, each with those nodes.
    pub strikes: Vec<(usize, Vec<NodeId>)>,
}

/// Runs plans. Whatever is shrunk is known only by this.
pub trait Trial<O>: Sync {
    /// What the plan shows: the violation that is sought, or nothing if it does not show that one.
    fn attempt(&self, plan: &std::sync::Arc<stormglass_plan::plan::Plan<O>>) -> Option<Finding>;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two runs that break the same way have one shape, whatever the numbers; another break has another.
    #[test]
    fn a_shape_leaves_out_names_and_numbers() {
        let cases = [
            (
                "read 0 → 1062: no order of these 2 operations can explain it",
                "read # → # no order of these # operations can explain it",
            ),
            (
                "n1 came back in term 4 after it had acted in term 12",
                "# came back in term # after it had acted in term #",
            ),
            (
                "AC5: nothing fails any more, and n17 never decided",
                "AC5: nothing fails any more, and # never decided",
            ),
            ("held by n1, n2 n3 for 1.5s", "held by # for #"),
        ];
        for (sentence, shape) in cases {
            assert_eq!(skeleton(sentence), shape);
        }
    }
}
