//! The stormglass command as a library, for any crate with systems of its own.
