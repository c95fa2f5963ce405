//! A verdict about a history, for a person and for a program.

use std::fmt::Write;

use serde_json::{Value, json};
use stormglass_core::verdict::Verdict;

use super::Judged;

/// The page that a person reads. Without a newline at its end.
pub(super) fn page(judged: &Judged) -> String {
    let mut page = String::new();
    match &judged.verdict {
        Verdict::Ok => page.push_str("ok        the history holds\n"),
        Verdict::Unknown(undecided) => {
            line(&mut page, &format!("UNKNOWN   {}", undecided.check));
            line(&mut page, &format!("          {}", undecided.reason));
        }
        Verdict::Violated(violation) => {
            let subject = violation.subject.as_ref().map(|subject| format!(" · {subject}"));
            line(&mut page, &format!("VIOLATED  {}{}", violation.check, subject.unwrap_or_default()));
            line(&mut page, &format!("          {}", violation.summary));
            if !violation.evidence.is_empty() {
                page.push('\n');
            }
            for evidence in &violation.evidence {
                line(&mut page, &format!("   {evidence}"));
            }
            page.push('\n');
        }
    }
    for (name, value) in &judged.facts {
        line(&mut page, &format!("{name:<10}{value}"));
    }
    let Judged { ok, fail, info, skipped, .. } = judged;
    let all = ok + fail + info;
    write!(page, "{all} operations: {ok} ok, {fail} failed, {info} of unknown outcome").expect("memory");
    if *skipped > 0 {
        write!(page, "; {skipped} events of the nemesis passed over").expect("memory");
    }
    page
}

fn line(page: &mut String, text: &str) {
    page.push_str(text.trim_end());
    page.push('\n');
}

/// The same as one JSON object.
///
/// `verdict` is `ok`, `unknown` or `violated`; `check`, `reason`, `summary`, `subject`, `at`, `evidence` and `operations`
/// are there where the verdict has them. Times are nanoseconds.
pub(super) fn json(judged: &Judged) -> String {
    let mut object = match &judged.verdict {
        Verdict::Ok => json!({ "verdict": "ok" }),
        Verdict::Unknown(undecided) => {
            json!({ "verdict": "unknown", "check": undecided.check, "reason": undecided.reason })
        }
        Verdict::Violated(violation) => json!({
            "verdict": "violated",
            "check": violation.check,
            "summary": violation.summary,
            "subject": violation.subject,
            "at": violation.at.map(stormglass_core::time::Time::as_nanos),
            "evidence": violation.evidence,
            "operations": judged.operations.iter().map(|one| json!({
                "process": one.process,
                "operation": one.words,
                "invoked": one.invoked,
                "completed": one.completed,
            })).collect::<Vec<_>>(),
        }),
    };
    let facts = judged.facts.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    object["facts"] = facts.collect::<serde_json::Map<_, _>>().into();
    object["counts"] = json!({
        "ok": judged.ok,
        "fail": judged.fail,
        "info": judged.info,
        "skipped": judged.skipped,
    });
    object.to_string()
}
