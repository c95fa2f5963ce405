//! Which judge and which words each model means.

use std::io::BufRead;

use clap::ValueEnum;
use stormglass_check::linearizable;
use stormglass_check::models::{AppendKvModel, KvModel};
use stormglass_formats::vocabulary::AppendKv;

use super::{Asked, Judged, read_and_judge, registers};
use crate::exit::Mistake;

/// What a history is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Model {
    /// Registers with read, write and cas, by key if there are keys: linearizable
    #[value(alias = "register", alias = "cas-register")]
    Kv,
    /// Texts by key with get, put and append: linearizable
    AppendKv,
}

/// Reads the history in the model's words and judges it.
pub(super) fn judge(asked: &Asked<'_>, input: Box<dyn BufRead>) -> Result<Judged, Mistake> {
    let no_facts = Vec::new();
    match asked.arguments.model {
        Model::Kv => read_and_judge(asked, input, registers(asked), |history| {
            (linearizable(&KvModel, history), no_facts)
        }),
        Model::AppendKv => read_and_judge(asked, input, AppendKv, |history| {
            (linearizable(&AppendKvModel, history), no_facts)
        }),
    }
}
