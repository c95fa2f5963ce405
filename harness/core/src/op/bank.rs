//! Operations of a bank: money moves between accounts and is neither made nor lost.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a client asks of a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum BankOp {
    /// Move `amount` from one account to another.
    Transfer {
        /// The account that pays.
        from: u64,
        /// The account that is paid.
        to: u64,
        /// How much.
        amount: i64,
    },
    /// What do all accounts hold, at one moment?
    Read,
}

/// What a bank answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BankRet {
    /// To a transfer: done.
    Transferred,
    /// To a transfer: the rules forbid it, an account would owe, say. Nothing has moved.
    Declined,
    /// To a read: the accounts and what they hold; nothing where the system said so, which is always wrong.
    Balances(Vec<(u64, Option<i64>)>),
}

impl fmt::Display for BankOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BankOp::Transfer { from, to, amount } => write!(f, "transfer {amount} from {from} to {to}"),
            BankOp::Read => f.write_str("read"),
        }
    }
}

impl fmt::Display for BankRet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let balances = match self {
            BankRet::Transferred => return Ok(()),
            BankRet::Declined => return f.write_str("declined"),
            BankRet::Balances(balances) => balances,
        };
        f.write_str("→")?;
        for (account, balance) in balances {
            match balance {
                Some(balance) => write!(f, " {account}: {balance}")?,
                None => write!(f, " {account}: nothing")?,
            }
        }
        Ok(())
    }
}
