//! What nobody asks for: operations of unknown outcome whose effect no other operation needs.
//!
//! A write of unknown outcome whose value nobody is known to have read can be taken out of any legal order: until the
//! next write, every operation of known outcome would have needed that value, and every other one may as well not
//! happen. The same holds of a value put into a queue or a stack that nobody is known to have taken (and whoever took it
//! without telling goes with it), and of one added to a list or a set that no read shows. Where an operation only needs a
//! register to hold something else than its value, any write may be of use.

use crate::linearizability::part::Part;
use crate::model::{Access, Effect, Growth, Kind, Model, Transfer};

/// The values that are asked for.
pub(super) enum Wanted {
    /// Any, for all that is known.
    Any,
    /// These, in order.
    These(Vec<Option<u64>>),
}

impl Wanted {
    /// What is asked for if only the operations `firm`, which are in order, have their outcomes.
    pub(super) fn new<M: Model>(model: &M, part: &Part<'_, M>, firm: &[u32]) -> Wanted {
        let mut values = Vec::new();
        let all_told = match model.kind() {
            Kind::Register(access) => part.indexes().all(|index| {
                let result = part.result(index).filter(|_| firm.binary_search(&index).is_ok());
                if result.is_none() && model.effect(part.op(index), None) == Effect::ReadOnly {
                    return true;
                }
                match access(part.op(index), result) {
                    Some(Access::Reads(value) | Access::Swaps(value, _)) => values.push(value),
                    Some(Access::Writes(_)) => {}
                    Some(Access::Differs(_)) | None => return false,
                }
                true
            }),
            Kind::Queue(transfer) | Kind::Stack(transfer) => firm.iter().all(|&index| {
                let transfer = transfer(part.op(index), part.result(index));
                if let Some(Transfer::Takes(value)) = transfer {
                    values.push(Some(value));
                }
                transfer.is_some()
            }),
            Kind::List(growth) | Kind::GrowingSet(growth) => firm.iter().all(|&index| {
                let growth = growth(part.op(index), part.result(index));
                if let Some(Growth::Reads(seen)) = growth {
                    values.extend(seen.iter().copied().map(Some));
                }
                growth.is_some()
            }),
            Kind::Counter(_) | Kind::Other => false,
        };
        if !all_told {
            return Wanted::Any;
        }
        values.sort_unstable();
        values.dedup();
        Wanted::These(values)
    }

    /// Whether nobody asks for what an operation of unknown outcome does.
    pub(super) fn is_useless<M: Model>(&self, model: &M, op: &M::Op) -> bool {
        let Wanted::These(wanted) = self else { return false };
        let value = match model.kind() {
            Kind::Register(access) => match access(op, None) {
                Some(Access::Writes(value)) => value,
                _ => return false,
            },
            Kind::Queue(transfer) | Kind::Stack(transfer) => match transfer(op, None) {
                Some(Transfer::Puts(value)) => Some(value),
                _ => return false,
            },
            Kind::List(growth) | Kind::GrowingSet(growth) => match growth(op, None) {
                Some(Growth::Adds(value)) => Some(value),
                _ => return false,
            },
            Kind::Counter(_) | Kind::Other => return false,
        };
        wanted.binary_search(&value).is_err()
    }
}
