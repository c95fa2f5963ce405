//! Transactional isolation: every anomaly by hand, oracles that try everything, and histories that must not be accused.

mod by_hand;
mod lists;
mod oracle;
mod specimens;
mod random;
mod registers;
