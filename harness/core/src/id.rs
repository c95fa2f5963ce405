//! Names of things: nodes, clients, addresses, processes.
//!
//! In files a node is `"n3"` and a client `"c0"`, as on a timeline; on the wire they are numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A node of the system. Ids may have gaps (a scenario can ask for sparse ones): never use one as an index.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A client of the workload, numbered from zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub u32);

/// One sequential thread of operations in a history. A client whose operation ended with an unknown outcome
/// goes on as a new process, because the old one is for ever inside that operation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProcessId(pub u64);

/// Whom a message comes from or goes to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    /// A node of the system.
    Node(NodeId),
    /// A client of the workload.
    Client(ClientId),
}

impl Address {
    /// The node at this address, if it is one.
    #[must_use]
    pub const fn node(self) -> Option<NodeId> {
        match self {
            Address::Node(id) => Some(id),
            Address::Client(_) => None,
        }
    }

    /// The client at this address, if it is one.
    #[must_use]
    pub const fn client(self) -> Option<ClientId> {
        match self {
            Address::Client(id) => Some(id),
            Address::Node(_) => None,
        }
    }
}

impl From<NodeId> for Address {
    fn from(id: NodeId) -> Address {
        Address::Node(id)
    }
}

impl From<ClientId> for Address {
    fn from(id: ClientId) -> Address {
        Address::Client(id)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("n{}", self.0))
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("c{}", self.0))
    }
}

impl fmt::Display for ProcessId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("p{}", self.0))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Node(id) => id.fmt(f),
            Address::Client(id) => id.fmt(f),
        }
    }
}

/// In a log or a failed assertion a name reads as on a timeline: `n3`, not `NodeId(3)`.
macro_rules! debug_as_display {
    ($($name:ty),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}

debug_as_display!(NodeId, ClientId, ProcessId, Address);

/// Why a text is not the name of a node or a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseIdError(String);

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseIdError {}

/// The number behind `letter`, written as it is printed: `n3`, not `n03` or `n+3`.
fn numbered(text: &str, letter: char) -> Option<u32> {
    let digits = text.strip_prefix(letter)?;
    let number: u32 = digits.parse().ok()?;
    (number.to_string() == digits).then_some(number)
}

impl FromStr for NodeId {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<NodeId, ParseIdError> {
        let wrong = || ParseIdError(format!("`{text}` is not a node; nodes are called n1, n2, …"));
        numbered(text, 'n').map(NodeId).ok_or_else(wrong)
    }
}

impl FromStr for ClientId {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<ClientId, ParseIdError> {
        let wrong = || ParseIdError(format!("`{text}` is not a client; clients are called c0, c1, …"));
        numbered(text, 'c').map(ClientId).ok_or_else(wrong)
    }
}

impl FromStr for Address {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<Address, ParseIdError> {
        let wrong =
            || ParseIdError(format!("`{text}` is neither a node (n1, n2, …) nor a client (c0, c1, …)"));
        let node = numbered(text, 'n').map(|id| Address::Node(NodeId(id)));
        let client = || numbered(text, 'c').map(|id| Address::Client(ClientId(id)));
        node.or_else(client).ok_or_else(wrong)
    }
}

/// An address as a number, for formats that no person reads: even for nodes, odd for clients.
const fn packed(address: Address) -> u64 {
    match address {
        Address::Node(id) => (id.0 as u64) << 1,
        Address::Client(id) => (id.0 as u64) << 1 | 1,
    }
}

fn unpacked(number: u64) -> Option<Address> {
    let id = u32::try_from(number >> 1).ok()?;
    Some(match number & 1 {
        0 => Address::Node(NodeId(id)),
        _ => Address::Client(ClientId(id)),
    })
}

/// Text where people read, a number where they do not.
macro_rules! text_or_number {
    ($name:ty, $number:ty, $expecting:literal, $to:expr, $from:expr) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    $to(*self).serialize(serializer)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                struct Text;
                impl de::Visitor<'_> for Text {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expecting)
                    }
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                if deserializer.is_human_readable() {
                    return deserializer.deserialize_str(Text);
                }
                let number = <$number>::deserialize(deserializer)?;
                $from(number).ok_or_else(|| de::Error::custom(format!("{number} names nobody")))
            }
        }
    };
}

text_or_number!(NodeId, u32, "a node such as \"n3\"", |id: NodeId| id.0, |id| Some(NodeId(id)));
text_or_number!(ClientId, u32, "a client such as \"c0\"", |id: ClientId| id.0, |id| Some(ClientId(id)));
text_or_number!(Address, u64, "a node such as \"n3\" or a client such as \"c0\"", packed, unpacked);

#[cfg(test)]
mod tests {
    use super::*;

    /// A name reads back as what was printed, and nothing else is a name.
    #[test]
    fn a_printed_name_reads_back_and_nothing_else_does() {
        for address in [Address::Node(NodeId(3)), Address::Client(ClientId(u32::MAX))] {
            assert_eq!(address.to_string().parse(), Ok(address));
            assert_eq!(unpacked(packed(address)), Some(address));
        }
        for wrong in ["", "n", "3", "n03", "n+3", "n-1", "x3", "n4294967296", "c 1"] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong:?}");
        }
        assert_eq!(unpacked(u64::MAX), None);
    }
}
