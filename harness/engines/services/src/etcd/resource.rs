//! What a lock guards: it lets in whoever shows a token that is not smaller than any it has seen.

use std::collections::BTreeMap;

use super::bugs::EtcdBug;

/// The greatest token seen, by lock.
#[derive(Clone, Debug, Default)]
pub(super) struct Resource {
    seen: BTreeMap<u64, u64>,
    bug: Option<EtcdBug>,
}

/// What the resource makes of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Let in; the token is the greatest so far, and must be durable before anybody hears of it.
    Used,
    /// Refused: a greater token has been seen.
    Stale(u64),
    /// No such question.
    Unknown,
}

impl Resource {
    /// What it remembers, a line for each lock.
    pub(super) fn write_down(&self) -> String {
        self.seen.iter().map(|(lock, token)| format!("{lock} {token}\n")).collect()
    }

    /// A resource that remembers what was written down.
    pub(super) fn remember(bug: Option<EtcdBug>, written: &str) -> Resource {
        let pair = |line: &str| {
            let (lock, token) = line.split_once(' ')?;
            Some((lock.parse().ok()?, token.parse().ok()?))
        };
        Resource { seen: written.lines().filter_map(pair).collect(), bug }
    }

    /// Answers one line.
    pub(super) fn hear(&mut self, line: &str) -> Answer {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["use", lock, token] = words[..] else { return Answer::Unknown };
        let (Ok(lock), Ok(token)) = (lock.parse(), token.parse::<u64>()) else { return Answer::Unknown };
        let greatest = self.seen.entry(lock).or_default();
        if token < *greatest && self.bug != Some(EtcdBug::NoFencing) {
            return Answer::Stale(*greatest);
        }
        *greatest = token.max(*greatest);
        Answer::Used
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Answer::Used => f.write_str("used"),
            Answer::Stale(greatest) => write!(f, "stale: token {greatest} has been seen"),
            Answer::Unknown => f.write_str("no such question"),
        }
    }
}
