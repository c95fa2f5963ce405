//! The messages of the service, as `prost` would generate them from a `.proto` file.

/// Who asks, and which of its changes this is: the same when it asks again.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct Token {
    /// The client.
    #[prost(uint64, tag = "1")]
    pub client: u64,
    /// Counted from one.
    #[prost(uint64, tag = "2")]
    pub number: u64,
}

/// What does the key hold?
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct ReadRequest {
    /// The key.
    #[prost(uint64, tag = "1")]
    pub key: u64,
}

/// What it holds, if anything.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct ReadReply {
    /// Its value.
    #[prost(uint64, optional, tag = "1")]
    pub value: Option<u64>,
}

/// Let the key hold this.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct WriteRequest {
    /// Which change this is.
    #[prost(message, optional, tag = "1")]
    pub token: Option<Token>,
    /// The key.
    #[prost(uint64, tag = "2")]
    pub key: u64,
    /// Its new value.
    #[prost(uint64, tag = "3")]
    pub value: u64,
}

/// Done.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct WriteReply {}

/// If the key holds `expect`, let it hold `value`.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct SwapRequest {
    /// Which change this is.
    #[prost(message, optional, tag = "1")]
    pub token: Option<Token>,
    /// The key.
    #[prost(uint64, tag = "2")]
    pub key: u64,
    /// What it must hold.
    #[prost(uint64, tag = "3")]
    pub expect: u64,
    /// Its new value.
    #[prost(uint64, tag = "4")]
    pub value: u64,
}

/// Whether it held that, and was changed.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct SwapReply {
    /// Whether it was.
    #[prost(bool, tag = "1")]
    pub swapped: bool,
}
