//! The same history in the words of another model.

use stormglass_core::history::{History, Moment, Operation, OperationId, Outcome};

/// The same operations of the same processes at the same moments, asked and answered in other words. What `op` has no
/// word for stands there as an operation that failed would: `outcome` must say so.
pub fn rewrite<O, R, P, S>(
    history: &History<O, R>,
    op: impl Fn(&Operation<O, R>) -> P,
    outcome: impl Fn(&Operation<O, R>) -> Outcome<S>,
) -> History<P, S> {
    let mut moments: Vec<(Moment, bool, usize)> = Vec::new();
    for (index, one) in history.operations().iter().enumerate() {
        moments.push((one.invoked, false, index));
        moments.extend(one.completed.map(|completed| (completed, true, index)));
    }
    moments.sort_unstable();
    let mut copy = History::new();
    for (moment, completes, index) in moments {
        let one = &history.operations()[index];
        if completes {
            copy.complete(OperationId(index), outcome(one), one.server, moment.at);
        } else {
            copy.invoke(one.process, one.client, op(one), moment.at);
        }
    }
    copy
}

/// Its outcome with another result.
pub fn outcome_with<R, S>(outcome: &Outcome<R>, result: impl FnOnce(&R) -> S) -> Outcome<S> {
    match outcome {
        Outcome::Ok(ret) => Outcome::Ok(result(ret)),
        Outcome::Fail(why) => Outcome::Fail(why.clone()),
        Outcome::Info(why) => Outcome::Info(why.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::hand::{fail, history, info};
    use super::*;

    /// Who, when and what came of it stay as they are.
    #[test]
    fn only_the_words_change() {
        let lines = [(0, 1, Outcome::Ok(7), 0, 9), (1, 2, info(), 3, u64::MAX), (2, 3, fail(), 4, 5)];
        let ran = history(&lines);
        let same = rewrite(&ran, |one| one.op, |one| outcome_with(&one.outcome, |&ret: &i32| ret));
        assert_eq!(same, ran);
        let text = rewrite(&ran, |one| one.op.to_string(), |one| outcome_with(&one.outcome, i32::to_string));
        assert_eq!(text.operations()[0].outcome, Outcome::Ok("7".to_owned()));
    }
}
