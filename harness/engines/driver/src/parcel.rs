//! Parcels as bytes: where from, where to, when due, which event, and the message, which is bytes already.

use stormglass_core::random::CausalId;
use stormglass_core::time::Time;
use stormglass_kernel::Parcel;

type Label = (u32, u32, u64, u64);

/// The parcel as it travels.
#[must_use]
pub fn encode(parcel: &Parcel) -> Vec<u8> {
    let label: Label = (parcel.from, parcel.to, parcel.due.as_nanos(), parcel.id.as_u64());
    let start = Vec::with_capacity(parcel.bytes.len() + 32);
    let mut bytes = postcard::to_extend(&label, start).expect("numbers can be encoded, and memory is there");
    bytes.extend_from_slice(&parcel.bytes);
    bytes
}

/// What came; `None` if it is no parcel.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<Parcel> {
    let ((from, to, due, id), rest) = postcard::take_from_bytes::<Label>(bytes).ok()?;
    Some(Parcel { from, to, due: Time::from_nanos(due), id: CausalId::from_u64(id), bytes: rest.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What arrives is what was sent, and what was not sent does not arrive.
    #[test]
    fn a_parcel_survives_its_encoding_and_half_a_parcel_does_not() {
        let id = CausalId::from_u64(u64::MAX);
        let parcel =
            Parcel { from: 3, to: 9, due: Time::from_nanos(7_000_000_000), id, bytes: vec![1, 2, 3] };
        let bytes = encode(&parcel);
        assert_eq!(decode(&bytes), Some(parcel));
        assert_eq!(decode(&bytes[..5]), None);
    }
}
