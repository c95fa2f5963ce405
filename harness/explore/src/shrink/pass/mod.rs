//! The passes, in the order in which they pay: what makes every later run shorter comes first.

use stormglass_plan::workload::Operations;

use super::search::Search;

mod calm;
mod cut;
mod faults;
mod members;
mod moments;
mod narrow;
mod operations;
mod squeeze;
mod values;
mod weaker;
mod window;

pub(super) use window::window;

/// One way to make a plan smaller. It leaves the search's best plan as small as it can make it.
type Pass<O> = fn(&mut Search<'_, O>);

/// Whether what a pass leaves out may be left out under another seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Luck {
    /// It takes nearly everything away, and with it all chances there were.
    Must,
    /// What it takes away, or calms, is worth another seed.
    May,
    /// It only makes what is left plainer.
    MayNot,
}

/// All passes.
pub(super) fn all<O: Operations + Clone + PartialEq + Send + Sync>() -> [(Luck, Pass<O>); 10] {
    [
        (Luck::MayNot, cut::cut),
        (Luck::Must, window::window),
        (Luck::May, faults::remove),
        (Luck::MayNot, moments::settle),
        (Luck::May, operations::remove),
        (Luck::May, members::remove),
        (Luck::MayNot, squeeze::squeeze),
        (Luck::May, calm::calm),
        (Luck::MayNot, narrow::narrow),
        (Luck::MayNot, values::simplify),
    ]
}
