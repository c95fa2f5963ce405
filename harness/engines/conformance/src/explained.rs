//! Why an engine's cell may differ from the kernel's. What has no reason here is a fault of ours.

use stormglass_plan::kind::Kind;

use crate::cell::{Cell, Word};
use crate::lineup::On;
use crate::suite::About;

/// Why this cell differs from the kernel's as it does; `None` if nobody knows.
#[must_use]
pub fn why(about: &About, on: On, kernel: &Cell, cell: &Cell) -> Option<&'static str> {
    match (about, on, &kernel.word, &cell.word) {
        (About::Bug(_), On::Tokio, Word::Violated(_), Word::Ok) => Some(
            "a bug shows under some seeds, and in real time no seed is the same run twice: the number says how many runs of the plans \
             in which the other engines see it there were",
        ),
        (About::Fault(Kind::Corrupt), ..) if kernel.did_something() == cell.did_something() => Some(
            "bits that flip in a message that still decodes are a lie, and Raft promises nothing against lies: which of them is \
             believed depends on who is told it when",
        ),
        (About::Fault(kind), _, Word::Ok | Word::ExpectedLoss, Word::Ok | Word::ExpectedLoss)
            if kind.destroys() && kernel.did_something() == cell.did_something() =>
        {
            Some(
                "a copy was destroyed that Raft does not promise to survive: whether anybody misses it before the end depends on who \
                 leads, and that is for each engine's timing to say",
            )
        }
        _ => None,
    }
}
