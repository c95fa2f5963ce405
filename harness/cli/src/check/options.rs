//! Which options of `check` belong to which model: what would be ignored is refused.

use clap::ValueEnum;

use super::{CheckArguments, Model};
use crate::exit::Mistake;

const REGISTERS: &[Model] = &[
    Model::Kv,
    Model::Sequential,
    Model::Causal,
    Model::Sessions,
    Model::Staleness,
    Model::Durability,
    Model::Convergence,
];
const TRANSACTIONS: &[Model] = &[Model::ListAppend, Model::RwRegister];
const SEARCHED: &[Model] =
    &[Model::Kv, Model::AppendKv, Model::Queue, Model::LinearizableSet, Model::LinearizableCounter];
const COUNTED: &[Model] = &[
    Model::Kv,
    Model::Sequential,
    Model::AppendKv,
    Model::Queue,
    Model::LinearizableSet,
    Model::LinearizableCounter,
];

/// Refuses an option that the model has no use for, and a model without an option that it needs.
pub(super) fn fit(arguments: &CheckArguments) -> Result<(), Mistake> {
    let given = [
        ("--independent", arguments.independent, REGISTERS),
        ("--failed-cas", arguments.failed_cas.is_some(), REGISTERS),
        ("--allow-negative", arguments.allow_negative, &[Model::Bank]),
        ("--total", arguments.total.is_some(), &[Model::Bank]),
        ("--initial", arguments.initial.is_some(), &[Model::Counter]),
        ("--level", arguments.level.is_some(), TRANSACTIONS),
        ("--unwritten", arguments.unwritten.is_some(), TRANSACTIONS),
        ("--within", arguments.within.is_some(), &[Model::Staleness]),
        ("--versions", arguments.versions.is_some(), &[Model::Staleness]),
        ("--after", arguments.after.is_some(), &[Model::Durability, Model::Convergence]),
        ("--steps", arguments.steps.is_some(), COUNTED),
        ("--memory", arguments.memory.is_some(), SEARCHED),
    ];
    let model = arguments.model;
    if let Some((option, _, models)) =
        given.iter().find(|(_, given, models)| *given && !models.contains(&model))
    {
        let names: Vec<String> = models.iter().map(|&model| name(model)).collect();
        return Err(Mistake::new(format!(
            "`{option}` says nothing to --model {}; it is for {}",
            name(model),
            names.join(", ")
        )));
    }
    let is_bounded = arguments.within.is_some() || arguments.versions.is_some();
    match model {
        Model::Staleness if !is_bounded => Err(Mistake::new(
            "--model staleness needs `--within` (how old, such as 500ms) or `--versions` (how many versions behind)",
        )),
        Model::Durability if arguments.after.is_none() => Err(Mistake::new(
            "--model durability needs `--after`: when the system had recovered, in the history's time, such as 30s",
        )),
        _ => Ok(()),
    }
}

fn name(model: Model) -> String {
    model.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}
